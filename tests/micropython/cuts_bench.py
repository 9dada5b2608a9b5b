"""The pendant of the stories on a flash chip that is cut; for cuts_rig.py, inside MicroPython."""

import errno
import os

from firmware.boards.flash import FULL
from firmware.pendant import journal
from firmware.pendant.reserve import COUNT, PREFIX, ROOM_BYTES
from protocol import codec
from protocol.messages import ALARM_TYPES, Receipt, Standing, UpMessage
from simulator.storm.flash_chip import BLOCK_BYTES, FlashChip
from simulator.storm.vfs_port import FOLDER, MOUNT, Life
from tests.firmware.harness import Bench
from tests.micropython.cuts_law import Dice, Law, LoggedChip

TYPE_CHECKING = False
if TYPE_CHECKING:  # typing does not exist in here
    from typing import Any

BLOCKS = 48
FILLER = MOUNT + "/filler"
WORN_WRITES = 1200


class PowerCutError(Exception):
    """The chip is off: nothing more of this life happens."""


def provisioned(kind: str) -> bytes:
    """A chip as it leaves the workshop: the reserve is there. "full": and all the rest is taken;
    "worn": after so many writes littlefs has moved the folder's blocks about."""
    chip = FlashChip(BLOCKS)
    life = Life(chip, mtime=True)
    os.mkdir(FOLDER)
    for number in range(COUNT):
        life.folder.write(PREFIX + str(number), bytes(ROOM_BYTES))
    if kind == "worn":
        for number in range(WORN_WRITES):
            life.folder.write("phase", journal.phase_blob("off", "v%d" % number))
    if kind == "full":
        fill()
    life.end()
    return bytes(chip.image)


def fill() -> None:
    try:
        with open(FILLER, "wb") as file:
            while True:
                file.write(bytes(BLOCK_BYTES))
                file.flush()
    except OSError as error:
        if error.errno != FULL:
            raise


class ChipBench(Bench):
    """The pendant of the stories, with a flash chip in the place of its dictionary."""

    def __init__(self, law: Law, image: bytes, dice: Dice) -> None:
        self.law = law
        self.chip = LoggedChip(image)
        self.dice = dice
        self.refused = 0
        self._life: Life | None = None
        Bench.__init__(self, link=False)

    def begin(self, image: bytes) -> None:
        """The power is back, over this chip."""
        self.chip = LoggedChip(image)
        self.reboot("power-on")

    def start(self, cause: str, woken_by: "tuple[str, ...]" = ()) -> None:
        self._life = Life(self.chip, mtime=True)
        self.flash = dict(self._life.folder.read_all())
        self.link_up = False
        Bench.start(self, cause, woken_by)

    def unmount(self) -> None:
        if self._life is not None:
            self._life.end()
            self._life = None

    def deliver(self, payload: bytes) -> None:
        said = codec.unseal(payload, "k07", self.hub.down_key, up=False)
        if isinstance(said, Receipt):
            self._fact("received", said.boot + "." + str(said.seq))
        elif isinstance(said, Standing):
            for identity in said.resolved:
                self._fact("ended", identity)
        Bench.deliver(self, payload)

    def _fact(self, what: str, identity: str) -> None:
        self.law.fact(len(self.chip.log), what, identity)

    def _flash_answers(self) -> None:
        """As app.py: the record, and what its error says."""
        work = self._carrier.flash_next()
        assert work is not None and self._life is not None
        name, blob = work
        fault = 0
        try:
            if blob is None:
                self._life.folder.erase(name)
            else:
                self._seals(name, blob)
                self._life.folder.write(name, blob)
        except OSError as error:
            fault = error.errno or errno.EIO
        if self.chip.is_off:
            raise PowerCutError
        if fault:
            assert fault == FULL, fault
            self.refused += 1
        else:
            self._flash(name, blob)
            if blob is not None and name[:2] == "e-" and self.device.is_alarm_record(name):
                self._fact("kept", journal.identity_in(name))
        self._flashing = False
        self._do(self._carrier.flash_done(not fault, self._local(), fault == FULL))
        self._has_found_room(name, fault)
        self._flash_on()

    def _seals(self, name: str, blob: bytes) -> None:
        if name[:2] == "e-":
            self.law.sealed(journal.identity_in(name), blob[9:])

    def _has_found_room(self, name: str, fault: int) -> None:
        """An alarm's record that was refused has something else go, and is tried again."""
        waiting = self._carrier.waiting()
        if fault and self.device.is_alarm_record(name) and (not waiting or waiting[0][1]):
            self.law.breaches.append("no room for " + name)

    def _check_erase(self, name: str) -> None:
        """The dictionary holds no bytes of the reserve; alarms are the law's."""

    def _check_send(self, out: "tuple[Any, ...]") -> None:
        message = codec.peek(out[2], up=True)
        assert isinstance(message, UpMessage)
        self.law.sealed(message.identity(), out[2])

    def step(self) -> None:
        """Something happens."""
        choice = self.dice.below(12)
        if choice < 3:
            self.sos()
        elif choice < 4:
            self.press("s", 1300)
        elif choice < 5:
            self.chord()
        elif choice < 7:
            self.short("ad"[self.dice.below(2)])
        elif choice < 9:
            self.link(not self.link_up)
        elif choice < 10:
            self.hub.state["phase"] = ("off", "on-the-way", "at-door", "inside")[self.dice.below(4)]
            if self.link_up:
                self.push()
        elif choice < 11:
            self._a_person_ends_some()
        self.run(50 + self.dice.below(3000))
        self._carrier.idle(self._local())
        self._flash_on()
        self.run(20)

    def _a_person_ends_some(self) -> None:
        alarms = [event.identity() for event in self.hub.events if isinstance(event, ALARM_TYPES)]
        if alarms and self.link_up:
            self.push(resolved=alarms[-1 - self.dice.below(3) :][:4])
