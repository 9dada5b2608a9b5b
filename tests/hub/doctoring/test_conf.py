"""The broker's files held against ours: what somebody changed is told line by line."""

from pathlib import Path

import pytest

from hub.devices import broker
from hub.doctoring import conf
from hub.settings import BrokerAt


@pytest.fixture
def at(tmp_path: Path) -> BrokerAt:
    """A site over TLS whose files are as `init` writes them, but for where it listens."""
    text = broker.mosquitto_conf(tmp_path, 8883, "192.0.2.10", "allswell", tls=True)
    (tmp_path / broker.CONF).write_text(text, encoding="utf-8")
    (tmp_path / broker.ACL).write_text(broker.acl(), encoding="utf-8")
    return BrokerAt(port=8883, tls=True, keys=tmp_path / "keys", files=tmp_path)


def said(at: BrokerAt, *revoked: str) -> list[str]:
    return [each.said for each in conf.look(at, revoked)]


def change(at: BrokerAt, name: str, old: str, new: str) -> None:
    assert at.files is not None
    path = at.files / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_our_own_files_are_well_wherever_they_listen(at: BrokerAt) -> None:
    assert said(at) == []


def test_files_of_somebody_else_are_not_looked_for() -> None:
    assert [*conf.look(BrokerAt(), ())] == []


# Where it listens and what it logs is the operator's; all the rest is not.
ONLY_OURS = sorted({*conf.directives(broker.mosquitto_conf(Path("x"), tls=True))} - {*conf.FREE})


@pytest.mark.parametrize("key", ONLY_OURS)
def test_every_line_that_is_gone_is_told(at: BrokerAt, key: str) -> None:
    assert at.files is not None
    path = at.files / broker.CONF
    lines = path.read_text(encoding="utf-8").splitlines()
    kept = [line for line in lines if line.partition(" ")[0] != key]
    assert len(kept) == len(lines) - 1
    path.write_text("\n".join(kept) + "\n", encoding="utf-8")
    assert said(at) == [f"mosquitto.conf has no {key}"]


@pytest.mark.parametrize("key", ONLY_OURS)
def test_every_line_that_is_changed_is_told_with_what_it_must_say(at: BrokerAt, key: str) -> None:
    assert at.files is not None
    text = (at.files / broker.CONF).read_text(encoding="utf-8")
    value = conf.directives(text)[key]
    changed = {"true": "false", "false": "true"}.get(value, "1" if key in conf.AT_LEAST else "xx")
    change(at, broker.CONF, f"{key} {value}", f"{key} {changed}")
    [found] = conf.look(at, ())
    assert found.said == f"mosquitto.conf says {key} {changed}"
    assert f"It must say {key} {value}" in found.mend


@pytest.mark.parametrize("value", ["0", "200000"])
def test_a_longer_queue_is_no_fault(at: BrokerAt, value: str) -> None:
    change(at, broker.CONF, "max_queued_messages 100000", f"max_queued_messages {value}")
    assert said(at) == []


def test_a_path_that_is_spelt_otherwise_is_the_same_file(at: BrokerAt) -> None:
    change(at, broker.CONF, f"acl_file {at.files}/", f"acl_file {at.files}/./")
    assert said(at) == []


def test_a_bridge_is_told(at: BrokerAt) -> None:
    change(at, broker.CONF, "persistence true", "connection other\npersistence true")
    assert said(at) == ["mosquitto.conf bridges to another broker (other)"]


def test_a_revoked_pendant_must_be_denied_line_by_line(at: BrokerAt) -> None:
    found = [*conf.look(at, ["p-lost"])]
    assert len(found) == 3
    assert {each.mend for each in found} == {"allswell pendant revoke p-lost"}
    assert at.files is not None
    (at.files / broker.ACL).write_text(broker.acl(["p-lost", "p-older"]), encoding="utf-8")
    assert said(at, "p-lost", "p-older") == []


@pytest.mark.parametrize("line", ["topic deny allswell/p-1/down", "topic deny #"])
def test_a_pendant_that_is_good_and_denied_is_told(at: BrokerAt, line: str) -> None:
    """The broker acknowledges what it then throws away, and she never feels a receipt."""
    assert at.files is not None
    text = broker.acl() + f"user p-1\n{line}\n"
    (at.files / broker.ACL).write_text(text, encoding="utf-8")
    [found] = conf.look(at, ())
    assert (found.said, found.grave) == (
        f"broker.acl denies p-1, which is not revoked: {line!r}",
        True,
    )


@pytest.mark.parametrize(
    ("line", "whose"),
    [
        ("topic readwrite #", "every pendant"),
        ("pattern write allswell/+/up/sos", "every pendant"),
        ("topic allswell/#", "every pendant"),
    ],
)
def test_every_right_that_we_did_not_write_is_told(at: BrokerAt, line: str, whose: str) -> None:
    assert at.files is not None
    text = broker.acl()
    if line.startswith("topic"):  # before the first user a topic is for who has no name
        text = line + "\n" + text
    else:
        text += line + "\n"
    (at.files / broker.ACL).write_text(text, encoding="utf-8")
    assert said(at) == [f"broker.acl grants {line!r} to {whose}"]


def test_a_right_of_another_user_is_told_with_that_user(at: BrokerAt) -> None:
    assert at.files is not None
    text = broker.acl() + "user p-1\ntopic write allswell/p-2/up/event\n"
    (at.files / broker.ACL).write_text(text, encoding="utf-8")
    assert said(at) == ["broker.acl grants 'topic write allswell/p-2/up/event' to p-1"]


@pytest.mark.parametrize("name", [broker.CONF, broker.ACL])
def test_a_file_that_is_gone_or_no_text_is_one_finding(at: BrokerAt, name: str) -> None:
    assert at.files is not None
    (at.files / name).write_bytes(b"\xff\xfe\x00")
    assert len(said(at)) == 1
    (at.files / name).unlink()
    assert said(at) == [f"{at.files / name} cannot be read (No such file or directory)"]
