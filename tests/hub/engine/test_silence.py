"""Silent duress, real pendant, real engine: the same history with A short and with a chord.

Rule of the test: what she is told (but for versions, times and her own sequence numbers) and every
feel, to the millisecond, is the same in both histories (P2); only the list of presses that are over
may differ, and it empties again.
"""

from pathlib import Path

import pytest

from hub.inbox import FromPendant
from protocol import codec, topics
from protocol.messages import Beat, Receipt, Standing, UpMessage
from protocol.record import Message
from tests.firmware.harness import Bench
from tests.hub.house import MINUTE_MS, START_MS, House

VARYING = frozenset({"version", "boot", "beat", "hub_ms", "resolved", "go_in"})
Felt = list[tuple[int, str]]


class EngineHub:
    """Stands where the bench's own hub stands: the engine answers."""

    def __init__(self, house: House, name: str) -> None:
        self.house = house
        self.handset = house.handsets[name]
        self.seen: dict[str, bytes] = {}
        self.confirmed = False
        self.told: list[tuple[tuple[str, object], ...]] = []  # each content of a standing, once
        self.listed: list[str] = []  # the presses that the newest one calls over
        self.beats: list[Beat] = []
        self.pressed: dict[str, str] = {}  # the newest identity of each type

    def hear(self, token: bytes, now_ms: int) -> list[bytes]:
        self.house.now_ms = START_MS + now_ms
        message = codec.peek(token, up=True)
        assert isinstance(message, UpMessage)
        if isinstance(message, Beat):
            self.beats.append(message)
        elif message.identity() not in self.seen:
            self.pressed[message.TYPE] = message.identity()
            self.seen[message.identity()] = token
        lane = topics.lane_of(message)
        session = "beats" if lane == "beat" else "events"
        topic = topics.up(self.handset.name, lane)
        after = self.house.turn(FromPendant(session, topic, token, 1, int(lane != "beat"), 1))
        return self.mine(after.down)

    def mine(self, down: list[tuple[str, bytes]]) -> list[bytes]:
        tokens = [token for pendant, token in down if pendant == self.handset.name]
        for token in tokens:
            message = self.opened(token)
            if isinstance(message, Standing):
                self.heard(message)
        return tokens

    def heard(self, standing: Standing) -> None:
        self.confirmed = self.confirmed or standing.go_in != ""
        self.listed = standing.resolved
        values = [(name, getattr(standing, name)) for name, _ in Standing.FIELDS]
        # Of the arrival that she may go in for, whether it is hers: sequence numbers may differ.
        values.append(("go_in_is_hers", standing.go_in in self.seen))
        content = tuple((name, value) for name, value in values if name not in VARYING)
        if not self.told or self.told[-1] != content:
            self.told.append(content)

    def names_a_press(self, payload: bytes) -> bool:
        said = self.opened(payload)
        return isinstance(said, Receipt) or (isinstance(said, Standing) and said.sos != "")

    def opened(self, token: bytes) -> Message:
        key = codec.down_key(self.handset.secret)
        return codec.unseal(token, self.handset.key_id, key, up=False)


class History:
    """Ada's pendant on the engine; `silent`: every A short of hers is a chord instead."""

    def __init__(self, folder: Path, silent: bool, together_ms: int = 1_300) -> None:
        self.silent = silent
        self.together_ms = together_ms
        self.house = House(folder)
        handset = self.house.handsets["p-ada"]
        # The one known difference: while an alarm is open it beats faster off duty.
        self.bench = Bench(
            pendant=handset.name,
            key_id=handset.key_id,
            secret=handset.secret.hex(),
            offduty_beat_s=10,
            link=False,
        )
        self.hub = EngineHub(self.house, "p-ada")
        self.bench.hub = self.hub  # type: ignore[assignment]  # it answers as the bench's own does
        self.visit = self.house.plan("ada", in_ms=2 * MINUTE_MS)
        self.bench.link(True)
        self.run(5_000)

    def run(self, by_ms: int) -> None:
        """Seconds pass at both ends; what the engine says unasked comes down a moment later."""
        end_ms = self.bench.now_ms + by_ms
        while self.bench.now_ms < end_ms:
            self.bench.run(min(500, end_ms - self.bench.now_ms))
            self.house.now_ms = START_MS + self.bench.now_ms
            self.down(self.house.turn().down)

    def down(self, sent: list[tuple[str, bytes]]) -> None:
        for token in self.hub.mine(sent):
            self.bench.deliver(token)

    def short(self) -> None:
        """A pressed for as long as the chord would take, so that the moments can be compared."""
        self.bench.edge("a", True)
        self.bench.run(60)
        if self.silent:
            self.bench.edge("d", True)
        self.bench.run(self.together_ms)
        if self.silent:
            self.bench.edge("d", False)
        self.bench.run(40)
        self.bench.edge("a", False)
        self.run(2_500)

    def command(self, kind: str, by: str = "tom", **facts: str | int | bool) -> None:
        self.house.now_ms = START_MS + self.bench.now_ms
        self.house.must(kind, by, **facts)
        self.down(self.house.afters[-1].down)
        self.run(1_000)

    def alarms(self) -> set[str]:
        return {alarm.kind for alarm in self.house.reader.open_alarms()}

    def resolve(self, kind: str, by: str = "mia") -> None:
        (alarm,) = [each for each in self.house.reader.open_alarms() if each.kind == kind]
        self.command("resolve", by, alarm=alarm.id, outcome="fetched", spoke=True)

    def felt(self) -> Felt:
        return [(at_ms, out[1]) for at_ms, out in self.bench.log if out[0] == "feel"]


def whole_visit(history: History) -> None:
    """On the way, at the door, let in, asked, answered, left, off duty: A short in every phase."""
    history.short()  # a touch, or the arrival: it is planned about now
    history.run(30_000)
    history.short()  # at the door
    history.command("confirm_arrival", visit=history.visit, place="C1", name="Ada",
                    departure_contact="tom")  # fmt: skip
    history.run(5_000)
    history.short()  # inside
    history.run(26 * MINUTE_MS)  # the reminder asks her (HM-4.2.5)
    history.short()
    history.run(10_000)
    history.command("record_contact", visit=history.visit, means="work-mobile", reached=True)
    history.command("confirm_departure", visit=history.visit)
    history.short()
    history.command("confirm_home", visit=history.visit)
    history.run(5_000)
    history.short()
    history.run(5_000)


@pytest.mark.parametrize(("together_ms", "kind"), [(1_300, "duress"), (500, "duress_suspected")])
@pytest.mark.clause("HM-5.1")
def test_the_same_visit_with_chords_is_told_and_felt_the_same(
    tmp_path: Path, together_ms: int, kind: str
) -> None:
    spoken = History(tmp_path / "a", silent=False, together_ms=together_ms)
    quiet = History(tmp_path / "b", silent=True, together_ms=together_ms)
    for history in (spoken, quiet):
        whole_visit(history)
    assert quiet.hub.told == spoken.hub.told
    assert quiet.felt() == spoken.felt()
    assert kind in quiet.alarms()
    assert kind not in spoken.alarms()
    feels = [pattern for _, pattern in quiet.felt()]
    for pattern in ("do-not-go-in", "go-in", "prompt", "read-short", "received", "status-good"):
        assert pattern in feels, pattern
    assert len(quiet.hub.told) > 5


@pytest.mark.clause("HM-5.1")
def test_what_is_resolved_empties_the_open_list_and_is_not_felt(tmp_path: Path) -> None:
    history = History(tmp_path, silent=True)
    history.short()
    assert len(history.hub.beats[-1].open) == 1
    before = history.felt()
    history.resolve("duress")
    history.run(25_000)
    assert history.hub.beats[-1].open == []
    assert history.felt() == before
    assert history.hub.listed == []
    assert [name for name in history.bench.flash if name[0] == "o"] == []
    for _ in range(10):  # and it does not fill up
        history.short()
        history.resolve("duress")
        history.run(21_000)
    assert history.hub.beats[-1].open == []


@pytest.mark.clause("HM-5.1")
def test_an_sos_while_a_silent_alarm_is_open_is_its_own_and_heard(tmp_path: Path) -> None:
    history = History(tmp_path, silent=True)
    history.short()
    start_ms = history.bench.now_ms
    history.bench.sos()
    history.run(3_000)
    assert {"duress", "sos"} <= history.alarms()
    told = dict(history.hub.told[-1])
    assert (told["sos"], told["sos_state"]) == (history.hub.pressed["sos-pressed"], "open")
    (sos,) = [a for a in history.house.reader.open_alarms() if a.kind == "sos"]
    history.command("acknowledge", "mia", alarm=sos.id)
    assert history.bench.count("person-has-it", start_ms) == 1
    history.resolve("sos")
    history.run(12_000)
    assert history.bench.count("over", start_ms) == 1
    assert "duress" in history.alarms()


@pytest.mark.clause("HM-5.1")
def test_nobody_reads_a_silent_press_as_a_word_of_hers(tmp_path: Path) -> None:
    history = History(tmp_path, silent=True)
    history.short()
    part = history.house.visit(history.visit).parts[0]
    assert part.phase == "at-door"
    assert [(claim.kind, claim.felt) for claim in part.claims] == [("duress", "arrived")]
    history.short()
    part = history.house.visit(history.visit).parts[0]
    assert {claim.kind for claim in part.claims} == {"duress"}
    kinds = {row.kind for row in history.house.reader.log_rows(limit=1_000)}
    assert not kinds & {"ok", "arrived", "replied", "touched"}


@pytest.mark.clause("HM-5.1")
def test_whoever_is_paged_meanwhile_is_told_not_to_ring_her(tmp_path: Path) -> None:
    history = History(tmp_path, silent=True)
    history.short()
    pages = [page for page in history.house.reader.pages() if "door" in page.body]
    assert pages
    assert all("do not call her" in page.body for page in pages)
