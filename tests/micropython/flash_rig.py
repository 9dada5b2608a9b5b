"""The real VfsLfs2 over the storm's flash chip: `micropython flash_rig.py JOB`, by its judge in
tests/simulator/storm/test_flash_micropython.py.

JOB is a JSON file: {"blocks": n, "mtime": bool, "work": [[name, hex or null], …], "cuts":
[[operation, done per mille, noise], …]}. Every cut is a life of its own: an empty chip, the same
work by production's FlashFolder, the power gone in the middle of that operation, and a boot. One
line of JSON for each: what had reached the chip, and what the boot finds.
"""

import binascii
import hashlib
import json
import os
import sys

HERE = (__file__.rsplit("/", 1)[0] if "/" in __file__ else ".") + "/"
sys.path.insert(0, HERE + "../..")

from simulator.storm.flash_chip import FlashChip, Tear  # noqa: E402 - only now can they be found
from simulator.storm.vfs_port import FOLDER, Life  # noqa: E402

TYPE_CHECKING = False
if TYPE_CHECKING:  # typing does not exist in here
    from typing import Any


def digest(chip: FlashChip) -> str:
    return str(binascii.hexlify(hashlib.sha256(chip.image).digest()), "ascii")


def work(chip: FlashChip, life: Life, job: "dict[str, Any]") -> int:
    """How much of it was done and told."""
    done = 0
    for name, blob in job["work"]:
        try:
            if blob is None:
                life.folder.erase(name)
            else:
                life.folder.write(name, binascii.unhexlify(blob))
        except OSError:
            if not chip.is_off:
                raise
        if chip.is_off:
            break
        done += 1
    return done


def live(job: "dict[str, Any]", cut: "list[int]") -> "dict[str, Any]":
    chip = FlashChip(job["blocks"])
    life = Life(chip, job["mtime"])
    os.mkdir(FOLDER)
    made = chip.operations
    if cut[0]:
        chip.cut_after(cut[0], Tear(cut[1], cut[2]))
    done = work(chip, life, job)
    life.end()
    found: dict[str, Any] = {"done": done, "operations": chip.operations - made}
    found["image"] = digest(chip)
    chip.power_on()
    life = Life(chip, job["mtime"])
    records = [
        [name, str(binascii.hexlify(blob), "ascii")] for name, blob in life.folder.read_all()
    ]
    life.end()
    found["records"] = records
    return found


def main(path: str) -> None:
    with open(path) as file:
        job = json.loads(file.read())
    for cut in job["cuts"]:
        print(json.dumps(live(job, cut)))


if __name__ == "__main__":
    main(sys.argv[1])
