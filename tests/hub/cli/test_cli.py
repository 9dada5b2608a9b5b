"""The command line without a broker: what it makes, what it refuses, what a program may read."""

import json
import stat
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner, Result

from hub.cli import main
from hub.cli.log import text_of
from hub.policy.load import SHIPPED
from hub.rules.model import Value
from hub.store.views import LogLine
from hub.web.passwords import Passwords
from tests.hub.cli.conftest import Run


def test_the_newest_rows_of_the_log_come_last_in_their_order(
    made: Result, run: Run, site: Path
) -> None:
    for name in ("p-1", "p-2", "p-3"):
        assert run("pendant", "add", name, "--out", str(site / name)).exit_code == 0

    def seqs(*words: str) -> list[int]:
        shown = run("log", "show", "--json", *words).stdout.splitlines()
        return [json.loads(line)["seq"] for line in shown]

    everything = seqs()
    assert len(everything) >= 3
    assert seqs("--last", "2") == everything[-2:]
    assert seqs("--last", "9999") == everything
    assert seqs("--last", "2", "--after", str(everything[-2])) == everything[-1:]
    assert run("log", "show", "--last", "0").exit_code == 2


def test_the_log_names_people_by_their_names() -> None:
    names = {"asha": "Asha Patel", "ben": "Ben Okafor", "marek": "Marek Nowak"}

    def said(kind: str, by: str, facts: dict[str, Value]) -> str:
        line = LogLine(7, kind, 0, 0, "v-1", "", "", "", by, "", facts, "", False)
        return text_of(line, ZoneInfo("Europe/London"), names)

    plan = said("plan_visit", "ben", {"workers": "asha,marek", "area": "Heavitree"})
    assert "Ben Okafor planned a visit of Asha Patel, Marek Nowak in Heavitree." in plan
    assert "A page to Ben Okafor was handed" in said("handed_out", "", {"person": "ben"})
    assert "A page to gone was handed" in said("handed_out", "", {"person": "gone"})
    assert "Somebody planned a visit of The worker in Heavitree." in said(
        "plan_visit", "", {"area": "Heavitree"}
    ), "a row whose people were erased is still a sentence"


def test_the_log_says_when_the_hub_was_blind_and_when_a_time_is_not_known() -> None:
    def said(kind: str, facts: dict[str, Value]) -> str:
        line = LogLine(7, kind, 0, 60_000, "", "", "", "", "", "", facts, "", False)
        return text_of(line, ZoneInfo("UTC"), {})

    blind: dict[str, Value] = {"blind_from_ms": 0, "blind_until_ms": 61_000}
    assert "blind from 00:00:00 to 00:01:01." in said("hub_restarted", blind)
    late = said("touched", {"gesture": "a-short", "undated": True})
    assert "when is not known: this is the earliest, 01 Jan 00:01:00 the latest" in late
    assert "not known" not in said("touched", {"gesture": "a-short"})


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (("pendant", "add", "P 1"), 2, "lower case letters"),
        (("pendant", "add", "p-1", "--worker", "ghost"), 1, "no person 'ghost'"),
        (("pendant", "add", "p-1", "--worker", "ghost"), 1, "People stand in the settings"),
        (("pendant", "revoke", "p-9"), 1, "no pendant 'p-9'"),
        (("log", "show"), 2, "start the hub once"),
        (("backup", "x.sqlite"), 2, "start the hub once"),
        (("password", "--password", "short"), 2, "10 characters"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(
    made: Result, run: Run, words: tuple[str, ...], status: int, said: str
) -> None:
    done = run(*words)
    assert done.exit_code == status
    assert said in done.output
    assert "Traceback" not in done.output


def test_the_folder_of_a_site_stands_for_the_settings_in_it(
    made: Result, run: Run, site: Path
) -> None:
    by_folder = CliRunner().invoke(main, ["keys", "list", "--config", str(site)])
    assert by_folder.exit_code == 0
    assert by_folder.output == run("keys", "list").output
    elsewhere = CliRunner().invoke(main, ["serve", "--config", str(site / "hub")])
    assert elsewhere.exit_code == 2
    assert "`allswell init FOLDER` makes one" in elsewhere.output


def test_wrong_settings_are_told_with_every_line(made: Result, run: Run, site: Path) -> None:
    path = site / "allswell.toml"
    text = path.read_text(encoding="utf-8").replace("port = 8080", "port = 80800")
    path.write_text(text.replace("secure_cookie", "secure_cooky"), encoding="utf-8")
    done = run("serve", "--port", "0")  # whatever else runs on this machine
    assert done.exit_code == 2
    assert "allswell: 2 faults:" in done.output
    assert "web.port: 80800 is wrong; allowed is a whole number from 0 to 65535" in done.output
    assert "web.secure_cooky: is not a setting; did you mean secure_cookie?" in done.output


def test_a_missing_settings_file_says_which(run: Run, site: Path) -> None:
    done = run("doctor")
    assert done.exit_code == 2
    assert "allswell.toml:1: cannot be read: No such file" in done.output
    assert "`allswell init FOLDER` makes one" in done.output


def test_a_role_that_the_procedure_does_not_name_is_a_finding(
    made: Result, run: Run, site: Path
) -> None:
    path = site / "allswell.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('"director"]', '"directr", "zzz"]'), encoding="utf-8")
    done = run("doctor")
    assert done.exit_code == 1
    assert "admin has the role 'directr', which the procedure does not name" in done.output
    assert "Did you mean 'director'?" in done.output
    assert "It names director, duty-manager, office, tracker." in done.output


def test_a_misspelt_procedure_is_told_with_those_there_are(
    made: Result, run: Run, site: Path
) -> None:
    path = site / "allswell.toml"
    text = path.read_text(encoding="utf-8").replace('"homemaker-exeter"', '"homemaker"')
    path.write_text(text, encoding="utf-8")
    for words in (("serve", "--port", "0"), ("policy", "show", "homemaker")):
        done = run(*words)
        assert done.exit_code == 2
        assert "homemaker:1: is no shipped procedure; there is acorn-partnership" in done.output


def test_a_policy_with_faults_keeps_the_hub_from_starting(
    made: Result, run: Run, site: Path
) -> None:
    path = site / "allswell.toml"
    text = path.read_text(encoding="utf-8").replace('"homemaker-exeter"', '"mine.toml"')
    path.write_text(text, encoding="utf-8")
    policy = (SHIPPED / "homemaker-exeter.toml").read_text(encoding="utf-8")
    (site / "mine.toml").write_text(policy.replace('wait = "20 min"', 'wait = "20 mins"', 1))
    done = run("serve", "--port", "0")  # whatever else runs on this machine
    assert done.exit_code == 2
    assert "mine.toml:" in done.output
    assert "20 mins" in done.output


def test_the_log_verifies_and_an_altered_row_does_not(made: Result, run: Run, site: Path) -> None:
    run("pendant", "add", "p-1", "--out", str(site / "p-1"))
    good = run("log", "verify", "--json")
    assert good.exit_code == 0
    assert json.loads(good.output)["ok"] is True
    database = site / "hub" / "hub.sqlite"
    raw = database.read_bytes()
    assert raw.count(b"pendant p-1 is on file") >= 1
    database.write_bytes(raw.replace(b"pendant p-1 is on file", b"pendant p-2 is on file"))
    bad = run("log", "verify", "--json")
    assert bad.exit_code == 1
    assert json.loads(bad.stdout)["problems"][0]["what"].startswith("the row or the one before")


def test_a_backup_is_not_overwritten_and_a_false_one_is_not_restored(
    made: Result, run: Run, site: Path
) -> None:
    run("pendant", "add", "p-1", "--out", str(site / "p-1"))
    copy = site / "copy.sqlite"
    assert run("backup", str(copy)).exit_code == 0
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert "already there" in run("backup", str(copy)).output
    false = site / "false.sqlite"
    false.write_bytes(b"not a database at all, but long enough to look like one" * 100)
    assert "no hub database" in run("restore", str(false), "--yes").output
    torn = site / "torn.sqlite"
    torn.write_bytes(copy.read_bytes().replace(b"pendant p-1 is", b"pendant p-2 is"))
    assert "does not verify" in run("restore", str(torn), "--yes").output
    assert json.loads(run("pendant", "list", "--json").output)[0]["id"] == "p-1"


def test_a_password_is_hashed_or_set(made: Result, run: Run, site: Path) -> None:
    done = run("password", typed="long enough\nlong enough\n")
    made_hash = done.output.strip().splitlines()[-1]
    assert Passwords().right(made_hash, "long enough")
    done = run("password", "--person", "admin", "--password", "long enough")
    assert done.output == "the password of admin was changed\n"
    done = run("password", "--person", "ghost", "--password", "long enough")
    assert (done.exit_code, "no person 'ghost'" in done.output) == (1, True)


def test_the_help_teaches(run: Run) -> None:
    shown = CliRunner().invoke(main, ["--help"]).output
    assert "A new hub in four steps" in shown
    for name in main.commands:
        assert name in shown


def test_a_place_that_cannot_be_written_is_one_sentence(
    made: Result, run: Run, site: Path, tmp_path: Path
) -> None:
    in_the_way = tmp_path / "file"
    in_the_way.write_text("")
    there = str(in_the_way / "x")
    run("pendant", "add", "p-1", "--out", str(site / "p-1"))
    for words in (
        ("init", there),
        ("second-broker", there, "--address", "192.0.2.11"),
        ("pendant", "renew", "p-1", "--certificate", there),
        ("backup", there),
    ):
        done = run(*words)
        assert (done.exit_code, "/file/x" in done.output) == (2, True), words
        assert "Not a directory" in done.output, words
