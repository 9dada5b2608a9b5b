"""Registers over the JSON API: declared, written, read by who may, and codes on one answer only."""

from collections.abc import Callable, Iterator

import httpx
import pytest

from hub.policy.words import REGISTERS
from tests.hub.web.conftest import by
from tests.hub.web.house import PASSWORD, House

API = "/api/v1"
CODE = "4711-kestrel"
Login = Callable[[str], httpx.Client]


@pytest.fixture
def log_in(url: str) -> Iterator[Login]:
    clients: list[httpx.Client] = []

    def new(name: str) -> httpx.Client:
        clients.append(httpx.Client(base_url=url, timeout=20))
        answer = clients[-1].post(f"{API}/login", json={"name": name, "password": PASSWORD})
        clients[-1].headers["Authorization"] = f"Bearer {answer.json()['token']}"
        return clients[-1]

    yield new
    for client in clients:
        client.close()


def write(program: httpx.Client, **body: object) -> httpx.Response:
    return program.post(f"{API}/write_record", json=body)


def test_every_register_is_declared(log_in: Login) -> None:
    found = log_in("ben").get(f"{API}/registers").json()
    assert {register["kind"] for register in found} == set(REGISTERS)
    for register in found:
        names = {field["name"] for field in register["fields"]}
        for verb in register["verbs"]:
            needed = {name for need in verb["needs"] for name in need.split("|")}
            assert needed | set(verb["takes"]) <= names


@by("carers-trust-d06b")
def test_a_record_is_written_and_read(house: House, log_in: Login) -> None:
    ben = log_in("ben")
    refused = write(ben, kind="absence", verb="write", about="asha", fields={"sort": "holiday"})
    assert refused.status_code == 409
    for said in ("none of leave, sick, course", "First day away: is missing", "Back on"):
        assert said in refused.json()["reason"]
    fields = {"sort": "leave", "first_day": "2026-06-01", "back_on": "2026-06-08"}
    done = write(ben, kind="absence", verb="write", about="asha", fields=fields).json()
    assert done["ok"], done["reason"]
    (record,) = ben.get(f"{API}/registers/absence").json()
    assert (record["id"], record["worker"], record["fields"]) == (done["id"], "asha", fields)
    old = write(ben, kind="absence", verb="came_back", record=done["id"], version=0)
    assert old.status_code == 409 and "changed since" in old.json()["reason"]
    assert write(ben, kind="absence", verb="came_back", record=done["id"], version=1).json()["ok"]
    assert ben.get(f"{API}/registers/absence").json() == []
    assert len(ben.get(f"{API}/registers/absence", params={"ended": True}).json()) == 1
    assert ben.get(f"{API}/records/r-nothing").status_code == 404
    assert ben.get(f"{API}/registers/nothing").status_code == 404


@pytest.mark.clause("CT-4.4")
@by("carers-trust-d06b")
def test_a_code_is_in_one_answer_and_in_no_reading(house: House, log_in: Login) -> None:
    ruth = log_in("ruth")
    kept = write(ruth, kind="entry-code", verb="write", about="c17",
                 fields={"what": "side gate 7", "code": CODE})  # fmt: skip
    assert kept.json()["ok"], kept.json()["reason"]
    record = kept.json()["id"]
    shown = write(ruth, kind="entry-code", verb="show_code", record=record).json()
    assert shown["shown"] == CODE
    assert CODE not in kept.text
    readings = ("registers/entry-code", f"records/{record}", "board")
    assert all(CODE not in ruth.get(f"{API}/{each}").text for each in readings)
    refused = write(log_in("ben"), kind="entry-code", verb="show_code", record=record).json()
    assert (refused["ok"], refused["shown"]) == (False, "")


@pytest.mark.clause("DC-contacts")
@by("derbyshire-childrens-services")
def test_next_of_kin_are_closed_to_others(house: House, log_in: Login) -> None:
    asha, ben = log_in("asha"), log_in("ben")
    done = write(asha, kind="next-of-kin", verb="write", about="asha",
                 fields={"name": "Vikram Patel", "number": "07700 900111"}).json()  # fmt: skip
    assert done["ok"], done["reason"]
    assert len(asha.get(f"{API}/registers/next-of-kin").json()) == 1
    for person in ("ruth",):
        assert len(log_in(person).get(f"{API}/registers/next-of-kin").json()) == 1
    assert asha.get(f"{API}/records/{done['id']}").status_code == 200
    assert ben.get(f"{API}/board").status_code == 200
