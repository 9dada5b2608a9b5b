"""The parts of a live run that need no process: plots, people, faults, the feed as sights."""

import ast
import json
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from random import Random

import pytest

from firmware.mqtt_packets import encode_publish
from hub.policy.load import SHIPPED
from hub.rules.kinds import ALARM_KINDS, COMMANDS
from hub.rules.phases import ENDED, PHASES
from hub.settings import load as load_settings
from simulator.chaos import mischief
from simulator.chaos.answerers import ON_VISIT
from simulator.chaos.bounds import Violation
from simulator.chaos.crowd import crowd
from simulator.chaos.mischief import Fault, Mischief
from simulator.chaos.plot import SOURCES, plot_of, timed
from simulator.chaos.recording import seen_in
from simulator.chaos.stage import Ear
from simulator.chaos.totals import Totals, Wish, as_json, ending, line
from simulator.chaos.workers import NEXT
from simulator.live.child import ChildFailed
from simulator.live.feed import Feed
from simulator.live.scenario import WORLDS
from simulator.storm.rates import Rates
from simulator.storm.seen import (
    Asked,
    Befell,
    Carried,
    Delivered,
    Felt,
    HubLife,
    Kept,
    Powered,
    Pressed,
)

# Only real processes know these; the others are fields of Rates.
LIVE_ONLY = {"hub_freeze_h", "hub_half_open_h", "hub_stall_h", "broker_freeze_h", "stall_h"}


def test_every_shipped_procedure_is_lived_through() -> None:
    assert set(SOURCES) == {path.stem for path in SHIPPED.glob("*.toml")}


@pytest.mark.parametrize("policy", sorted(SOURCES))
def test_a_plot_has_outings_that_can_be_planned_and_let_in(policy: str) -> None:
    plot = plot_of(policy)
    assert plot.outings
    for outing in plot.outings:
        assert {"start_ms", "end_ms", "workers"} <= outing.plan.values.keys()
        assert {"place", "name"} <= outing.let_in.values.keys()
        now_ms = 1_000_000
        values = timed(outing.plan.values, now_ms)
        times = [values["start_ms"], values["end_ms"]]
        assert all(isinstance(each, int) and each > now_ms for each in times)


def test_the_pair_goes_together() -> None:
    assert plot_of("acorn-partnership").together == 2
    assert plot_of("plain").together == 1


def test_every_phase_has_a_way_to_its_end() -> None:
    assert set(NEXT) == set(PHASES) - ENDED
    assert {kind for kind, _ in NEXT.values()} <= COMMANDS.keys()
    assert ON_VISIT.keys() <= ALARM_KINDS.keys()
    assert {kind for kind, _ in ON_VISIT.values()} <= COMMANDS.keys()


def test_a_crowd_is_somebody_the_hub_accepts(tmp_path: Path) -> None:
    world = WORLDS / "exeter.toml"
    assert crowd(world, 2, tmp_path / "w.toml") == (world, ("bea", "dai"))
    made, wearers = crowd(world, 60, tmp_path / "w.toml")
    assert len(set(wearers)) == 60
    settings = load_settings(made)
    assert {person.id for person in settings.people} >= set(wearers)


def test_who_is_needed_in_the_office_goes_on_no_visit(tmp_path: Path) -> None:
    for policy in SOURCES:
        plot = plot_of(policy)
        _, wearers = crowd(plot.world, 5, tmp_path / "w.toml", plot.office)
        assert len(wearers) == 5
        assert not plot.office & set(wearers)


def test_what_is_on_file_about_the_first_is_on_file_about_all(tmp_path: Path) -> None:
    world = WORLDS / "sutton.toml"
    made, wearers = crowd(world, 4, tmp_path / "w.toml", ("tom", "olu"))
    records = tomllib.loads(made.read_text(encoding="utf-8"))["record"]
    inducted = {each["about"] for each in records if each["kind"] == "induction"}
    assert inducted == set(wearers)


# The ear.


def heard(feed: Feed) -> list[bytes]:
    tokens = [item.facts["token"] for item in feed.all() if item.source == "carried"]
    return [token for token in tokens if isinstance(token, bytes)]


def test_the_ear_hears_messages_however_the_bytes_come() -> None:
    feed = Feed()
    stream = encode_publish("allswell/p-bea/down", b"one", 1, 7, False) + encode_publish(
        "allswell/p-bea/down", b"two", 0, 0, False
    )
    ear = Ear(feed, "bea")
    for at in range(len(stream)):
        ear(stream[at : at + 1])
    assert heard(feed) == [b"one", b"two"]


def test_an_ear_that_lost_bytes_hears_nothing_more() -> None:
    feed = Feed()
    ear = Ear(feed, "bea")
    ear(b"\xff\xff\xff\xff\xff\xff")
    ear(encode_publish("allswell/p-bea/down", b"one", 0, 0, False))
    assert heard(feed) == []


# The feed as sights.


def test_the_feed_becomes_sights_with_pendants_and_link_time() -> None:
    feed = Feed()
    data = {"alarm": "a-1"}
    feed.add("boot", "power-on", "bea")
    feed.add("press", "sos-hold", "bea", facts={"began_s": 0.0, "cut": True})
    feed.add("flash", "held", "bea", "e-1")
    feed.add("flash", "written", "bea", "e-1")
    feed.add("feel", "stored", "bea")
    feed.add("carried", "allswell/p-bea/down", "bea", facts={"token": b"t"})
    feed.add("page", "SOS", "tom", "text", facts={"alarm": "a-1"})
    feed.add("asked", "resolve", "tom", "why", facts={"began_s": 0.0, "ok": None, "data": data})
    feed.add("fault", "partition_h", "p-bea", facts={"began_s": 0.0})
    feed.add("process", "power cut", "bea")
    feed.add("process", "killed", "hub")
    feed.add("process", "begun", "hub")
    feed.add("process", "killed", "broker")
    feed.add("log", "arrived", "bea")
    kinds = [type(sight) for sight in seen_in(feed.all()).all]
    assert kinds == [
        Powered, Pressed, Kept, Felt, Carried, Delivered, Asked, Befell, Powered, HubLife, HubLife,
    ]  # fmt: skip
    powered, pressed, kept = seen_in(feed.all()).all[:3]
    assert isinstance(powered, Powered) and powered.on and powered.pendant == "p-bea"
    assert isinstance(pressed, Pressed) and pressed.cut and pressed.end_ms >= pressed.at_ms == 0
    assert isinstance(kept, Kept) and kept.name == "e-1"


# Faults.


class Clock(Feed):
    """A feed whose time is set by hand."""

    at_s = 0.0

    def now_s(self) -> float:
        return self.at_s


class Parts:
    """What stands in for a stage: it has a feed and nobody on it."""

    def __init__(self) -> None:
        self.feed = Clock()
        self.wearers: tuple[str, ...] = ()
        self.done: list[str] = []


@pytest.fixture
def parts(monkeypatch: pytest.MonkeyPatch) -> Iterator[Parts]:
    found = Parts()

    def made(name: str, part: str) -> Fault:
        return Fault(
            name, part, part, 1, 1, 5,
            lambda: found.done.append(f"+{name}"), lambda: found.done.append(f"-{name}"),
        )  # fmt: skip

    faults = [made("a", "hub"), made("b", "hub"), made("c", "net")]
    monkeypatch.setattr(mischief, "faults_of", lambda stage, lives: faults)
    yield found


def played(parts: Parts, seed: int, until_s: float) -> Mischief:
    made = Mischief(parts, None, Random(seed))  # type: ignore[arg-type]  # stand-ins
    while parts.feed.at_s < until_s:
        made.step()
        parts.feed.at_s += 0.05
    return made


def test_a_part_suffers_one_fault_at_a_time_and_each_is_undone(parts: Parts) -> None:
    played(parts, 1, 300).heal()
    of_hub = [word for word in parts.done if word[1] in "ab"]
    assert len(of_hub) > 20
    for done, undone in zip(of_hub[::2], of_hub[1::2], strict=True):
        assert (done[0], undone) == ("+", "-" + done[1:])


def test_a_seed_repeats_its_faults(parts: Parts) -> None:
    first = played(parts, 7, 120).counts
    first_done, parts.done, parts.feed.at_s = parts.done, [], 0.0
    assert played(parts, 7, 120).counts == first
    assert parts.done == first_done
    parts.done, parts.feed.at_s = [], 0.0
    played(parts, 8, 120)
    assert parts.done != first_done


def test_it_is_fair_at_times(parts: Parts) -> None:
    played(parts, 3, 400).heal()
    begun = [item.facts["began_s"] for item in parts.feed.all()]
    starts = sorted(each for each in begun if isinstance(each, float))
    gaps = [after - before for before, after in pairwise(starts)]
    assert max(gaps) > mischief.FAIR_S[0]


def test_what_is_told_lies_within_what_was_done(parts: Parts) -> None:
    made = played(parts, 2, 60)
    made.heal()
    sights = seen_in(parts.feed.all()).all
    assert len(sights) == made.counts.total()
    assert all(isinstance(each, Befell) and each.at_ms <= each.ends_ms for each in sights)
    assert made.now() == []


def test_a_process_that_does_not_start_in_time_is_started_later(
    parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    starts: list[float] = []

    def start() -> None:
        starts.append(parts.feed.at_s)
        if len(starts) < 3:
            raise ChildFailed("no start")

    fault = Fault("a", "hub", "hub", 1, 1, 2, lambda: None, start)
    monkeypatch.setattr(mischief, "faults_of", lambda stage, lives: [fault])
    made = Mischief(parts, None, Random(1))  # type: ignore[arg-type]  # stand-ins
    while len(starts) < 3:
        made.step()
        parts.feed.at_s += 0.05
    assert starts[1] - starts[0] >= mischief.AGAIN_S
    assert made.stuck == 2


def test_faults_are_counted_under_the_names_of_the_storm() -> None:
    tree = ast.parse(Path(mischief.__file__).read_text(encoding="utf-8"))
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    made = [call.args for call in calls if ast.unparse(call.func) == "Fault"]
    names = {ast.literal_eval(args[0]) for args in made}
    assert len(names) >= 15
    assert names - set(Rates.__slots__) == LIVE_ONLY


# Totals.

WISH = Wish(2, 7, "plain", 3, 10)


def test_the_line_of_totals_says_everything() -> None:
    totals = Totals(seconds=120, visits=5, sos=4, stored=3, in_log=3, pages=9)
    totals.faults.update({"hub_kill_h": 2, "partition_h": 1})
    said = line(totals)
    for words in ("2.0 minutes", "5 visits", "4 SOS", "3 faults", "hub_kill_h 2", "0 violations"):
        assert words in said
    assert "early" in line(replace(totals, early=True))


def test_a_violation_says_how_to_repeat_it() -> None:
    totals = Totals(folder="/somewhere", violations=[Violation("paged", 1_500, "nobody")])
    said = "\n".join(ending(totals, WISH))
    assert "VIOLATION paged at 1.5 s: nobody" in said
    assert "/somewhere" in said
    assert "chaos --minutes 2 --seed 7 --policy plain --pendants 3 --speed 10" in said
    assert "again" not in "\n".join(ending(Totals(), WISH))
    totals.faults["hub_kill_h"] = 2
    told = json.loads(json.dumps(as_json(totals, WISH)))
    assert told["violations"] == [{"statement": "paged", "at_ms": 1_500, "what": "nobody"}]
    assert told["faults"] == {"hub_kill_h": 2}
