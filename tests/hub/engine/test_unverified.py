"""What cannot be verified: classified, kept, acknowledged, and an SOS among it paged, bounded."""

from hub.engine.strangers import MAX_UNVERIFIED_SOURCES, OVERFLOW
from hub.inbox import FromPendant
from protocol import topics
from protocol.messages import Receipt
from tests.hub.engine.looks import alarms, counts
from tests.hub.house import MINUTE_MS, House


def garbage(pendant: str, token: bytes = b"garbage") -> FromPendant:
    return FromPendant("events", topics.up(pendant, "sos"), token, 7, 1, 1)


def test_an_unverifiable_sos_pages_and_is_acknowledged_without_receipt(house: House) -> None:
    after = house.turn(garbage("p-unknown"))
    (alarm,) = alarms(house, "unverified_sos")
    assert not alarm.verified
    assert after.pages
    assert after.acks == [("events", 1, 7, 1)]
    assert after.down == []
    (letter,) = house.reader.dead_letters()
    assert (letter.raw, letter.reason) == (b"garbage", "malformed")


def test_unverified_repeats_grow_one_alarm_at_most_once_a_minute(house: House) -> None:
    house.turn(garbage("p-unknown"))
    pages = len(house.reader.pages())
    for number in range(50):
        house.turn(garbage("p-unknown", b"other %d" % number))
    assert len(alarms(house, "unverified_sos")) == 1
    assert len(house.reader.pages()) == pages
    house.now_ms += MINUTE_MS
    house.turn(garbage("p-unknown", b"still there"))
    (alarm,) = alarms(house, "unverified_sos")
    assert len(alarm.presses) == 2
    assert len(house.reader.pages()) > pages


def test_invented_sources_are_bounded(house: House) -> None:
    for number in range(3 * MAX_UNVERIFIED_SOURCES):
        house.turn(garbage(f"p-x{number}"))
    found = alarms(house, "unverified_sos")
    assert len(found) == MAX_UNVERIFIED_SOURCES + 1
    assert f"unverified:{OVERFLOW}" in {alarm.source for alarm in found}


def test_the_unverified_never_holds_up_the_verified(house: House) -> None:
    """P7: a forger's flood on her own topic neither hides nor delays nor answers her SOS."""
    for number in range(30):
        house.turn(garbage("p-ada", b"forged %d" % number))
    after = house.sos("p-ada")
    (alarm,) = alarms(house, "sos")
    assert alarm.verified
    assert alarm.owner == ""
    assert after.pages


def test_a_revoked_pendants_sos_pages_marked_and_nothing_else_of_it_counts(house: House) -> None:
    visit = house.inside()
    house.must("revoke_pendant", "setup", pendant="p-ada")
    house.press("p-ada", "departed", "inside", gesture="d-short")
    assert house.visit(visit).phase == "inside"
    handset = house.handsets["p-ada"]
    item = house.item(handset.message("sos-pressed", house.now_ms))
    after = house.turn(item)
    assert [type(each) for each in handset.heard(after)] == [Receipt]
    (alarm,) = alarms(house, "unverified_sos")
    assert not alarm.verified
    house.now_ms += MINUTE_MS
    before = counts(house)
    house.turn(item)
    after_again = counts(house)
    assert after_again["alarm"] == before["alarm"]
    assert after_again["press"] == before["press"]


def test_an_expired_pendants_sos_is_an_sos(house: House) -> None:
    house.must("revoke_pendant", "setup", pendant="p-ada", state="expired")
    house.sos("p-ada")
    assert len(alarms(house, "sos")) == 1


def test_poison_is_kept_and_acknowledged(house: House) -> None:
    after = house.turn(FromPendant("events", topics.up("p-ada", "event"), b"\x00" * 3_000, 3, 1, 1))
    assert after.acks == [("events", 1, 3, 1)]
    (letter,) = house.reader.dead_letters()
    assert letter.reason == "oversized"
    assert len(letter.raw) <= 1_500
    assert house.reader.open_alarms() == ()


def test_another_pendants_signature_on_her_topic_is_no_word_of_hers(house: House) -> None:
    bea = house.handsets["p-bea"]
    message = bea.message("sos-pressed", house.now_ms)
    house.turn(house.item(message, topic=topics.up("p-ada", "sos")))
    assert alarms(house, "sos") == []
    assert len(alarms(house, "unverified_sos")) == 1
