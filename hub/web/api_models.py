"""What the JSON API takes and gives. One model per command, named after it (rules/kinds.py).

Rule: the API can do what the pages can, no more; what may be done is for the rules to say.
Times are UTC milliseconds.
"""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from hub.rules.model import Value

TEXT = 2_000
Means = Literal["work-mobile", "own-mobile", "client-landline", "client-mobile", "office",
                "in-person", "direct-line", "answerphone"]  # fmt: skip
Then = Literal["base", "home", "next"]
Coverage = Literal["good", "poor", "unknown"]


class Body(BaseModel):
    """Unknown keys are refused: a misspelt one must not be dropped in silence."""

    model_config = ConfigDict(extra="forbid", str_max_length=TEXT)

    def facts(self) -> dict[str, Value]:
        """The command's data: what was given."""
        return {k: v for k, v in self.model_dump(exclude_none=True).items() if k != "version"}


class LogIn(Body):
    name: str
    password: str


class PlanVisit(Body):
    client: str
    area: str
    purpose: str
    start_ms: int
    end_ms: int
    workers: str = Field(description="ids, comma separated")
    then: Then = "base"
    tracker: str | None = None
    first_meeting: bool = False
    risk_flag: bool = False
    recent_violence: bool = False
    concern: bool = False
    rating: str | None = None
    coverage: Coverage | None = None
    agreed_end_ms: int | None = None
    manager_agreed: str | None = Field(None, description="person id (HM-1.2)")


class AboutVisit(Body):
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
    end_ms: int | None = None


class RecordContact(Noted):
    means: Means
    reached: bool


class CarryOn(Told):
    every_min: int = Field(ge=5, le=240)


class Extend(Told):
    end_ms: int


class ConfirmDeparture(Told):
    then: Then | None = None


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
    note: str | None = None


class Resolve(Body):
    outcome: str
    note: str
    spoke: bool
    presses: int | None = Field(None, description="how many presses were seen; newer ones refuse")


class TakeDuty(Body):
    role: str
    person: str
    on: bool


class Done(BaseModel):
    """The engine's answer, after its commit."""

    ok: bool
    reason: str
    id: str = ""
    clause: tuple[str, ...] = ()


class Token(BaseModel):
    token: str
    person: str
    name: str
