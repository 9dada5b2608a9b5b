"""The doctor on a real mosquitto that is set wrongly: found by trying it, and by reading it."""

import signal
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from hub import canary
from hub.clock import utc_ms
from hub.devices import broker, certificates
from hub.devices.broker import probe_topic
from hub.devices.certificates import CANARY
from hub.doctoring import broker as asked
from hub.doctoring import caller, durability
from hub.doctoring.finding import Finding
from hub.doctoring.look import look
from hub.doctoring.way import Way
from hub.settings import BrokerAt
from protocol.topics import UP_LANES
from tests.live.clinic import Clinic, clinic
from tests.live.real_broker import RealBroker

pytestmark = pytest.mark.live


@pytest.fixture
def well(tmp_path: Path) -> Iterator[Clinic]:
    with clinic(tmp_path) as found:
        yield found


CONF_PLANTS = [
    (
        {"use_username_as_clientid true\n": ""},
        ["broker: a user may take any client id, the hub's too",
         "broker: mosquitto.conf has no use_username_as_clientid"],
    ),
    (
        {"persistence true": "persistence false"},
        ["broker: what it acknowledged is not on the disk",
         "broker: mosquitto.conf says persistence false"],
    ),
    (
        {"autosave_on_changes true\nautosave_interval 1\n": "autosave_interval 1800\n"},
        ["broker: what it acknowledged is not on the disk",
         "broker: mosquitto.conf says autosave_interval 1800",
         "broker: mosquitto.conf has no autosave_on_changes"],
    ),
]  # fmt: skip


@pytest.mark.parametrize(("change", "wanted"), CONF_PLANTS)
def test_a_broker_that_is_set_otherwise_is_found_by_trying_and_by_reading(
    tmp_path: Path,
    change: dict[str, str],
    wanted: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(durability, "KEPT_S", 1.5)
    monkeypatch.setattr(asked, "PUSHED_OUT_S", 0.5)
    with clinic(tmp_path, change) as found:
        said = found.said()
        for each in wanted:
            assert any(line.startswith(each) for line in said), said
        assert len(said) == len(wanted), said


def test_a_broker_that_asks_nobody_who_he_is_is_found(tmp_path: Path) -> None:
    found = Clinic(tmp_path)
    bird = canary.make(found.keys / canary.FILE)
    asks_nobody = {"require_certificate true": "require_certificate false",
                   "use_identity_as_username true\n": "",
                   "use_username_as_clientid true\n": "",
                   "allow_anonymous false": "allow_anonymous true"}  # fmt: skip
    found.change(asks_nobody)
    found.broker.start()
    try:
        way = Way("broker", found.settings.broker, bird)
        assert [each.said for each in asked.strangers(way)] == [
            "it lets in whoever shows no certificate",
            "it lets in whoever shows a certificate of another authority",
        ]
    finally:
        found.close()


@pytest.mark.parametrize("part", ["strangers", "takeover", "access"])
def test_a_broker_that_stops_answering_while_it_is_tried_is_no_healthy_one(
    well: Clinic, monkeypatch: pytest.MonkeyPatch, part: str
) -> None:
    """What could not be tried any more is a grave finding, and told once."""
    monkeypatch.setattr(caller, "CONNECT_S", 0.5)
    monkeypatch.setattr(caller, "ANSWER_S", 0.5)

    def freezes(_: Way) -> Iterator[Finding]:
        well.broker.signal(signal.SIGSTOP)
        yield from ()

    monkeypatch.setattr(asked, part, freezes)
    try:
        found = [each for each in look(well.settings) if each.about == "broker" and each.grave]
    finally:
        well.broker.signal(signal.SIGCONT)
    assert [each.said.partition(" (")[0] for each in found] == [
        "it no longer answers the canary, which it had let in"
    ]


def test_the_doctor_tries_a_broker_with_passwords_too(tmp_path: Path) -> None:
    users = {CANARY: "right", broker.EVENTS_USER: "e", broker.BEATS_USER: "b"}
    real = RealBroker(tmp_path, users)
    real.write(broker.ACL, broker.acl())
    real.start()
    try:
        at = BrokerAt(port=real.port, files=tmp_path)
        bird = canary.make(tmp_path / canary.FILE, "right")
        assert canary.load(at) == bird
        way = Way("broker", at, bird)
        assert [*asked.strangers(way), *asked.takeover(way), *asked.access(way)] == []
        assert [*durability.kept(way)] == []
        real.stop()
        conf = (tmp_path / broker.CONF).read_text(encoding="utf-8")
        conf = conf.replace("allow_anonymous false", "allow_anonymous true")
        real.write(broker.CONF, conf.replace("use_username_as_clientid true\n", ""))
        real.start()
        assert [each.said for each in asked.strangers(way)] == ["it lets in whoever gives no name"]
    finally:
        real.kill()


def test_a_real_hub_on_a_broker_without_tls_or_names_is_told(tmp_path: Path) -> None:
    real = RealBroker(tmp_path)
    conf = (tmp_path / broker.CONF).read_text(encoding="utf-8")
    real.start()
    try:
        here = BrokerAt(port=real.port)
        [said] = asked.unprotected(here, "broker")
        assert "without TLS" in said.said
        assert not said.grave, "nobody is on the way within one machine"
        [said] = asked.unprotected(replace(here, host="broker.example.org"), "broker")
        assert said.grave
        real.stop()
        conf = conf.replace("allow_anonymous false", "allow_anonymous true")
        real.write(broker.CONF, conf.replace("use_username_as_clientid true\n", ""))
        real.start()
        _, said = asked.unprotected(here, "broker")
        assert (said.said, said.grave) == ("it lets in whoever gives no name", True)
        assert [*asked.unprotected(replace(here, tls=True), "broker")] == []
    finally:
        real.kill()


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        (
            "pattern write allswell/+/up/event",
            ["broker: a pendant may publish to allswell/no-such-pendant/up/event"],
        ),
        ("pattern write allswell/+/up/#", [
            f"broker: a pendant may publish to allswell/no-such-pendant/up/{lane}"
            for lane in UP_LANES if lane != "sos"
        ]),
        ("pattern readwrite allswell/+/down", [
            "broker: a pendant may publish to allswell/no-such-pendant/down",
            "broker: a pendant may publish to allswell/canary/down",
        ]),
        ("pattern write allswell/hub/+", [
            "broker: a pendant may publish to allswell/hub/events",
            "broker: a pendant may publish to allswell/hub/beats",
        ]),
        ("pattern read allswell/+/up/event", [
            "broker: a pendant hears allswell/canary/up/event, which is not its own",
        ]),
    ],
)  # fmt: skip
def test_a_right_too_many_is_found_by_using_it(
    tmp_path: Path, line: str, wanted: list[str]
) -> None:
    found = Clinic(tmp_path)
    found.broker.write(broker.ACL, broker.acl() + line + "\n")
    try:
        found.open()
        said = found.said()
        for each in [*wanted, f"broker: broker.acl grants {line!r} to every pendant"]:
            assert any(one.startswith(each) for one in said), said
        assert len(said) == len(wanted) + 1, said
        assert found.app is not None
        assert found.app.reader.open_alarms() == (), "and nobody was paged"
    finally:
        found.close()


def test_a_right_too_few_is_found_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(durability, "KEPT_S", 1.5)
    found = Clinic(tmp_path)
    line = f"topic readwrite {probe_topic(CANARY)}\n"
    found.broker.write(broker.ACL, broker.acl().replace(line, ""))
    try:
        found.open()
        said = found.said()
        assert any("broker.acl has no line" in each and "of canary" in each for each in said), said
        assert any("a message at QoS 1 for a session that was away is gone" in s for s in said)
    finally:
        found.close()


def test_a_broker_that_forgot_an_absent_session_is_found(
    well: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its disk was lost while the session was away."""
    monkeypatch.setattr(durability, "KEPT_S", 1.5)

    def lost(_way: Way, _mark: bytes) -> Iterator[None]:
        well.broker.kill()
        for path in (well.folder / broker.STORE).iterdir():
            path.unlink()
        well.broker.start()
        yield from ()

    monkeypatch.setattr(durability, "_on_disk", lost)
    said = well.said()
    assert any("a message at QoS 1 for a session that was away is gone" in each for each in said)


def test_a_certificate_of_another_authority_that_is_let_in_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody has put another authority's beside ours into the broker's cafile."""
    found = Clinic(tmp_path)
    theirs = certificates.make_ca("stranger", utc_ms())
    ours = certificates.cert_file(found.keys, certificates.CA).read_bytes()
    found.folder.joinpath("both.pem").write_bytes(ours + theirs.cert_pem)
    found.change({f"cafile {found.keys}/ca.pem": f"cafile {found.folder}/both.pem"})
    monkeypatch.setattr(certificates, "make_ca", lambda *_: theirs)
    try:
        found.open()
        said = found.said()
        assert any("lets in whoever shows a certificate of another authority" in s for s in said)
    finally:
        found.close()


def test_a_frozen_broker_holds_the_doctor_up_for_seconds_only(
    well: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The kernel still accepts connections, and nobody answers."""
    monkeypatch.setattr(caller, "CONNECT_S", 1.0)
    well.broker.signal(signal.SIGSTOP)
    try:
        began = time.monotonic()
        said = well.said()
        assert time.monotonic() - began < 20
    finally:
        well.broker.signal(signal.SIGCONT)
    assert any(each.startswith("broker: the canary is not let in (no answer") for each in said)
