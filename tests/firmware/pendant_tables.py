"""The tables of docs/pendant.md, made from what the code runs.

python -m tests.firmware.pendant_tables
"""

from pathlib import Path

from firmware.pendant.meanings import CARRY_ON_MINUTES, MEANINGS
from firmware.pendant.patterns import PATTERNS

PAGE = Path(__file__).parents[2] / "docs" / "pendant.md"

HOW = {
    "a-short": ("A short", "planned or on the way: at the door; else: I am well"),
    "a-double": ("A twice", f"{CARRY_ON_MINUTES} minutes longer, please"),
    "a-hold": ("A held 2 s", "starting out"),
    "d-short": ("D short", "departed; at the door: not going in"),
    "d-double": ("D twice", "nobody answers, or no way in"),
    "d-hold": ("D held 2 s", "home safe, off duty"),
    "sos-hold": ("SOS held 2 s", "SOS"),
    "sos-stabs": ("SOS three times within 3 s", "SOS"),
    "sos-let-go": ("SOS held 0.8 s or more and let go", "a person checks"),
    "chord": ("A and D together 1 s", "silent duress"),
    "chord-broken": ("A and D together for less", "silent duress suspected"),
}


def feel(name: str) -> str:
    """A pattern as a reader can tap it: long, short, rattle."""
    lengths = [on_ms for on_ms, _off, _strength, _led in PATTERNS[name][2]]
    return "".join("°" if on_ms < 60 else "·" if on_ms < 200 else "–" for on_ms in lengths)


def gestures() -> str:
    rows = ["| gesture | name | says | message |", "|---|---|---|---|"]
    for name, (usual, by_phase) in MEANINGS.items():
        messages = [f"`{usual.TYPE}`"]
        for kind in sorted({kind.TYPE for kind in by_phase.values()}):
            phases = [f"`{phase}`" for phase, other in by_phase.items() if kind == other.TYPE]
            messages.append(f"{', '.join(phases)}: `{kind}`")
        how, says = HOW[name]
        rows.append(f"| {how} | `{name}` | {says} | {'; '.join(messages)} |")
    return "\n".join(rows)


def patterns() -> str:
    rows = ["| pattern | feels | LED | tone | means |", "|---|---|---|---|---|"]
    for name, (tone, means, pulses) in PATTERNS.items():
        rows.append(f"| `{name}` | {feel(name)} | {pulses[0][3]} | {tone} | {means} |")
    return "\n".join(rows)


def made(page: str) -> str:
    """The page with its tables made anew."""
    for mark, table in (("gestures", gestures()), ("patterns", patterns())):
        before, rest = page.split(f"<!-- {mark} -->")
        after = rest.split(f"<!-- /{mark} -->")[1]
        page = f"{before}<!-- {mark} -->\n{table}\n<!-- /{mark} -->{after}"
    return page


if __name__ == "__main__":
    PAGE.write_text(made(PAGE.read_text()))
