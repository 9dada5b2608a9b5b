"""Planted bugs of the journal: what is written, when it is called written, and what finds room.

Rule: as in plants.py.
"""

from simulator.storm.planting import Plant

IN_THE_FLASH = (
    Plant(
        "reserve-not-kept",
        "on a full flash nothing makes room for an alarm but routine records",
        "firmware.pendant.reserve",
        "if not self._held:",
        "if True:",
        ("felt-stored",),
        seeds=150,
        weather="power",
    ),
    Plant(
        "written-with-the-next",
        "a record is called written when it waits in memory, and is written with the next one",
        "firmware.boards.flash",
        "self.write_file(_file_of(name), blob)",
        "late = self.__dict__.get('late'); self.late = (_file_of(name), blob); "
        "late and self.write_file(*late)",
        ("silent-stays-silent", "not-lost", "kept-arrives", "stored-is-kept"),
        seeds=100,
        weather="power",
    ),
    Plant(
        "first-record-alone",
        "a start takes up one of the events that were kept, and forgets the rest",
        "firmware.pendant.ledger",
        "for message, token in found.events:",
        "for message, token in found.events[:1]:",
        ("kept-arrives", "not-lost", "one-press", "paged"),
        inside="restore",
        seeds=100,
        weather="everything",
    ),
)
