"""The Wi-Fi networks that a pendant knows, and in which order it tries them: pure.

Rule: preference is the order of wifi.json (the site, then her own phone's hotspot), but only among
networks that are heard well; a strong second beats a weak first. What was not heard may be hidden
and is tried too, in the end. A network that was just found to lead nowhere comes last of all.
"""

import json

TYPE_CHECKING = False
if TYPE_CHECKING:  # typing does not exist on the chip
    Network = tuple[str, str]

MAX_NETWORKS = 8
MAX_SSID_BYTES = 32  # IEEE 802.11-2020, 9.4.2.2
MIN_KEY_CHARS, MAX_KEY_CHARS = 8, 63  # of a WPA2 passphrase; an open network has none
GOOD_DBM = -70  # enough for a receipt at once; below it strength decides
SILENT_DBM = -128


def read(text: bytes) -> "tuple[list[Network], str]":
    """The networks of wifi.json, and what is wrong with it ("": nothing). What is lawful counts,
    whatever stands beside it: a pendant with one good network still has a path."""
    try:
        entries = json.loads(str(text, "utf-8"))
    except (ValueError, RuntimeError, UnicodeError):  # the second: nested too deep
        return [], "wifi.json is not JSON"
    if not isinstance(entries, list) or not 1 <= len(entries) <= MAX_NETWORKS:
        return [], "wifi.json must be a list of 1 to %d networks" % MAX_NETWORKS
    known = []
    fault = ""
    for place, entry in enumerate(entries):
        network = _network(entry)
        if network is None:
            fault = 'wifi.json: network %d must be {"ssid": text, "key": 8 to 63 characters}' % (
                place + 1
            )
        else:
            known.append(network)
    return known, fault


def _network(entry: object) -> "Network | None":
    if not isinstance(entry, dict) or sorted(entry) != ["key", "ssid"]:
        return None
    ssid, key = entry["ssid"], entry["key"]
    if not isinstance(ssid, str) or not isinstance(key, str):
        return None
    lawful_key = not key or MIN_KEY_CHARS <= len(key) <= MAX_KEY_CHARS
    return (ssid, key) if 0 < len(ssid.encode()) <= MAX_SSID_BYTES and lawful_key else None


def in_order(
    known: "list[Network]", heard: "list[tuple[bytes, int]]", avoid: str
) -> "list[Network]":
    """Which to try, one after the other. `heard`: SSID and dBm of each access point; `avoid`: the
    SSID of the network that led nowhere, or ""."""
    ranked = []
    for place, network in enumerate(known):
        ssid = network[0].encode()
        dbm = max([SILENT_DBM] + [strength for name, strength in heard if name == ssid])
        shortfall = max(0, GOOD_DBM - dbm)  # none is as good as another
        ranked.append((network[0] == avoid, shortfall, place))
    return [known[place] for _avoided, _shortfall, place in sorted(ranked)]
