"""The settings' people and clients become commands: what differs, and nothing else."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from hub import staff
from hub.engine.engine import Engine
from hub.ids import RandomIds
from hub.inbox import Command
from hub.roster import ClientEntry, PersonEntry
from hub.settings import DEFAULT_POLICY, Settings
from hub.store.genesis import Genesis
from hub.store.reader import Reader
from hub.store.store import Store
from hub.web.passwords import Passwords
from tests.shipped import policy_of

NOW_MS = 1_800_000_000_000
MARIAN = PersonEntry(
    "mg", "Marian Green", "MG", "mg", roles=("office", "director"), on_duty=("office",),
    phones=("1", "2"), pages=("http://127.0.0.1:1/a", "http://127.0.0.1:2/b"), car="AB12 CDE",
    password="demo",
)  # fmt: skip
JO = PersonEntry("jo", "Jo Hill", "JH", "jo")
CLIENT = ClientEntry("c-1", "K7", "St Thomas", "Full Name", "1 Street", "EX1", ("01392 1",), "C1")


class Hub:
    """A store and an engine; `start` is what a start does with the settings."""

    def __init__(self, folder: Path) -> None:
        wanted = Genesis("g", "Example", "Europe/London", "SIMULATION", NOW_MS)
        self.store = Store(folder, wanted)
        self.reader = Reader(folder)
        self.engine = Engine(self.store, RandomIds(1), policy_of(DEFAULT_POLICY))
        self.settings = Settings(folder=folder, people=(MARIAN, JO), clients=(CLIENT,))

    def start(self, people: Sequence[PersonEntry] | None = None) -> list[Command]:
        if people is not None:
            self.settings = replace(self.settings, people=tuple(people))
        found = staff.commands(self.settings, self.reader)
        self.engine.turn(found, NOW_MS)
        return found


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Hub]:
    found = Hub(tmp_path)
    yield found
    found.reader.close()
    found.store.close()


def test_everybody_is_there_after_the_first_start(hub: Hub) -> None:
    hub.start()
    marian = hub.reader.person("mg")
    assert marian is not None
    assert (marian.roles, marian.phones) == (MARIAN.roles, MARIAN.phones)
    assert (marian.pages, marian.car, marian.on_duty) == (MARIAN.pages, MARIAN.car, ("office",))
    assert Passwords().right(marian.password_hash, "demo")
    client = hub.reader.client("c-1")
    assert client is not None
    assert (client.code, client.lines, client.rating) == ("K7", ("01392 1",), "C1")


def test_a_restart_with_the_same_settings_asks_for_nothing(hub: Hub) -> None:
    hub.start()
    assert hub.start() == []


def test_only_what_differs_is_asked_for(hub: Hub) -> None:
    hub.start()
    (command,) = hub.start([replace(MARIAN, car="NEW 1"), JO])
    assert command.data == {"id": "mg", "car": "NEW 1"}


def test_her_own_mobile_and_phrase_come_from_the_settings(hub: Hub) -> None:
    own = replace(JO, own_mobile="07700 1", own_mobile_consent=True, own_phrase="the red file",
                  job_title="visitor")  # fmt: skip
    hub.start([MARIAN, own])
    assert hub.start([MARIAN, own]) == []
    jo = hub.reader.person("jo")
    assert jo is not None
    assert (jo.own_mobile, jo.own_mobile_consent, jo.own_phrase, jo.job_title) == (
        "07700 1", True, "the red file", "visitor"
    )  # fmt: skip
    (command,) = hub.start([MARIAN, replace(own, own_mobile_consent=False)])
    assert command.data == {"id": "jo", "own_mobile_consent": False}, "consent is withdrawn"


def test_a_duty_laid_down_stays_laid_down_over_a_restart(hub: Hub) -> None:
    hub.start()
    hub.engine.turn(
        [Command("take_duty", "mg", {"role": "office", "person": "mg", "on": False})], NOW_MS
    )
    assert hub.start() == []
    assert hub.reader.on_duty() == {}


def test_who_is_gone_is_inactive_and_comes_back_active(hub: Hub) -> None:
    hub.start()
    hub.start([MARIAN])
    jo = hub.reader.person("jo")
    assert jo is not None
    assert not jo.active
    hub.start([MARIAN, JO])
    jo = hub.reader.person("jo")
    assert jo is not None
    assert jo.active


def test_a_password_that_was_set_stays_when_the_settings_name_none(hub: Hub) -> None:
    hub.start()
    chosen = Passwords().hash("her own choice")
    hub.engine.turn(
        [Command("set_password", "cli", {"person": "jo", "password_hash": chosen})], NOW_MS
    )
    assert hub.start() == []


def test_settings_without_people_leave_everybody_alone(hub: Hub) -> None:
    hub.start()
    assert hub.start([]) == []


def test_where_a_client_lives_and_the_coverage_there_come_from_the_settings(hub: Hub) -> None:
    home = replace(CLIENT, latitude=60.155, longitude=-1.145, coverage="poor")
    hub.settings = replace(hub.settings, clients=(home,))
    hub.start()
    client = hub.reader.client("c-1")
    assert client is not None
    assert (float(client.latitude), float(client.longitude)) == (60.155, -1.145)
    assert client.coverage == "poor"
    assert hub.start() == []
