"""What `allswell doctor` prints and returns; what it finds: tests/hub/doctoring, tests/live."""

import json

import pytest
from click.testing import CliRunner

from hub.cli import doctor as command
from hub.cli import main
from hub.doctoring.finding import Finding
from hub.settings import Settings

GRAVE = Finding("broker", "it is open", "Shut it.")
UNSEEN = Finding("clock", "nobody can tell", "Look yourself.", grave=False)


@pytest.mark.parametrize(
    ("found", "status", "lines"),
    [
        ([], 0, ["all's well"]),
        ([GRAVE], 1, ["broker: it is open. Shut it."]),
        (
            [UNSEEN],
            0,
            [
                "clock: nobody can tell. Look yourself.",
                "all's well, as far as can be seen from here",
            ],
        ),
        (
            [UNSEEN, GRAVE],
            1,
            ["clock: nobody can tell. Look yourself.", "broker: it is open. Shut it."],
        ),
    ],
)
def test_a_line_a_finding_and_a_status_by_the_gravest(
    monkeypatch: pytest.MonkeyPatch, found: list[Finding], status: int, lines: list[str]
) -> None:
    monkeypatch.setattr(command, "settings_of", lambda _: Settings)
    monkeypatch.setattr(command, "look", lambda _: iter(found))
    done = CliRunner().invoke(main, ["doctor"])
    assert (done.exit_code, done.stdout.splitlines()) == (status, lines)
    told = CliRunner().invoke(main, ["doctor", "--json"])
    assert told.exit_code == status
    assert [each["said"] for each in json.loads(told.stdout)] == [each.said for each in found]
    assert [each["grave"] for each in json.loads(told.stdout)] == [each.grave for each in found]
