"""What every page shows above its content: who is on duty, how fresh it is, what is wrong with the
watching itself (P6)."""

from dataclasses import dataclass

from hub.store.views import BrokerLink, Health
from hub.web.views import times, words
from hub.web.views.alarm import Banner, banners
from hub.web.views.device import renewal_notices
from hub.web.views.scene import Scene

STALE_MS = 15_000
LINKS = {"events": "the broker (SOS and visit events)", "beats": "the broker (signs of life)"}
UNHEARD = "Pendants are not heard: ring whoever is out."
BLIND_SHOWN_MS = 12 * 3_600_000  # a shift: whoever comes on duty still learns of it


@dataclass(frozen=True, slots=True)
class Notice:
    """`css`: bad (red: do not rely on this) or watch."""

    css: str
    text: str


@dataclass(frozen=True, slots=True)
class Head:
    """The top of every page."""

    time: str
    fresh: str
    is_old: bool
    on_duty: tuple[tuple[str, str], ...]
    notices: tuple[Notice, ...]
    banners: tuple[Banner, ...]
    made_at: str


def head(scene: Scene) -> Head:
    """Built for every page and every fragment of the top."""
    age = scene.engine_age_ms
    old = age is None or age > STALE_MS
    return Head(
        time=times.clock(scene.now_ms, scene.zone),
        fresh="hub not heard yet" if age is None else f"hub heard {times.ago(-age, 0)}",
        is_old=old,
        on_duty=on_duty(scene),
        notices=tuple(notices(scene)),
        banners=banners(scene),
        made_at=times.clock_s(scene.now_ms, scene.zone),
    )


def on_duty(scene: Scene) -> tuple[tuple[str, str], ...]:
    """(role, names), the roles in their own order."""
    return tuple(
        (scene.role_name(role), words.together([scene.person_name(person) for person in people]))
        for role, people in scene.duty.items()
        if people
    )


def notices(scene: Scene) -> list[Notice]:
    """What is wrong with the watching, worst first."""
    said = []
    age = scene.engine_age_ms
    if age is None:
        said.append(Notice("bad", "The hub's engine has not been heard yet. Do not rely on this."))
    elif age > STALE_MS:
        said.append(
            Notice(
                "bad",
                f"Not live. The hub's engine was last heard {times.span(age)} ago. "
                "Do not rely on this page: ring people.",
            )
        )
    if scene.fault:
        said.append(Notice("bad", f"The hub cannot record anything: {scene.fault}."))
    if scene.policy_fault:
        said.append(Notice("watch", scene.policy_fault))
    said += [Notice("watch", f"The hub's keys: {each}") for each in scene.key_faults]
    said += [Notice("watch", each) for each in renewal_notices(scene)]
    health = scene.health
    if health is not None:
        said += broker_notices(health)
        if health.blind_until_ms and scene.now_ms - health.blind_until_ms < BLIND_SHOWN_MS:
            said.append(
                Notice("watch", blind_words(scene, health.blind_from_ms, health.blind_until_ms))
            )
    if not any(scene.duty.values()):
        said.append(Notice("bad", "Nobody is on duty. Pages would reach no one: take a duty."))
    return said


def broker_notices(health: Health) -> list[Notice]:
    """Which broker is not heard; one of two is no danger yet, and no state to leave things in."""
    if len(health.links) == 1:
        first = health.links[0]
        down = (name for name in LINKS if getattr(first, name) == "down")
        return [Notice("bad", f"No link to {LINKS[name]}{_why(first)}. {UNHEARD}") for name in down]
    said = []
    for link, which in zip(health.links, ("first", "second"), strict=True):
        if link.is_down and health.broker_up:
            text = f"The {which} broker is not heard{_why(link)}. Pendants there go to the other."
            said.append(Notice("watch", text))
        elif link.is_down:
            said.append(Notice("bad", f"No link to the {which} broker{_why(link)}. {UNHEARD}"))
    return said


def _why(link: BrokerLink) -> str:
    return f" ({link.note})" if link.note else ""


def blind_words(scene: Scene, from_ms: int, until_ms: int) -> str:
    """The hub was blind from 10:02 to 10:14."""
    start = times.when(from_ms, scene.now_ms, scene.zone)
    end = times.when(until_ms, scene.now_ms, scene.zone)
    return f"The hub was blind from {start} to {end} ({times.span(until_ms - from_ms)})."
