"""The storm's littlefs against the real VfsLfs2 of MicroPython, over the same chip.

What is compared: the same work by the same FlashFolder, the power gone in the middle of each of its
operations, torn alike. Without times on files (littlefs-python has none) the very bytes on the chip
are the same, and so is what the boot finds. With them, as a pendant has them, VfsLfs2 writes more;
there each cut must leave the whole old record or the whole new one.
"""

import json
import subprocess
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import Any

import pytest

from simulator.storm.flash import Flash
from simulator.storm.flash_chip import PER_MILLE, Tear
from tests.conftest import need
from tests.simulator.storm.flash_law import Work, breach, carry_out, some_work

pytestmark = pytest.mark.micropython

RIG = Path(__file__).parents[2] / "micropython" / "flash_rig.py"
BLOCKS = 16
HEAP = "heapsize=4M"
LIMIT_S = 110
NO_CUT = (0, 0, 0)
Cut = tuple[int, int, int]  # operation, done per mille, noise


def job(work: Work, cuts: list[Cut], mtime: bool) -> dict[str, Any]:
    told = [(name, None if blob is None else blob.hex()) for name, blob in work]
    return {"blocks": BLOCKS, "mtime": mtime, "work": told, "cuts": cuts}


def there(tmp_path: Path, work: Work, cuts: list[Cut], mtime: bool) -> list[dict[str, Any]]:
    """Each cut inside MicroPython."""
    path = tmp_path / "job.json"
    path.write_text(json.dumps(job(work, cuts, mtime)))
    done = subprocess.run(
        [need("micropython"), "-X", HEAP, str(RIG), str(path)],
        check=False,
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def here(work: Work, cut: Cut) -> dict[str, Any]:
    """The same as the storm has it."""
    flash = Flash(Random(0), blocks=BLOCKS)
    made = flash.operations
    if cut[0]:
        flash.chip.cut_after(cut[0], Tear(cut[1], cut[2]))
    done = carry_out(flash, work)
    found = {"done": done, "operations": flash.operations - made}
    image = sha256(flash.chip.image).hexdigest()
    flash.mount()
    records = [[name, blob.hex()] for name, blob in flash.read_all()]
    return {**found, "image": image, "records": records}


def every_cut(operations: int, seed: int) -> list[Cut]:
    """One in the middle of each operation, some of them ragged, and none at all."""
    random = Random(seed)
    cuts = [NO_CUT]
    for operation in range(1, operations + 1):
        noise = random.randrange(2) * random.randrange(1, 1 << 30)
        cuts.append((operation, random.randrange(PER_MILLE + 1), noise))
    return cuts


@pytest.mark.parametrize("seed", range(4))
def test_same_bytes_and_same_survivors_at_every_cut(tmp_path: Path, seed: int) -> None:
    work = some_work(seed, 14)
    cuts = every_cut(here(work, NO_CUT)["operations"], seed)
    assert len(cuts) > 2 * len(work)
    assert there(tmp_path, work, cuts, mtime=False) == [here(work, cut) for cut in cuts]


def test_same_bytes_on_a_worn_chip(tmp_path: Path) -> None:
    """Folded, compacted and moved as littlefs does after some thousand operations."""
    work = [("phase", b"%d" % number) for number in range(1500)]
    mine = here(work, NO_CUT)
    cut = (mine["operations"] - 1, 600, 99)
    assert there(tmp_path, work, [NO_CUT, cut], mtime=False) == [mine, here(work, cut)]


@pytest.mark.parametrize("seed", range(4))
def test_old_or_new_at_every_cut_with_the_times_a_pendant_keeps(tmp_path: Path, seed: int) -> None:
    work = some_work(seed, 14)
    (whole,) = there(tmp_path, work, [NO_CUT], mtime=True)
    cuts = every_cut(whole["operations"], seed)
    for cut, found in zip(cuts, there(tmp_path, work, cuts, mtime=True), strict=True):
        records = [(name, bytes.fromhex(blob)) for name, blob in found["records"]]
        assert breach(work, found["done"], records) == "", cut
        assert (found["done"] == len(work)) == (cut == NO_CUT)
