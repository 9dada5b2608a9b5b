"""Who holds no key: forges messages up and down, and replays what went over the broker earlier.

Rule: an attacker knows every topic, every token that passed and how ours are made, and can put
anything into the broker's hands; a pendant's secret is what he does not have. Everything of his is
marked `forged` on its way, and nothing may come of it.
"""

from base64 import urlsafe_b64encode
from collections import deque
from collections.abc import Callable
from random import Random

from protocol import codec
from protocol.errors import RemoteProtocolError
from protocol.messages import Beat, Receipt, Standing, UpMessage
from protocol.topics import ROOT, UP_LANES, down, up
from simulator.storm.broker import Broker
from simulator.storm.chance import Chance
from simulator.storm.seen import Befell, Carried, Seen
from simulator.storm.timeline import Timeline

KEPT = 20  # of each topic, and as many of the oldest: a replay may be seconds or a day late
KINDS = (
    "garbage",
    "wrong-key",
    "no-algorithm",
    "changed",
    "another's",
    "replay-up",
    "replay-down",
    "turned-round",
    "false-receipt",
    "false-standing",
    "held-back",
)
HELD_MS = (
    70_000,
    140_000,
)  # longer than an answer holds on duty, and its beat is known

Forgery = tuple[str, bytes]  # topic and token


class _Heard:
    """What reached its receiver on one topic: the first of it, and the latest."""

    def __init__(self) -> None:
        self.first: list[bytes] = []
        self.latest: deque[bytes] = deque(maxlen=KEPT)

    def add(self, token: bytes) -> None:
        if len(self.first) < KEPT:
            self.first.append(token)
        else:
            self.latest.append(token)

    def any(self, stream: Random) -> bytes:
        return stream.choice(self.first + list(self.latest))


class Attacker:
    """`strike` does one thing to one pendant's hub, or to the pendant."""

    def __init__(self, timeline: Timeline, chance: Chance, seen: Seen, broker: Broker) -> None:
        self._timeline = timeline
        self._chance = chance
        self._seen = seen
        self._broker = broker
        self._heard: dict[str, _Heard] = {}
        self._read = 0  # so much of what there is to be seen
        self._makers: dict[str, Callable[[str, Random], Forgery | None]] = {
            "garbage": self._garbage,
            "wrong-key": self._wrong_key,
            "no-algorithm": self._no_algorithm,
            "changed": self._changed,
            "another's": self._anothers,
            "replay-up": self._replay_up,
            "replay-down": self._replay_down,
            "turned-round": self._turned_round,
            "false-receipt": self._false_receipt,
            "false-standing": self._false_standing,
            "held-back": self._held_back,
        }

    def _listen(self) -> None:
        """What has reached its receiver: to replay the rest would only be to deliver it."""
        for sight in self._seen.all[self._read :]:
            if isinstance(sight, Carried) and not sight.forged:
                self._heard.setdefault(sight.topic, _Heard()).add(sight.token)
        self._read = len(self._seen.all)

    def strike(self, pendant: str, kind: str = "") -> None:
        """One forgery of that kind, or of any. While nothing has been heard there may be none."""
        self._listen()
        stream = self._chance.stream("attacker", pendant)
        made = self._makers[kind or stream.choice(KINDS)](pendant, stream)
        if made is None or not self._broker.is_up:
            return
        topic, token = made
        self._seen.add(Befell(self._timeline.now_ms, "forged", topic))
        qos = 0 if topic.endswith(("/beat", "/down")) else 1
        self._broker.route(topic, token, qos, forged=True)

    # How each kind is made.

    def _any(self, stream: Random, topics: list[str]) -> Forgery | None:
        """One of these topics on which something was heard, and something of it."""
        heard = [topic for topic in topics if topic in self._heard]
        if not heard:
            return None
        topic = stream.choice(heard)
        return topic, self._heard[topic].any(stream)

    def _garbage(self, pendant: str, stream: Random) -> Forgery:
        return stream.choice(_topics(pendant)), stream.randbytes(stream.randrange(600))

    def _wrong_key(self, pendant: str, stream: Random) -> Forgery | None:
        """Every word of it true, signed by somebody else's key."""
        made = self._any(stream, _topics(pendant))
        if made is None:
            return None
        signed, _, _ = made[1].rpartition(b".")
        mac = codec.hmac_sha256(stream.randbytes(codec.SECRET_BYTES), signed)
        return made[0], signed + b"." + _base64url(mac)

    def _no_algorithm(self, pendant: str, stream: Random) -> Forgery | None:
        """RFC 8725 section 2.1: "none", and no signature."""
        made = self._any(stream, _topics(pendant))
        if made is None:
            return None
        header = _base64url(b'{"alg":"none","kid":"%s"}' % pendant.encode())
        return made[0], header + b"." + made[1].split(b".")[-2:][0] + b"."

    def _changed(self, pendant: str, stream: Random) -> Forgery | None:
        """One bit of a true one."""
        made = self._any(stream, _topics(pendant))
        if made is None or not made[1]:
            return None
        topic, token = made
        at = stream.randrange(len(token))
        return topic, token[:at] + bytes([token[at] ^ 1 << stream.randrange(8)]) + token[at + 1 :]

    def _anothers(self, pendant: str, stream: Random) -> Forgery | None:
        """A colleague's true message in this pendant's name."""
        made = self._any(stream, [each for each in self._heard if each not in _topics(pendant)])
        if made is None:
            return None
        _, _, lane = made[0].split("/", 2)
        return f"{ROOT}/{pendant}/{lane}", made[1]

    def _replay_up(self, pendant: str, stream: Random) -> Forgery | None:
        return self._any(stream, _topics(pendant)[1:])

    def _replay_down(self, pendant: str, stream: Random) -> Forgery | None:
        return self._any(stream, _topics(pendant)[:1])

    def _turned_round(self, pendant: str, stream: Random) -> Forgery | None:
        """The hub's own word as if the pendant had said it."""
        made = self._any(stream, _topics(pendant)[:1])
        return None if made is None else (stream.choice(_topics(pendant)[1:]), made[1])

    def _false_receipt(self, pendant: str, stream: Random) -> Forgery | None:
        """The hub has what she pressed last: he would like her to believe that."""
        token = self._newest(up(pendant, "sos")) or self._newest(up(pendant, "event"))
        said = _opened(token, is_up=True)
        if not isinstance(said, UpMessage):
            return None
        values = {"boot": said.boot, "seq": said.seq, "sha": codec.sha(token)}
        message = Receipt(pendant=pendant, hub_ms=self._timeline.now_ms, **values)
        return down(pendant), codec.seal(message, pendant, stream.randbytes(codec.SECRET_BYTES))

    def _false_standing(self, pendant: str, stream: Random) -> Forgery | None:
        """All is well, somebody has her alarm, it is over, and she may go in."""
        beat = _opened(self._newest(up(pendant, "beat")), is_up=True)
        told = _opened(self._newest(down(pendant)), is_up=False)
        if not isinstance(beat, Beat) or not isinstance(told, Standing):
            return None
        claims = {name: getattr(told, name) for name, _ in Standing.FIELDS}
        claims |= {"version": told.version + 60_000, "boot": beat.boot, "beat": beat.seq,
                   "prompt": "are-you-well", "sos_state": "owned" if told.sos else "none",
                   "hub_ms": self._timeline.now_ms}  # fmt: skip
        message = Standing(**claims)
        return down(pendant), codec.seal(message, pendant, stream.randbytes(codec.SECRET_BYTES))

    def _held_back(self, pendant: str, stream: Random) -> Forgery | None:
        """Whatever goes down to her is kept from her for a while, and the first of it comes then:
        true once, and true no longer."""
        topic = down(pendant)
        held: list[bytes] = []
        self._broker.kept_back[topic] = held.append

        def let_go() -> None:
            if self._broker.kept_back.pop(topic, None) is not None and held:
                self._broker.route(topic, held[0], 0)

        by_ms = stream.randrange(*HELD_MS)
        now_ms = self._timeline.now_ms
        self._seen.add(Befell(now_ms, "forged", pendant, now_ms + by_ms))
        self._timeline.after(by_ms, let_go)
        return None

    def _newest(self, topic: str) -> bytes:
        """The newest thing heard on a topic; nothing, if nothing was."""
        heard = self._heard.get(topic)
        return b"" if heard is None else [*heard.first, *heard.latest][-1]


def _opened(token: bytes, is_up: bool) -> object:
    """As anybody can read it."""
    try:
        return codec.peek(token, up=is_up)
    except RemoteProtocolError:
        return None


def _topics(pendant: str) -> list[str]:
    return [down(pendant), *(up(pendant, lane) for lane in UP_LANES)]


def _base64url(raw: bytes) -> bytes:
    return urlsafe_b64encode(raw).rstrip(b"=")
