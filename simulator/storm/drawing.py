"""A plan drawn from a seed: which procedure, when, how long, in what weather, and what befalls.

Rule: `draw` is a pure function of its arguments. Each kind of act is drawn from a stream of its
own, so that another number of workers or another weather leaves the rest as it was.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

from simulator.storm.books import AT_SCREENS, WORLD_OF, with_workers, world_of
from simulator.storm.chance import Chance
from simulator.storm.network import ALL
from simulator.storm.people.entries import SORTS
from simulator.storm.plan import HOUR_MS, MINUTE_MS, Act, Plan
from simulator.storm.rates import Rates
from simulator.storm.weathers import WEATHERS, scaled

POLICIES = tuple(WORLD_OF)
PAIRS = "acorn-partnership"
MOST_WORKERS = 10
FIRST_YEAR, LAST_YEAR = 2026, 2028
LAST_HOUR_MS = 75 * MINUTE_MS  # no visit begins in it that could not end within the storm
# How often each weather is drawn; what is not here is played only when asked for.
OFTEN = {"calm": 1, "danger": 2, "network": 3, "broker": 3, "hub": 3, "power": 3, "people": 3,
         "brokers": 3, "providers": 2, "everything": 5}  # fmt: skip
POCKET = ("a-short", "a-double", "d-short", "a-hold", "d-double", "d-hold", "sos-let-go",
          "chord-broken", "sos-hold")  # fmt: skip
HELP = ("sos-hold", "sos-stabs", "sos-hold", "sos-let-go")
HELD = ("chord", "chord-broken", "phrase", "family")
# Of the hub's: a turn with one beat, half a minute of them, a few busy minutes. One that is not
# reached in time dies while it waits, which alone would show little (world.BACKUP_DOOM_MS).
INSTANTS = (15, 60, 600)
FLASH_OPERATIONS = 40
SLEEPERS = 0.5  # of the storms: pendants sleep off duty, as they are shipped; else they never do
# What may befall one of two brokers alone.
OF_A_BROKER = ("hub_partition", "broker_restart", "broker_amnesia", "takeover", "denial")


def draw(seed: int, policy: str = "", weather: str = "", workers: int = 0) -> Plan:
    """The plan of that seed; what is given is not drawn."""
    chance = Chance(seed)
    stream = chance.stream("draw")
    chosen = stream.choice(POLICIES)
    policy = policy or chosen
    count = stream.choice((1, 2, 2, 3, 3, 4, 4, 5, 6, 8, MOST_WORKERS))
    count = max(workers or count, 2 if policy == PAIRS else 1)
    start_ms = _start_ms(chance.stream("draw", "start"))
    length_ms = stream.randrange(90, 300) * MINUTE_MS
    kind = stream.choices(tuple(OFTEN), tuple(OFTEN.values()))[0]
    kind = weather or kind
    rates = scaled(WEATHERS[kind].rates, stream.choice((0.5, 1.0, 1.0, 2.0)))
    who = workers_of(policy, count)
    brokers = WEATHERS[kind].brokers
    acts = [*_visits(chance, policy, who, length_ms), *_faults(chance, rates, who, length_ms)]
    acts.sort(key=lambda act: act.at_ms)
    if brokers > 1:
        acts = [_of_one(chance.stream("draw", "brokers"), act, rates) for act in acts]
    sleep = chance.stream("draw", "sleep").random() < SLEEPERS
    return Plan(seed, policy, count, start_ms, length_ms, rates, tuple(acts),
                sleep=sleep, brokers=brokers, notes={"weather": kind})  # fmt: skip


def workers_of(policy: str, count: int) -> tuple[str, ...]:
    """Who carries a pendant, as books.found chooses them."""
    people, _ = with_workers(world_of(policy), count)
    goes = [n for n, p in people.items() if not p.get("roles") and n not in AT_SCREENS]
    return tuple(goes[:count])


# When it begins.


def _start_ms(stream: Random) -> int:
    """Office hours mostly; nights, the hour that the clocks skip or repeat, a leap day."""
    kind = stream.choices(("office", "evening", "night", "clocks", "leap", "year"),
                          (50, 15, 12, 15, 5, 3))[0]  # fmt: skip
    year = stream.randrange(FIRST_YEAR, LAST_YEAR + 1)
    minute = stream.randrange(60)
    if kind == "leap":
        return _ms(
            datetime(2028, 2, stream.choice((28, 29)), stream.choice((9, 22)), minute, tzinfo=UTC)
        )
    if kind == "year":
        return _ms(datetime(year, 12, 31, 22, minute, tzinfo=UTC))
    if kind == "clocks":
        # 01:00 UTC on the last Sunday of March or October, in all of Europe.
        month = stream.choice((3, 10))
        sunday = datetime(year, month, 31, tzinfo=UTC)
        sunday -= timedelta(days=(sunday.weekday() + 1) % 7)
        return _ms(sunday - timedelta(hours=stream.randrange(3)) + timedelta(minutes=minute))
    day = datetime(year, 1, 1, tzinfo=UTC) + timedelta(days=stream.randrange(360))
    if kind == "office":
        while day.weekday() > 4:
            day += timedelta(days=1)
    hours = {"office": (8, 13), "evening": (15, 20), "night": (20, 28)}[kind]
    return _ms(day + timedelta(hours=stream.randrange(*hours), minutes=minute))


def _ms(at: datetime) -> int:
    return int(at.timestamp() * 1000)


# What is planned.


def _visits(chance: Chance, policy: str, workers: tuple[str, ...], length_ms: int) -> Iterator[Act]:
    """One after the other for each worker; pairs have their second one chosen when they go."""
    sorts = tuple(SORTS[policy])
    leading = workers[::2] if policy == PAIRS else workers
    for who in leading:
        stream = chance.stream("draw", "visits", who)
        at_ms = stream.randrange(1, 15) * MINUTE_MS
        while at_ms + LAST_HOUR_MS <= length_ms:
            stay_ms = stream.randrange(15, 50) * MINUTE_MS
            sort = stream.choice(("visit", "visit", *sorts))
            yield Act(at_ms, "visit", who, stay_ms, sort)
            at_ms += stay_ms + stream.randrange(50, 80) * MINUTE_MS


# What befalls.

Maker = Callable[[Random, int, str], Act]


def _faults(
    chance: Chance, rates: Rates, workers: tuple[str, ...], length_ms: int
) -> Iterator[Act]:
    for name, rate, make in _of_worker(rates):
        for who in workers:
            yield from _poisson(chance.stream("draw", name, who), rate, length_ms, make, who)
    for who in _staff():
        stream = chance.stream("draw", "off_duty", who)
        yield from _poisson(stream, rates.off_duty_h, length_ms, _off_duty, who)
    for name, rate, make in _of_all(rates):
        yield from _poisson(chance.stream("draw", name), rate, length_ms, make, "")


def _of_one(stream: Random, act: Act, rates: Rates) -> Act:
    """Of two brokers mostly one has it, and one that is down is down for a while."""
    if act.kind not in OF_A_BROKER:
        return act
    length_ms = act.length_ms
    if act.kind.startswith("broker_"):
        length_ms = _length_ms(stream, rates.outage_ms, 40 * MINUTE_MS)
    return replace(act, length_ms=length_ms, detail=stream.choice((0, 0, 0, 1, 1, 1, ALL)))


def _staff() -> tuple[str, ...]:
    return (*AT_SCREENS, "maria", "ruth")


def _poisson(stream: Random, rate_h: float, length_ms: int, make: Maker, who: str) -> Iterator[Act]:
    """So often in an hour on average, at any moment alike."""
    at_ms = 0
    while rate_h > 0:
        at_ms += round(stream.expovariate(rate_h) * HOUR_MS)
        if at_ms >= length_ms:
            return
        act = make(stream, at_ms, who)
        yield act
        if act.kind == "battery" and at_ms + act.length_ms < length_ms:
            yield Act(at_ms + act.length_ms, "battery", who, 0, 90)


def _lasting(kind: str, mean_ms: int, most_ms: int = 40 * MINUTE_MS) -> Maker:
    return lambda stream, at_ms, who: Act(at_ms, kind, who, _length_ms(stream, mean_ms, most_ms))


def _length_ms(stream: Random, mean_ms: int, most_ms: int) -> int:
    return min(most_ms, 500 + round(stream.expovariate(1 / mean_ms)))


def _at_once(kind: str, *details: str) -> Maker:
    return lambda stream, at_ms, who: Act(
        at_ms, kind, who, 0, stream.choice(details) if details else ""
    )


def _danger(*details: str) -> Maker:
    return lambda stream, at_ms, who: Act(
        at_ms, "danger", who, _length_ms(stream, 15 * MINUTE_MS, HOUR_MS), stream.choice(details)
    )


def _off_duty(stream: Random, at_ms: int, who: str) -> Act:
    return Act(at_ms, "off_duty", who, _length_ms(stream, 20 * MINUTE_MS, HOUR_MS))


def _of_worker(rates: Rates) -> tuple[tuple[str, float, Maker], ...]:
    """Of each worker or her pendant: name of the stream, how often, what."""

    def cut(stream: Random, at_ms: int, who: str) -> Act:
        operation = stream.randrange(1, FLASH_OPERATIONS)
        return Act(at_ms, "power_cut", who, _length_ms(stream, rates.off_ms, HOUR_MS), operation)

    def battery(stream: Random, at_ms: int, who: str) -> Act:
        return Act(at_ms, "battery", who, stream.randrange(10, 60) * MINUTE_MS,
                   stream.randrange(1, 20))  # fmt: skip

    def dies(stream: Random, at_ms: int, who: str) -> Act:
        return Act(at_ms, "battery_dies", who, stream.randrange(5, 40) * MINUTE_MS)

    def spoilt(kind: str) -> Maker:
        return lambda stream, at_ms, who: Act(at_ms, kind, who, stream.randrange(2, 40) * MINUTE_MS)

    return (
        ("partition", rates.partition_h, _lasting("partition", rates.outage_ms)),
        ("half_open", rates.half_open_h, _lasting("half_open", rates.outage_ms)),
        ("denial", rates.denial_h, _lasting("denial", rates.outage_ms)),
        ("forged", rates.forged_h, _at_once("forged")),
        ("takeover", rates.takeover_h, _at_once("takeover")),
        ("power_cut", rates.power_cut_h, cut),
        ("flash_full", rates.flash_full_h, spoilt("flash_full")),
        ("battery", rates.battery_h, battery),
        ("battery_dies", rates.battery_dies_h, dies),
        ("expire", rates.expire_h, spoilt("expire")),
        ("revoke", rates.revoke_h, spoilt("revoke")),
        ("pocket", rates.pocket_press_h, _at_once("press", *POCKET)),
        ("sos", rates.sos_h, _danger(*HELP)),
        ("duress", rates.duress_h, _danger(*HELD)),
    )


def _of_all(rates: Rates) -> tuple[tuple[str, float, Maker], ...]:
    """Of the one hub, its broker and the providers."""

    def kill(stream: Random, at_ms: int, who: str) -> Act:
        kind = "power_loss" if stream.random() < rates.power_loss else "hub_kill"
        down_ms = _length_ms(stream, rates.hub_down_ms, 20 * MINUTE_MS)
        return Act(at_ms, kind, "", down_ms, stream.randrange(1, stream.choice(INSTANTS)))

    def jump(stream: Random, at_ms: int, who: str) -> Act:
        most_ms = rates.clock_jump_ms
        by_ms = stream.choice((60_000, 600_000, most_ms))
        return Act(at_ms, "clock_jump", "", 0, stream.randrange(-by_ms, by_ms))

    return (
        ("hub_partition", rates.hub_partition_h, _lasting("hub_partition", rates.outage_ms)),
        ("broker_restart", rates.broker_restart_h, _at_once("broker_restart")),
        ("broker_amnesia", rates.broker_amnesia_h, _at_once("broker_amnesia")),
        ("takeover", rates.takeover_h, _at_once("takeover")),
        ("hub_kill", rates.hub_kill_h, kill),
        ("disk_full", rates.disk_full_h, _lasting("disk_full", rates.outage_ms)),
        ("pages_fail", rates.pages_fail_h, _lasting("pages_fail", 2 * rates.outage_ms)),
        ("clock_jump", rates.clock_jump_h, jump),
    )
