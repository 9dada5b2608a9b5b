"""P1: an alarm that no flash has kept is not called stored, whatever a board remembered of it."""

from protocol.messages import PressMessage
from tests.firmware.harness import Bench, on_visit


def with_an_sos_remembered_only() -> "tuple[Bench, str]":
    """She pressed, the flash hung, and a reset came: the board's memory is all there is."""
    bench = on_visit("inside")
    bench.link(False)
    bench.sos()
    (name,) = [name for name in bench.flash if name[0] == "e"]
    bench.flash["u" + name[1:]] = bench.flash.pop(name)
    return bench, name


def test_remembered_sos_is_felt_as_stored_only_when_the_flash_has_it() -> None:
    bench, name = with_an_sos_remembered_only()
    token = bench.flash["u" + name[1:]]
    bench.flash_ms = 300
    bench.reboot("StuckError('flash')")
    boot_ms = bench.now_ms
    del bench.flash["u" + name[1:]]  # the memory of a board is no flash
    bench.run(290)
    assert bench.count("stored", boot_ms) == 0
    bench.run(20)
    assert bench.count("stored", boot_ms) == 1
    assert bench.flash[name] == token


def test_remembered_sos_is_sent_though_the_flash_hangs_again() -> None:
    bench, name = with_an_sos_remembered_only()
    bench.flash_ms = -1
    bench.reboot("StuckError('flash')")
    boot_ms = bench.now_ms
    del bench.flash["u" + name[1:]]
    bench.link(True)
    bench.run(3000)
    sent = [event for event in bench.events_sent(boot_ms) if isinstance(event, PressMessage)]
    assert sent and sent[0].TYPE == "sos-pressed"
    assert bench.count("stored", boot_ms) == 0
    assert bench.count("hub-has-it", boot_ms) == 1


def test_routine_event_that_gave_way_is_sent_all_the_same() -> None:
    bench = on_visit("inside")
    bench.link(False)
    bench.short("d")
    (name,) = [name for name in bench.flash if name[0] == "e"]
    assert not bench.device.is_alarm_record(name)
    assert bench.device.give_way() == name
    assert bench.device.give_way() == "", "once"
    del bench.flash[name]
    bench.run(1000)  # the bench knows no better than that it is not on flash: then it is late
    before_ms = bench.now_ms
    bench.link(True)
    bench.run(3000)
    kinds = [event.TYPE for event in bench.events_sent(before_ms)]
    assert "departed" in kinds
    assert bench.hub.seen, "and heard"


def test_alarms_do_not_give_way() -> None:
    bench = on_visit("inside")
    bench.link(False)
    bench.sos()
    (name,) = [name for name in bench.flash if name[0] == "e"]
    assert bench.device.is_alarm_record(name)
    assert bench.device.is_alarm_record("o" + name[1:])
    assert bench.device.give_way() == ""
