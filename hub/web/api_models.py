"""What the JSON API takes and gives. One model per command, named after it (rules/kinds.py).

Rule: the API can do what the pages can, no more; what may be done is for the rules to say.
Times are UTC milliseconds.
"""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from hub.rules.model import Value

TEXT = 2_000
VALUES_MAX = 40
Means = Literal["work-mobile", "own-mobile", "client-landline", "client-mobile", "office",
                "in-person", "direct-line", "answerphone"]  # fmt: skip
Then = Literal["base", "home", "next"]
Coverage = Literal["good", "poor", "unknown"]
Kind = Literal["visit", "site", "meeting", "day"]
Result = Literal["spoke", "no-answer", "answerphone", "unobtainable", "somebody-else", "message"]
Heard = Literal["yes", "no", "silence", "other", "phrase"]
Drill = Literal["call", "late-call-back", "page"]


class Body(BaseModel):
    """Unknown keys are refused: a misspelt one must not be dropped in silence."""

    model_config = ConfigDict(extra="forbid", str_max_length=TEXT)

    def facts(self) -> dict[str, Value]:
        """The command's data: what was given."""
        return {k: v for k, v in self.model_dump(exclude_none=True).items() if k != "version"}


class LogIn(Body):
    name: str
    password: str


class PlanFacts(Body):
    """What chooses the level (rules/facts.py PLAN_FACTS); not given is not known to be so. What
    calendar and sun say (out_of_hours, after_dark) the hub works out, and can be told besides."""

    first_meeting: bool = False
    risk_flag: bool = False
    recent_violence: bool = False
    concern: bool = False
    out_of_hours: bool | None = None
    after_dark: bool | None = None
    unplanned: bool | None = None
    out_all_day: bool | None = None
    on_site: bool | None = None
    opening_up: bool | None = None
    office_meeting: bool | None = None
    day_entry: bool | None = None
    other_venue: bool | None = None
    remote_tracker: bool | None = None
    too_great_for_one: bool | None = None
    must_not_be_left: bool | None = None
    last_of_day: bool | None = None
    significant_risk: bool | None = None
    pairs_place: bool | None = None
    no_recent_contact: bool | None = None


class Override(Body):
    """A gate that a holder of the right role lets pass, on the record."""

    override: str | None = Field(None, description="the gate's id")
    override_note: str | None = Field(None, description="why")


class PlanVisit(PlanFacts, Override):
    client: str = Field("", description="empty for an entry without a client")
    area: str
    purpose: str
    start_ms: int
    end_ms: int
    workers: str = Field(description="ids, comma separated")
    then: Then = "base"
    kind: Kind | None = None
    venue: str | None = Field(None, description="kind of appointment and full address (HM-2.3)")
    tracker: str | None = None
    rating: str | None = None
    coverage: Coverage | None = None
    agreed_end_ms: int | None = None
    check_in_ms: int | None = None
    expected_back_ms: int | None = None
    relief_ms: int | None = None
    manager_agreed: str | None = Field(None, description="person id (HM-1.2)")
    risk_checked: str | None = Field(None, description="who looked the risks up (DC-unplanned)")
    warning_checked: str | None = Field(
        None, description="who looked the client up in the warning system (SU-first)"
    )
    second_person: str | None = Field(None, description="who is with her (HM-9)")


class AboutVisit(Override):
    """`version`: of the visit as it was read; an outdated one is refused."""

    worker: str | None = None
    version: int | None = None


class Noted(AboutVisit):
    note: str | None = None


class Told(Noted):
    means: Means | None = None


class ConfirmArrival(AboutVisit):
    place: str = Field(description="as read back to her")
    name: str = Field(description="as read back to her")
    departure_contact: str | None = None
    second_person: str | None = Field(None, description="who is with her (LF-open)")
    end_ms: int | None = None
    expected_back_ms: int | None = None


class RecordContact(Noted):
    means: Means
    reached: bool
    result: Result | None = None


class CheckRisk(Noted):
    found: str = Field("", description="flags, comma separated; empty: none is recorded")


class Reschedule(Noted):
    start_ms: int
    end_ms: int


class Rebase(AboutVisit):
    note: str


class CarryOn(Told):
    every_min: int = Field(ge=5, le=240)


class Extend(Told):
    end_ms: int
    expected_back_ms: int | None = None


class ConfirmDeparture(Told):
    then: Then | None = None
    expected_back_ms: int | None = None


class NameTracker(AboutVisit):
    tracker: str


class SetCoverage(AboutVisit):
    coverage: Coverage
    agreed_end_ms: int | None = None


class ReportDanger(Noted):
    how: Literal["coded-phrase", "family", "call"]


class Danger(Body):
    worker: str
    how: Literal["coded-phrase", "family", "call"]
    note: str | None = None


class AlarmContact(Body):
    means: Means
    reached: bool
    result: Result | None = None
    note: str | None = None


class DoTask(Body):
    task: str
    note: str | None = None
    reference: str | None = Field(None, description="the police's number and the like")


class WaiveTask(Body):
    task: str
    note: str


class ChooseCase(Body):
    case: str
    note: str | None = None


class RecordAnswer(Body):
    """One answer to one line of a script (SU-false); `so_far`: the answers before it."""

    script: str
    line: int
    answer: Heard
    so_far: str = ""
    visit: str | None = None
    worker: str | None = None
    alarm: str | None = None
    note: str | None = None


class StartDrill(Body):
    drill: Drill
    person: str | None = Field(None, description="who is called")
    note: str | None = None
    at_random: bool | None = None


class WriteRecord(BaseModel):
    """`fields`: those of the register's verb (docs/registers.md)."""

    model_config = ConfigDict(extra="forbid", str_max_length=TEXT)

    kind: str
    verb: str
    record: str | None = None
    about: str | None = None
    version: int | None = None
    fields: dict[str, str | int | bool] = Field(default_factory=dict, max_length=VALUES_MAX)

    def facts(self) -> dict[str, Value]:
        """The command's data: the fields stand beside the rest, which they cannot replace."""
        rest = self.model_dump(exclude_none=True, exclude={"fields", "version"})
        return {**self.fields, **rest}


class Resolve(Body):
    outcome: str
    note: str
    spoke: bool
    presses: int | None = Field(None, description="how many presses were seen; newer ones refuse")


class TakeDuty(Override):
    role: str
    person: str
    on: bool


class Done(BaseModel):
    """The engine's answer, after its commit."""

    ok: bool
    reason: str
    id: str = ""
    clause: tuple[str, ...] = ()
    shown: str = Field("", description="an entry code that was asked for (CT-4.4), else nothing")


class Token(BaseModel):
    token: str
    person: str
    name: str
