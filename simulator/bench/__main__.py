"""`make bench`: every figure of the README's table in one run, printed and in build/bench.json.

Figures are medians; ratios are against the floor named beside them, taken in the same run. An aim
that is missed is said, not hidden; the exit status is 0 all the same, because a slow machine is no
fault of the code.
"""

import json
import os
import platform
import sys
from collections.abc import Callable
from pathlib import Path

from simulator.bench import check, ingest, receipt, restart, rules, storm

OUT = Path("build/bench.json")
PARTS: tuple[tuple[str, Callable[[], dict[str, float]]], ...] = (
    ("rules", rules.run),
    ("check", check.run),
    ("ingest", ingest.run),
    ("receipt", receipt.run),
    ("restart", restart.run),
    ("storm", storm.run),
)
# key -> (what it is, "at least" or "at most" or "", aim)
MEANING: dict[str, tuple[str, str, float]] = {
    "rules_events_per_s": (
        "visit events decided, with their deadlines, one core, the heaviest procedure",
        "min",
        50_000,
    ),
    "policy_check_s": ("policy check of one file, the longest of the shipped ones", "max", 10),
    "policy_check_states": ("... the states explored in all of them together", "", 0),
    "floor_beats_per_s": ("floor: a paho QoS 1 subscriber that does nothing, beats", "", 0),
    "ingest_beats_per_s": ("beats verified, committed (FULL), acknowledged", "", 0),
    "ingest_beats_ratio": ("... against that floor", "min", 0.45),
    "floor_mixed_per_s": ("floor: the same subscriber, half beats, half presses", "", 0),
    "ingest_mixed_per_s": (
        "half beats, half presses: verified, ruled, logged, committed (FULL), acknowledged",
        "min",
        2_000,
    ),
    "ingest_mixed_ratio": ("... against that floor", "min", 0.25),
    "sos_receipt_p50_ms": ('SOS to "the hub has it" on the pendant, MicroPython, median', "", 0),
    "sos_receipt_p99_ms": ("... 99 of 100", "max", 50),
    "sos_receipt_loaded_p50_ms": ("... with 1,000 beats/s behind it, median", "", 0),
    "sos_receipt_loaded_p99_ms": ("... with 1,000 beats/s behind it, 99 of 100", "max", 50),
    "storm_speedup": (
        "a day of ten workers in the storm, played and judged, one core, × real time",
        "min",
        10_000,
    ),
    "storm_visits": ("... the visits of that day", "", 0),
    "storm_violations": ("... the promises broken in it", "max", 0),
    "restart_100k_s": ("restart with 100,000 open visits to the first due deadline", "max", 3),
}


def machine() -> str:
    """Processor, cores, system and Python, as the table names it."""
    model = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists():
        names = [line for line in info.read_text().splitlines() if line.startswith("model name")]
        model = names[0].split(":", 1)[1].strip() if names else model
    cores = os.cpu_count() or 0
    return f"{model}, {cores} cores, {platform.system()}, Python {platform.python_version()}"


def verdict(key: str, value: float) -> str:
    """Whether the aim was reached, in a word."""
    _, sense, aim = MEANING[key]
    if not sense:
        return ""
    reached = value >= aim if sense == "min" else value <= aim
    word = "at least" if sense == "min" else "at most"
    return f"{'reached' if reached else 'MISSED'}: {word} {aim:g}"


def main() -> None:
    figures: dict[str, float] = {}
    for name, run in PARTS:
        print(f"bench: {name} ...", file=sys.stderr, flush=True)
        figures.update(run())
    for key, value in figures.items():
        print(f"{key:28} {value:>10g}  {MEANING[key][0]}  {verdict(key, value)}")
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_text(json.dumps({"machine": machine(), **figures}, indent=2) + "\n")
    print(f"machine: {machine()}\nwritten to {OUT}")


if __name__ == "__main__":
    main()
