"""What is mutated, and which tests judge it.

Rule: `quick` are the tests that kill most mutants soonest. What lives through them is tried again
in a process of its own, and what lives through that with the `wide` tests too.
"""

from dataclasses import dataclass

# They read the source as it was written, or start an interpreter that has no mutants.
READERS = ("tests/firmware/test_on_micropython.py",)
# Every story again, in every state: what they find, the stories find alone and sooner.
EVERY_STORY = tuple(
    f"tests/micropython/test_pendant_{test}"
    for test in (
        "duress.py::test_a_chord_is_felt_exactly_like_a_short_in_every_state",
        "gestures.py::test_every_story_reads_as_told_whether_ticked_early_or_late",
    )
)
# Histories drawn at random: seconds each, and the small stories find most of it in milliseconds.
DRAWN = (
    "tests/hub/rules/test_machine.py",
    "tests/hub/rules/test_planted.py",
    "tests/hub/rules/test_exhaustive.py",
)
# The modules in which a fault would leave somebody unwatched.
GRAVE = (
    "hub/rules/alarm.py",
    "hub/rules/attempts.py",
    "hub/rules/claims.py",
    "hub/rules/contact.py",
    "hub/rules/ending.py",
    "hub/rules/gates.py",
    "hub/rules/ladder.py",
    "hub/rules/raising.py",
    "hub/rules/tasks.py",
)


@dataclass(frozen=True)
class Target:
    """`closely`: the modules of which every n-th mutant is tried, n being `nth[0]`; of the others
    every `nth[1]`-th."""

    only: str
    quick: tuple[str, ...]
    not_quick: tuple[str, ...] = ()
    wide: tuple[str, ...] = ()
    not_wide: tuple[str, ...] = ()
    closely: tuple[str, ...] = ()
    nth: tuple[int, int] = (1, 1)

    def every(self, path: str) -> int:
        """Every how many-th mutant of this file is tried."""
        return self.nth[0 if path in self.closely else 1]


TARGETS = {
    "protocol": Target(
        only="protocol/*",
        quick=("tests/protocol", "tests/micropython/test_vectors.py"),
        wide=("tests/micropython", "tests/firmware", "tests/hub/test_verify.py"),
        not_wide=READERS,
    ),
    "pendant": Target(
        only="firmware/pendant/*",
        quick=("tests/micropython", "tests/firmware"),
        not_quick=(
            *READERS,
            "tests/firmware/test_app.py",
            "tests/firmware/test_app_link.py",
            "tests/firmware/test_app_rest.py",
            "tests/firmware/test_boards.py",
            "tests/firmware/test_boards_power.py",
            "tests/firmware/test_flash.py",
            "tests/firmware/test_gestures_three_contacts.py",
            "tests/firmware/test_mqtt_client.py",
            "tests/firmware/test_mqtt_leaving.py",
            "tests/firmware/test_mqtt_packets.py",
            "tests/firmware/test_mqtt_queue.py",
            "tests/firmware/test_pendant_properties.py",
            "tests/firmware/test_pendant_silence.py",
            "tests/firmware/test_pendant_sleep_stories.py",
            "tests/firmware/test_networks.py",
            "tests/firmware/test_tls.py",
            "tests/firmware/test_wifi.py",
            "tests/micropython/test_flash.py",
            "tests/micropython/test_mqtt_client.py",
            "tests/micropython/test_mqtt_packets.py",
            *EVERY_STORY,
        ),
        wide=("tests/micropython", "tests/firmware"),
        not_wide=READERS,
        nth=(1, 2),
    ),
    "rules": Target(
        only="hub/rules/*",
        quick=("tests/stories", "tests/hub/rules"),
        not_quick=DRAWN,
        wide=("tests/hub/rules", "tests/hub/engine"),
        not_wide=("tests/hub/engine/test_kill.py", "tests/hub/engine/test_loop.py"),
        closely=GRAVE,
        nth=(4, 12),
    ),
}
