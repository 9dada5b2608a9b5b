"""The shell and its brokers: which one is opened is the core's word, and it leaves when told."""

import asyncio
import json

import pytest

from firmware import app as app_module
from firmware.pendant.brokers import Brokers
from firmware.pendant.settings import load
from tests.firmware.app_rig import Running
from tests.firmware.fake_broker import broker_doing
from tests.firmware.mqtt_rig import shorten, stay

pytestmark = pytest.mark.asyncio
TOLD = {"pendant": "p-1", "key_id": "k-1", "secret": "0b" * 32}


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app_module, "MOVE_MS", 20)
    shorten(monkeypatch)


def knowing(first: int, second: int) -> Running:
    """A pendant with brokers on these ports."""
    at = {"broker_host": "127.0.0.1", "second_host": "127.0.0.1"}
    running = Running(load(json.dumps(TOLD | at | {"broker_port": first, "second_port": second})))
    running.device.brokers = Brokers(2)
    return running


def reachable(running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    async def open_stream(
        host: str, port: int, tls: object
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        running.board.did.append(("open", host, port))
        return await asyncio.open_connection(host, port)

    monkeypatch.setattr(running.board, "open_stream", open_stream)


async def test_an_attempt_in_vain_gives_the_other_its_turn() -> None:
    running = knowing(1883, 1884)
    running.start()
    await running.until(*[("open", "127.0.0.1", port) for port in (1883, 1884, 1883, 1884)])
    assert ("broker", "127.0.0.1:1884") in running.board.did, "who watches is told"
    assert ("proven",) not in running.board.did
    await running.stop()


async def test_a_link_proves_the_path_and_is_left_when_the_core_says_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with broker_doing(stay) as first, broker_doing(stay) as second:
        running = knowing(first.port, second.port)
        reachable(running, monkeypatch)
        running.start()
        await running.until(("open", "127.0.0.1", first.port), ("proven",), ("link", True))
        running.device.answers["tick"] = [("relink",)]
        await running.until(
            ("link", False),
            ("open", "127.0.0.1", second.port),
            ("proven",),
            ("link", True),
        )
        await running.stop()


async def test_a_link_with_a_hub_is_opened_again_where_it_was(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with broker_doing(stay) as first, broker_doing(stay) as second:
        running = knowing(first.port, second.port)
        reachable(running, monkeypatch)
        running.start()
        await running.until(("link", True))
        running.device.brokers.answered()
        running.app._client.leave()
        await running.until(("link", False), ("open", "127.0.0.1", first.port), ("link", True))
        assert ("open", "127.0.0.1", second.port) not in running.board.did
        await running.stop()
