"""`allswell init` without a broker: what it makes, what it refuses, what it never says."""

import stat
from pathlib import Path

import pytest
from click.testing import Result

from hub.clock import utc_ms
from hub.devices import broker, certificates
from hub.settings import load
from hub.web.invitations import Invitations
from hub.web.passwords import Passwords
from hub.web.sessions import NAME
from tests.hub.cli.conftest import Run


def test_it_makes_settings_that_load_and_files_of_the_owner_alone(made: Result, site: Path) -> None:
    settings = load(site / "allswell.toml")
    assert settings.organisation.name == 'Quote " and é'
    assert settings.folder == site / "hub"
    assert settings.broker.files == site
    assert {"duty-manager", "office"} <= set(settings.people[0].on_duty)
    for path in (site, *site.rglob("*")):
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path


def test_the_hub_goes_by_certificates_and_nobody_has_a_password(made: Result, site: Path) -> None:
    settings = load(site / "allswell.toml")
    assert settings.broker.tls
    assert (settings.broker.port, settings.broker.keys) == (8883, site / "keys")
    assert not settings.broker.events.password
    assert not (site / broker.PASSWORDS).exists()
    assert all(not each.password_hash and not each.password for each in settings.people)
    ca = certificates.read(site / "keys", certificates.CA)
    for name in certificates.NAMES[1:]:
        assert certificates.is_signed_by(certificates.read(site / "keys", name), ca), name
    assert certificates.read(site / "keys", "hub-events").subject == broker.EVENTS_USER
    assert certificates.read(site / "keys", "hub-beats").subject == broker.BEATS_USER


def test_the_administrator_s_link_is_shown_once_and_is_good(made: Result, site: Path) -> None:
    links = [word for word in made.output.split() if "/welcome/" in word]
    assert len(links) == 1
    head, _, token = links[0].rpartition("/")
    assert head == "http://127.0.0.1:8080/welcome"
    invitations = Invitations(site / "hub" / NAME, utc_ms)
    found = invitations.find(token)
    invitations.close()
    assert found is not None
    assert found.person == "admin"
    for path in site.rglob("*"):
        assert path.is_dir() or token.encode() not in path.read_bytes(), path


def test_it_shows_no_key(made: Result, site: Path) -> None:
    assert "PRIVATE" not in made.output
    for path in (site / "keys").glob("*.key.pem"):
        body = path.read_text(encoding="ascii").splitlines()[1]
        assert body not in made.output


def test_every_installation_has_its_own_keys(run: Run, made: Result, tmp_path: Path) -> None:
    assert run("init", str(tmp_path / "other")).exit_code == 0
    mine, other = (
        {path.name: path.read_bytes() for path in folder.glob("*.pem")}
        for folder in (tmp_path / "site" / "keys", tmp_path / "other" / "keys")
    )
    assert mine.keys() == other.keys()
    assert all(mine[name] != other[name] for name in mine)
    ca = certificates.read(tmp_path / "other" / "keys", certificates.CA)
    hub = certificates.read(tmp_path / "site" / "keys", certificates.HUB_EVENTS)
    assert not certificates.is_signed_by(hub, ca)


def test_it_changes_nothing_that_is_there(made: Result, run: Run, site: Path) -> None:
    before = {path: path.read_bytes() for path in site.rglob("*") if path.is_file()}
    again = run("init", str(site))
    assert again.exit_code == 1
    assert "allswell.toml is already there: nothing was changed" in again.output
    assert {path: path.read_bytes() for path in site.rglob("*") if path.is_file()} == before


def test_it_never_replaces_an_authority_even_where_the_settings_are_gone(
    made: Result, run: Run, site: Path
) -> None:
    (site / "allswell.toml").unlink()
    before = (site / "keys" / "ca.key.pem").read_bytes()
    again = run("init", str(site))
    assert (again.exit_code, "ca.key.pem is already there" in again.output) == (1, True)
    assert (site / "keys" / "ca.key.pem").read_bytes() == before


def test_it_listens_on_this_machine_alone_until_addresses_are_given(
    made: Result, run: Run, site: Path, tmp_path: Path
) -> None:
    conf = (site / broker.CONF).read_text(encoding="utf-8")
    assert "listener 8883 127.0.0.1\n" in conf
    assert "for this machine alone" in made.output
    wide = tmp_path / "wide"
    given = ("--address", "192.0.2.10", "--address", "broker.example.org")
    done = run("init", str(wide), *given)
    assert (done.exit_code, "for this machine alone" in done.output) == (0, False)
    assert "listener 8883\n" in (wide / broker.CONF).read_text(encoding="utf-8")
    shown = certificates.addresses(certificates.read(wide / "keys", certificates.BROKER))
    assert shown == ("127.0.0.1", "localhost", "192.0.2.10", "broker.example.org")


@pytest.mark.parametrize(
    ("option", "wrong"), [("--zone", "Europa/London"), ("--zone", ""), ("--organisation", " ")]
)
def test_what_no_settings_may_say_is_told_before_anything_is_made(
    run: Run, site: Path, option: str, wrong: str
) -> None:
    done = run("init", str(site), option, wrong)
    assert done.exit_code == 2
    assert option in done.output
    assert not site.exists()


@pytest.mark.parametrize(
    "wrong", ["", "192.0.2", "a b", "-x.org", "http://x.org", "x" * 64, "fe80::1%eth0", "é.org"]
)
def test_what_is_no_address_is_told(run: Run, site: Path, wrong: str) -> None:
    done = run("init", str(site), "--address", wrong)
    assert (done.exit_code, site.exists()) == (2, False)
    assert "allowed is an IP address or a host name" in done.output


def test_passwords_are_for_simulations_on_this_machine_only(run: Run, site: Path) -> None:
    for words in (("--plain",), ("--plain", "--simulation", "--address", "192.0.2.10")):
        done = run("init", str(site), *words)
        assert (done.exit_code, site.exists()) == (2, False)
        assert "--plain" in done.output
    assert run("init", str(site), "--plain", "--simulation").exit_code == 0
    settings = load(site / "allswell.toml")
    assert (settings.broker.tls, settings.broker.port) == (False, 1883)
    assert len({settings.broker.events.password, settings.broker.beats.password, ""}) == 3
    assert "listener 1883 127.0.0.1\n" in (site / broker.CONF).read_text(encoding="utf-8")
    assert settings.simulation.enabled


def test_a_clock_that_was_never_set_makes_no_certificates(
    run: Run, site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.cli.init.utc_ms", lambda: 86_400_000)
    done = run("init", str(site))
    assert done.exit_code == 2
    assert "clock was never set" in done.output
    assert not (site / "allswell.toml").exists()


def test_an_invitation_is_a_link_and_nothing_else_on_stdout(
    made: Result, run: Run, site: Path
) -> None:
    done = run("invite", "admin")
    assert done.exit_code == 0
    assert done.stdout.startswith("http://127.0.0.1:8080/welcome/")
    assert len(done.stdout.split()) == 1
    assert "Administrator (admin) chooses her password here" in done.stderr
    done = run("invite", "admin", "--url", "https://board.example.org")
    assert done.stdout.startswith("https://board.example.org/welcome/")


def test_that_the_hub_does_not_know_her_yet_is_said(
    made: Result, run: Run, site: Path, tmp_path: Path
) -> None:
    assert "does not know" not in run("invite", "admin").output, "it never ran: it reads them then"
    assert run("pendant", "add", "p-1", "--out", str(tmp_path / "p-1")).exit_code == 0
    assert "does not know" not in run("invite", "admin").output, "that put her on its books"
    with (site / "allswell.toml").open("a", encoding="utf-8") as settings:
        settings.write('\n[[person]]\nid = "jo"\nname = "Jo Hill"\ninitials = "JH"\n')
    done = run("invite", "jo")
    assert (done.exit_code, len(done.stdout.split())) == (0, 1)
    assert "does not know jo yet: start it again" in done.stderr


def test_who_is_not_in_the_settings_or_has_her_password_there_is_not_invited(
    made: Result, run: Run, site: Path
) -> None:
    done = run("invite", "ghost")
    assert (done.exit_code, "no person 'ghost'" in done.output) == (1, True)
    path = site / "allswell.toml"
    hashed = Passwords().hash("long enough")
    text = path.read_text(encoding="utf-8").replace(
        "# password_hash: ", f"password_hash = '{hashed}' # "
    )
    path.write_text(text, encoding="utf-8")
    done = run("invite", "admin")
    assert (done.exit_code, "stands in the settings" in done.output) == (1, True)


def test_a_hub_without_a_file_invites_its_operator(run: Run, made: Result, tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    done = run("invite", "operator", "--data", str(data))
    assert done.exit_code == 0, done.output
    assert done.stdout.startswith("http://127.0.0.1:8080/welcome/")
    assert (data / NAME).exists()
    assert run("invite", "admin", "--data", str(data)).exit_code == 1
