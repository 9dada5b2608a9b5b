"""What meets an expectation and what does not, without any process: the feed is filled by hand."""

import threading
from types import SimpleNamespace
from typing import Any, cast

import pytest

from hub.rules.model import Value
from simulator.live.demo import MUST, missing, seconds_asked
from simulator.live.feed import Feed, FeedEnded, Happening
from simulator.live.judge import Failed, Judge, Mark, board_text, words_of
from simulator.live.operator import asked_of, hidden_fields
from simulator.live.runner import describe
from simulator.live.scenario import Allow, Scenario, Step
from simulator.live.span import Moment
from simulator.live.stage import Stage

NOW_MS = 1_000_000


class Bench:
    """A judge with a feed, and a hub whose clock we set."""

    def __init__(self, strict: tuple[str, ...] = (), allow: tuple[Allow, ...] = ()) -> None:
        self.now_ms = NOW_MS
        self.feed = Feed(rule_ms=lambda: self.now_ms)
        follower = SimpleNamespace(rule_ms=lambda: self.now_ms)
        stage = SimpleNamespace(
            feed=self.feed, speed=1_000, hub=SimpleNamespace(follower=follower, people={})
        )
        scenario = SimpleNamespace(strict=strict, allow=allow, screen="olu")
        self.marks = {"start": Mark(NOW_MS, 0)}
        self.judge = Judge(cast(Scenario, scenario), cast(Stage, stage), self.marks)


def expect(source: str, name: str = "", **more: Any) -> Step:
    return Step(kind="expect", what=source, line=1, name=name, within_s=1, **more)


def test_the_first_that_fits_is_taken_and_not_given_twice() -> None:
    bench = Bench()
    bench.feed.add("feel", "stored", "dai")
    bench.feed.add("feel", "stored", "bea")
    bench.feed.add("feel", "stored", "bea")
    first = bench.judge.judge(expect("feel", "stored", who="bea"), 0)
    second = bench.judge.judge(expect("feel", "stor*", who="bea"), 0)
    assert first is not None
    assert second is not None
    assert (first.index, second.index) == (1, 2)
    with pytest.raises(Failed, match="did not happen within 1 s"):
        bench.judge.judge(expect("feel", "stored", who="bea"), 0)


def test_what_was_before_the_last_act_does_not_count_unless_since_says_so() -> None:
    bench = Bench()
    bench.feed.add("page", "SOS", "maria")
    with pytest.raises(Failed):
        bench.judge.judge(expect("page", text="sos"), 1)
    assert bench.judge.judge(expect("page", text="sos", since="start"), 1) is not None


def test_it_waits_for_what_comes_from_another_thread() -> None:
    bench = Bench()
    later = threading.Timer(0.2, lambda: bench.feed.add("page", "SOS", "maria"))
    later.start()
    assert bench.judge.judge(expect("page", who="maria"), 0) is not None
    later.join()


def test_a_window_of_rule_time_is_held_to_the_happenings_own_date() -> None:
    bench = Bench()
    at = Moment("start", 60_000)
    step = expect("alarm", "manager_now raised", at=at, early_ms=1_000, late_ms=1_000)
    bench.feed.add("alarm", "manager_now raised", rule_ms=NOW_MS + 50_000)
    bench.now_ms = NOW_MS + 10_000_000
    with pytest.raises(Failed, match=r"one came at -10 s from it"):
        bench.judge.judge(step, 0)
    bench.feed.add("alarm", "manager_now raised", rule_ms=NOW_MS + 60_999)
    found = bench.judge.judge(step, 0)
    assert found is not None
    assert found.rule_ms == NOW_MS + 60_999


def test_absent_fails_on_what_came_before_and_on_what_comes_meanwhile() -> None:
    bench = Bench()
    absent = Step(kind="absent", what="feel", line=1, name="over", within_s=1)
    assert bench.judge.judge(absent, 0) is None
    later = threading.Timer(0.2, lambda: bench.feed.add("feel", "over", "bea"))
    later.start()
    with pytest.raises(Failed, match="must not happen, and did: feel bea over"):
        bench.judge.judge(absent, 0)
    later.join()
    with pytest.raises(Failed):
        bench.judge.judge(absent, 0)


def test_strict_finds_what_nobody_expected_and_allows_only_what_is_allowed() -> None:
    allow = (Allow("page", "", "olu", "the office is paged too"),)
    bench = Bench(("alarm", "page"), allow)
    for item in (
        ("page", "SOS", "olu"),
        ("alarm", "sos acknowledged", "bea"),
        ("feel", "tick", "bea"),
    ):
        bench.feed.add(*item)
    bench.judge.strict()
    bench.feed.add("page", "SOS", "maria")
    bench.feed.add("alarm", "beat_lost raised", "bea")
    with pytest.raises(Failed, match="2 that nobody expected") as failed:
        bench.judge.strict()
    assert [item.who for item in failed.value.came] == ["maria", "bea"]
    assert bench.judge.judge(expect("page", who="maria"), 0) is not None
    assert bench.judge.judge(expect("alarm", "beat_lost raised"), 0) is not None
    bench.judge.strict()


def test_a_feed_that_has_ended_lets_nobody_wait() -> None:
    feed = Feed()
    threading.Timer(0.2, feed.end).start()
    with pytest.raises(FeedEnded):
        feed.await_one(lambda item: False, lambda: True)
    with pytest.raises(FeedEnded):
        feed.await_one(lambda item: False, lambda: True)


def test_the_board_is_searched_by_row_and_earned_letter() -> None:
    letters = [
        {"letter": "A", "text": "A 09:05", "earned": True},
        {"letter": "D", "text": "D", "earned": False},
    ]
    board = {
        "notices": ["Nobody on duty"],
        "groups": [{"title": "Inside", "rows": [
            {"who": "Bea Okoye", "letters": letters}, {"who": "Dai Morgan", "letters": []}
        ]}],
    }  # fmt: skip
    row = board_text(board, "Bea Okoye")
    assert "[A] A 09:05" in row
    assert "[D]" not in row
    assert "Dai" not in row
    assert "[A]" not in board_text(board, "Dai Morgan")
    assert "Nobody on duty" in board_text(board, "")


def test_a_demonstration_must_have_shown_everything() -> None:
    happened = [
        Happening(source, what if what != "*" else "SOS", who) for _, source, what, who in MUST
    ]
    assert missing(happened) == []
    for place, (said, *_) in enumerate(MUST):
        assert missing(happened[:place] + happened[place + 1 :]) == [said]


def test_demo_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DEMO_SECONDS", raising=False)
    assert seconds_asked() == 0
    monkeypatch.setenv("DEMO_SECONDS", "90")
    assert seconds_asked() == 90
    monkeypatch.setenv("DEMO_SECONDS", "soon")
    with pytest.raises(ValueError, match="whole number of seconds"):
        seconds_asked()


def test_hidden_fields_of_a_form() -> None:
    page = '<form><input type="hidden" name="csrf" value="a&amp;b"><input name="name"></form>'
    assert hidden_fields(page) == {"csrf": "a&b"}


def test_a_step_is_described_as_the_file_says_it() -> None:
    step = expect("page", "SOS*", who="maria", at=Moment("sos", 60_000), text="danger")
    assert describe(step) == "expect page of maria 'SOS*' saying 'danger' at sos + 1 min"


def test_a_page_is_read_as_a_person_reads_it() -> None:
    page = "<style>p {}</style><p>Call <b>999</b>\n now</p><script>let x = 'never'</script>"
    assert words_of(page) == "Call 999 now"


def test_commands_find_their_way_into_the_api() -> None:
    assert asked_of("do_task", {"alarm": "a-1", "task": "police"}) == (
        "/alarms/a-1/do_task",
        {"task": "police"},
    )
    assert asked_of("record_answer", {"script": "in", "visit": "v-1"}) == (
        "/record_answer",
        {"script": "in", "visit": "v-1"},
    )
    assert asked_of("report_danger", {"worker": "bea", "how": "family"})[0] == "/danger"
    written: dict[str, Value] = {
        "kind": "key",
        "verb": "sign_out",
        "record": "r-1",
        "by_when_ms": 5,
    }
    assert asked_of("write_record", written) == (
        "/write_record",
        {"kind": "key", "verb": "sign_out", "record": "r-1", "fields": {"by_when_ms": 5}},
    )
