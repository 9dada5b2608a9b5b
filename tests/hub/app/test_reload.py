"""The procedure is read again while the hub runs, or not at all: a faulty file changes nothing."""

import os
import signal
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from hub import app as app_module
from hub import side_door
from hub.app import App
from hub.cli import main
from hub.inbox import Command, Reply
from hub.policy.load import PolicyFaults, shipped
from hub.policy.model import Policy
from hub.procedure import banner, last_good, policy_of
from hub.settings import Settings
from tests.hub.app.test_app import brisk, settings_in
from tests.live.real_broker import wait_until

__all__ = ["brisk"]  # the fixture serves here too

START_MS = 3_600_000
PLAN = {"client": "c-1", "area": "Exmouth", "purpose": "visit", "workers": "ada", "tracker": "tom",
        "then": "base", "manager_agreed": "mia"}  # fmt: skip


class Office:
    """A folder with a procedure's file that people change, and the hubs that run on it."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "procedure.toml"
        self.sound = shipped("homemaker-exeter").read_text(encoding="utf-8")
        self.file.write_text(self.sound, encoding="utf-8")
        self.settings: Settings = replace(settings_in(folder / "hub"), policy=str(self.file))
        self.hubs: list[App] = []

    def start(self) -> App:
        hub = App(self.settings)
        self.hubs.append(hub)
        hub.start()
        wait_until(lambda: hub.live.engine_age_ms() is not None, what="the first turn")
        return hub

    def edit(self, old: str, new: str) -> None:
        text = self.file.read_text(encoding="utf-8")
        assert old in text
        self.file.write_text(text.replace(old, new, 1), encoding="utf-8")

    def spoil(self) -> None:
        self.edit('wait = "20 min"', 'wait = "20 mins"')
        self.edit('kind = "call_back_due"', 'kind = "call_me"')


@pytest.fixture
def office(tmp_path: Path, brisk: None) -> Iterator[Office]:
    found = Office(tmp_path)
    yield found
    for hub in found.hubs:
        hub.close()


def ask(hub: App, kind: str, by: str, **data: str | int) -> str:
    answer = hub.inbox.ask(kind, by, data)
    assert answer.ok, answer.reason
    return answer.id


def people(hub: App) -> None:
    for person, roles in (("ada", ""), ("tom", "office"), ("mia", "duty-manager")):
        ask(hub, "add_person", "setup", id=person, name=person, initials=person[:2], roles=roles)
    ask(hub, "add_client", "setup", id="c-1", code="C1", name="C", address="1 Road",
        postcode="EX1", lines="01392 1", rating="C2")  # fmt: skip


def plan(hub: App) -> str:
    now_ms = hub.inbox._clock.now_ms()
    return ask(hub, "plan_visit", "tom", **PLAN, start_ms=now_ms, end_ms=now_ms + START_MS)


def test_a_sound_file_is_in_force_for_new_visits_and_running_ones_keep_theirs(
    office: Office,
) -> None:
    hub = office.start()
    people(hub)
    old = plan(hub)
    was = policy_of(office.settings).terms_id
    office.edit('wait = "20 min"', 'wait = "19 min"')
    answer = side_door.ask(office.settings.folder, side_door.RELOAD, {})
    assert answer.ok, answer.reason
    new = policy_of(office.settings).terms_id
    assert was != new
    assert (was in answer.reason, new in answer.reason) == (True, True)
    terms = [hub.reader.visit(visit) for visit in (old, plan(hub))]
    assert [visit.terms for visit in terms if visit is not None] == [was, new]
    assert side_door.ask(office.settings.folder, side_door.RELOAD, {}).reason.endswith("already")
    # A manager says that the running one goes on by today's.
    answer = hub.inbox.ask("rebase", "ada", {"visit": old, "note": "as agreed"})
    assert not answer.ok
    assert not hub.inbox.ask("rebase", "mia", {"visit": old}).ok
    ask(hub, "rebase", "mia", visit=old, note="as agreed")
    moved = hub.reader.visit(old)
    assert moved is not None
    assert moved.terms == new


def test_a_faulty_file_is_refused_whole_with_all_its_faults(office: Office) -> None:
    hub = office.start()
    people(hub)
    was = policy_of(office.settings).terms_id
    office.spoil()
    answer = side_door.ask(office.settings.folder, side_door.RELOAD, {})
    assert not answer.ok
    assert ("20 mins" in answer.reason, "call_me" in answer.reason) == (True, True)
    assert answer.reason.endswith(f"{was} goes on.")
    visit = hub.reader.visit(plan(hub))
    assert visit is not None
    assert visit.terms == was
    assert "20 mins" in hub._desk.scene("tom").policy_fault
    office.file.write_text(office.sound, encoding="utf-8")
    assert side_door.ask(office.settings.folder, side_door.RELOAD, {}).ok
    assert hub._desk.scene("tom").policy_fault == ""


def test_a_start_with_a_faulty_file_runs_by_the_last_good_terms_and_the_board_says_so(
    office: Office,
) -> None:
    first = office.start()
    office.edit('wait = "20 min"', 'wait = "18 min"')
    assert side_door.ask(office.settings.folder, side_door.RELOAD, {}).ok
    good = policy_of(office.settings)
    office.hubs.clear()
    first.close()
    office.edit('wait = "18 min"', 'wait = "soon"')
    second = office.start()
    people(second)
    visit = second.reader.visit(plan(second))
    assert visit is not None
    assert visit.terms == good.terms_id
    assert second._desk.policy == good
    assert "'soon'" in second._desk.scene("tom").policy_fault


def test_without_a_last_good_one_it_does_not_start(office: Office) -> None:
    office.spoil()
    with pytest.raises(PolicyFaults) as found:
        App(office.settings)
    assert len(found.value.faults) >= 2
    office.file.write_text(office.sound, encoding="utf-8")
    assert office.start().dead() == ""  # nothing was left locked or listening


def test_sighup_reads_it_again(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    hub = office.start()
    before = signal.getsignal(signal.SIGHUP)
    signal.signal(signal.SIGHUP, lambda *_: hub.hang_up())
    try:
        watching = threading.Thread(target=hub.watch)
        watching.start()
        office.edit('wait = "20 min"', 'wait = "17 min"')
        os.kill(os.getpid(), signal.SIGHUP)
        new = policy_of(office.settings).terms_id
        wait_until(lambda: hub._desk.policy.terms_id == new, what="the new procedure")
        hub.stop()
        watching.join()
    finally:
        signal.signal(signal.SIGHUP, before)
    assert last_good(hub.store) == policy_of(office.settings)


def test_a_fault_of_ours_in_the_reading_ends_nothing(
    office: Office, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    hub = office.start()

    def broken(_: Settings) -> Policy:
        raise KeyError("aunt")

    monkeypatch.setattr(app_module, "policy_of", broken)
    hub.hang_up()
    watching = threading.Thread(target=hub.watch)
    watching.start()
    wait_until(lambda: "could not be read" in caplog.text, what="the fault in the log")
    assert (watching.is_alive(), hub.dead()) == (True, "")
    hub.stop()
    watching.join()


def test_the_change_is_on_the_record_and_the_log_holds(office: Office) -> None:
    hub = office.start()
    office.edit('wait = "20 min"', 'wait = "16 min"')
    assert side_door.ask(office.settings.folder, side_door.RELOAD, {}).ok
    kinds = [row.kind for row in hub.reader.log_rows(0, 100)]
    assert kinds.count("policy_changed") == 1


def test_the_banner_shows_a_few_faults_and_says_how_many_more(office: Office) -> None:
    policy = policy_of(office.settings)
    assert banner((), policy) == ""
    said = banner(("a", "b", "c", "d", "e"), policy)
    assert (
        said == f"The procedure's file was refused, {policy.terms_id} goes on: a; b; c; and 2 more."
    )


def test_a_command_of_nobody_is_no_reload(office: Office) -> None:
    """The wish comes by the side door alone: not by the inbox, where anybody logged in asks."""
    hub = office.start()
    reply = Reply()
    hub.inbox.put(Command(side_door.RELOAD, "tom", {}, reply))
    assert not reply.wait(5).ok


def test_it_is_asked_for_on_the_command_line_too(office: Office, tmp_path: Path) -> None:
    config = tmp_path / "allswell.toml"
    lines = ('[organisation]\nname = "X"', '[hub]\nfolder = "hub"\npolicy = "procedure.toml"',
             "[simulation]\nenabled = true")  # fmt: skip
    config.write_text("\n".join(lines), encoding="utf-8")
    words = ["policy", "reload", "--config", str(config)]
    alone = CliRunner().invoke(main, words)
    assert (alone.exit_code, "no hub runs" in alone.output) == (1, True)
    office.start()
    office.edit('wait = "20 min"', 'wait = "15 min"')
    done = CliRunner().invoke(main, words)
    assert (done.exit_code, "is in force for new visits" in done.output) == (0, True)
    office.edit('wait = "15 min"', 'wait = "soon"')
    refused = CliRunner().invoke(main, words)
    assert (refused.exit_code, "'soon' is wrong" in refused.output) == (1, True)
