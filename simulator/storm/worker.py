"""One process of a storm: plays seeds and says one JSON line for each.

`python -m simulator.storm.worker FIRST COUNT STEP [PLANT]`: seeds FIRST, FIRST + STEP, … Rule: a
planted bug is in place before anything that it could be in is imported, so nothing of the hub or
the pendant may be imported at the top of this file.
"""

import json
import sys


def main(argv: list[str]) -> int:
    first, count, step = (int(each) for each in argv[:3])
    if argv[3:]:
        from simulator.storm.planting import NotPlanted, plant_bug
        from simulator.storm.plants import PLANTS

        try:
            plant_bug(PLANTS[argv[3]])
        except NotPlanted as exc:
            print(json.dumps({"fault": str(exc)}), flush=True)
            return 2
    from simulator.storm.drawing import draw
    from simulator.storm.play import play
    from simulator.storm.telling import line_of

    for seed in range(first, first + count * step, step):
        try:
            said = line_of(play(draw(seed)))
        except Exception as exc:  # told, with its seed: a crash is a finding  # noqa: BLE001
            import traceback

            trace = "".join(traceback.format_exception(exc)[-6:])
            said = {"seed": seed, "crashed": f"{exc!r}", "trace": trace}
        print(json.dumps(said), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
