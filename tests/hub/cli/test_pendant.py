"""`allswell pendant` without a board: keys, folders, books, dates; no secret where others look."""

import json
import stat
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from cryptography import x509

from firmware.pendant import settings as firmware_settings
from hub.cli import main
from hub.cli.pendant.shared import DAY_MS
from hub.clock import utc_ms
from hub.devices import certificates
from tests.hub.cli.conftest import Run

WIFI = '[{"ssid": "site", "key": "correct horse"}, {"ssid": "phone", "key": "battery staple"}]'


@pytest.fixture
def by_password(run: Run, site: Path) -> Result:
    """A site for exercises, whose pendants log in by password."""
    done = run("init", str(site), "--simulation", "--plain")
    assert done.exit_code == 0, done.output
    return done


@pytest.fixture
def wifi(tmp_path: Path) -> str:
    path = tmp_path / "wifi.json"
    path.write_text(WIFI)
    return str(path)


def add(run: Run, out: Path, *words: str, name: str = "p-1") -> Result:
    done = run("pendant", "add", name, "--out", str(out), *words)
    assert done.exit_code == 0, done.output
    return done


def settings_in(folder: Path) -> firmware_settings.Settings:
    return firmware_settings.load((folder / "settings.json").read_text(encoding="ascii"))


def listed(run: Run) -> dict[str, dict[str, object]]:
    return {each["id"]: each for each in json.loads(run("pendant", "list", "--json").output)}


def test_a_pendants_folder_is_what_the_firmware_takes_and_its_owners_alone(
    made: Result, run: Run, site: Path, wifi: str
) -> None:
    out = site / "p-1"
    words = ("--worker", "admin", "--wifi", wifi, "--broker-host", "192.0.2.9", "--quiet")
    add(run, out, *words, "--second-host", "192.0.2.10")
    assert sorted(path.name for path in out.iterdir()) == [
        *("ca.der", "cert.der", "key.der", "settings.bak", "settings.json", "wifi.json")
    ]
    for path in (out, *out.iterdir()):
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path
    found = settings_in(out)
    assert found.brokers() == [("192.0.2.9", 8883), ("192.0.2.10", 8883)]
    assert (found.pendant, found.tls, found.sleep, found.quiet) == ("p-1", True, True, True)
    assert (found.username, found.password) == ("", "")
    assert (out / "settings.bak").read_bytes() == (out / "settings.json").read_bytes()
    assert json.loads((out / "wifi.json").read_bytes()) == json.loads(WIFI)


def test_its_certificate_is_our_authoritys_for_its_name_and_its_key_is_kept_nowhere_else(
    made: Result, run: Run, site: Path
) -> None:
    out = site / "p-1"
    add(run, out)
    ca = certificates.read(site / "keys", "ca")
    certificate = x509.load_der_x509_certificate((out / "cert.der").read_bytes())
    certificate.verify_directly_issued_by(ca.certificate)
    assert certificate.subject.rfc4514_string() == "CN=p-1"
    assert (out / "ca.der").read_bytes() == ca.cert_der
    key = (out / "key.der").read_bytes()
    for path in site.rglob("*"):
        if path.is_file() and path.parent != out:
            blob = path.read_bytes()
            assert key not in blob, path
            assert b"PRIVATE" not in blob or path.name.endswith(".key.pem"), path
    assert not list((site / "keys" / "pendants").glob("*.key*"))


def test_the_address_is_the_one_that_the_brokers_certificate_bears(run: Run, site: Path) -> None:
    assert run("init", str(site), "--address", "192.0.2.9").exit_code == 0
    add(run, site / "p-1")
    assert settings_in(site / "p-1").broker_host == "192.0.2.9"


def test_an_address_of_this_machine_is_told_of(made: Result, run: Run, site: Path) -> None:
    assert "needs --broker-host" in add(run, site / "p-1").stderr
    assert "Nobody carries it" in add(run, site / "p-3").stderr
    assert "Nobody carries it" not in add(run, site / "p-4", "--worker", "admin").stderr
    assert "needs --broker-host" not in add(run, site / "p-2", "--broker-host", "192.0.2.9").stderr


def test_where_pendants_log_in_by_password_it_has_one_and_the_broker_its_hash(
    by_password: Result, run: Run, site: Path
) -> None:
    add(run, site / "p-1", "--worker", "admin")
    found = settings_in(site / "p-1")
    assert (found.username, found.broker_port, found.tls) == ("p-1", 1883, False)
    passwords = (site / "broker.passwords").read_text(encoding="utf-8")
    assert passwords.count("\np-1:$7$") == 1
    assert found.password not in passwords
    assert listed(run)["p-1"]["worker"] == "admin"


def test_a_known_pendant_gets_new_keys(made: Result, run: Run, site: Path) -> None:
    for name in ("one", "two"):
        add(run, site / name)
    one, two = settings_in(site / "one"), settings_in(site / "two")
    assert one.secret != two.secret
    assert one.key_id != two.key_id
    assert (site / "one" / "key.der").read_bytes() != (site / "two" / "key.der").read_bytes()
    assert list(listed(run)).count("p-1") == 1


def test_one_object_instead_of_a_folder(made: Result, run: Run, site: Path, wifi: str) -> None:
    done = add(run, Path("-"), "--wifi", wifi)
    told = json.loads(done.stdout)
    assert firmware_settings.load(json.dumps(told["settings.json"])).pendant == "p-1"
    assert told["wifi.json"] == json.loads(WIFI)
    assert set(told) >= {"ca.der", "cert.der", "key.der"}


def command(*words: str) -> Result:
    return CliRunner().invoke(main, ["pendant", *words])


def test_no_secret_stands_in_what_is_said_or_logged(
    made: Result, run: Run, site: Path, wifi: str
) -> None:
    out = site / "p-1"
    said = add(run, out, "--wifi", wifi).output
    secrets = [json.loads((out / "settings.json").read_text())["secret"], "correct horse"]
    secrets.append((out / "key.der").read_bytes().hex())
    said += run("log", "show", "--json").output
    said += run("pendant", "list", "--json").output + run("pendant", "list").output
    said += command("image", "p-1", "--from", str(out), "--out", str(site / "i")).output
    for words in ((), ("--running",)):
        said += command("flash", "p-1", "--from", str(out), "--dry-run", *words).output
    assert "write-flash" in said
    assert "add_pendant" in said
    for secret in secrets:
        assert secret not in said


def test_no_option_takes_a_secret() -> None:
    """What is typed into a command line stays in the shell's history."""
    group = main.commands["pendant"]
    options = {
        opt for each in vars(group)["commands"].values() for p in each.params for opt in p.opts
    }
    assert "--wifi" in options
    assert not [opt for opt in options if any(word in opt for word in ("secret", "pass", "psk"))]


def test_networks_are_asked_for_without_showing_their_keys(
    made: Result, run: Run, site: Path
) -> None:
    typed = "site\ncorrect horse\nphone\n\n\n"
    done = run("pendant", "add", "p-1", "--out", str(site / "p-1"), "--ask-wifi", typed=typed)
    assert done.exit_code == 0, done.output
    assert "correct horse" not in done.output
    assert json.loads((site / "p-1" / "wifi.json").read_bytes()) == [
        {"ssid": "site", "key": "correct horse"},
        {"ssid": "phone", "key": ""},
    ]


def test_a_network_that_no_pendant_could_join_stops_it_before_anything_is_made(
    made: Result, run: Run, site: Path, tmp_path: Path
) -> None:
    wrong = tmp_path / "wrong.json"
    wrong.write_text('[{"ssid": "site", "key": "short"}]')
    done = run("pendant", "add", "p-1", "--out", str(site / "p-1"), "--wifi", str(wrong))
    assert done.exit_code == 1
    assert "8 to 63 characters" in done.output
    assert not (site / "p-1").exists()
    assert "p-1" not in listed(run) if (site / "hub" / "hub.sqlite").exists() else True


def test_validity_is_on_the_books_and_told_of_in_time(made: Result, run: Run, site: Path) -> None:
    for name, days in (("p-1", "730"), ("p-2", "40"), ("p-3", "5"), ("p-4", "0")):
        add(run, site / name, "--days", days, name=name)
    found = listed(run)
    assert [found[f"p-{n}"]["days_left"] for n in (1, 2, 3, 4)] == [729, 39, 4, None]
    assert not found["p-1"]["warnings"]
    assert not found["p-4"]["warnings"]
    assert "renew it within 39 days: allswell pendant renew p-2" in str(found["p-2"]["warnings"])
    assert "in 4 days no visit will begin with it any more" in str(found["p-3"]["warnings"])
    shown = run("pendant", "list").output
    assert "allswell pendant renew p-3, now" in shown
    assert "for ever" in shown


def test_renewing_needs_nothing_on_the_pendant(made: Result, run: Run, site: Path) -> None:
    add(run, site / "p-1", "--days", "5")
    done = run("pendant", "renew", "p-1", "--days", "365")
    assert done.exit_code == 0, done.output
    assert "valid until 20" in done.output
    assert listed(run)["p-1"]["days_left"] == 364
    assert "valid for ever" in run("pendant", "renew", "p-1", "--days", "0").output
    assert listed(run)["p-1"]["days_left"] is None
    assert run("pendant", "renew", "p-9").exit_code == 1


def test_a_renewed_certificate_has_the_name_a_new_key_and_nothing_else_in_its_folder(
    made: Result, run: Run, site: Path
) -> None:
    add(run, site / "p-1")
    fresh = site / "fresh"
    done = run("pendant", "renew", "p-1", "--certificate", str(fresh))
    assert done.exit_code == 0, done.output
    assert sorted(path.name for path in fresh.iterdir()) == ["ca.der", "cert.der", "key.der"]
    certificate = x509.load_der_x509_certificate((fresh / "cert.der").read_bytes())
    assert certificate.subject.rfc4514_string() == "CN=p-1"
    assert (fresh / "key.der").read_bytes() != (site / "p-1" / "key.der").read_bytes()
    done = command("flash", "p-1", "--running", "--from", str(fresh), "--dry-run")
    assert "mpremote connect PORT resume fs cp -r" in done.output


def test_a_certificate_that_ends_is_told_of(
    made: Result, run: Run, site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(run, site / "p-1", "--days", "0")
    later = utc_ms() + 3640 * DAY_MS
    monkeypatch.setattr("hub.cli.pendant.listing.utc_ms", lambda: later)
    assert "renew p-1 --certificate FOLDER" in str(listed(run)["p-1"]["warnings"])


def test_a_revoked_pendant_keeps_its_sos_at_the_broker_until_it_is_added_again(
    made: Result, run: Run, site: Path
) -> None:
    add(run, site / "one")
    assert "pendant p-1 is revoked" in run("pendant", "revoke", "p-1").output
    acl = (site / "broker.acl").read_text(encoding="utf-8")
    assert "topic deny allswell/p-1/up/event" in acl
    assert "topic deny allswell/p-1/up/sos" not in acl
    add(run, site / "two")
    assert "deny allswell/p-1" not in (site / "broker.acl").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (("add", "P 1"), 2, "lower case letters"),
        (("add", "allswell-hub-events"), 2, "is the hub's own name"),
        (("add", "canary"), 2, "is the hub's own name"),
        (("add", "p-1", "--worker", "ghost"), 1, "no person 'ghost'"),
        (("revoke", "p-9"), 1, "no pendant 'p-9'"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(
    made: Result, run: Run, site: Path, words: tuple[str, ...], status: int, said: str
) -> None:
    done = run("pendant", *words)
    assert done.exit_code == status
    assert said in done.output
    assert "Traceback" not in done.output


def test_a_folder_that_is_there_is_not_written_over(made: Result, run: Run, site: Path) -> None:
    add(run, site / "p-1")
    before = (site / "p-1" / "settings.json").read_bytes()
    done = run("pendant", "add", "p-1", "--out", str(site / "p-1"))
    assert done.exit_code == 2
    assert "already there" in done.output
    assert (site / "p-1" / "settings.json").read_bytes() == before


def test_keys_that_have_no_place_are_not_put_on_the_books(
    made: Result, run: Run, site: Path
) -> None:
    """Else the pendant that she wears would be nobody's, and nobody would have the new keys."""
    add(run, site / "p-1")
    before = listed(run)
    (site / "file").write_text("in the way")
    done = run("pendant", "add", "p-1", "--days", "9", "--out", str(site / "file" / "p-1"))
    assert (done.exit_code, "nothing was changed" in done.output) == (1, True)
    assert listed(run) == before
    done = run("pendant", "add", "p-2", "--worker", "nobody", "--out", str(site / "p-2"))
    assert done.exit_code == 1
    assert not (site / "p-2").exists(), "refused, it leaves nothing behind"


def test_the_doctors_canary_is_not_revoked_by_its_name(made: Result, run: Run) -> None:
    done = run("pendant", "revoke", "canary")
    assert (done.exit_code, "the doctor's own" in done.output) == (1, True)
