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

from simulator.bench import check, felt, hands, ingest, pendant, receipt, restart, rules, storm

OUT = Path("build/bench.json")
PARTS: tuple[tuple[str, Callable[[], dict[str, float]]], ...] = (
    ("rules", rules.run),
    ("check", check.run),
    ("ingest", ingest.run),
    ("receipt", receipt.run),
    ("pendant", pendant.run),
    ("felt", felt.run),
    ("hands", hands.run),
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
    "sos_receipt_tls_p50_ms": (
        "the same over mutual TLS, nobody else on the broker, median",
        "",
        0,
    ),
    "sos_receipt_tls_p99_ms": ("... 99 of 100", "max", 120),
    "press_stored_p50_ms": ("the press that counts to its record on flash, median of 30", "", 0),
    "press_stored_max_ms": ("... the longest", "max", 20),
    "thaw_recovery_s": (
        "a broker hung for 10 s: from its first move to the hub has the press made meanwhile",
        "max",
        3,
    ),
    "boot_p50_ms": ("the pendant's process begun to armed, without radio, median of 20", "", 0),
    "boot_max_ms": ("... the longest", "max", 300),
    "heap_tls_kib": ("the smallest heap for a whole visit over TLS, word-scaled KiB", "max", 60),
    "energy_days": ("modelled days of five one-hour visits, the way with it, 1000 mAh", "min", 5),
    "energy_days_way_on_top": ("... with an hour inside each and the way on top", "", 0),
    "storm_speedup": (
        "a day of ten workers in the storm, played and judged, one core, × real time",
        "min",
        10_000,
    ),
    "storm_visits": ("... the visits of that day", "", 0),
    "storm_violations": ("... the promises broken in it", "max", 0),
    "press_felt_p50_ms": ("an edge of a button to the motor, patterns playing, median", "", 0),
    "press_felt_p99_ms": ("... 99 of 100", "max", 100),
    "press_felt_max_ms": ("... the longest", "", 0),
    "false_sos_keys_per_1000_h": ("modelled: false SOS in a pocket with keys, per 1,000 h", "", 0),
    "false_sos_pocket_per_1000_h": ("... in a tight pocket, walking", "", 0),
    "false_sos_sitting_per_1000_h": ("... sat upon", "", 0),
    "false_sos_bag_per_1000_h": ("... in a bag", "", 0),
    "missed_sos_pct": ("modelled: calls of frightened hands not read as SOS, per cent", "max", 1),
    "unheard_sos_pct": ("... and as no alarm of any kind either", "max", 0.5),
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
