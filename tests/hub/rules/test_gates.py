"""Every requirement that a gate may ask for: told where it holds, told where it does not.

And what a gate is besides: where it stands, who may let it pass, what stays on the record.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from hub.policy.load import PolicyFaults, load, shipped
from hub.policy.model import Gate, Policy
from hub.rules import visit as visit_rules
from hub.rules.directory import ClientFacts, Directory, WorkerFacts
from hub.rules.effects import Decision
from hub.rules.gates import REQUIREMENTS, Asked, closed_gate, passage
from hub.rules.kinds import COMMANDS, GATED
from hub.rules.model import NOTHING, Event, Part, Value, Visit
from tests.shipped import policy_of

NOW = 1_790_000_000_000
HOUR = 3_600_000
POLICY = policy_of("homemaker-exeter")
READY = WorkerFacts("ready", True, True, True, True, True, True)
CLIENT = ClientFacts("on file", "on file", "on file", ("on file",), "C2", assessment="signed",
                     assessed_by=2, contacts=("family",), known=True)  # fmt: skip
ROLES = {"manager": frozenset({"max"}), "office": frozenset({"olive", "kim"})}
SEEN = Directory(
    roles=ROLES,
    clients={"c": CLIENT},
    workers={"kim": READY, "lee": READY},
    on_duty=ROLES,
)
PLANNED = Visit("v", "t", "enhanced", "c", "Exmouth", NOW + HOUR, NOW + 2 * HOUR,
                (Part("kim", anchors={"finish": NOW + 2 * HOUR}),), tracker="tess",
                coverage="good")  # fmt: skip
PLAN: dict[str, Value] = {"client": "c", "workers": "kim", "start_ms": NOW + HOUR,
                          "end_ms": NOW + 2 * HOUR}  # fmt: skip


@dataclass(frozen=True)
class Given:
    """What a requirement looks at."""

    data: dict[str, Value] = field(default_factory=dict)
    kind: str = "plan_visit"
    by: str = "olive"
    visit: Visit | None = None
    seen: Directory = SEEN
    workers: tuple[str, ...] = ("kim",)
    facts: frozenset[str] = frozenset()
    roles: tuple[str, ...] = ("manager",)

    def holds(self, name: str) -> bool:
        gate = Gate("g", self.kind, (name,), "because", roles=self.roles)
        event = Event(self.kind, NOW, by=self.by, data={**PLAN, **self.data})
        part = self.visit.parts[0] if self.visit is not None else None
        asked = Asked(event, "enhanced", self.facts, self.visit, part, self.seen, self.workers)
        return REQUIREMENTS[name][1](asked, gate)


def client(**changes: Any) -> Directory:
    return replace(SEEN, clients={"c": replace(CLIENT, **changes)})


def worker(**changes: Any) -> Directory:
    return replace(SEEN, workers={"kim": replace(READY, **changes), "lee": READY})


def part(**changes: Any) -> Visit:
    return replace(PLANNED, parts=(replace(PLANNED.parts[0], **changes),))


def agreed(at_ms: int) -> Visit:
    return part(anchors={"tracker_agreed": at_ms})


PAIR = ("kim", "lee")
OUT = replace(SEEN, out=frozenset({"lee"}))
OFF: dict[str, Value] = {"role": "manager", "person": "max", "on": False}
# requirement -> where it holds, where it does not
CASES: dict[str, tuple[list[Given], list[Given]]] = {
    "rating": ([Given(), Given({"rating": "C1"}, seen=client(rating=""))],
               [Given(seen=client(rating="")), Given({"client": "nobody"})]),
    "manager_agreed": ([Given({"manager_agreed": "max"})],
                       [Given(), Given({"manager_agreed": "olive"}),
                        Given({"manager_agreed": "max"}, workers=("max",))]),
    "by_role": ([Given(by="max")], [Given(), Given(by=""), Given(by="max", workers=("max",))]),
    "entry": ([Given({"purpose": "visit", "area": "Exmouth"})], [Given({"purpose": "visit"})]),
    "client_details": ([Given()], [Given(seen=client(lines=())), Given(seen=client(postcode="")),
                                   Given({"client": "nobody"})]),
    "full_address": ([Given(), Given({"venue": "Jobcentre, 2 Other Street"})],
                     [Given(seen=client(address="")), Given({"venue": "https://goo.gl/x"})]),
    "times": ([Given()], [Given({"end_ms": 0}), Given({"start_ms": NOW + 3 * HOUR})]),
    "diary_complete": ([Given({"then": "home"}), Given({"then": "base", "venue": "Court"})],
                       [Given(), Given({"then": "home"}, seen=worker(phone=False)),
                        Given({"then": "home"}, seen=client(postcode="")),
                        Given({"then": "home", "end_ms": 0})]),
    "tracker": ([Given({"tracker": "tess"}), Given(visit=PLANNED)],
                [Given(), Given(visit=replace(PLANNED, tracker=""))]),
    "tracker_agreed": ([Given(visit=agreed(NOW)),
                        Given(visit=agreed(NOW - 20 * HOUR)),
                        Given(visit=agreed(NOW - 30 * HOUR),
                              seen=replace(SEEN, day_before_ms=NOW - 33 * HOUR))],
                       [Given(), Given(visit=PLANNED), Given(visit=agreed(NOW - 24 * HOUR)),
                        Given(visit=agreed(NOW - 10 * HOUR),
                              seen=replace(SEEN, day_before_ms=NOW - 9 * HOUR))]),
    "designated": ([Given({"tracker": "max"}), Given(visit=replace(PLANNED, tracker="max"))],
                   [Given({"tracker": "olive"}), Given(visit=PLANNED),
                    Given({"tracker": "max"}, workers=("max",))]),
    "departure_contact": ([Given({"departure_contact": "tess"}), Given(visit=PLANNED)],
                          [Given(), Given({"departure_contact": "kim"})]),
    "read_back": ([Given({"place": "1 Some Street", "name": "Kim"})],
                  [Given({"place": "1 Some Street"}), Given({"name": "Kim"})]),
    "spoken": ([Given({"means": "work-mobile"}), Given()], [Given({"means": "answerphone"})]),
    "called_back": ([Given({"means": "work-mobile"}, visit=PLANNED),
                     Given(visit=part(anchors={"called_back": NOW}))],
                    [Given(visit=PLANNED), Given({"means": "answerphone"}, visit=PLANNED)]),
    "contact_at_finish": ([Given(visit=PLANNED),
                           Given({"means": "work-mobile"}, visit=part(anchors={"finish": NOW})),
                           Given(visit=part(anchors={"finish": NOW, "contact": NOW}))],
                          [Given(visit=part(anchors={"finish": NOW}))]),
    "agreed_end": ([Given(), Given({"coverage": "poor", "agreed_end_ms": NOW + HOUR})],
                   [Given({"coverage": "poor"})]),
    "coverage_known": ([Given({"coverage": "poor"}), Given(visit=PLANNED)],
                       [Given(), Given({"coverage": "unknown"}),
                        Given(visit=replace(PLANNED, coverage="unknown"))]),
    "check_in_time": ([Given({"check_in_ms": NOW}), Given({"expected_back_ms": NOW})],
                      [Given(), Given({"check_in_ms": 0})]),
    "pendant_ready": ([Given(), Given(visit=PLANNED), Given(workers=PAIR)],
                      [Given(seen=worker(pendant="low")), Given(seen=worker(pendant="silent")),
                       Given(workers=("zoe",)), Given(workers=())]),
    "two_workers": ([Given(workers=PAIR)], [Given()]),
    "second_person": ([Given(workers=PAIR), Given({"second_person": "olive"})],
                      [Given(), Given({"second_person": "kim"}),
                       Given({"second_person": "zoe"},
                             seen=replace(SEEN, people=frozenset({"kim"})))]),
    "joint_or_elsewhere": ([Given({"manager_agreed": "max"}, workers=PAIR),
                            Given({"manager_agreed": "max", "venue": "Library, 3 High Street"}),
                            Given(workers=PAIR, roles=())],
                           [Given({"manager_agreed": "max"}), Given(workers=PAIR),
                            Given({"manager_agreed": "olive"}, workers=PAIR)]),
    "assessed": ([Given(), Given(seen=client(assessment="written"))],
                 [Given(seen=client(assessment="")), Given({"client": "nobody"})]),
    "assessed_by_two": ([Given()], [Given(seen=client(assessed_by=1))]),
    "assessment_signed": ([Given()], [Given(seen=client(assessment="written")),
                                      Given(seen=client(assessment="due"))]),
    "no_significant_risk": ([Given()], [Given(seen=client(assessment="significant")),
                                        Given(facts=frozenset({"significant_risk"}))]),
    "known_client": ([Given()], [Given(seen=client(known=False)),
                                 Given(facts=frozenset({"first_meeting"}))]),
    "risk_checked": ([Given({"risk_checked": "olive"}),
                      Given(visit=part(facts=("risk_checked",)))],
                     [Given(), Given({"risk_checked": "kim"}), Given(visit=PLANNED)]),
    "warning_checked": ([Given({"warning_checked": "kim"})],
                        [Given(), Given({"warning_checked": "zoe"},
                                        seen=replace(SEEN, people=frozenset({"kim"})))]),
    "inducted": ([Given(workers=PAIR)], [Given(seen=worker(inducted=False), workers=PAIR)]),
    "accepted": ([Given()], [Given(seen=worker(accepted=False))]),
    "fit": ([Given()], [Given(seen=worker(fit=False))]),
    "own_mobile": ([Given()], [Given(seen=worker(own_mobile=False))]),
    "next_of_kin": ([Given()], [Given(seen=worker(next_of_kin=False))]),
    "access_contacts": ([Given()], [Given(seen=client(contacts=()))]),
    "on_duty": ([Given(), Given(roles=("manager", "office"))],
                [Given(roles=("manager", "monitor"))]),
    "nobody_out": ([Given(OFF, "take_duty"), Given({**OFF, "on": True}, "take_duty", seen=OUT),
                    Given({"role": "manager"}, "take_duty", seen=OUT),
                    Given({**OFF, "role": "office"}, "take_duty", seen=OUT),
                    Given({**OFF, "person": "zoe"}, "take_duty", seen=OUT)],
                   [Given(OFF, "take_duty", seen=OUT),
                    Given({"role": "manager", "on": False}, "take_duty", by="max", seen=OUT)]),
    "way_in_lawful": ([Given({"way_in": "key-safe"}, "write_record"),
                       Given({"way_in": "other", "way_in_note": "a porter"}, "write_record")],
                      [Given({"way_in": "key-with-neighbours"}, "write_record"),
                       Given({"way_in": "door-left-open"}, "write_record"),
                       Given({"way_in": "key-outside"}, "write_record"),
                       Given({"way_in": "key-on-string"}, "write_record"),
                       Given({"way_in": "other", "way_in_note": "Under the mat."},
                             "write_record")]),
    "authority_form": ([Given({"kind": "key", "authority_form": "2026-01-02"}, "write_record"),
                        Given({"kind": "key", "record": "r1"}, "write_record"),
                        Given({"kind": "badge"}, "write_record")],
                       [Given({"kind": "key"}, "write_record")]),
    "never": ([], [Given()]),
}  # fmt: skip


def test_every_requirement_has_its_cases() -> None:
    assert set(CASES) == set(REQUIREMENTS)


@pytest.mark.parametrize("name", sorted(REQUIREMENTS))
def test_a_requirement_is_told_where_it_holds_and_where_not(name: str) -> None:
    holding, lacking = CASES[name]
    assert [given for given in holding if not given.holds(name)] == []
    assert [given for given in lacking if given.holds(name)] == []


def with_gate(**keys: Any) -> Policy:
    """The policy with one gate alone."""
    gate = Gate(**{"id": "g", "command": "start_out", "requires": ("never",), "reason": "Not so.",
                   **keys})  # fmt: skip
    return replace(POLICY, gates=(gate,))


def start_out(policy: Policy, data: Mapping[str, Value] = NOTHING, by: str = "max") -> Decision:
    seen = replace(SEEN, roles={**ROLES, "duty-manager": frozenset({"max", "kim"})})
    event = Event("start_out", NOW, by=by, visit="v", worker="kim", data=data)
    return visit_rules.decide(policy, PLANNED, event, NOW, seen)


def test_a_gate_stands_only_at_its_level_and_where_its_facts_are_known() -> None:
    assert start_out(with_gate()).refused
    assert not start_out(with_gate(levels=("standard",))).refused
    assert start_out(with_gate(levels=("enhanced",))).refused
    assert not start_out(with_gate(when=("pair",))).refused
    assert start_out(with_gate(when=("then_base",))).refused
    assert not start_out(with_gate(command="cancel")).refused


OVERRIDE: dict[str, Value] = {"override": "g", "override_note": "the pendant is being charged"}


def test_who_may_lets_a_gate_pass_by_name_and_with_a_note_and_it_stays_on_record() -> None:
    passable = with_gate(override=("duty-manager",))
    done = start_out(passable, OVERRIDE)
    assert done.visit is not None
    assert (done.refused, done.visit.overridden) == ("", ("g by max",))
    assert "let pass: g by max" in done.reason


@pytest.mark.parametrize(
    ("by", "data"),
    [
        ("max", {"override": "g"}),
        ("max", {"override": "g", "override_note": "  "}),
        ("max", {"override": "another", "override_note": "why"}),
        ("olive", OVERRIDE),
        ("kim", OVERRIDE),  # she may for others, never for herself
        ("", OVERRIDE),
    ],
)
def test_nobody_else_does_and_never_without_a_note(by: str, data: dict[str, Value]) -> None:
    refused = start_out(with_gate(override=("duty-manager",)), data, by)
    assert refused.visit == PLANNED
    assert refused.gate == "g"
    assert "Duty line manager" in refused.refused


def test_a_gate_that_nobody_may_pass_says_so_by_offering_nothing() -> None:
    refused = start_out(with_gate(), OVERRIDE)
    assert (refused.gate, refused.refused) == ("", "Not so.")


def test_several_gates_are_passed_one_by_one() -> None:
    first = with_gate(override=("duty-manager",))
    both = replace(first, gates=(*first.gates, replace(first.gates[0], id="h")))
    assert start_out(both, OVERRIDE).gate == "h"
    done = start_out(both, {"override": "g, h", "override_note": "why"})
    assert done.visit is not None
    assert done.visit.overridden == ("g by max", "h by max")


def test_of_a_visit_that_is_not_there_yet_live_facts_are_known_too() -> None:
    """A gate of planning may stand for poor coverage or for a pair."""
    policy = with_gate(command="plan_visit", when=("poor_coverage",))
    for coverage, is_shut in (("poor", True), ("good", False)):
        event = Event("plan_visit", NOW, by="olive", data={**PLAN, "coverage": coverage})
        planned = visit_rules.plan(policy, event, "v", NOW, replace(SEEN, pendants={}))
        assert bool(planned.refused) is is_shut


@pytest.mark.parametrize("command", sorted(set(COMMANDS) - set(GATED)))
def test_what_makes_somebody_safer_cannot_be_gated(command: str, tmp_path: Path) -> None:
    text = shipped("plain").read_text(encoding="utf-8")
    row = f'[[gate]]\nid = "shut"\ncommand = "{command}"\nrequires = ["never"]\nreason = "No."\n'
    file = tmp_path / "shut.toml"
    file.write_text(f"{text}\n{row}", encoding="utf-8")
    with pytest.raises(PolicyFaults, match=f"'{command}' is wrong"):
        load(file)


def test_danger_and_help_are_not_among_what_can_be_gated() -> None:
    safer = {"report_danger", "record_answer", "record_contact", "abandon", "refuse_entry",
             "report_signs", "acknowledge", "do_task"}  # fmt: skip
    assert safer <= set(COMMANDS) - set(GATED)


def test_asking_costs_nothing_where_no_gate_stands() -> None:
    event = Event("extend", NOW, by="olive")
    asked = Asked(event, "enhanced", frozenset(), PLANNED)
    assert closed_gate(with_gate(), "extend", asked) is None
    assert passage(with_gate(), "extend", asked) is passage(with_gate(), "cancel", asked)
