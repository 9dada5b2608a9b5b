"""What a page is told of a pendant: what is felt when it is felt, and nothing twice."""

import asyncio
import json
from typing import Any

import pytest

from firmware.pendant.patterns import PATTERNS
from simulator.live.feed import Happening
from simulator.panel.shown import Shown, told, written


@pytest.mark.parametrize(
    ("pattern", "signs"),
    [("stored", "····"), ("person-has-it", "··–··–"), ("ramp-3", "°°°°"), ("go-in", "·––––·")],
)
def test_it_is_written_as_in_the_docs(pattern: str, signs: str) -> None:
    assert written(pattern) == signs


@pytest.mark.parametrize("pattern", sorted(PATTERNS))
def test_every_pattern_has_its_words(pattern: str) -> None:
    assert all(told(pattern).values())


def test_what_was_only_asked_for_is_not_felt() -> None:
    shown = Shown(["bea"])
    heard = shown.watch("bea")
    for news in (
        {"feel": "do-not-go-in"},
        {"begun": "do-not-go-in"},
        {"feel": "stored"},  # waits for the other
        {"begun": "tick"},
        {"begun": ""},
    ):
        heard(news)
    assert list(shown.skins["bea"].felt) == ["do-not-go-in"]


async def test_a_page_hears_each_change_in_its_order_and_one_snapshot_for_all() -> None:
    shown = Shown(["bea"])
    drawn = 0

    def snapshot() -> dict[str, Any]:
        nonlocal drawn
        drawn += 1
        return {"drawn": drawn}

    shown.snapshot = snapshot
    messages = shown.messages()
    assert (await anext(messages)).startswith(b"retry")
    assert _said(await anext(messages)) == ("world", {"drawn": 1})
    heard = shown.watch("bea")
    moves = [(50, "white"), (0, "off"), (100, "red"), (0, "off")]
    for motor_pct, led in moves:
        heard({"motor": motor_pct, "led": led})
    shown.happened(Happening("link", "up", "bea"))
    shown.happened(Happening("page", "SOS", "olu", "text"))
    found = [_said(await anext(messages)) for _ in range(5)]
    assert [(what["motor_pct"], what["led"]) for _, what in found[:4]] == moves
    assert found[4] == ("world", {"drawn": 2})
    assert shown.skins["bea"].link
    assert [page.who for page in shown.pages] == ["olu"]
    shown.end()
    with pytest.raises(StopAsyncIteration):
        await asyncio.wait_for(anext(messages), 5)


def _said(message: bytes) -> tuple[str, dict[str, Any]]:
    name, data = message.decode().strip().split("\n")
    return name.removeprefix("event: "), json.loads(data.removeprefix("data: "))


def test_a_sleeper_is_dark_and_says_nothing() -> None:
    shown = Shown(["bea"])
    heard = shown.watch("bea")
    heard({"motor": 60, "led": "green"})
    shown.happened(Happening("link", "up", "bea"))
    heard({"asleep": True})
    skin = shown.skins["bea"]
    assert (skin.asleep, skin.link, skin.led, skin.motor_pct) == (True, False, "off", 0)
    heard({"asleep": False})
    assert not skin.asleep
