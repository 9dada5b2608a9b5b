"""The world as one JSON object: what the page draws whenever anything has changed.

The rule it keeps: only what somebody standing in the room could see and hear. What the hub
believes is in the trainer's drawer.
"""

import re
from typing import Any

from simulator.live.feed import Happening
from simulator.live.stage import Stage
from simulator.panel.acts import Acts
from simulator.panel.shown import Shown, told
from simulator.panel.tried import TRIES


def snapshot(stage: Stage, shown: Shown, acts: Acts) -> dict[str, Any]:
    return {
        "rule_ms": stage.feed.rule_ms(),
        "speed": stage.hub.speed,
        "hub": stage.hub.child.alive and not acts.busy,
        "broker": stage.broker.child.alive,
        "pages_fail": stage.receiver.failing,
        "busy": acts.busy,
        "wearers": {who: _wearer(who, shown, acts) for who in stage.wearers},
        "tries": [
            {"id": each.id, "met": shown.tried.met(each), "of": len(each.steps)} for each in TRIES
        ],
        "pages": [_page(item, stage) for item in tuple(shown.pages)][::-1],
    }


def _wearer(who: str, shown: Shown, acts: Acts) -> dict[str, Any]:
    skin, body = shown.skins[who], acts.bodies[who]
    return {
        "power": body.power,
        "link": skin.link,
        "asleep": skin.asleep,
        "radio": body.radio,
        "battery_pct": body.battery_pct,
        "flash_held": body.flash_held,
        "motor_pct": skin.motor_pct,
        "led": skin.led,
        "felt": [told(pattern) for pattern in tuple(skin.felt)],
    }


def _page(item: Happening, stage: Stage) -> dict[str, Any]:
    """`path`: where it leads on the board, if it says so."""
    found = re.search(re.escape(stage.hub.url) + r"(/[\w/-]*)", item.text)
    return {
        "key": f"{item.at_s:.3f}-{item.who}",
        "to": item.who,
        "name": stage.hub.people.get(item.who, item.who),
        "subject": item.what,
        "body": item.text,
        "rule_ms": item.rule_ms,
        "path": found[1] if found else "",
    }
