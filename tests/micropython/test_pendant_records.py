"""P1: what the flash holds is believed to the bit or told apart. Runs on both interpreters."""

from firmware.pendant import journal
from firmware.pendant.ledger import Ledger
from firmware.pendant.presses import MAX_OPEN, OpenPress, OpenPresses
from protocol import codec
from protocol.messages import Receipt, SosPressed
from tests.firmware.fake_hub import KEY_ID, PENDANT, SECRET
from tests.firmware.harness import on_visit

BOOT = "0123456789abcdef"


def flipped(blob: bytes, bit: int) -> bytes:
    at = bit // 8
    return blob[:at] + bytes([blob[at] ^ (1 << bit % 8)]) + blob[at + 1 :]


def found_of(name: str, blob: bytes) -> journal.Found:
    return journal.read([(name, blob)], PENDANT)


def kept(found: journal.Found) -> tuple[object, ...]:
    return len(found.events), found.open, found.claims, found.phase, found.visit


def test_a_record_with_any_bit_changed_is_told_apart() -> None:
    bench = on_visit("on-the-way")
    bench.link(False)
    bench.sos()
    sealed = [(name, blob) for name, blob in bench.flash.items() if name[0] == "e"]
    records = [
        (journal.PHASE_NAME, journal.phase_blob("inside", "v1")),
        ("o-" + BOOT + "-7", journal.wrap(b"duress")),
        ("c-" + BOOT + "-7", journal.wrap(b"claim")),
        sealed[0],
    ]
    nothing = kept(journal.Found())
    for name, blob in records:
        assert found_of(name, blob).unreadable == 0, name
        assert kept(found_of(name, blob)) != nothing, name
        for bit in range(8 * len(blob)):
            found = found_of(name, flipped(blob, bit))
            assert (found.unreadable, kept(found)) == (1, nothing), (name, bit)


def test_what_an_older_firmware_left_is_read_by_a_newer_one() -> None:
    """The form on flash, to the byte: an update must not lose a press that waits there."""
    assert journal.wrap(b"claim") == b"a769de27 claim"
    assert journal.phase_blob("inside", "v1") == b"516f4bea inside v1"
    assert journal.name_of("e", BOOT + ".7") == "e-0123456789abcdef-7"
    assert journal.Found().latest_claim() == ""


def test_more_events_than_there_is_room_for_lose_the_oldest_from_the_flash_too() -> None:
    """A power cut between a new event and the erasing of the one that made room for it."""
    bench = on_visit("inside")
    bench.link(False)
    for _ in range(3):
        bench.short("d")
    oldest = {name: blob for name, blob in bench.flash.items() if name[0] == "e"}
    for _ in range(12):
        bench.short("d")
    assert [name for name in oldest if name in bench.flash] == []
    bench.flash.update(oldest)
    bench.reboot()
    bench.run(1000)
    assert [name for name in oldest if name in bench.flash] == []
    assert bench.flash_kinds() == ["e"] * 12


def test_where_the_visit_stood_is_read_only_as_it_was_written() -> None:
    for phase, visit in (("inside", "v1"), ("off", "")):
        found = found_of(journal.PHASE_NAME, journal.phase_blob(phase, visit))
        assert (found.unreadable, found.phase, found.visit) == (0, phase, visit)
    for body in (
        b"",
        b"inside",
        b"indoors v1",
        b"inside V1",
        b"indoors V1",
        b"inside v1 v2",
        b"\xff",
    ):
        found = found_of(journal.PHASE_NAME, journal.wrap(body))
        assert (found.unreadable, found.phase, found.visit) == (1, "off", ""), body


def test_another_pendants_record_is_left_alone_and_counted() -> None:
    bench = on_visit("inside")
    bench.link(False)
    bench.short("a")
    event = [(name, blob) for name, blob in bench.flash.items() if name[0] == "e"]
    assert journal.read(event, PENDANT).unreadable == 0
    found = journal.read(event, "p08")
    assert (found.events, found.unreadable) == ([], 1)


def test_her_arrival_outlives_a_reboot_and_is_no_broken_record() -> None:
    bench = on_visit("on-the-way")
    bench.short("a")
    bench.run(200)
    assert bench.flash_kinds() == ["c"]
    bench.reboot("power")
    bench.run(2000)
    booted = bench.hub.events[-1]
    assert booted.cause == "power"  # type: ignore[attr-defined]  # a Booted


def test_an_arrival_that_still_waits_is_newer_than_the_one_the_hub_has() -> None:
    bench = on_visit("on-the-way")
    bench.short("a")
    bench.run(200)
    assert bench.flash_kinds() == ["c"]
    bench.link(False)
    bench.short("a")
    assert bench.flash_kinds() == ["e"]  # the earlier claim is overtaken, and gone
    bench.reboot()
    bench.link(True)
    bench.run(1000)
    first, second = [e.identity() for e in bench.hub.events if e.TYPE == "arrived"]
    assert bench.flash_kinds() == ["c"]
    bench.push(phase="at-door", go_in=first)
    assert bench.count("go-in") == 0
    bench.push(go_in=second)
    assert bench.count("go-in") == 1


def test_the_oldest_press_of_too_many_leaves_the_flash_with_its_record() -> None:
    """Only one that the hub has, and only from the list: a person still ends the alarm."""
    out: list[tuple[object, ...]] = []
    ledger = Ledger()
    key = codec.up_key(SECRET)
    for seq in range(1, MAX_OPEN + 2):
        del out[:]
        press = SosPressed(
            pendant=PENDANT, boot=BOOT, seq=seq, heard_ms=0, since_ms=seq, standing=0,
            phase="inside", gesture="sos-hold",
        )  # fmt: skip
        token = codec.seal(press, KEY_ID, key)
        ledger.add(press, token, 0, out)
        said = [item[:2] for item in out]
        asked = ("persist", journal.name_of("e", press.identity()))
        gone = ("erase", journal.name_of("o", BOOT + ".1"))
        assert said == ([asked] if seq <= MAX_OPEN else [gone, asked]), seq
        receipt = Receipt(pendant=PENDANT, boot=BOOT, seq=seq, sha=codec.sha(token), hub_ms=1)
        assert ledger.received(receipt, seq, out) is not None
    assert ledger.presses.find(BOOT + ".1") is None


def test_a_press_that_is_added_twice_is_open_once() -> None:
    presses = OpenPresses()
    for _ in range(2):
        assert presses.add(OpenPress(BOOT + ".1", "sos-pressed", False)) is None
    assert presses.listed() == [BOOT + ".1s"]
