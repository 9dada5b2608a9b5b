"""What the stories of Derbyshire's guidance share: who is on file and duty, how a visit begins."""

from dataclasses import replace

from hub.registers import rule
from hub.registers.seen import Seen
from hub.rules.effects import Decision
from hub.rules.model import Event, Record, Value
from hub.rules.prompting import instructions
from tests.stories.world import CLIENT, READY, World

SEEN = Seen(
    "Europe/London",
    roles={"kim": (), "lee": (), "max": ("manager",), "olive": ("monitor",)},
    clients=frozenset({"client"}),
)
DERBYSHIRE = "derbyshire-childrens-services"
HIGH = "high"
OUT_OF_HOURS = "high-out-of-hours"


def client(world: World, **changes: object) -> None:
    """What is on file about the client, changed."""
    changed = replace(CLIENT, **changes)  # type: ignore[arg-type]  # each test names real fields
    world.directory = replace(world.directory, clients={"client": changed})


def worker(world: World, **changes: object) -> None:
    changed = replace(READY, **changes)  # type: ignore[arg-type]  # each test names real fields
    world.directory = replace(world.directory, workers={"kim": changed, "lee": READY})


def duties(world: World, **changed: str) -> None:
    """Who is on duty; "" for nobody."""
    held = {role: frozenset({who} - {""}) for role, who in changed.items()}
    world.directory = replace(world.directory, on_duty={**world.directory.on_duty, **held})


def evening(world: World) -> None:
    """Out of office hours; Dora may be and is the designated manager."""
    dora = frozenset({"dora"})
    world.directory = replace(
        world.directory,
        facts=frozenset({"out_of_hours"}),
        roles={**world.directory.roles, "designated": dora},
        on_duty={**world.directory.on_duty, "designated": dora},
    )


def read(world: World, moment: str) -> str:
    """Everything that is shown then."""
    return " ".join(
        row.text for row in instructions(world.policy, moment, world.visit_now(), world.part())
    )


def looked_up(world: World) -> None:
    world.command("check_risk", "olive")


def inside(world: World, **facts: str | int | bool) -> None:
    world.plan(**facts)
    looked_up(world)
    world.let_in()


def kept(world: World, old: Record | None, by: str, **data: Value) -> Decision:
    """What writing that record decides."""
    event = Event("write_record", world.now_ms, by=by, data=data)
    return rule.decide(world.policy, old, event, "r1", world.now_ms, SEEN)
