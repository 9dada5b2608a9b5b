"""Planning refused for the client: one whom nobody knows, one whose record lacks what is asked."""

from dataclasses import replace

from hub.rules import visit as visit_rules
from hub.rules.directory import ClientFacts
from hub.rules.model import Event
from tests.hub.rules.test_gates import HOUR, NOW, PLAN, POLICY, SEEN, client, with_gate


def test_an_unknown_client_is_told_as_that_and_not_as_a_want_of_an_address() -> None:
    event = Event("plan_visit", NOW - HOUR, by="olive", data={**PLAN, "client": "c-9"})
    for seen in (SEEN, replace(SEEN, clients={"": ClientFacts()})):
        refused = visit_rules.plan(POLICY, event, "v", NOW - HOUR, seen)
        assert (refused.refused, refused.gate) == ("There is no client c-9.", "")


def test_what_the_record_of_a_client_lacks_is_said_with_the_gate() -> None:
    event = Event("plan_visit", NOW - HOUR, by="olive", data=PLAN)
    policy = with_gate(command="plan_visit", requires=("full_address",))
    refused = visit_rules.plan(policy, event, "v", NOW - HOUR, client(address=""))
    assert refused.refused == "Not so. On the client's record is no address."
    policy = with_gate(command="plan_visit", requires=("client_details",))
    refused = visit_rules.plan(policy, event, "v", NOW - HOUR, client(lines=(), postcode=""))
    assert refused.refused == "Not so. On the client's record is no postcode, no telephone line."
    policy = with_gate(command="plan_visit", requires=("tracker",))
    assert visit_rules.plan(policy, event, "v", NOW - HOUR, SEEN).refused == "Not so."
