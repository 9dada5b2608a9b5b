"""A worker who is held, on the telephone, both ways: somebody may be listening (SU-false)."""

from hub.rules.prompting import instructions
from hub.rules.standing import standing_of
from tests.stories.telling import story
from tests.stories.world import World

SUTTON = "sutton-cypl"


def _inside(world: World) -> None:
    world.plan()
    world.let_in("olive")


def _told(world: World) -> object:
    """All that can reach her side."""
    return standing_of("p-kim", world.visit, world.alarms.values(), "kim"), world.part()


def _over(world: World) -> None:
    world.command("do_task", "max", alarm="coded_danger", task="call-999", reference="CAD 7")
    world.command("do_task", "olive", alarm="coded_danger", task="tell-manager")
    world.command("resolve", "max", alarm="coded_danger", outcome="police fetched her", spoke=True)


@story("SU-false", proves=("phrase:mrs-jones", "script:she-calls", "on:coded-phrase"),
       policy=SUTTON)  # fmt: skip
def test_she_calls_the_phrase_alone_raises_and_a_yes_confirms(world: World) -> None:
    _inside(world)
    before = _told(world)
    assert [row.cue for row in world.policy.phrases if row.alone] == [
        "a message for Mrs Jones, that an appointment with her cannot be kept"
    ]
    world.command("record_answer", "olive", script="she-calls", line=0, answer="phrase")
    world.expect_page("monitor", "coded_danger")
    alarm = world.alarm("coded_danger")
    assert (alarm.silent, alarm.worker, "SU-false" in alarm.why) == (True, "kim", True)
    world.command("record_answer", "olive", script="she-calls", line=1, answer="yes",
                  so_far="phrase", alarm="coded_danger")  # fmt: skip
    for answer in ("no", "silence", "other"):
        world.command("record_answer", "olive", script="she-calls", line=2, answer=answer,
                      so_far="phrase,yes")  # fmt: skip
        world.expect_alarms("coded_danger")
    assert "yes" in world.alarm("coded_danger").attempts[0].note
    assert not any(attempt.reached for attempt in world.alarm("coded_danger").attempts)
    assert _told(world) == before, "nothing of it reaches her side"
    _over(world)


@story("SU-false", proves=("script:we-call",), policy=SUTTON)
def test_we_call_and_the_first_yes_alone_is_no_proof(world: World) -> None:
    _inside(world)
    before = _told(world)
    first = world.command("record_answer", "olive", script="we-call", line=1, answer="yes")
    assert "One yes proves nothing" in first.reason
    world.expect_alarms()
    world.command("record_answer", "olive", script="we-call", line=2, answer="no", so_far="yes")
    world.expect_alarms()
    world.command("record_answer", "olive", script="we-call", line=2, answer="yes",
                  so_far="yes,no,yes")  # fmt: skip
    world.expect_page("monitor", "coded_danger")
    assert _told(world) == before
    _over(world)


@story("SU-false", proves=("instruction:silent-danger",), policy=SUTTON)
def test_neither_no_nor_contact_nor_silence_ends_it(world: World) -> None:
    _inside(world)
    world.command("report_danger", "olive", how="coded-phrase")
    world.expect_page("monitor", "coded_danger")
    shown = instructions(world.policy, "alarm:coded_danger", world.visit, world.part())
    assert any("only by the script" in row.text for row in shown)
    world.command("record_answer", "olive", script="we-call", line=1, answer="no")
    world.contact("olive")
    world.press("a-short")
    world.expect_alarms("coded_danger")
    world.refuse("resolve", "max", alarm="coded_danger", outcome="she says no")
    _over(world)


@story("SU-false", policy=SUTTON)
def test_an_answer_is_no_contact(world: World) -> None:
    _inside(world)
    world.fast_forward("90 min")
    world.expect_page("buddy", "finish_missed")
    for answer in ("yes", "no", "silence", "other"):
        world.command("record_answer", "olive", script="we-call", line=1, answer=answer)
    world.expect_alarms("finish_missed")
    assert "contact" not in world.part().anchors or world.part().anchors["contact"] < world.now_ms
    world.contact()


@story("SU-false", policy=SUTTON)
def test_the_phrase_counts_off_a_visit_and_from_nobody_known(world: World) -> None:
    world.command("record_answer", "olive", worker="kim", script="she-calls", answer="phrase")
    world.expect_page("monitor", "coded_danger")
    world.command("record_answer", "olive", script="she-calls", answer="phrase")
    world.expect_page("monitor", "coded_danger")
    assert [alarm.worker for alarm in world.open_alarms()] == ["kim", ""]
    for alarm in list(world.open_alarms()):
        for task in ("call-999", "tell-manager"):
            world.command("do_task", "max", alarm=alarm.id, task=task)
        world.command("resolve", "max", alarm=alarm.id, outcome="found", spoke=True)
