"""Whether a label tells whose key or code it is (CT-5.2, CT-4.4): refused, because labels get lost.

Rule: strict and blind to case, accents, spaces and signs. Anything of the name, the address, the
postcode, the client's code or a telephone number is too much; a word that any address has is not.
"""

import unicodedata
from collections.abc import Iterable

# Words of an address that name no place.
COMMON = frozenset(
    {"avenue", "close", "court", "crescent", "drive", "flat", "floor", "gardens", "ground", "grove",
     "house", "lane", "road", "street", "terrace", "upper", "lower", "first", "second", "third",
     "north", "south", "east", "west", "the", "and", "key", "door", "front", "back"}
)  # fmt: skip
SHORTEST = 3  # letters; shorter words are in too many labels by chance
MIN_DIGITS = 5  # of a telephone number


def plain(text: str) -> str:
    """Letters and digits only, without case and accents; words are kept apart by one space."""
    folded = unicodedata.normalize("NFKD", text).casefold()
    kept = (c if c.isalnum() else " " for c in folded if not unicodedata.combining(c))
    return " ".join("".join(kept).split())


def tells_whose(label: str, name: str, address: str, postcode: str, others: Iterable[str]) -> bool:
    """`others`: the client's code and telephone numbers."""
    spaced = plain(label)
    joined, tokens = spaced.replace(" ", ""), set(spaced.split())
    for word in plain(f"{name} {address}").split():
        if word.isdigit():
            if word in tokens:
                return True
        elif word not in COMMON and (word in joined if len(word) >= SHORTEST else word in tokens):
            return True
    code = plain(postcode).replace(" ", "")
    if code and (code in joined or code[:-3] in tokens or code[-3:] in tokens):
        return True
    for other in others:
        found = plain(other).replace(" ", "")
        long_enough = len(found) >= (MIN_DIGITS if found.isdigit() else 1)
        if found and (found in tokens or (long_enough and len(found) > 1 and found in joined)):
            return True
    return False
