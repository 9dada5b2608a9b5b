"""`allswell policy`: list, check, show, diff, replay, as a safety manager types them."""

import json
from pathlib import Path

from click.testing import Result

from hub.settings import load
from tests.hub.cli.conftest import Run
from tests.hub.house import POLICY, House


def test_policies_are_listed_checked_and_shown(run: Run, tmp_path: Path) -> None:
    listed = json.loads(run("policy", "list", "--json").output)
    assert "homemaker-exeter" in [each["id"] for each in listed]
    assert run("policy", "check", "plain").exit_code == 0
    shown = run("policy", "show", "homemaker-exeter").output
    assert "20 minutes after her arrival" in shown
    assert "[HM-4.2.4" in shown
    assert run("policy", "show", "plain", "--html").output.startswith("<article")
    paper = json.loads(run("policy", "show", "plain", "--json").output)
    assert paper["paragraphs"][0]["title"] == "How closely a visit is watched"


def test_what_one_procedure_changes_of_another_is_told(run: Run) -> None:
    told = run("policy", "diff", "derbyshire-childrens-services", "acorn-partnership").output
    assert "+ Before a visit is entered, for “Home visit”" in told
    assert "At Acorn two always go together" in " ".join(told.split())
    names = ("derbyshire-childrens-services", "acorn-partnership", "--json")
    changes = json.loads(run("policy", "diff", *names).output)
    assert ["added", "gate", "pairs"] in [
        [each["change"], each["table"], each["row"]] for each in changes
    ]


def test_a_visits_terms_are_shown_from_the_database(made: Result, run: Run, site: Path) -> None:
    config = ("--config", str(site / "allswell.toml"))
    done = run("policy", "show", "homemaker-exeter@1:000000000000", *config)
    assert done.exit_code == 2
    assert "has no hub.sqlite" in done.output
    House(load(site / "allswell.toml").folder).store.close()
    again = run("policy", "diff", POLICY.terms_id, "homemaker-exeter", *config)
    assert (again.exit_code, again.output) == (0, "They say the same.\n")


def test_a_procedure_is_tried_on_what_a_hub_recorded(run: Run, tmp_path: Path) -> None:
    house = House(tmp_path / "hub")
    house.groundwork()
    house.inside()
    house.store.close()
    where = ("policy", "replay", "homemaker-exeter", "--log", str(tmp_path / "hub"))
    told = run(*where).output
    assert "1 visit; 1 would have gone the same." in told
    assert "What this cannot tell:" in told
    assert json.loads(run(*where, "--json").output)["faithful"] == 1
    assert json.loads(run(*where, "--json", "--since", "2036-01-01").output)["visits"] == 0
    assert run(*where, "--since", "May").exit_code == 2
    assert run("policy", "replay", "plain", "--log", str(tmp_path)).exit_code == 2


def test_a_broken_procedure_is_refused_with_all_its_faults(run: Run, tmp_path: Path) -> None:
    broken = tmp_path / "broken.toml"
    broken.write_text('[policy]\nid = "x"\n', encoding="utf-8")
    done = run("policy", "check", str(broken), "--json")
    assert done.exit_code == 1
    told = json.loads(done.output)
    assert told["ok"] is False
    assert {"policy.title", "policy.document"} <= {fault["key"] for fault in told["faults"]}
