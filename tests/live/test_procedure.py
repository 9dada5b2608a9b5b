"""The procedure of a real hub process: read again on SIGHUP, refused whole, kept over a kill."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from hub.policy.load import shipped
from tests.hub.notify.office import Post
from tests.live.hub_process import Site
from tests.live.real_broker import wait_until

pytestmark = pytest.mark.live


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    post = Post()
    found = Site(tmp_path / "site", post)
    (found.folder / "ours.toml").write_text(_wait("20 min"), encoding="utf-8")
    settings = found.folder / "allswell.toml"
    lines = settings.read_text(encoding="utf-8").splitlines()
    named = ['policy = "ours.toml"' if line.startswith("policy = ") else line for line in lines]
    settings.write_text("\n".join(named) + "\n", encoding="utf-8")
    found.start_broker()
    found.start_hub()
    yield found
    found.close()
    post.close()


def _wait(span: str) -> str:
    """The Homemaker's procedure with this call-back."""
    text = shipped("homemaker-exeter").read_text(encoding="utf-8")
    assert 'wait = "20 min"' in text
    return text.replace('wait = "20 min"', f'wait = "{span}"', 1)


def _in_force(site: Site) -> str:
    with site.reader() as reader:
        rows = [row for row in reader.log_rows(0, 1_000) if row.kind == "policy_changed"]
    return rows[-1].reason if rows else ""


def test_sighup_takes_a_sound_file_over_and_a_kill_keeps_it_though_the_file_is_spoilt(
    site: Site,
) -> None:
    assert site.hub is not None
    (site.folder / "ours.toml").write_text(_wait("19 min"), encoding="utf-8")
    site.hub.send_signal(signal.SIGHUP)
    wait_until(lambda: "in force for new visits" in _in_force(site), what="the new procedure")
    taken = _in_force(site).split()[0]
    (site.folder / "ours.toml").write_text(_wait("nineteen"), encoding="utf-8")
    site.hub.send_signal(signal.SIGHUP)
    wait_until(lambda: "'nineteen' is wrong" in site.log, what="the fault in the hub's log")
    assert _in_force(site).split()[0] == taken
    refused = site.cli("policy", "reload", ok=False)
    assert (refused.returncode, f"{taken} goes on." in refused.stderr) == (1, True)
    site.kill_hub()
    site.start_hub()  # with the spoilt file: by what was in force
    again = site.cli("policy", "reload", ok=False)
    assert f"{taken} goes on." in again.stderr
    (site.folder / "ours.toml").write_text(_wait("18 min"), encoding="utf-8")
    assert taken in site.cli("policy", "reload").stdout
    assert site.stop_hub() == 0
