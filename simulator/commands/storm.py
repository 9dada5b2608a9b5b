"""`allswell-sim storm`: the whole chain in virtual time, under everything that can go wrong."""

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from simulator.storm.campaign import Campaign, Wish

# As many as simulator/storm/books.py and weathers.py have (a test holds them together); importing
# those would make each `allswell-sim --help` import the hub.
POLICIES = (
    "homemaker-exeter", "derbyshire-childrens-services", "acorn-partnership", "sutton-cypl",
    "leading-futures", "carers-trust-d06b", "plain",
)  # fmt: skip
WEATHERS = (
    "calm", "danger", "network", "broker", "brokers", "hub", "power", "people", "providers",
    "everything", "slips",
)  # fmt: skip
STATE = Path("build/storm/state.json")
SHOWN = 3  # violations of one seed that are told in words


@click.command("storm", short_help="Virtual time, everything fails; judged from outside.")
@click.option("--seeds", type=click.IntRange(1), help="How many to play, from --seed (0) on.")
@click.option("--seed", type=click.IntRange(0), help="The first; alone: that one, and its story.")
@click.option("--plant", metavar="NAME|all", help="Play with a planted bug until it is caught.")
@click.option("--exhaustive", "depth", type=click.IntRange(1, 3), metavar="DEPTH",
              help="Every history of so many gestures, each fault once at each step.")  # fmt: skip
@click.option("--policy", type=click.Choice(POLICIES), help="Default: each seed draws its own.")
@click.option("--weather", type=click.Choice(WEATHERS), help="Default: each seed draws its own.")
@click.option("--jobs", type=click.IntRange(1, 256), help="Processes; default: one for each core.")
@click.option("--first/--keep-going", "first", default=False, help="Stop at a violation, or not.")
@click.option("--shrink/--no-shrink", default=None, help="Make a failing seed small; default: when"
              " one seed is played, and with --first.")  # fmt: skip
@click.option("--plays", type=click.IntRange(1), default=300, show_default=True,
              help="At most, to make one seed small.")  # fmt: skip
@click.option("--state", type=click.Path(dir_okay=False, path_type=Path),
              help=f"Where to keep what is done; default, once stopped: {STATE}.")  # fmt: skip
@click.option("--resume", type=click.Path(exists=True, dir_okay=False, path_type=Path),
              help="Go on where that file says.")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line; last the totals.")
def command(
    seeds: int | None, seed: int | None, plant: str | None, depth: int | None,
    policy: str | None, weather: str | None, jobs: int | None, first: bool, shrink: bool | None,
    plays: int, state: Path | None, resume: Path | None, as_json: bool,
) -> None:  # fmt: skip
    """Play organisations in virtual time while everything around them fails, and judge each run.

    One seed fixes everything: procedure, hour, people, weather, each fault and its instant.

    \b
      allswell-sim storm --seeds 1000             # a thousand, judged by every checker
      allswell-sim storm --seed 42                # one; if it fails, its story made small
      allswell-sim run build/storm/42.toml        # that story again
      allswell-sim storm --plant all              # are the checkers any good?
      allswell-sim storm --exhaustive 1           # every short history; --seed N: that one
      allswell-sim storm --resume build/storm/state.json

    Exit code: 0 all promises kept (every plant caught), 1 not so, 2 misuse, 130 after Ctrl-C,
    which keeps what is done.
    """
    from simulator.storm.campaign import Campaign, NoState, Wish

    out = _Out(as_json, jobs or os.cpu_count() or 1, first, shrink, plays)
    if resume is not None:
        if any(each is not None for each in (seed, plant, depth, policy, weather, state)):
            raise click.UsageError("--resume takes all that from its file; --seeds may be raised")
        try:
            campaign = Campaign.resumed(resume, seeds or 0)
        except NoState as exc:
            raise click.UsageError(str(exc)) from exc
        sys.exit(_campaign(campaign, out))
    if all(each is None for each in (plant, depth, seeds, seed)):
        raise click.UsageError(
            "say --seeds N, --seed S, --plant NAME, --exhaustive DEPTH or --resume FILE"
        )
    if depth is not None:
        sys.exit(_exhaustive(depth, (plant, policy, weather), seeds, seed, state, out, shrink))
    wish = Wish(seed or 0, seeds or (1 if plant is None else 0), policy or "", weather or "")
    if plant is not None:
        sys.exit(_plants(plant, wish, out))
    out.shrink = (seeds is None or first) if shrink is None else shrink
    out.alone = seeds is None
    sys.exit(_campaign(Campaign.begun(wish, state), out))


def _exhaustive(
    depth: int, others: tuple[str | None, ...], seeds: int | None, seed: int | None,
    state: Path | None, out: "_Out", shrink: bool | None,
) -> int:  # fmt: skip
    """The short histories of that depth, all of them or those from a number on; the exit code."""
    from simulator.storm.campaign import Campaign, Wish
    from simulator.storm.exhaustive import count

    if any(each is not None for each in others):
        raise click.UsageError("--exhaustive has a procedure and faults of its own")
    first, most = seed or 0, count(depth)
    if first >= most:
        raise click.UsageError(f"there are {most} histories of depth {depth}, from 0")
    out.alone = seed is not None and seeds is None
    wanted = min(seeds or (1 if out.alone else most), most - first)
    out.shrink = (out.alone or out.first) if shrink is None else shrink
    return _campaign(Campaign.begun(Wish(first, wanted, depth=depth), state), out)


class _Out:
    """What was asked for besides the seeds, and where what is found goes."""

    def __init__(
        self, as_json: bool, jobs: int, first: bool, shrink: bool | None, plays: int
    ) -> None:
        from simulator.storm.progress import Progress

        self.as_json = as_json
        self.jobs = jobs
        self.first = first
        self.shrink = bool(shrink)
        self.plays = plays
        self.alone = False
        self.progress = Progress()

    def say(self, text: str, event: str, **values: Any) -> None:
        """In words, or as an object."""
        self.progress.wipe()
        if self.as_json:
            click.echo(json.dumps({"event": event, **values}))
        elif text:
            click.echo(text)


def _campaign(campaign: "Campaign", out: _Out) -> int:
    """The exit code."""
    from simulator.storm.crew import CannotPlay, Crew

    def heard(line: dict[str, Any]) -> None:
        out.say(_violations_of(line, campaign.wish), "seed", **line)
        totals = campaign.totals
        text = f"{totals.brief()} · {len(totals.violations)} violations"
        out.progress.show(text, totals.seeds, totals.seeds + campaign.left)

    def is_over() -> bool:
        return out.first and bool(campaign.totals.violations)

    stopped = False
    with Crew(min(out.jobs, max(1, campaign.left))) as crew:
        try:
            campaign.play(crew, heard, is_over)
        except KeyboardInterrupt:
            stopped = True
        except CannotPlay as exc:
            raise click.ClickException(str(exc)) from exc
    if stopped:
        _keep(campaign, out)
    elif out.shrink and campaign.totals.violations:
        stopped = not _stories(campaign, out)
    out.say(campaign.totals.line(), "totals", **campaign.totals.as_json())
    return 130 if stopped else 1 if campaign.totals.violations else 0


def _keep(campaign: "Campaign", out: _Out) -> None:
    """Stopped: what is done is in a file, and said how to go on."""
    campaign.path = campaign.path or STATE
    campaign.save()
    again = f"allswell-sim storm --resume {campaign.path}"
    out.say(f"stopped; go on with: {again}", "stopped", again=again)


def _violations_of(line: dict[str, Any], wish: "Wish") -> str:
    found = line["violations"]
    said = [f"seed {line['seed']}: {each['checker']}: {each['said']}" for each in found[:SHOWN]]
    said += [each["trace"].rstrip() for each in found[:1] if "trace" in each]
    if len(found) > SHOWN:
        said.append(f"seed {line['seed']}: … and {len(found) - SHOWN} more")
    if found and wish.count > 1:
        said.append(f"  again: {wish.again(line['seed'])}")
    return "\n".join(said)


def _stories(campaign: "Campaign", out: _Out) -> bool:
    """Each failing seed (of one alone, or the first) made small. False: Ctrl-C."""
    from simulator.storm.narrating import narrated

    for seed in campaign.totals.failed[: None if out.alone else 1]:
        violation = next(each for each in campaign.totals.violations if each["seed"] == seed)
        try:
            said = narrated(campaign.wish, seed, violation, out.jobs, out.plays, out.progress.show)
        except KeyboardInterrupt:
            return False
        out.say(said.text, "story", **said.as_json())
    return True


def _plants(name: str, wish: "Wish", out: _Out) -> int:
    """The table of planted bugs; the exit code."""
    from simulator.storm.crew import Crew
    from simulator.storm.plants import PLANTS
    from simulator.storm.trial import Clean, tried

    if name != "all" and name not in PLANTS:
        raise click.UsageError(f"there is no plant {name!r}; there are all, {', '.join(PLANTS)}")
    chosen = list(PLANTS.values()) if name == "all" else [PLANTS[name]]
    verdicts = []
    heard: Callable[[Any], None]
    with Crew(1) as crew:
        clean = Clean(crew, wish.job)
        try:
            for number, plant in enumerate(chosen):

                def heard(line: Any, number: int = number, name: str = plant.name) -> None:
                    text = f"plant {number + 1} of {len(chosen)}: {name}, seed {line['seed']}"
                    out.progress.show(text, number, len(chosen))

                found = tried(plant, out.jobs, wish.job, clean, wish.first, wish.count, heard)
                verdicts.append(found)
                out.say(found.line(), "plant", **found.as_json())
        except KeyboardInterrupt:
            pass
    caught = sum(each.ok for each in verdicts)
    unnamed = sum(each.ok and not each.named for each in verdicts)
    text = f"{caught} of {len(chosen)} planted bugs caught"
    text += f", {unnamed} of them by a checker that the plant does not name" if unnamed else ""
    out.say(text, "totals", plants=len(chosen), caught=caught, unnamed=unnamed,
            survived=[each.plant.name for each in verdicts if not each.ok])  # fmt: skip
    if len(verdicts) < len(chosen):
        return 130
    return 0 if caught == len(chosen) else 1
