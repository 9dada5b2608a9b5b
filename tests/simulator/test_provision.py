"""What is on the hub's books before its first start, under each procedure that a scenario plays."""

import contextlib
from pathlib import Path

import pytest

from hub.store.reader import Reader
from simulator.live.provision import NotProvisioned, register
from simulator.live.scenario import FOLDER, WORLDS, load

PLAYED = sorted({(load(path).world.stem, load(path).policy) for path in FOLDER.glob("*.toml")})


@pytest.mark.parametrize(("world", "policy"), PLAYED)
def test_every_world_is_lawful_under_its_procedure(tmp_path: Path, world: str, policy: str) -> None:
    """Its people hold duties of that procedure, and its records are such as it would allow."""
    file = WORLDS / f"{world}.toml"
    secrets = register(tmp_path / "hub", file, {"p-bea": "bea"}, policy, "Wed 10:00")
    assert len(secrets["p-bea"]) == 32
    with contextlib.closing(Reader(tmp_path / "hub")) as reader:
        assert reader.person("bea") is not None
        written = [row for row in reader.log_rows(limit=1_000) if row.kind == "write_record"]
        assert len(written) == file.read_text().count("[[record]]")
        last_ms = reader.health().last_turn_ms
    assert last_ms % 60_000 == 0, "it begins on the minute that was asked for"


def test_a_record_that_the_procedure_refuses_is_told(tmp_path: Path) -> None:
    text = (WORLDS / "hertford.toml").read_text()
    world = tmp_path / "world.toml"
    world.write_text(text.replace('way_in = "let-in"', 'way_in = "key-outside"', 1))
    with pytest.raises(NotProvisioned, match="No key with neighbours"):
        register(tmp_path / "hub", world, {}, "carers-trust-d06b")
