"""A morning at the office, lived through by the real engine minute by minute: what the board looks
like when it is busy. For the browser tests and for docs/screenshots.
"""

from typing import Any

from hub.inbox import FromPendant
from hub.rules.model import Value
from protocol import codec, topics
from protocol.messages import Arrived, Beat, Ok, StartedOut, UpMessage
from tests.hub.web.house import BOOT, HASH, MINUTE_MS, SECRET, START_MS, House

OPENS_MS = START_MS - 120 * MINUTE_MS  # 08:00
NOW_MIN = 174  # 10:54
STAFF = {
    "asha": ("Asha Patel", "AP", "worker", "07700 900101", "blue Fiesta, WR21 KXT"),
    "dee": ("Dee Clarke", "DC", "worker", "07700 900102", "grey Corsa, WD15 HNB"),
    "joan": ("Joan Field", "JF", "worker", "07700 900103", ""),
    "marek": ("Marek Nowak", "MN", "worker", "07700 900104,07700 900204", "red Yaris, WP18 OJD"),
    "priya": ("Priya Shah", "PS", "worker", "07700 900105", ""),
    "tom": ("Tom Reed", "TR", "worker", "07700 900106", ""),
    "lena": ("Lena Novak", "LN", "worker", "07700 900107", ""),
    "ben": ("Ben Okafor", "BO", "tracker,office", "07700 900110", ""),
    "ruth": ("Ruth Hale", "RH", "duty-manager,director", "07700 900111", ""),
}
AREAS = {"c04": "Exmouth", "c09": "Pinhoe", "c12": "Exwick", "c17": "Heavitree", "c22": "Topsham",
         "c31": "St Thomas", "c40": "Whipton"}  # fmt: skip
CHARGE = {"asha": 64, "dee": 88, "joan": 71, "marek": 41, "priya": 93, "tom": 17, "lena": 56}


class Morning:
    """Plays it. `clock_min`: minutes since eight o'clock."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.minute = 0
        self.out: set[str] = set()  # whose pendants beat
        self.visits: dict[str, str] = {}
        self._seq = dict.fromkeys(CHARGE, 0)
        self._furnish()

    def _furnish(self) -> None:
        ask = self.house.ask
        for person, (name, initials, roles, phones, car) in STAFF.items():
            ask("add_person", "", id=person, name=name, initials=initials, login=person,
                roles=roles, phones=phones.replace(",", "\n"), password_hash=HASH,
                car=car)  # fmt: skip
        ask("take_duty", "ben", role="office", person="ben", on=True)
        ask("take_duty", "ruth", role="duty-manager", person="ruth", on=True)
        for client, area in AREAS.items():
            ask("add_client", "", id=client, code=client.upper(), area=area, name="Jo Client",
                address="12 Example Road", postcode="EX1 2AB", rating="C2", coverage="good",
                lines="01392 555012\n07700 900777", risk_note="A large dog in the hall.",
                visitors_note="Ring twice and wait at the side door.")  # fmt: skip
        for worker in CHARGE:
            ask("add_pendant", "", id=f"p-{worker}", worker=worker, key_id=f"k-{worker}",
                secret=SECRET.hex())  # fmt: skip

    def until(self, hour: int, minute: int) -> None:
        """Minutes pass; pendants that are out beat."""
        while self.minute < (hour - 8) * 60 + minute:
            self.minute += 1
            self.house.clock.advance(MINUTE_MS)
            for worker in sorted(self.out):
                self.send(
                    worker,
                    Beat,
                    battery_pct=CHARGE[worker],
                    signal_pct=70,
                    dropped=0,
                    refused=0,
                    open=[],
                )
            self.settle()

    def settle(self) -> None:
        """Until the beats that gather have been taken, and their turn is over."""
        while self.house.inbox.waiting()["beats"]:
            self.house.ask("turn", "")
        self.house.ask("turn", "")

    def send(self, worker: str, message: type[UpMessage], **more: object) -> None:
        self._seq[worker] += 1
        rows = {row.worker: row for row in self.house.reader.pendants()}
        said: dict[str, Any] = {
            "pendant": f"p-{worker}", "boot": BOOT, "seq": self._seq[worker],
            "standing": rows[worker].standing_version, "phase": "off", "since_ms": 0,
            "heard_ms": self.house.clock.now_ms(), **more,
        }  # fmt: skip
        if "gesture" in dict(message.FIELDS):
            said.setdefault("gesture", "a-short")
        sent = message(**said)
        token = codec.seal(sent, f"k-{worker}", codec.up_key(SECRET))
        lane = topics.lane_of(sent)
        session = "beats" if lane == "beat" else "events"
        topic = topics.up(f"p-{worker}", lane)
        self.house.inbox.put(FromPendant(session, topic, token, self._seq[worker], 1, 1))
        self.house.ask("turn", "")

    def plan(
        self, worker: str, client: str, start: tuple[int, int], minutes: int, **more: Value
    ) -> None:
        start_ms = OPENS_MS + ((start[0] - 8) * 60 + start[1]) * MINUTE_MS
        given: dict[str, Value] = {
            "client": client, "area": AREAS[client], "purpose": "home visit", "workers": worker,
            "start_ms": start_ms, "end_ms": start_ms + minutes * MINUTE_MS, "tracker": "ben",
            "then": "base", "manager_agreed": "ruth", **more,
        }  # fmt: skip
        by = "ruth" if given["tracker"] == "ruth" else "ben"
        self.visits[worker] = self.house.ask("plan_visit", by, **given).id

    def sets_out(self, worker: str) -> None:
        self.out.add(worker)
        self.send(worker, StartedOut, gesture="a-hold")

    def arrives(self, worker: str, confirmed_by: str = "") -> None:
        self.send(worker, Arrived)
        if confirmed_by:
            visit = self.house.visit(self.visits[worker])
            self.house.ask("confirm_arrival", confirmed_by, visit=visit.id, worker=worker,
                           place=f"{visit.client.upper()}, {visit.area}",
                           name=STAFF[worker][0], departure_contact=confirmed_by)  # fmt: skip

    def play(self) -> None:
        """From eight to 10:54."""
        ask, visits = self.house.ask, self.visits
        self.plan("lena", "c31", (8, 5), 45)
        self.until(8, 2)
        self.sets_out("lena")
        self.until(8, 6)
        self.arrives("lena", "ben")
        self.until(8, 48)
        ask("confirm_departure", "ben", visit=visits["lena"], means="work-mobile", then="base")
        self.until(9, 5)
        ask("confirm_home", "ben", visit=visits["lena"], means="office")
        self.out.discard("lena")
        self.plan("dee", "c22", (9, 30), 120, risk_flag=True)
        self.plan("asha", "c17", (10, 10), 80, tracker="ruth")
        self.plan("joan", "c31", (10, 0), 60, tracker="ruth", then="home")
        self.plan("marek", "c04", (10, 20), 60, first_meeting=True, purpose="first visit")
        self.plan("lena", "c12", (10, 50), 60, concern=True)
        self.plan("tom", "c09", (11, 10), 50)
        self.plan(
            "priya", "c40", (14, 0), 60, first_meeting=True, purpose="first visit", tracker=""
        )
        self.until(9, 20)
        self.sets_out("dee")
        self.until(9, 34)
        self.arrives("dee", "ben")
        self.until(9, 50)
        self.sets_out("joan")
        self.sets_out("asha")
        self.until(9, 52)
        ask("carry_on", "ben", visit=visits["dee"], every_min=60, means="work-mobile")
        self.until(10, 3)
        self.arrives("joan", "ruth")
        self.sets_out("marek")
        self.until(10, 12)
        self.arrives("asha", "ruth")
        self.until(10, 24)
        self.arrives("marek", "ben")
        self.until(10, 40)
        self.send("dee", Ok)
        self.sets_out("lena")
        self.until(10, 45)
        self.sets_out("tom")
        for means, result in (("work-mobile", "unobtainable"), ("client-mobile", "no-answer")):
            ask(
                "record_contact",
                "ben",
                visit=visits["marek"],
                means=means,
                reached=False,
                result=result,
            )
        self.until(10, 50)
        self.out.discard("marek")  # his signal is gone
        self.until(10, 52)
        ask("record_contact", "ben", visit=visits["dee"], means="work-mobile", reached=True)
        self.until(10, 53)
        self.arrives("lena")
        self.until(10, 54)
