"""Who holds no key: forges messages up and down, and replays what went over the broker earlier.

Rule: an attacker knows every topic, every token that passed and how ours are made, and can put
anything into the broker's hands; a pendant's secret is what he does not have. Everything of his is
marked `forged` on its way, and nothing may come of it.
"""

from collections import deque
from collections.abc import Callable

from protocol import codec
from protocol.topics import UP_LANES, down, up
from simulator.storm.broker import Broker
from simulator.storm.chance import Chance
from simulator.storm.seen import Befell, Seen
from simulator.storm.timeline import Timeline

KEPT = 40  # of each topic, half of them the oldest: a replay may be minutes or a day late


class Heard:
    """What passed on one topic: the first of it, and the latest."""

    def __init__(self) -> None:
        self._first: list[bytes] = []
        self._latest: deque[bytes] = deque(maxlen=KEPT // 2)

    def add(self, token: bytes) -> None:
        if len(self._first) < KEPT // 2:
            self._first.append(token)
        else:
            self._latest.append(token)

    def all(self) -> list[bytes]:
        return self._first + list(self._latest)


class Attacker:
    """`strike` does one thing to one pendant's hub, or to the pendant."""

    def __init__(self, timeline: Timeline, chance: Chance, seen: Seen, broker: Broker) -> None:
        self._timeline = timeline
        self._chance = chance
        self._seen = seen
        self._broker = broker
        self._heard: dict[str, Heard] = {}
        self._kinds: dict[str, Callable[[str], tuple[str, bytes] | None]] = {
            "garbage": self._garbage,
            "wrong-key": self._wrong_key,
            "changed": self._changed,
            "another's": self._anothers,
            "replay-up": self._replay_up,
            "replay-down": self._replay_down,
            "turned-round": self._turned_round,
        }
        broker.taps.append(self._listen)

    @property
    def kinds(self) -> tuple[str, ...]:
        return tuple(self._kinds)

    def knows(self, pendant: str) -> None:
        for topic in (down(pendant), *(up(pendant, lane) for lane in UP_LANES)):
            self._heard.setdefault(topic, Heard())

    def _listen(self, topic: str, token: bytes) -> None:
        heard = self._heard.get(topic)
        if heard is not None:
            heard.add(token)

    def strike(self, pendant: str, kind: str = "") -> None:
        """One forgery of that kind, or of any. Without anything heard yet there may be none."""
        kind = kind or self._chance.stream("attacker", pendant).choice(self.kinds)
        made = self._kinds[kind](pendant)
        if made is None or not self._broker.is_up:
            return
        topic, token = made
        self._seen.add(Befell(self._timeline.now_ms, "forged", f"{kind} {topic}"))
        qos = 0 if topic.endswith(("/beat", "/down")) else 1
        self._broker.route(topic, token, qos, forged=True)

    def _any(self, pendant: str, topics: list[str]) -> tuple[str, bytes] | None:
        """Some topic of those on which something was heard, and something of it."""
        stream = self._chance.stream("attacker", pendant)
        heard = [topic for topic in topics if self._heard[topic].all()]
        if not heard:
            return None
        topic = stream.choice(heard)
        return topic, stream.choice(self._heard[topic].all())

    def _lanes(self, pendant: str) -> list[str]:
        return [up(pendant, lane) for lane in UP_LANES]

    def _garbage(self, pendant: str) -> tuple[str, bytes]:
        stream = self._chance.stream("attacker", pendant)
        topic = stream.choice([*self._lanes(pendant), down(pendant)])
        return topic, stream.randbytes(stream.randrange(600))

    def _wrong_key(self, pendant: str) -> tuple[str, bytes] | None:
        """Every word of it true, signed by somebody else's key."""
        made = self._any(pendant, [*self._lanes(pendant), down(pendant)])
        if made is None:
            return None
        topic, token = made
        signed, _, _ = token.rpartition(b".")
        key = self._chance.stream("attacker", pendant).randbytes(codec.SECRET_BYTES)
        return topic, signed + b"." + codec._encode(codec.hmac_sha256(key, signed))

    def _changed(self, pendant: str) -> tuple[str, bytes] | None:
        made = self._any(pendant, [*self._lanes(pendant), down(pendant)])
        if made is None or not made[1]:
            return None
        topic, token = made
        at = self._chance.stream("attacker", pendant).randrange(len(token))
        return topic, token[:at] + bytes([token[at] ^ 1]) + token[at + 1 :]

    def _anothers(self, pendant: str) -> tuple[str, bytes] | None:
        """A colleague's true message in this pendant's name."""
        own = (down(pendant), *self._lanes(pendant))
        others = [topic for topic in self._heard if topic not in own]
        made = self._any(pendant, others)
        if made is None:
            return None
        _, _, rest = made[0].split("/", 2)
        return f"{own[0].split('/')[0]}/{pendant}/{rest}", made[1]

    def _replay_up(self, pendant: str) -> tuple[str, bytes] | None:
        return self._any(pendant, self._lanes(pendant))

    def _replay_down(self, pendant: str) -> tuple[str, bytes] | None:
        return self._any(pendant, [down(pendant)])

    def _turned_round(self, pendant: str) -> tuple[str, bytes] | None:
        """The hub's own word as if it came from the pendant."""
        made = self._any(pendant, [down(pendant)])
        if made is None:
            return None
        stream = self._chance.stream("attacker", pendant)
        return stream.choice(self._lanes(pendant)), made[1]
