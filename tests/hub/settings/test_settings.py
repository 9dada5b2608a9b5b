"""allswell.toml: what it may say; all its faults at once, with line and what is allowed."""

from pathlib import Path

import pytest

from hub.settings import Settings, load
from hub.toml_source import Faults

WHOLE = """\
[organisation]
name = "Example Homes"
zone = "Europe/London"

[hub]
folder = "state"
policy = "mine.toml"

[broker]
host = "127.0.0.1"
port = 1884
events_user = "e"
events_password = "secret-e"
beats_user = "b"
beats_password = "secret-b"

[web]
host = "0.0.0.0"
port = 8443
secure_cookie = true
public_url = "https://board.example.org/"

[notify]
copy_to = ["https://hooks.example.org/allswell"]
timeout_s = 5

[directory]
file = "people.toml"

[[person]]
id = "mg"
name = "Marian Green"
initials = "MG"
roles = ["tracker", "manager"]
on_duty = ["manager"]
phones = ["+44 1392 000000"]
pages = ["tgram://token/123", "mailto://user:pass@example.org"]
car = "AB12 CDE"
password_hash = "$argon2id$v=19$m=65536,t=3,p=4$c2FsdA$aGFzaA"
"""
PEOPLE = """\
[[person]]
id = "jo"
name = "Jo Hill"
initials = "JH"

[[client]]
id = "c-1"
code = "K7"
area = "St Thomas"
lines = ["01392 000001"]
"""


def written(folder: Path, text: str, people: str = PEOPLE) -> Path:
    (folder / "people.toml").write_text(people, encoding="utf-8")
    path = folder / "allswell.toml"
    path.write_text(text, encoding="utf-8")
    return path


def refused(folder: Path, text: str, people: str = PEOPLE) -> list[str]:
    with pytest.raises(Faults) as caught:
        load(written(folder, text, people))
    return [str(fault).replace(str(folder) + "/", "") for fault in caught.value.faults]


def test_a_whole_file_is_read_to_the_last_key(tmp_path: Path) -> None:
    found = load(written(tmp_path, WHOLE))
    assert found.organisation.name == "Example Homes"
    assert found.folder == tmp_path / "state"
    assert found.policy == str(tmp_path / "mine.toml")
    assert (found.broker.port, found.broker.events.user) == (1884, "e")
    assert found.broker.beats.password == "secret-b"
    assert found.web.url == "https://board.example.org"
    assert found.notify.timeout_s == 5
    assert [person.id for person in found.people] == ["mg", "jo"]
    assert found.people[0].on_duty == ("manager",)
    assert found.people[0].login == "mg"
    assert found.clients[0].lines == ("01392 000001",)
    assert not found.simulation.enabled


def test_an_almost_empty_file_is_enough(tmp_path: Path) -> None:
    found = load(written(tmp_path, '[organisation]\nname = "X"\n'))
    assert found == Settings(
        folder=tmp_path / "hub", organisation=found.organisation, file=found.file
    )


def test_all_faults_are_told_at_once_with_line_key_and_what_is_allowed(tmp_path: Path) -> None:
    text = """\
[organisation]
zone = "Exeter"

[broker]
port = 70000
hots = "here"

[web]
secure_cookie = "yes"

[[person]]
id = "MG"
name = "Marian Green"
initials = "M.G"
on_duty = ["manager"]
password = "plain"
"""
    assert refused(tmp_path, text) == [
        "allswell.toml:1: organisation.name: is missing; allowed is the organisation's name",
        (
            "allswell.toml:2: organisation.zone: 'Exeter' is wrong;"
            " allowed is an IANA time zone, e.g. Europe/London"
        ),
        "allswell.toml:5: broker.port: 70000 is wrong; allowed is a whole number from 1 to 65535",
        "allswell.toml:6: broker.hots: is not a setting; did you mean host?",
        "allswell.toml:9: web.secure_cookie: 'yes' is wrong; allowed is true or false",
        (
            "allswell.toml:12: person[1].id: 'MG' is wrong;"
            " allowed is lower case letters, digits and inner hyphens, at most 32"
        ),
        "allswell.toml:14: person[1].initials: 'M.G' is wrong; allowed is 1 to 4 letters",
        "allswell.toml:15: person[1].on_duty: 'manager' is none of this person's roles",
        (
            "allswell.toml:16: person[1].password: a plain password is for simulations;"
            " use password_hash"
        ),
    ]


ABOUT = '[organisation]\nname = "X"\n[broker]\n'


def test_brokers_over_tls_are_known_by_the_keys_in_a_folder(tmp_path: Path) -> None:
    text = ABOUT + 'tls = true\nkeys = "keys"\nfiles = "."\nsecond_host = "192.0.2.9"\n'
    found = load(written(tmp_path, text)).broker
    assert (found.port, found.tls, found.keys) == (8883, True, tmp_path / "keys")
    assert [(each.host, each.port, each.files) for each in found.each()] == [
        ("127.0.0.1", 8883, tmp_path),
        ("192.0.2.9", 8883, None),
    ]
    assert {each.keys for each in found.each()} == {tmp_path / "keys"}


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ("tls = true\n", "broker.keys: is missing"),
        ('tls = true\nkeys = "k"\nevents_password = "x"\n', "no user or password goes with tls"),
        ("second_port = 8884\n", "broker.second_port: needs a second_host"),
        ('second_host = "127.0.0.1"\n', "broker.second_host: is the first broker once more"),
        ("tls = 1\n", "broker.tls: 1 is wrong; allowed is true or false"),
    ],
)
def test_what_makes_no_sense_of_two_brokers_is_said(tmp_path: Path, lines: str, said: str) -> None:
    assert any(said in line for line in refused(tmp_path, ABOUT + lines))


def test_a_fault_in_the_directory_file_names_that_file(tmp_path: Path) -> None:
    people = PEOPLE + '\n[[person]]\nid = "jo"\nname = "Joe"\ninitials = "J"\nrolls = []\n'
    assert refused(tmp_path, WHOLE, people) == [
        "people.toml:12: person[2].login: 'jo' is already another's; each must be different",
        "people.toml:13: person[2].id: 'jo' is already another's; each must be different",
        "people.toml:16: person[2].rolls: is not a setting; did you mean roles?",
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[organisation\n", "allswell.toml:1: is not TOML"),
        ('[organisation]\nname = "X"\nname = "Y"\n', "allswell.toml:3: is not TOML"),
        ('[organisation]\nname = """\n', "is not TOML"),
        ('colour = 1\n[organisation]\nname = "X"\n', "allswell.toml:1: colour: is not a setting"),
        (
            '[organisation]\nname = "X"\n[simulation]\nspeed = 60\n',
            "toml:4: simulation.speed: only 1",
        ),
        ('person = 3\n[organisation]\nname = "X"\n', "tables, each beginning [[person]]"),
        (
            '[organisation]\nname = "X"\n[directory]\nfile = "no.toml"\n',
            "no.toml:1: cannot be read",
        ),
        ('[organisation]\nname = "X"\n[web]\nport = true\n', "toml:4: web.port: True is wrong"),
    ],
)
def test_what_is_wrong_is_said(tmp_path: Path, text: str, said: str) -> None:
    assert any(said in line for line in refused(tmp_path, text))


def test_a_missing_file_is_a_fault_not_a_traceback(tmp_path: Path) -> None:
    with pytest.raises(Faults, match=r"none\.toml:1: cannot be read"):
        load(tmp_path / "none.toml")


def test_lines_are_right_after_many_line_values(tmp_path: Path) -> None:
    text = '''\
[organisation]
name = """
[not a header]
port = 1
"""
[[person]]
id = "a"
name = "A"
initials = "A"
roles = [  # a list [ over
  "x",     # lines
]
phones = ["abc"]
[[person]]
id = "b"
name = "B"
initials = ""
'''
    assert [line.split(": ")[0] for line in refused(tmp_path, text)] == [
        "allswell.toml:13",
        "allswell.toml:17",
    ]


@pytest.mark.parametrize(
    ("url", "lawful"),
    [
        ("http://127.0.0.1:9000/pages", True),
        ("json://localhost:9000", True),
        ("jsons://[::1]/x", True),
        ("https://127.1.2.3", True),
        ("http://example.org/", False),
        ("http://127.0.0.1.example.org/", False),
        ("http://127.0.0.1@example.org/", False),
        ("tgram://127.0.0.1/1", False),
        ("mailto://127.0.0.1", False),
        ("http://10.0.0.1/", False),
    ],
)
def test_a_simulation_pages_this_machine_only(tmp_path: Path, url: str, lawful: bool) -> None:
    text = f"""\
[organisation]
name = "X"
[simulation]
enabled = true
speed = 60
[[person]]
id = "a"
name = "A"
initials = "A"
password = "demo"
pages = ["{url}"]
"""
    if lawful:
        assert load(written(tmp_path, text)).people[0].pages == (url,)
    else:
        assert "allswell.toml:11: person[1].pages:" in refused(tmp_path, text)[0]


def test_secrets_do_not_show_when_settings_are_printed(tmp_path: Path) -> None:
    shown = repr(load(written(tmp_path, WHOLE)))
    for secret in ("secret-e", "secret-b", "tgram", "argon2id"):
        assert secret not in shown


def test_places_are_degrees_both_or_neither(tmp_path: Path) -> None:
    office = '[organisation]\nname = "X"\nlatitude = 50.7236\nlongitude = -3.5275\n'
    home = PEOPLE + 'coverage = "poor"\nlatitude = 60\nlongitude = -1.145\n'
    found = load(written(tmp_path, office + '[directory]\nfile = "people.toml"\n', home))
    assert (found.organisation.latitude, found.organisation.longitude) == (50.7236, -3.5275)
    client = found.clients[0]
    assert (client.latitude, client.longitude, client.coverage) == (60.0, -1.145, "poor")
    for lines, said in (
        ("latitude = 50.7236", "longitude: is missing; a place has"),
        ("latitude = 91\nlongitude = 0", "91 is wrong; allowed is degrees from -90 to 90"),
        ("latitude = 5\nlongitude = 180.5", "180.5 is wrong; allowed is degrees from -180"),
        ('latitude = "50"\nlongitude = 0', "'50' is wrong"),
        ("latitude = true\nlongitude = 0", "True is wrong"),
    ):
        faults = refused(tmp_path, f'[organisation]\nname = "X"\n{lines}\n')
        assert any(said in fault for fault in faults), faults
    faults = refused(tmp_path, '[organisation]\nname = "X"\n[directory]\nfile = "people.toml"\n',
                     PEOPLE + 'coverage = "so-so"\n')  # fmt: skip
    assert "one of good, poor" in faults[0]
