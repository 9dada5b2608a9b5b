"""How hostile a world is: one dataclass of rates, and the named weathers made of them.

Rule: every fault of the world is counted under the field that allows it, so that a run can say how
often each kind happened. 0 everywhere is a calm day, on which nothing may go wrong at all.
"""

from dataclasses import dataclass, fields


@dataclass(slots=True)
class Rates:
    """Probabilities of 0 to 1 for each chance there is; `_h`: how often in an hour, on average;
    `_ms`: milliseconds."""

    # The network between a pendant and the broker, and between the hub and the broker.
    delay_ms: int = 40  # each way, on average
    slow: float = 0.0  # a message takes up to slow_ms instead
    slow_ms: int = 8_000
    lost: float = 0.0  # of what the broker carries; TCP would not, a bad broker does
    doubled: float = 0.0
    reordered: float = 0.0
    partition_h: float = 0.0  # of one pendant: a blackspot, noticed at once
    half_open_h: float = 0.0  # of one pendant: both ends believe in the connection
    hub_partition_h: float = 0.0  # of the hub
    outage_ms: int = 120_000  # of any of those, on average
    # The broker.
    broker_restart_h: float = 0.0  # with what it had saved
    broker_amnesia_h: float = 0.0  # without
    takeover_h: float = 0.0  # somebody comes with another's client id
    denial_h: float = 0.0  # the ACL denies a pendant for a while: acknowledged, and gone
    forged_h: float = 0.0  # made by who holds no key, or replayed from earlier
    # The pendant.
    power_cut_h: float = 0.0  # at any operation of the flash
    off_ms: int = 20_000  # until the battery is back
    battery_h: float = 0.0  # it runs low, and is charged some time later
    battery_dies_h: float = 0.0  # it ends, with a last word, and is charged some time later
    flash_busy: float = 0.0  # a write takes up to flash_busy_ms
    flash_busy_ms: int = 3_000
    flash_fails: float = 0.0  # a write is refused
    flash_full_h: float = 0.0  # another's file takes all the room that is not kept for alarms
    pendant_drift_ppm: int = 50  # at most, either way
    tick_wrap: float = 0.0  # a pendant starts shortly before 2^30 ms
    # The hub.
    hub_kill_h: float = 0.0  # at any yield point
    power_loss: float = 0.0  # of those kills: the machine's, not the process's
    hub_down_ms: int = 20_000  # until it runs again
    slow_disk: float = 0.0  # a commit takes up to slow_disk_ms
    slow_disk_ms: int = 2_000
    disk_full_h: float = 0.0  # commits fail for a while
    clock_jump_h: float = 0.0
    clock_jump_ms: int = 4 * 3_600_000  # at most, either way
    # Providers of pages.
    page_fails: float = 0.0  # refused
    page_hangs: float = 0.0  # no answer for minutes, and then a fault
    page_lies: float = 0.0  # "taken", and never delivered
    page_late: float = 0.0  # delivered up to page_late_ms afterwards
    page_late_ms: int = 600_000
    pages_fail_h: float = 0.0  # every provider refuses for a while
    # People.
    forgets: float = 0.0  # does not do the next thing in time
    answers_twice: float = 0.0
    wrong_press: float = 0.0  # presses something else first
    wrong_page: float = 0.0  # answers another alarm than the one she means
    goes_off_duty: float = 0.0  # after something that she has done
    off_duty_h: float = 0.0  # of each at a screen: leaves her post, without a word
    expire_h: float = 0.0  # of each pendant: its last day comes, and is seen to some time later
    revoke_h: float = 0.0  # of each pendant: revoked by mistake, and trusted again
    pocket_press_h: float = 0.0  # of each pendant
    sos_h: float = 0.0  # of each worker
    duress_h: float = 0.0

    def become(self, other: "Rates") -> None:
        """The weather turns: whoever holds these rates finds the others' in them."""
        for each in fields(other):
            setattr(self, each.name, getattr(other, each.name))


CALM = Rates()
