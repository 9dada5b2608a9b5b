"""A label that is found on the pavement leads to nobody's door (CT-5.2, CT-4.4)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.registers.labels import tells_whose

CLIENT = ("Zoë O'Hara-Finch", "12 Milldale Rise, Ware", "SG12 9QX", ("C-041", "01920 555 017"))


def tells(label: str) -> bool:
    return tells_whose(label, *CLIENT)


@pytest.mark.clause("CT-5.2")
@pytest.mark.parametrize(
    "label",
    ["Zoë", "zoe", "Z O E", "Mrs Hara", "finch front", "o'hara", "milldale", "MILL DALE", "Ware 3",
     "SG12 9QX", "sg129qx", "SG12", "9qx", "c041", "C-041", "key C 041", "01920555017", "12",
     "no. 12", "RISE"],
)  # fmt: skip
def test_what_tells_whose_it_is(label: str) -> None:
    assert tells(label)


@pytest.mark.parametrize("label", ["K7", "blue 31", "red fob 112", "hook 5", "A-19", "Flat key 3"])
def test_a_code_is_a_code(label: str) -> None:
    assert not tells(label)


@given(st.sampled_from(["zoë", "hara", "finch", "milldale", "SG129QX", "C041"]), st.text(),
       st.text())  # fmt: skip
def test_it_is_found_in_whatever_stands_around_it(word: str, before: str, after: str) -> None:
    assert tells(f"{before} {word} {after}")


@given(st.text(max_size=60), st.text(max_size=20), st.text(max_size=40), st.text(max_size=10))
def test_any_text_has_an_answer(label: str, name: str, address: str, postcode: str) -> None:
    assert tells_whose(label, name, address, postcode, (name, "")) in (True, False)
    assert not tells_whose("", name, address, postcode, ()) or not address
