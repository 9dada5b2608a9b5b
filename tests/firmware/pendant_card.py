"""The caseworker's card, docs/card.html: one printed page, made from the tables that the code runs.

python -m tests.firmware.pendant_card

Rule: what a gesture says is here in her words, what a pattern means in the table's own; every
gesture and every pattern is on the card, or stands in the short list of those that explain
themselves. No code, phrase or address has a place on it, nor has the silent sign: whoever takes
the card from her would know it too. It is taught with the pendant in hand.
"""

from html import escape
from pathlib import Path

from firmware.pendant.patterns import PATTERNS
from tests.firmware.pendant_tables import HOW

CARD = Path(__file__).parents[2] / "docs" / "card.html"
STYLE = Path(__file__).with_name("pendant_card.css")

# Felt while a finger is down: what they say is where the finger is.
SELF_EXPLAINING = frozenset(
    {"tick", "ramp-1", "ramp-2", "ramp-3", "read-short", "read-double", "read-hold"}
)
# A visit in its order: gesture, what she says by it, what she does then.
VISIT = (
    ("a-hold", "Starting out", ""),
    ("a-short", "At the door", "Wait outside until you feel go in."),
    ("a-short", "I am well", "Inside, and whenever somebody asks."),
    ("a-double", "15 minutes longer, please", ""),
    ("d-short", "Departed", "At the door it says: not going in."),
    ("d-hold", "Home safe, off duty", ""),
    ("d-double", "Nobody answers, or no way in", ""),
)
ALARM = ("sos-hold", "sos-stabs", "sos-let-go")
TAUGHT = ("chord", "chord-broken")  # and never printed
AFTER_SOS = ("stored", "hub-has-it", "person-has-it", "over", "not-sent", "nobody-has-it")
GOOD = ("go-in", "received", "status-good", "hub-back")
BAD = ("do-not-go-in", "hub-lost", "status-bad", "battery-low", "battery-ends", "damaged")
OTHER = ("prompt", "started", "quiet-on", "quiet-off", "held-on")

MM_PER_S = 10.6
TALL_MM = 2.9


def wave(name: str) -> str:
    """A pattern as its pulses in time: a long one is a bar, a short one a dot, to scale."""
    bars, at_mm = [], 0.0
    for on_ms, off_ms, _strength, led in PATTERNS[name][2]:
        wide = on_ms / 1000 * MM_PER_S
        kind = "long" if on_ms >= 200 else "short"
        drawn = max(wide, TALL_MM * 0.72) if kind == "short" else wide
        tall = TALL_MM if kind == "long" else drawn
        top = (TALL_MM - tall) / 2
        bars.append(
            f'<rect class="{kind} {led}" x="{at_mm:.2f}" y="{top:.2f}" width="{drawn:.2f}"'
            f' height="{tall:.2f}" rx="{tall / 2:.2f}"/>'
        )
        at_mm += wide + off_ms / 1000 * MM_PER_S
    wide_mm = at_mm + 1
    return (
        f'<svg class="wave" style="width:{wide_mm:.1f}mm" viewBox="0 0 {wide_mm:.1f} {TALL_MM}"'
        f' role="img" aria-label="{feel_in_words(name)}">{"".join(bars)}</svg>'
    )


def feel_in_words(name: str) -> str:
    lengths = ["long" if on_ms >= 200 else "short" for on_ms, *_ in PATTERNS[name][2]]
    return " ".join(lengths)


def press(gesture: str) -> str:
    """A finger's picture: the key, then how: a dot for each short press, a bar for a hold."""
    key = {"a": "A", "d": "D", "s": "SOS"}[gesture[0]]
    cap = f'<b class="key k{key.lower()}">{key}</b>'
    marks = {"hold": "<i></i>", "double": "<s></s><s></s>", "stabs": "<s></s>" * 3}
    how = marks.get(gesture.rpartition("-")[2], "<s></s>")
    return f'<span class="press">{cap}<span class="how">{how}</span></span>'


def row(name: str) -> str:
    tone, means, _pulses = PATTERNS[name]
    shown = means[0].upper() + means[1:]
    return (
        f'<li class="{tone}">{wave(name)}<span><i class="sign" aria-hidden="true"></i>'
        f"{escape(shown)}</span></li>"
    )


def rows(names: tuple[str, ...]) -> str:
    return "<ul class=felt>" + "".join(map(row, names)) + "</ul>"


def step(number: int, gesture: str, says: str, then: str) -> str:
    more = f"<small>{then}</small>" if then else ""
    return (
        f"<li><span class=n>{number}</span>{press(gesture)}"
        f"<span class=says><em>{HOW[gesture][0]}</em><strong>{says}</strong>{more}</span></li>"
    )


PENDANT = """\
<svg class="pendant" viewBox="0 0 60 92" role="img" aria-label="The pendant: A left, D right,
 SOS below in a hollow, a light on top">
<path class="cord" d="M22 8 C10 -6 50 -6 38 8"/>
<rect class="body" x="6" y="6" width="48" height="82" rx="22"/>
<circle class="light" cx="30" cy="17" r="2.6"/>
<circle class="cap a" cx="19.5" cy="36" r="9"/><text x="19.5" y="40.2">A</text>
<circle class="cap d" cx="40.5" cy="36" r="9"/><text x="40.5" y="40.2">D</text>
<circle class="hollow" cx="30" cy="66" r="14"/><circle class="cap s" cx="30" cy="66" r="10.5"/>
<text class="sos" x="30" y="69">SOS</text>
</svg>
"""

PAGE = """\
<!doctype html>
<html lang="en-GB">
<head>
<meta charset="utf-8">
<title>Your pendant</title>
<meta name="viewport" content="width=device-width">
<style>
{style}</style>
</head>
<body>
<!-- Made by python -m tests.firmware.pendant_card from what the pendant runs: change it there. -->
<main>
<section class="panel danger">
<header>{pendant}<div><h1>Your pendant</h1>
<p class="motto"><b class="ka">A</b> always means well. <b class="kd">D</b> never does.</p>
</div></header>
<h2>Danger</h2>
<ul class="ways">
<li>{sos_hold}<p><strong>Hold SOS for 2 seconds,</strong> until the rattle becomes four short
pulses.</p></li>
<li>{sos_stabs}<p><strong>Or press it three times</strong> in 3 seconds.</p></li>
</ul>
<p class="note">Nothing to cancel: a person ends it. Let go too soon, and a person checks.
For danger that nobody may notice there is a silent sign: have it shown to you; it is never
written down.</p>
<h3>What you feel after SOS</h3>
{after_sos}
<p class="note"><b>Until the hub has it nobody knows.</b> It is kept, and goes when there is a way.
Get out, ring 999.</p>
</section>
<section class="panel visit">
<h2>A visit</h2>
<ol>
{visit}
</ol>
<p class="note"><b>No tracker, no visit.</b> Go in only when you have felt that a person has
confirmed it. At the door A short tells you again.</p>
</section>
<section class="panel well">
<h2>What it tells you</h2>
<p class="intro">Every press is felt at once, what it was taken for a moment later. Practise without
looking.</p>
{good}
<h3>And besides</h3>
{other}
<p class="note"><b>Off duty</b> press A short: it tells you whether all is well. A held for
6&nbsp;seconds: quiet; once more: as before. An SOS is never quiet.</p>
</section>
<section class="panel care">
<h2>Take care</h2>
{bad}
<p class="note"><b>Silent when you press it?</b> It is empty or broken. Say so, and do not start
out. Charge it every night.</p>
<p class="note"><b>Lost it?</b> Ring at once. Whoever finds it can then do no more with it than call
for help.</p>
<dl><dt>Office</dt><dd></dd><dt>Duty manager</dt><dd></dd><dt>This pendant is</dt><dd></dd></dl>
<p class="small">Bar: a long pulse. Dot: a short one. Folded twice, this page is a card for the
pocket. Write no code or phrase on it.</p>
</section>
</main>
</body>
</html>
"""


def made() -> str:
    steps = [step(number, *each) for number, each in enumerate(VISIT, 1)]
    return PAGE.format(
        style=STYLE.read_text(encoding="utf-8"),
        pendant=PENDANT,
        sos_hold=press("sos-hold"),
        sos_stabs=press("sos-stabs"),
        after_sos=rows(AFTER_SOS),
        visit="\n".join(steps),
        good=rows(GOOD),
        other=rows(OTHER),
        bad=rows(BAD),
    )


if __name__ == "__main__":
    CARD.write_text(made(), encoding="utf-8")
