"""Who looks at the hub's file while it runs finds whom nothing watches."""

import sqlite3
from contextlib import closing
from pathlib import Path

from hub.store import schema
from simulator.storm.drawing import draw
from simulator.storm.onlooker import EVERY_MS, Onlooker
from simulator.storm.people import inhabit
from simulator.storm.play import quiet
from simulator.storm.seen import Seen, Unwatched
from simulator.storm.timeline import Timeline
from simulator.storm.world import World

MINUTE_MS = 60_000


def in_the_middle(folder: Path, minutes: int) -> Path:
    """A storm's database as it was after so many minutes, with visits under way."""
    world = World(draw(4, "homemaker-exeter", "calm", 4), folder)
    inhabit(world)
    copy = folder / "copy"
    copy.mkdir()

    def take() -> None:
        with (
            closing(sqlite3.connect(world.folder / schema.NAME)) as conn,
            closing(sqlite3.connect(copy / schema.NAME)) as into,
        ):
            conn.backup(into)

    world.timeline.at(world.plan.start_ms + minutes * MINUTE_MS, take)
    with quiet():
        world.run()
    assert not [each for each in world.seen.all if isinstance(each, Unwatched)]
    return copy


def test_who_is_out_without_a_deadline_is_seen_once(tmp_path: Path) -> None:
    folder = in_the_middle(tmp_path, 130)
    timeline, seen = Timeline(0), Seen()
    onlooker = Onlooker(timeline, seen)
    onlooker.begin(folder)
    timeline.run_for(EVERY_MS)
    assert seen.all == []
    with closing(sqlite3.connect(folder / schema.NAME)) as conn, conn:
        conn.execute("DELETE FROM deadline")
    timeline.run_for(3 * EVERY_MS)
    onlooker.stop()
    assert {each.at_ms for each in seen.all} == {2 * EVERY_MS}
    assert "nothing falls due" in str(seen.all)
    assert not timeline.step(10 * EVERY_MS)  # it looks no more
