"""The whole journal over the real VfsLfs2, cut at each operation of the chip: `micropython
cuts_rig.py FIRST COUNT HOW [PLANT]`, by its judge in tests/firmware/test_power_cuts.py.

A seed draws a story: some lives of one pendant (the real core, carrier and flash folder; a hub that
signs), each ended by a cut in the middle of an operation, torn as drawn. HOW is "drawn" (that one
cut of each life) or "every" (also each operation before it, in four manners). PLANT is a bug that
the law must find. One line of JSON for each seed: how much was tried, and each breach of the law:

- an alarm that was told as kept, and that no person had ended, is found by the next boot with its
  very bytes, or as open once the hub's receipt has been heard;
- on a flash that is full for all else every alarm finds room;
- nothing is found that was not sealed as it is, whatever a cut tore, and nothing unreadable;
- no identity ever comes with two sets of bytes, over all lives and a flash that was made anew.
"""

# ruff: noqa: E402 - only with the path can the rest be found

import json
import sys

HERE = (__file__.rsplit("/", 1)[0] if "/" in __file__ else ".") + "/"
sys.path.insert(0, HERE + "../..")

from firmware.boards.flash import FlashFolder
from firmware.pendant import journal
from firmware.pendant.carrier import Carrier
from firmware.pendant.reserve import Reserve
from simulator.storm.flash_chip import BLOCK_BYTES, PER_MILLE, FlashChip, Tear
from simulator.storm.vfs_port import Life
from tests.micropython.cuts_bench import ChipBench, PowerCutError, provisioned
from tests.micropython.cuts_law import Dice, Law, repeat

TYPE_CHECKING = False
if TYPE_CHECKING:  # typing does not exist in here
    from typing import Any

    from tests.micropython.cuts_law import Operation

    Records = list[tuple[str, bytes]]

MAX_LIVES = 5
MAX_STEPS = 9
LONGEST_OPERATIONS = 90
KINDS = ("roomy", "full", "worn")


def boot_finds(image: bytes, cut_after: int, tear: Tear) -> journal.Found:
    """What a boot reads; it sweeps up, and that may be cut too, before the boot that counts."""
    chip = FlashChip(len(image) // BLOCK_BYTES)
    chip.image[:] = image
    chip.operations = 1
    if cut_after:
        chip.cut_after(cut_after, tear)
        life = Life(chip, mtime=True)
        try:
            life.folder.read_all()
        except OSError:
            pass  # the power went: nobody is there to be told
        life.end()
        chip.power_on()
    life = Life(chip, mtime=True)
    records = life.folder.read_all()
    life.end()
    nobody: Any = None
    return journal.read(Carrier(nobody).found(records), "p07")


def torn(image: bytes, operation: "Operation", tear: Tear) -> bytes:
    chip = FlashChip(len(image) // BLOCK_BYTES)
    chip.image[:] = image
    chip.cut_after(1, tear)
    repeat(chip, operation)
    return bytes(chip.image)


def every_cut(law: Law, image: bytes, log: "list[Operation]", dice: Dice, where: str) -> int:
    """Each operation of a life, cut in four manners."""
    chip = FlashChip(len(image) // BLOCK_BYTES)
    chip.image[:] = image
    cuts = 0
    for done, operation in enumerate(log):
        for tear in (Tear(0, 0), Tear(PER_MILLE, 0), dice.tear(), dice.tear()):
            left = torn(bytes(chip.image), operation, tear)
            found = boot_finds(left, dice.below(4), dice.tear())
            law.held(found, done, "%s, operation %d" % (where, done + 1))
            cuts += 1
        repeat(chip, operation)
    return cuts


def story(seed: int, every: bool, images: "dict[str, bytes]") -> "dict[str, Any]":
    dice, law = Dice(seed), Law()
    kind = KINDS[dice.below(len(KINDS))]
    image = images[kind]
    bench = ChipBench(law, image, dice)
    told: dict[str, Any] = {"seed": seed, "kind": kind, "lives": 0, "operations": 0, "cuts": 0}
    for life in range(1 + dice.below(MAX_LIVES)):
        where = "seed %d, life %d" % (seed, life + 1)
        bench.chip.cut_after(1 + dice.below(LONGEST_OPERATIONS), dice.tear())
        try:
            for _ in range(2 + dice.below(MAX_STEPS)):
                bench.step()
            bench.chip.cut()
        except PowerCutError:
            pass
        bench.unmount()
        log = bench.chip.log
        done = len(log) if bench.chip.is_off and not log else len(log) - 1
        left = bytes(bench.chip.image)
        if every:
            told["cuts"] += every_cut(law, image, log, dice, where)
        law.held(boot_finds(left, 0, Tear(0, 0)), max(0, done), where)
        law.life_ends(max(0, done))
        told["lives"] += 1
        told["operations"] += len(log)
        told["cuts"] += 1
        image = left
        if dice.below(12) == 0:  # made anew in the workshop, with the same key
            image = images[kind]
            law.facts = []
            bench.hub.state["resolved"] = []
        bench.begin(image)
    bench.unmount()
    told["kept"], told["refused"], told["breaches"] = law.kept, bench.refused, law.breaches[:5]
    return told


# Bugs that the law must find.


def write_in_place(self: FlashFolder, name: str, blob: bytes) -> None:
    with open(self._at(name), "wb") as file:
        file.write(blob)


def told_and_not_done(self: FlashFolder, name: str, blob: bytes) -> None:
    """Done one record later."""
    late = LATE.pop() if LATE else None
    LATE.append((name, blob))
    if late is not None:
        WRITE_FILE(self, *late)


def nothing_to_give(self: Reserve, now_ms: int) -> str:
    return ""


LATE: "Records" = []
WRITE_FILE = FlashFolder.write_file
PLANTS: "dict[str, tuple[type, str, Any]]" = {
    "in-place": (FlashFolder, "write_file", write_in_place),
    "late": (FlashFolder, "write_file", told_and_not_done),
    "no-reserve": (Reserve, "give_up", nothing_to_give),
}


def main(first: int, count: int, how: str, plant: str = "") -> None:
    if plant:
        owner, name, bug = PLANTS[plant]
        setattr(owner, name, bug)
    images = {kind: provisioned(kind) for kind in KINDS}
    for seed in range(first, first + count):
        print(json.dumps(story(seed, how == "every", images)))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3], *sys.argv[4:])
