"""The planted bugs: each a mistake that somebody could make in one line, and who must find it.

Rule: production behaviour only, one line each, as the line stands today. A plant that survives is a
hole in the checkers or in what befalls: they are mended, never the plant.
"""

from simulator.storm.plants_custody import IN_CUSTODY
from simulator.storm.plants_flash import IN_THE_FLASH
from simulator.storm.plants_hub import IN_THE_HUB
from simulator.storm.plants_pendant import IN_THE_PENDANT
from simulator.storm.plants_rules import IN_THE_RULES

_ALL = (*IN_THE_HUB, *IN_CUSTODY, *IN_THE_RULES, *IN_THE_PENDANT, *IN_THE_FLASH)
PLANTS = {plant.name: plant for plant in _ALL}
