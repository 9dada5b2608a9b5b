"""Reading forms: what is lawful becomes the command's data, the rest is told at its field."""

from zoneinfo import ZoneInfo

import pytest

from hub.web.views.fields import TEXT_MAX, Field, Form, read

LONDON = ZoneInfo("Europe/London")
NOW_MS = 1_795_428_000_000  # 2026-11-23 10:00 in London


def form(*fields: Field) -> Form:
    return Form("extend", "title", "button", "/url", fields, {"visit": "v-1"})


def test_what_is_fixed_goes_along_and_cannot_be_posted() -> None:
    found = read(form(Field("note", "Note")), {"note": " x ", "visit": "v-other"}, NOW_MS, LONDON)
    assert found.ok
    assert dict(found.data) == {"visit": "v-1", "note": "x"}


def test_what_was_not_given_is_not_sent() -> None:
    assert dict(read(form(Field("note", "Note")), {}, NOW_MS, LONDON).data) == {"visit": "v-1"}


@pytest.mark.parametrize(
    ("field", "typed", "value"),
    [
        (Field("f", "F", "time"), "16:30", NOW_MS + 390 * 60_000),
        (Field("f", "F", "time"), "22:00", NOW_MS + 12 * 3_600_000),
        (Field("f", "F", "time", most=86_400_000), "9.05", NOW_MS + (23 * 60 + 5) * 60_000),
        (Field("f", "F", "datetime"), "2026-11-23T11:00", NOW_MS + 3_600_000),
        (Field("f", "F", "number", least=5, most=240), "60", 60),
        (Field("f", "F", "yesno"), "no", False),
        (Field("f", "F", "flag"), "yes", True),
        (Field("f", "F", "flag"), "", False),
        (Field("f", "F", "choice", options=(("a", "A"),)), "a", "a"),
        (Field("f", "F", "many", options=(("a", "A"), ("b", "B"))), "a,b", "a,b"),
    ],
)
def test_a_lawful_entry(field: Field, typed: str, value: object) -> None:
    found = read(form(field), {"f": typed}, NOW_MS, LONDON)
    assert found.ok
    assert found.data["f"] == value


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        (Field("f", "F", required=True), "  ", "needed"),
        (Field("f", "F", "tick", True, (("C17", "C17"),)), "", "Read this aloud"),
        (Field("f", "F", "tick", True, (("C17", "C17"),)), "C18", "from the list"),
        (Field("f", "F", "time"), "25:00", "16:30"),
        (Field("f", "F", "time"), "later", "16:30"),
        (Field("f", "F", "time"), "9:59", "9:59 is past"),
        (Field("f", "F", "datetime"), "2026-03-29T01:30", "does not exist"),
        (Field("f", "F", "datetime"), "0000-99-99", "A day and a time"),
        (Field("f", "F", "number", least=5, most=240), "4", "from 5 to 240"),
        (Field("f", "F", "number", least=5, most=240), "٦٠", "from 5 to 240"),
        (Field("f", "F", "yesno"), "perhaps", "one of the two"),
        (Field("f", "F", "choice", options=(("a", "A"),)), "b", "from the list"),
        (Field("f", "F", "many", options=(("a", "A"),)), "a,b", "from the list"),
        (Field("f", "F"), "x" * (TEXT_MAX + 1), "At most"),
    ],
)
def test_a_wrong_entry_is_told_at_its_field_and_kept(field: Field, typed: str, said: str) -> None:
    other = Field("other", "Other")
    found = read(form(field, other), {"f": typed, "other": "kept"}, NOW_MS, LONDON)
    assert not found.ok
    wrong, right = found.form.fields
    assert said in wrong.error
    assert wrong.value == typed.strip()
    assert right.value == "kept"
    assert not right.error
