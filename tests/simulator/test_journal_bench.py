"""ADR 0020 rests on figures: they are taken again here, from the core as it is now."""

import pytest

from simulator.bench.journal import TYPICAL, WORST, Times, a_days_work, measured, rows
from tests.conftest import need


@pytest.mark.micropython
def test_a_file_for_each_record_is_still_the_better_journal() -> None:
    need("micropython")
    work = a_days_work()
    events = [name for name, blob in work if name.startswith("e-") and blob is not None]
    assert len(events) >= 5 * 4, "a day of five visits"
    assert sum(blob is None for _, blob in work) >= len(events), "and each left the flash"
    files, appended = measured(work)
    assert sum(did.erased for did in files) * 2 < sum(did.erased for did in appended)
    mine, other = (sum(did.ms(TYPICAL) for did in journal) for journal in (files, appended))
    assert mine * 2 < other
    assert max(did.ms(WORST) for did in files) < 1000, "else a chip at its limits is called broken"
    assert dict(rows(work, files))["bytes programmed"] == sum(sum(d.programmed) for d in files)


@pytest.mark.parametrize(
    ("size", "ms"),
    [(0, 0.0), (1, 0.5), (101, 0.5 + 10), (256, 20.0), (257, 20.5), (200, 0.5 + 19.5)],
)
def test_a_page_takes_as_long_as_its_bytes_and_no_longer(size: int, ms: float) -> None:
    times = Times(erase=100, first_byte=0.5, next_byte=0.1, page=20)
    assert times.program(size) == pytest.approx(min(ms, 20 + 0.5 if size > 256 else 20.0))
