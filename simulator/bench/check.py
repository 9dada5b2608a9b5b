"""How long `allswell policy check` takes for one file: the longest of the shipped ones.

The whole of it counts: the file read, its rows held against one another, every state explored.
"""

import time

from hub.policy.load import SHIPPED
from hub.policy.verdict import judged


def run() -> dict[str, float]:
    """Raises RuntimeError if a shipped procedure is refused: its time would say nothing."""
    longest_s, states = 0.0, 0
    for path in sorted(SHIPPED.glob("*.toml")):
        began = time.perf_counter()
        verdict = judged(path)
        took_s = time.perf_counter() - began
        if not verdict.sound or verdict.seen is None:
            raise RuntimeError(f"{path.stem} is refused: {verdict.findings[0].fault}")
        longest_s = max(longest_s, took_s)
        states += verdict.seen.states + verdict.alarm_states
    return {"policy_check_s": round(longest_s, 1), "policy_check_states": states}
