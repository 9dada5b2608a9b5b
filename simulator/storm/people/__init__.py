"""The people of the storm: workers who live the day of each procedure, and those who watch it.

Rule: they know what people know. Workers feel their pendants and answer telephones; those at
screens see pages and boards. Where somebody truly is nobody knows but she.
"""

from typing import TYPE_CHECKING

from simulator.storm.people.crowd import Crowd

if TYPE_CHECKING:
    from simulator.storm.world import World


def inhabit(world: "World") -> Crowd:
    """Puts people into a world that has none, before it runs."""
    crowd = world.people = Crowd(world)
    crowd.begin()
    return crowd
