"""`allswell pendant list` and `revoke`: which there are, for how long, and taking one off.

Rule: a pendant that will soon be refused a visit is told of while there is time to renew it.
"""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import click

from hub.cli.asking import give, opened
from hub.cli.pendant.credentials import days_left
from hub.cli.pendant.shared import DAY_MS, day, keys_of, lawful, write_rights
from hub.cli.shared import config_option, settings_of
from hub.clock import utc_ms
from hub.devices.certificates import CANARY
from hub.devices.keyring import SOON_DAYS, WARN_DAYS
from hub.store.views import Pendant

LOW_PCT = 20


@dataclass(frozen=True, slots=True)
class Line:
    """One pendant, with what is to be done about it."""

    pendant: Pendant
    days_left: int | None  # None: for ever
    certificate_days_left: int | None  # None: none on file

    def warnings(self) -> list[str]:
        said = []
        if self.pendant.state == "active" and self.days_left is not None:
            said += _ending(f"allswell pendant renew {self.pendant.id}", self.days_left)
        if self.certificate_days_left is not None and self.certificate_days_left < WARN_DAYS:
            mend = f"allswell pendant renew {self.pendant.id} --certificate FOLDER"
            said.append(f"its certificate ends in {self.certificate_days_left} days: {mend}")
        if self.pendant.last_beat_ms and self.pendant.battery_pct < LOW_PCT:
            said.append(f"its battery was at {self.pendant.battery_pct} % when last heard")
        return said

    def facts(self) -> dict[str, object]:
        each = self.pendant
        return {
            "id": each.id,
            "worker": each.worker,
            "state": each.state,
            "last_beat_ms": each.last_beat_ms,
            "battery_pct": each.battery_pct,
            "signal_pct": each.signal_pct,
            "valid_until_ms": each.valid_until_ms,
            "days_left": self.days_left,
            "certificate_days_left": self.certificate_days_left,
            "warnings": self.warnings(),
        }

    def text(self) -> str:
        each = self.pendant
        heard = _time(each.last_beat_ms) if each.last_beat_ms else "never heard"
        until = day(each.valid_until_ms) if each.valid_until_ms else "for ever"
        worker = each.worker or ("the doctor's" if each.id == CANARY else "-")
        line = f"{each.id:<20} {worker:<16} {each.state:<8} {heard:<21} {until}"
        return "\n".join([line, *(f"    {each}" for each in self.warnings())])


def _ending(mend: str, left: int) -> list[str]:
    if left < 0:
        return [f"no visit begins with it since {-left} days (an SOS is always heard): {mend}"]
    if left < SOON_DAYS:
        return [f"in {left} days no visit will begin with it any more: {mend}, now"]
    return [f"renew it within {left} days: {mend}"] if left < WARN_DAYS else []


def line_of(pendant: Pendant, keys: Path | None, now_ms: int) -> Line:
    left = (pendant.valid_until_ms - now_ms) // DAY_MS if pendant.valid_until_ms else None
    return Line(pendant, left, days_left(keys, pendant.id, now_ms))


@click.command("list")
@config_option
@click.option("--json", "as_json", is_flag=True, help="One object for each pendant.")
def show(config: Path, as_json: bool) -> None:
    """Which pendants there are, who carries them, when last heard, valid until when."""
    settings = settings_of(config)
    now_ms = utc_ms()
    with opened(settings) as reader:
        found = [line_of(each, keys_of(settings), now_ms) for each in reader.pendants()]
    if as_json:
        click.echo(json.dumps([each.facts() for each in found], indent=2))
        return
    for each in found:
        click.echo(each.text())
    if not found:
        click.echo("There are no pendants: allswell pendant add NAME --worker PERSON")


def _time(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms / 1000, UTC).strftime("%Y-%m-%d %H:%M:%SZ")


@click.command("revoke")
@config_option
@click.argument("name", callback=lawful)
def revoke(config: Path, name: str) -> None:
    """Pendant NAME may send an SOS and nothing else: it was lost, stolen or handed in."""
    if name == CANARY:  # the doctor would have nobody to send
        mend = "allswell keys renew canary, remove canary.json beside its key, start the hub again"
        raise click.ClickException(f"{name} is the doctor's own. If others have its keys: {mend}")
    settings = settings_of(config)
    answer = give(settings, "revoke_pendant", {"pendant": name})
    if not answer.ok:
        raise click.ClickException(answer.reason)
    click.echo(answer.reason)
    write_rights(settings)
