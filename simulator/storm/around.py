"""What a pendant of the storm needs of its world: time, luck, and somebody who sees."""

from dataclasses import dataclass
from random import Random

from simulator.storm.rates import Rates
from simulator.storm.seen import Seen
from simulator.storm.timeline import Timeline


@dataclass(frozen=True)
class Around:
    """What a pendant needs of its world."""

    timeline: Timeline
    rates: Rates
    seen: Seen
    random: Random  # of this pendant's bad luck
    entropy: Random  # of its boots' ids

    def flash_fails(self) -> bool:
        """Whether this operation of the flash is refused."""
        return self.rates.flash_fails > 0 and self.random.random() < self.rates.flash_fails
