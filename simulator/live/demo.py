"""`allswell-sim demo`: the morning of scenarios/office-day.toml, played for whoever looks.

The rule it keeps: what the terminal says happened, happened on real parts; with DEMO_SECONDS it
ends by itself, and well only if the enhanced visit earned its letters and the SOS was answered.
"""

import os
import sys
import threading
from collections.abc import Iterable

from simulator.live.broker import mosquitto_path
from simulator.live.child import ChildFailed, answers
from simulator.live.feed import Feed, FeedEnded, Happening
from simulator.live.hub import PASSWORD
from simulator.live.judge import Failed
from simulator.live.perform import Performance
from simulator.live.runner import Options, Printer, describe
from simulator.live.scenario import FOLDER, Scenario, load
from simulator.live.stage import Stage, undisturbed

STORY = FOLDER / "office-day.toml"
USUAL_PORT = 8080
LINKED_S = 20.0
ROUND_PAUSE_S = 2.0
STORY_STOP_S = 10.0  # a gesture in the middle takes its time, an answer of the hub too
# (what is missing without it, source, what, who)
MUST: tuple[tuple[str, str, str, str], ...] = (
    ("Bea's arrival confirmed by a person (A)", "log", "confirm_arrival", "bea"),
    ("Bea's call-back done (T)", "alarm", "call_back_due answered", "bea"),
    ("Bea's departure confirmed by a person (D)", "log", "confirm_departure", "bea"),
    ("Bea known to be safe", "log", "confirm_home", "bea"),
    ("Dai's SOS at the hub", "alarm", "sos raised", "dai"),
    ("a page about it to the manager", "page", "*", "maria"),
    ("the SOS taken by a person", "alarm", "sos acknowledged", "dai"),
    ("Dai feeling that a person has it", "feel", "person-has-it", "dai"),
    ("the SOS ended by a person", "alarm", "sos resolved", "dai"),
)


def missing(happened: Iterable[Happening]) -> list[str]:
    """What a demonstration must have shown and did not."""
    seen = {(item.source, item.what, item.who) for item in happened}
    seen |= {(source, "*", who) for source, _, who in seen}
    return [said for said, source, what, who in MUST if (source, what, who) not in seen]


class Teller(Printer):
    """What a visitor wants to read: no more of the log than she can see on the board."""

    def happening(self, item: Happening) -> None:
        is_hand = item.source == "step" and item.text == "presses"
        is_felt = item.source == "feel" and not item.what.startswith(("tick", "ramp", "read"))
        if is_hand or is_felt or item.source in ("page", "alarm"):
            super().happening(item)


def play(speed: int, port: int, seconds: int, embedded: bool = False) -> int:
    """The exit code."""
    scenario = load(STORY)
    teller = Teller(Options())
    if embedded or mosquitto_path() is None:
        teller.say("mosquitto is not used: the embedded broker knows no users and keeps nothing")
    port = port or (0 if answers(USUAL_PORT) else USUAL_PORT)
    try:
        with Stage(
            scenario.world, scenario.wearers, speed, teller.happening, scenario.beat_s, port,
            embedded or None,
        ) as stage:  # fmt: skip
            _welcome(stage, teller, seconds)
            return _until_end(scenario, stage, teller, seconds)
    except ChildFailed as exc:
        print(f"the demonstration cannot go on: {exc}", file=sys.stderr)
        return 1


def _until_end(scenario: Scenario, stage: Stage, teller: Teller, seconds: int) -> int:
    """Round after round; the clock of DEMO_SECONDS starts when the board is up."""
    over = threading.Event()
    if seconds:
        timer = threading.Timer(seconds, over.set)
        timer.daemon = True
        timer.start()
    rounds = threading.Thread(
        target=_rounds, args=(scenario, stage, teller, over), name="story", daemon=True
    )
    rounds.start()
    try:
        while not over.wait(0.5):
            if not stage.hub.child.alive:
                print(f"the hub ended:\n{stage.hub.child.last_words()}", file=sys.stderr)
                return 1
        return _verdict(stage.feed, teller)
    finally:
        with undisturbed():
            over.set()
            stage.feed.end()
            rounds.join(STORY_STOP_S)


def _rounds(scenario: Scenario, stage: Stage, teller: Teller, over: threading.Event) -> None:
    """A visitor may take an alarm before the script does: that spoils a round, not the demo."""
    number = 0
    try:
        _linked(stage)
        while not over.is_set():
            number += 1
            _round(number, scenario, stage, teller)
            over.wait(ROUND_PAUSE_S)
    except FeedEnded:
        return


def _round(number: int, scenario: Scenario, stage: Stage, teller: Teller) -> None:
    try:
        Performance(scenario, stage, teller.say).play()
        teller.say(f"round {number} is over; the next one begins")
    except Failed as failed:
        wanted = describe(failed.step) if failed.step else "nothing more"
        teller.say(f"round {number} went another way (wanted: {wanted}; {failed.why})")


def _linked(stage: Stage) -> None:
    """Every pendant has found the broker."""
    limit_s = stage.feed.now_s() + LINKED_S
    for person in stage.wearers:
        up = ("link", "up", person)
        stage.feed.await_one(
            lambda item, up=up: (item.source, item.what, item.who) == up,  # type: ignore[misc]  # a default binds the loop's value
            lambda: stage.feed.now_s() < limit_s,
        )


def _verdict(feed: Feed, teller: Teller) -> int:
    left = missing(feed.all())
    if not left:
        print(
            teller.colour(
                "\nshown: the letters A, T and D, and an SOS that a person answered", "32"
            )
        )
        return 0
    print(teller.colour("\nthe demonstration did not show:", "31;1"))
    for said in left:
        print(f"  - {said}")
    return 1


def _welcome(stage: Stage, teller: Teller, seconds: int) -> None:
    people = ", ".join(f"{login} ({name})" for login, name in stage.hub.people.items())
    until = f"ends after {seconds} s" if seconds else "goes on until Ctrl-C"
    bold = teller.colour(f"{stage.hub.url}/", "1;4")
    print(
        f"\n  allswell, a simulation at {stage.speed} times the speed: a minute of the procedure"
        f" takes {60 / stage.speed:g} s\n"
        f"  The board   {bold}\n"
        f"  Log in as   {people}\n"
        f"  Password    {PASSWORD}\n"
        f"  Real parts  broker port {stage.broker.port}, hub process {stage.hub.child.pid},"
        f" pendants {', '.join(str(p.child.pid) for p in stage.pendants.values())}\n"
        f"  It {until}. Pages to people are shown here.\n",
        flush=True,
    )


def seconds_asked() -> int:
    """DEMO_SECONDS of the environment; 0 for no end. Raises ValueError with what is allowed."""
    text = os.environ.get("DEMO_SECONDS", "")
    if text and not text.isdecimal():
        raise ValueError(f"DEMO_SECONDS is {text!r}; allowed is a whole number of seconds")
    return int(text or 0)
