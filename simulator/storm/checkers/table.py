"""All checkers by name: what `allswell-sim storm` holds every run against."""

from collections.abc import Callable, Iterator, Mapping

from simulator.storm.checkers import (
    answers,
    claims,
    counting,
    custody,
    feeling,
    owning,
    paging,
    presses,
    record,
    resting,
    silent,
    strangers,
    timely,
    watching,
)
from simulator.storm.checkers.evidence import Evidence, Violation
from simulator.storm.checkers.outside import SHARED

Check = Callable[[Evidence], Iterator[Violation]]

ANSWERED = ("hub-has-it", "person-has-it", "over", "go-in")

CHECKS: Mapping[str, tuple[Check, ...]] = {
    **{name: (check,) for name, check in SHARED.items()},
    **{name: (SHARED[name], answers.follows(name)) for name in ANSWERED},
    "watched": (SHARED["watched"], watching.always_watched),
    "paged": (paging.paged,),
    "paged-after-outage": (paging.paged_after_outage,),
    "sent-is-taken": (paging.sent_is_taken,),
    "each-press-counts": (counting.each_press_counts,),
    "acknowledged-is-kept": (presses.acknowledged_is_kept,),
    "press-is-kept": (presses.press_is_kept,),
    "press-rows-once": (presses.press_rows_once,),
    "receipt-is-true": (presses.receipt_is_true,),
    "dated-by-the-finger": (presses.dated_by_the_finger,),
    "identities-are-new": (presses.identities_are_new,),
    "stored-is-kept": (feeling.stored_is_kept, feeling.stored_stays),
    "stale-is-not-felt": (feeling.echoes_grow, feeling.stale_is_not_believed),
    "kept-arrives": (feeling.kept_arrives,),
    "hub-lost": (feeling.hub_lost,),
    "lease-ends": (owning.lease_ends,),
    "end-covers-what-was-seen": (owning.end_covers_what_was_seen,),
    "silence-is-told": (watching.silence_is_told,),
    "replay-is-no-life": (watching.replay_is_no_life,),
    "inside-is-watched": (watching.inside_is_watched,),
    "old-press-moves-nothing": (watching.old_press_moves_nothing,),
    "deadline-once": (timely.fired_once,),
    "deadline-in-time": (timely.fired_in_time,),
    "deadline-missed": (timely.next_moments, timely.left_over),
    "press-ends-nothing": (claims.press_ends_nothing,),
    "ended-by-people": (SHARED["ended-by-people"], claims.asked_for),
    "next-action": (SHARED["next-action"], owning.waits_are_the_procedures),
    "nobody-for-herself": (claims.nobody_for_herself,),
    "inside-by-a-person": (claims.inside_only_by_a_person,),
    "silent-stays-silent": (
        silent.nothing_felt,
        silent.nothing_stored,
        silent.nothing_told,
        silent.no_page_to_her,
    ),
    "forged-changes-nothing": (
        strangers.forged_changes_nothing,
        answers.follows("prompt", "forged-changes-nothing"),
        answers.follows("nobody-has-it", "forged-changes-nothing"),
        strangers.nothing_is_felt_of_it,
    ),
    "unverified-is-heard": (strangers.unverified_is_heard,),
    "pendant-is-marked": (custody.press_is_marked,),
    "expired-goes-in-nowhere": (custody.expired_goes_in_nowhere,),
    "taken-is-told": (custody.taken_is_told,),
    "last-word-asks": (custody.last_word_asks,),
    resting.CHECKER: (resting.asleep_with_nothing_left, resting.waking_press_counts),
    "no-position": (strangers.no_position,),
    "no-fault-of-its-own": (record.no_fault_of_its_own,),
    "chain-whole": (record.chain_whole,),
    "replay-equals-state": (record.replay_equals_state,),
}


def judge(evidence: Evidence) -> list[Violation]:
    """Everything that is wrong with a run, in the order of the table."""
    return [found for checks in CHECKS.values() for check in checks for found in check(evidence)]
