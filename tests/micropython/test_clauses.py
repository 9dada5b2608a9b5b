"""What the procedures ask of the pendant itself, clause by clause. Runs on both interpreters.

tests/firmware/test_clauses.py gives each function its clause's mark; `CLAUSES` is that table.
"""

from tests.firmware.harness import Bench, on_visit

TYPE_CHECKING = False
if TYPE_CHECKING:  # typing does not exist on the chip
    from collections.abc import Callable

    from protocol.messages import UpMessage


def last(bench: Bench) -> "UpMessage":
    bench.run(200)
    return bench.hub.events[-1]


def test_off_duty_a_touch_tells_that_all_is_well() -> None:
    bench = Bench()
    bench.run(2000)
    start = bench.now_ms
    bench.short("a")
    assert "status-good" in bench.told(start)


def test_off_duty_a_touch_tells_of_a_low_battery_or_no_path() -> None:
    low = Bench()
    low.run(2000)
    low._took(low.device.battery(9, low._local()))
    start = low.now_ms
    low.short("a")
    assert "status-bad" in low.told(start)
    cut = Bench(link=False)
    cut.run(2000)
    start = cut.now_ms
    cut.short("a")
    cut.run(12_000)  # just started it waits for a path before it says that there is none
    assert "status-bad" in cut.told(start)
    start = cut.now_ms
    cut.short("a")
    assert "status-bad" in cut.told(start)


def test_at_the_door_nothing_but_the_hubs_word_says_go_in() -> None:
    bench = on_visit("on-the-way")
    bench.short("a")
    claim = last(bench)
    assert claim.TYPE == "arrived"
    bench.push(phase="at-door")
    bench.run(120_000)
    assert "go-in" not in bench.told()
    assert "do-not-go-in" in bench.told()
    bench.push(go_in=claim.identity(), phase="inside")
    assert bench.told()[-1] == "go-in"


def test_a_question_is_felt_and_a_short_answers_it() -> None:
    bench = on_visit("inside")
    start = bench.now_ms
    bench.push(prompt="contact-tracker-3")
    bench.run(3000)
    assert "prompt" in bench.told(start)
    bench.short("a")
    answer = last(bench)
    assert (answer.TYPE, getattr(answer, "prompt", "")) == ("replied", "contact-tracker-3")


def test_silent_danger_feels_like_a_short() -> None:
    plain, silent = on_visit("inside"), on_visit("inside")
    starts = plain.now_ms, silent.now_ms
    plain.short("a")
    silent.chord()
    plain.run(2000)
    silent.run(2000)
    assert silent.told(starts[1]) == plain.told(starts[0])
    assert "duress" in [message.TYPE for message in silent.hub.events]


def test_d_at_the_door_is_sent_as_d_at_the_door() -> None:
    bench = on_visit("on-the-way")
    bench.short("a")
    bench.run(200)
    bench.push(phase="at-door")
    bench.run(500)
    bench.short("d")
    message = last(bench)
    assert (getattr(message, "gesture", ""), message.phase) == ("d-short", "at-door")
    assert "go-in" not in bench.told()


def test_a_double_asks_for_a_quarter_of_an_hour() -> None:
    bench = on_visit("inside")
    bench.press("a")
    bench.run(150)
    bench.short("a")
    message = last(bench)
    assert (message.TYPE, getattr(message, "minutes", 0)) == ("carry-on", 15)


def test_d_says_that_she_leaves_and_sos_that_she_cannot() -> None:
    bench = on_visit("inside")
    bench.short("d")
    assert last(bench).TYPE == "departed"
    bench.sos()
    assert last(bench).TYPE == "sos-pressed"


def test_d_held_says_home_and_safe() -> None:
    bench = on_visit("going-home")
    bench.press("d", 2200)
    bench.run(700)
    assert last(bench).TYPE == "home-safe"


def test_d_double_says_that_she_cannot_get_in() -> None:
    bench = on_visit("at-door")
    bench.press("d")
    bench.run(150)
    bench.short("d")
    assert last(bench).TYPE == "no-answer"


TOUCHES = (
    test_off_duty_a_touch_tells_that_all_is_well,
    test_off_duty_a_touch_tells_of_a_low_battery_or_no_path,
)
# Clause -> what shows the pendant's share in it.
CLAUSES: "dict[str, tuple[Callable[[], None], ...]]" = {
    "HM-2.1": TOUCHES,
    "HM-3.1": (test_at_the_door_nothing_but_the_hubs_word_says_go_in,),
    "HM-4.2.2": (test_a_double_asks_for_a_quarter_of_an_hour,),
    "HM-4.2.5": (test_a_question_is_felt_and_a_short_answers_it,),
    "HM-5.1": (test_silent_danger_feels_like_a_short,),
    "HM-8.2": (test_d_at_the_door_is_sent_as_d_at_the_door,),
    "DC-interval": (test_a_question_is_felt_and_a_short_answers_it,),
    "DC-overrun": (test_a_double_asks_for_a_quarter_of_an_hour,),
    "DC-leave": (test_d_says_that_she_leaves_and_sos_that_she_cannot,),
    "DC-signal": TOUCHES,
    "SU-pattern": (test_d_says_that_she_leaves_and_sos_that_she_cannot,),
    "LF-home": (test_d_held_says_home_and_safe,),
    "LF-open": (test_d_at_the_door_is_sent_as_d_at_the_door,),
    # The relief is late, so she stays longer and says so; a person asks why.
    "CT-4.6b": (test_a_double_asks_for_a_quarter_of_an_hour,),
    # The key is gone: she cannot get in, and a person asks.
    "CT-5.5": (test_d_double_says_that_she_cannot_get_in,),
    "CT-8.1": (test_d_double_says_that_she_cannot_get_in,),
    "CT-8.2": (test_d_double_says_that_she_cannot_get_in,),
}
