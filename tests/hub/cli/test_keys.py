"""`allswell keys` without a broker: how long they last, new ones, what a fault looks like."""

import json
from pathlib import Path

import pytest
from click.testing import Result

from hub.clock import utc_ms
from hub.devices import certificates, keyring
from hub.devices.certificates import BROKER, CA, NAMES
from tests.hub.cli.conftest import Run

DAY_MS = 86_400_000


def issued(site: Path, name: str, days: int) -> None:
    """As if it had been made so that it ends in so many days."""
    keys, now_ms = site / "keys", utc_ms()
    ca = certificates.read(keys, CA)
    full = certificates.days_left(certificates.issue_client(ca, "x", now_ms), now_ms)
    then_ms = now_ms - (full - days) * DAY_MS + 3_600_000
    made = certificates.issue_client(ca, keyring.USERS[name], then_ms)
    certificates.write(keys, name, made)


def states(run: Run) -> dict[str, dict[str, object]]:
    return {each["name"]: each for each in json.loads(run("keys", "list", "--json").stdout)}


def test_a_new_installation_has_nothing_to_renew(made: Result, run: Run) -> None:
    done = run("keys", "list")
    assert done.exit_code == 0
    assert [line.split()[0] for line in done.output.splitlines()] == [*NAMES]
    assert all(each["fault"] == "" for each in states(run).values())


@pytest.mark.parametrize(
    ("days", "said"),
    [
        (60, ""),
        (59, "hub-events ends in 59 days"),
        (13, "hub-events ends in 13 days, very soon"),
        (1, "hub-events ends in 1 day, very soon"),
        (0, "hub-events ends in 0 days, very soon"),
        (-1, "hub-events ended 1 day ago: nobody accepts it any more"),
    ],
)
def test_an_end_is_told_long_before(
    made: Result, run: Run, site: Path, days: int, said: str
) -> None:
    issued(site, "hub-events", days)
    found = states(run)["hub-events"]
    assert (found["days"], found["fault"]) == (days, said)
    done = run("keys", "list")
    assert done.exit_code == (1 if said else 0)
    assert ("allswell keys renew hub-events" in done.output) == bool(said)


def test_a_renewed_one_is_signed_by_the_same_authority_with_a_new_key(
    made: Result, run: Run, site: Path
) -> None:
    keys = site / "keys"
    before = {name: certificates.read(keys, name) for name in NAMES}
    done = run("keys", "renew", "hub-events", "broker")
    assert done.exit_code == 0, done.output
    assert "The hub shows it from its next start." in done.output
    ca = certificates.read(keys, CA)
    assert ca.cert_der == before[CA].cert_der
    for name in ("hub-events", "broker"):
        fresh = certificates.read(keys, name)
        assert certificates.is_signed_by(fresh, ca)
        assert fresh.key_der != before[name].key_der
    assert certificates.read(keys, "canary").cert_der == before["canary"].cert_der


def test_everything_is_renewed_under_the_authority_that_pendants_hold(
    made: Result, run: Run, site: Path
) -> None:
    keys = site / "keys"
    held = certificates.read(keys, CA)
    assert run("keys", "renew", "--all").exit_code == 0
    renewed = certificates.read(keys, CA)
    assert renewed.cert_der != held.cert_der
    for name in NAMES[1:]:
        assert certificates.is_signed_by(certificates.read(keys, name), held), name
    assert run("keys", "list").exit_code == 0


def test_a_broker_keeps_its_addresses_unless_others_are_given(
    made: Result, run: Run, site: Path
) -> None:
    def shown() -> tuple[str, ...]:
        return certificates.addresses(certificates.read(site / "keys", BROKER))

    assert run("keys", "renew", BROKER, "--address", "192.0.2.10").exit_code == 0
    assert shown() == ("127.0.0.1", "localhost", "192.0.2.10")
    assert run("keys", "renew", BROKER).exit_code == 0
    assert shown() == ("127.0.0.1", "localhost", "192.0.2.10")
    assert run("keys", "renew", BROKER, "--address", "192.0.2.11").exit_code == 0
    assert shown() == ("127.0.0.1", "localhost", "192.0.2.11")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "name what to renew"),
        (("hub-events", "--address", "192.0.2.10"), "--address goes with one broker"),
        (("broker", "--address", "not an address"), "allowed is an IP address"),
        (("pendant",), "is not one of"),
    ],
)
def test_what_makes_no_sense_is_told(
    made: Result, run: Run, words: tuple[str, ...], said: str
) -> None:
    done = run("keys", "renew", *words)
    assert (done.exit_code, said in done.output) == (2, True), done.output


def test_a_lost_key_a_foreign_one_and_a_swapped_one_are_each_told_and_mended(
    made: Result, run: Run, site: Path
) -> None:
    keys = site / "keys"
    certificates.key_file(keys, "hub-events").unlink()
    stranger = certificates.make_ca("Example", utc_ms())
    foreign = certificates.issue_client(stranger, keyring.USERS["hub-beats"], utc_ms())
    certificates.write(keys, "hub-beats", foreign)
    certificates.write(keys, "canary", certificates.read(keys, BROKER))
    found = states(run)
    assert "No such file" in str(found["hub-events"]["fault"])
    assert found["hub-beats"]["fault"] == "hub-beats was signed by another authority"
    assert "not of 'canary'" in str(found["canary"]["fault"])
    assert run("keys", "renew", "hub-events", "hub-beats", "canary").exit_code == 0
    assert run("keys", "list").exit_code == 0


def test_a_lost_authority_is_told_once_and_cannot_be_made_anew(
    made: Result, run: Run, site: Path
) -> None:
    (site / "keys" / "ca.pem").unlink()
    faults = {name: each["fault"] for name, each in states(run).items() if each["fault"]}
    assert list(faults) == [CA]
    for name in ("broker", "ca"):
        done = run("keys", "renew", name)
        assert (done.exit_code, "restore a backup" in done.output) == (2, True)


def test_the_authority_s_key_may_be_in_a_safe(made: Result, run: Run, site: Path) -> None:
    key = site / "keys" / "ca.key.pem"
    safe = key.rename(site / "safe.pem")
    done = run("keys", "list")
    assert (done.exit_code, "its key is not here" in done.output) == (0, True)
    assert run("keys", "renew", "broker").exit_code == 2
    second = str(site / "second")
    assert run("second-broker", second, "--address", "192.0.2.11").exit_code == 2
    safe.rename(key)
    assert run("keys", "renew", "broker").exit_code == 0


def test_an_authority_whose_key_is_another_s_is_told(made: Result, run: Run, site: Path) -> None:
    other = certificates.make_ca("Example", utc_ms())
    certificates.key_file(site / "keys", CA).write_bytes(other.key_pem)
    assert "do not belong together" in str(states(run)[CA]["fault"])


def test_a_broker_whose_addresses_cannot_be_known_is_not_renewed_without_them(
    made: Result, run: Run, site: Path
) -> None:
    certificates.key_file(site / "keys", BROKER).unlink()
    assert run("keys", "renew", BROKER).exit_code == 0, "its certificate still says them"
    certificates.cert_file(site / "keys", BROKER).write_text("torn", encoding="ascii")
    done = run("keys", "renew", BROKER)
    assert (done.exit_code, "with --address" in done.output) == (2, True)
    assert run("keys", "renew", BROKER, "--address", "192.0.2.10").exit_code == 0


def test_a_hub_that_goes_by_passwords_has_none(run: Run, site: Path) -> None:
    assert run("init", str(site), "--simulation", "--plain").exit_code == 0
    done = run("keys", "list")
    assert (done.exit_code, "goes by users and passwords" in done.output) == (2, True)


def test_no_key_is_ever_printed(made: Result, run: Run, site: Path) -> None:
    said = "".join(
        run("keys", *words).output for words in (("list",), ("list", "--json"), ("renew", "--all"))
    )
    assert "PRIVATE" not in said
    for path in (site / "keys").glob("*.key.pem"):
        assert path.read_text(encoding="ascii").splitlines()[1] not in said


def test_the_second_broker_gets_what_it_needs_and_not_the_authority_s_key(
    made: Result, run: Run, site: Path, tmp_path: Path
) -> None:
    second = tmp_path / "second"
    assert "--address is needed" in run("second-broker", str(second)).output
    done = run("second-broker", str(second), "--address", "192.0.2.11")
    assert done.exit_code == 0, done.output
    assert 'second_host = "192.0.2.11"' in done.output
    assert sorted(path.name for path in (second / "keys").iterdir()) == [
        "broker.key.pem",
        "broker.pem",
        "ca.pem",
    ]
    own = certificates.read(second / "keys", BROKER)
    assert certificates.is_signed_by(own, certificates.read(site / "keys", CA))
    assert certificates.addresses(own) == ("127.0.0.1", "localhost", "192.0.2.11")
    assert "broker-2" in run("keys", "list").output


def test_the_second_broker_is_made_again_after_a_revocation_with_the_same_key(
    made: Result, run: Run, site: Path, tmp_path: Path
) -> None:
    second = tmp_path / "second"
    run("second-broker", str(second), "--address", "192.0.2.11")
    before = certificates.read(second / "keys", BROKER).key_der
    run("pendant", "add", "p-1", "--out", str(tmp_path / "p"))
    assert run("pendant", "revoke", "p-1").exit_code == 0
    assert run("second-broker", str(second)).exit_code == 0
    assert "topic deny allswell/p-1/up/event" in (second / "broker.acl").read_text(encoding="utf-8")
    assert certificates.read(second / "keys", BROKER).key_der == before
    assert "is the first broker's" in run("second-broker", str(site)).output


def test_made_again_the_second_broker_listens_where_the_settings_look_for_it(
    made: Result, run: Run, site: Path, tmp_path: Path
) -> None:
    """Whoever makes it again after a revocation does not think of the port it once had."""
    second = tmp_path / "second"
    words = ("second-broker", str(second), "--address", "192.0.2.11")
    assert "second_port = 9443" in run(*words, "--port", "9443").output
    file = site / "allswell.toml"
    there = '[broker]\nsecond_host = "192.0.2.11"\nsecond_port = 9443\n'
    file.write_text(file.read_text(encoding="utf-8").replace("[broker]\n", there), encoding="utf-8")
    assert run("second-broker", str(second)).exit_code == 0
    assert "listener 9443" in (second / "mosquitto.conf").read_text(encoding="utf-8")
