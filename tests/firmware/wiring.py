"""The wiring in docs/building.md, table and drawing, made from the pins of boards/esp32.py.

python -m tests.firmware.wiring

Rule: a pin stands in the firmware once; whoever solders reads the same number.
"""

import ast

from tests.tree import ROOT

PAGE = ROOT / "docs" / "building.md"
DRAWING = ROOT / "docs" / "wiring.svg"
BOARD = ROOT / "firmware" / "boards" / "esp32.py"

# ESP32-S3-DevKitC-1 user guide, "Header Block": where a pin is, from the end with the antenna.
HEADERS = {
    "J1": ("3V3", "3V3", "RST", 4, 5, 6, 7, 15, 16, 17, 18, 8, 3, 46, 9, 10, 11, 12, 13, 14, "5V",
           "G"),
    "J3": ("G", "TX", "RX", 1, 2, 42, 41, 40, 39, 38, 37, 36, 35, 0, 45, 48, 47, 21, 20, 19, "G",
           "G"),
}  # fmt: skip
KEYS = {"a": "A", "d": "D", "s": "SOS"}


def constant(name: str) -> object:
    """A constant of the board's module, which only a chip can import."""
    for node in ast.parse(BOARD.read_text(encoding="utf-8")).body:
        if not isinstance(node, ast.Assign):
            continue
        (target,) = node.targets
        names = target.elts if isinstance(target, ast.Tuple) else [target]
        for place, each in enumerate(names):
            if isinstance(each, ast.Name) and each.id == name:
                value = ast.literal_eval(node.value)
                return value[place] if isinstance(target, ast.Tuple) else value
    raise LookupError(f"{BOARD} has no {name}")


def pins() -> dict[str, int]:
    """What is wired -> GPIO."""
    buttons = constant("BUTTON_PINS")
    assert isinstance(buttons, tuple)
    found = {KEYS[name]: int(number) for name, number in buttons}
    for what, name in (("motor", "MOTOR_PIN"), ("battery", "BATTERY_PIN"), ("LED", "LED_PIN")):
        found[what] = int(str(constant(name)))
    return found


def place(pin: int | str) -> str:
    """`J1 4`: header and number on it."""
    for header, row in HEADERS.items():
        if pin in row:
            return f"{header} {row.index(pin) + 1}"
    raise LookupError(f"no header has {pin}")


def table() -> str:
    at = pins()
    to = {
        "A": "button, other side to G",
        "D": "button, other side to G",
        "SOS": "button, recessed, other side to G",
        "motor": "1 kΩ to the transistor's base",
        "battery": "between two resistors of 470 kΩ, from the cell's plus to G; 100 nF to G",
        "LED": "nothing: the RGB LED is on the board",
    }
    rows = ["| what | GPIO | header, pin | to |", "|---|---|---|---|"]
    rows += [f"| {what} | {at[what]} | {place(at[what])} | {to[what]} |" for what in at]
    rows.append(f"| supply | 3V3 | {place('3V3')} | 3.3 V from the regulator |")
    rows.append(f"| ground | G | {place('G')} | all grounds together |")
    return "\n".join(rows)


def wire(*points: tuple[int, int]) -> str:
    return '<polyline class="w" points="' + " ".join(f"{x},{y}" for x, y in points) + '"/>'


def text(x: int, y: int, said: str, kind: str = "", anchor: str = "middle") -> str:
    return f'<text class="{kind}" x="{x}" y="{y}" text-anchor="{anchor}">{said}</text>'


def dot(x: int, y: int) -> str:
    return f'<circle class="dot" cx="{x}" cy="{y}" r="4"/>'


def ground(x: int, y: int) -> str:
    bars = "".join(wire((x - w, y + d), (x + w, y + d)) for w, d in ((12, 10), (8, 15), (4, 20)))
    return wire((x, y), (x, y + 10)) + bars


def resistor(x: int, y: int, said: str, upright: bool = True) -> str:
    """Its middle there; 44 long with its wires' ends at 22 from it."""
    wide, tall = (14, 44) if upright else (44, 14)
    box = (
        f'<rect class="part" x="{x - wide // 2}" y="{y - tall // 2}" width="{wide}"'
        f' height="{tall}"/>'
    )
    label = text(x + 14, y + 5, said, "", "start") if upright else text(x, y - 12, said)
    return box + label


def block(x: int, y: int, wide: int, tall: int, *lines: str) -> str:
    first = y + tall // 2 + 5 - 9 * (len(lines) - 1)
    said = "".join(text(x + wide // 2, first + 18 * n, line) for n, line in enumerate(lines))
    return f'<rect class="part" x="{x}" y="{y}" width="{wide}" height="{tall}" rx="6"/>' + said


def button(y: int, key: str, pin: int) -> str:
    """From the board's left side to ground."""
    contact = (
        f'<circle class="part" cx="210" cy="{y}" r="5"/><circle class="part" cx="262" cy="{y}"'
        f' r="5"/>{wire((206, y - 14), (266, y - 14))}{wire((236, y - 14), (236, y - 24))}'
    )
    cap = f'<circle class="key {key.lower()}" cx="236" cy="{y - 44}" r="20"/>' + text(
        236, y - 38 if len(key) == 1 else y - 40, key, "cap" if len(key) == 1 else "cap s"
    )
    return (
        wire((360, y), (267, y)) + contact + cap + wire((205, y), (150, y)) + ground(150, y)
        + text(372, y + 5, f"GPIO {pin}", "pin", "start")
        + text(352, y - 7, place(pin), "place", "end")
    )  # fmt: skip


def right(y: int, said: str, pin: int | str) -> str:
    return text(588, y + 5, said, "pin", "end") + text(606, y - 7, place(pin), "place", "start")


def power() -> str:
    return (
        right(90, "3V3", "3V3") + wire((600, 90), (640, 90))
        + block(640, 60, 124, 60, "3.3 V regulator", "600 mA or more")
        + wire((702, 120), (702, 124)) + ground(702, 124)
        + wire((764, 90), (830, 90)) + dot(790, 90)
        + block(830, 60, 110, 60, "charger and", "protection")
        + wire((885, 120), (885, 124)) + ground(885, 124)
        + wire((940, 90), (985, 90), (985, 128))
        + wire((967, 128), (1003, 128)) + wire((976, 138), (994, 138))
        + text(1012, 138, "1 Li-ion cell", "", "start")
        + wire((985, 138), (985, 150)) + ground(985, 150)
    )  # fmt: skip


def divider(pin: int) -> str:
    return (
        right(220, f"GPIO {pin}", pin) + wire((600, 220), (790, 220)) + dot(790, 220)
        + wire((790, 90), (790, 148)) + resistor(790, 170, "470 kΩ") + wire((790, 192), (790, 220))
        + wire((790, 220), (790, 238)) + resistor(790, 260, "470 kΩ") + wire((790, 282), (790, 290))
        + ground(790, 290)
        + dot(700, 220) + wire((700, 220), (700, 252)) + wire((684, 252), (716, 252))
        + wire((684, 260), (716, 260)) + wire((700, 260), (700, 290)) + ground(700, 290)
        + text(724, 262, "100 nF", "", "start")
    )  # fmt: skip


def motor(pin: int) -> str:
    return (
        right(500, f"GPIO {pin}", pin) + wire((600, 500), (648, 500))
        + resistor(670, 500, "1 kΩ", upright=False) + wire((692, 500), (760, 500))
        + '<circle class="part" cx="775" cy="500" r="26"/>' + wire((762, 482), (762, 518))
        + wire((762, 492), (790, 474), (790, 452)) + wire((762, 508), (790, 526), (790, 540))
        + '<polygon class="dot" points="790,526 778,524 784,514"/>' + ground(790, 540)
        + text(812, 506, "NPN, e.g. BC337", "", "start")
        + dot(790, 452) + wire((790, 452), (790, 438))
        + '<circle class="part" cx="790" cy="416" r="22"/>' + text(790, 422, "M", "cap")
        + wire((790, 394), (790, 376)) + dot(790, 376) + wire((790, 376), (790, 366))
        + text(790, 360, "3V3", "pin")
        + wire((790, 376), (850, 376), (850, 402)) + wire((850, 428), (850, 452), (790, 452))
        + '<polygon class="part" points="838,428 862,428 850,404"/>' + wire((838, 403), (862, 403))
        + text(872, 420, "1N4148", "", "start")
    )  # fmt: skip


STYLE = """\
.w{fill:none;stroke:#2b323a;stroke-width:2}.part{fill:#fff;stroke:#2b323a;stroke-width:2}
.dot{fill:#2b323a;stroke:none}text{font:15px "Liberation Sans",Arial,sans-serif;fill:#1d2329}
.pin{font-weight:700}.place{fill:#55606a;font-size:13px}.cap{font-weight:700;font-size:17px}
.cap.s{fill:#fff;font-size:12px}.key{fill:#eceae3;stroke:#8b8f8d}.key.sos{fill:#b3001b;stroke:none}
.board{fill:#22443c}.light{fill:#7fe3c0}.onboard{fill:#fff}.pin.on{fill:#fff}
"""


def drawing() -> str:
    at = pins()
    body = [
        '<rect fill="#fff" x="0" y="0" width="1120" height="590"/>',
        '<rect class="board" x="360" y="40" width="240" height="510" rx="12"/>',
        text(480, 300, "ESP32-S3-DevKitC-1", "onboard"),
        text(480, 322, "N8, 8 MiB of flash", "onboard"),
        '<circle class="light" cx="480" cy="412" r="7"/>',
        text(480, 440, f"RGB LED, GPIO {at['LED']}", "onboard"),
        text(480, 68, "antenna on this side", "onboard"),
        text(480, 536, "USB sockets", "onboard"),
        button(150, "A", at["A"]),
        button(270, "D", at["D"]),
        button(390, "SOS", at["SOS"]),
        text(372, 505, "G", "pin", "start"),
        text(352, 493, place("G"), "place", "end"),
        wire((360, 500), (150, 500)),
        ground(150, 500),
        power(),
        divider(at["battery"]),
        motor(at["motor"]),
    ]
    drawn = "\n".join(body).replace('class="pin"', 'class="pin on"')
    drawn = drawn.replace('class="pin on" x="790"', 'class="pin" x="790"')  # not on the board
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1120 590" role="img"'
        ' aria-label="The wiring of the pendant, as in the table">\n'
        "<!-- Made by python -m tests.firmware.wiring. -->\n"
        f"<style>\n{STYLE}</style>\n{drawn}\n</svg>\n"
    )


def made(page: str) -> str:
    before, rest = page.split("<!-- wiring -->")
    after = rest.split("<!-- /wiring -->")[1]
    return f"{before}<!-- wiring -->\n{table()}\n<!-- /wiring -->{after}"


if __name__ == "__main__":
    DRAWING.write_text(drawing(), encoding="utf-8")
    if PAGE.exists():
        PAGE.write_text(made(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
