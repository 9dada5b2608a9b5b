"""A person at the hub: logs in through the real form, with cookies and CSRF, and acts.

The rule it keeps: nothing is done behind the hub's back. What an operator does goes through the
same login and the same checks as a person's browser, and a refusal is a fact, not an exception.
"""

import html.parser
from collections.abc import Mapping
from dataclasses import dataclass

import httpx

from hub.rules.model import Value

# Commands that stand alone -> where the API takes them; the others are of a visit or an alarm.
OWN = {
    "plan_visit": "/visits",
    "take_duty": "/duty",
    "record_answer": "/record_answer",
    "start_drill": "/start_drill",
    "write_record": "/write_record",
}
OF_RECORD = ("kind", "verb", "record", "about")  # the rest of a record's values are its fields
ANSWER_S = 15.0  # of link time; the hub itself gives up on a stuck engine after 10


class OperatorFailed(Exception):
    """The hub did not let a person in, or did not answer."""


@dataclass(frozen=True, slots=True)
class Done:
    """`reason`: in the hub's own words. `id`: of what was made, when something was. `clause`:
    which clauses of the procedure stand behind it."""

    ok: bool
    reason: str
    id: str = ""
    clause: tuple[str, ...] = ()


class _Hidden(html.parser.HTMLParser):
    """The hidden fields of a page's forms."""

    def __init__(self) -> None:
        super().__init__()
        self.fields: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag == "input" and found.get("type") == "hidden":
            self.fields[found.get("name") or ""] = found.get("value") or ""


def hidden_fields(page: str) -> dict[str, str]:
    parser = _Hidden()
    parser.feed(page)
    return parser.fields


class Operator:
    """One person's browser. Logs in at its first act, and again after the session has ended."""

    def __init__(self, person: str, password: str, url: str) -> None:
        self.person = person
        self._password = password
        self._client = httpx.Client(base_url=url, timeout=ANSWER_S, trust_env=False)
        self._csrf = ""

    def close(self) -> None:
        self._client.close()

    def log_in(self) -> None:
        form = hidden_fields(self._sent("GET", "/login").text)
        fields = {**form, "name": self.person, "password": self._password}
        answer = self._sent("POST", "/login", data=fields)
        if answer.status_code != 303:
            raise OperatorFailed(f"{self.person} cannot log in: HTTP {answer.status_code}")
        page = self._sent("GET", "/")
        self._csrf = hidden_fields(page.text).get("csrf", "")
        if page.status_code != 200 or not self._csrf:
            raise OperatorFailed(f"{self.person} sees no board: HTTP {page.status_code}")

    def cookie(self) -> str:
        """The Cookie header of her browser, for whoever shows her screen; "" before she logs in."""
        return "; ".join(f"{each.name}={each.value}" for each in self._client.cookies.jar)

    def page(self, path: str) -> str:
        """A page as her browser gets it."""
        return self._got(path).text

    def get(self, path: str) -> object:
        """Of the JSON API."""
        return self._got("/api/v1" + path).json()

    def _got(self, path: str) -> httpx.Response:
        answer = self._asked("GET", path)
        if answer.status_code != 200:
            raise OperatorFailed(f"{self.person}: GET {path}: HTTP {answer.status_code}")
        return answer

    def do(self, kind: str, values: Mapping[str, Value]) -> Done:
        """One command. `values` name the visit or alarm that it is about."""
        path, body = asked_of(kind, values)
        answer = self._asked("POST", "/api/v1" + path, body)
        try:
            said = answer.json()
        except ValueError:
            said = {}
        reason = said.get("reason") or said.get("detail") or f"HTTP {answer.status_code}"
        clause = tuple(str(each) for each in said.get("clause") or ())
        return Done(answer.status_code == 200, str(reason), str(said.get("id", "")), clause)

    def _asked(
        self, method: str, path: str, body: Mapping[str, object] | None = None
    ) -> httpx.Response:
        for attempt in (1, 2):
            if not self._csrf:
                self.log_in()
            headers = {"X-CSRF-Token": self._csrf}
            answer = self._sent(method, path, json=body, headers=headers)
            if answer.status_code not in (401, 303) or attempt == 2:
                return answer
            self._csrf = ""  # the session is over: a person logs in again and repeats it
        raise OperatorFailed(f"{self.person}: {method} {path} found no answer")

    def _sent(
        self,
        method: str,
        path: str,
        *,
        data: Mapping[str, str] | None = None,
        json: Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        try:
            return self._client.request(method, path, data=data, json=json, headers=headers)
        except httpx.HTTPError as exc:
            raise OperatorFailed(f"{self.person}: {method} {path}: {exc!r}") from exc
        except RuntimeError as exc:
            if not self._client.is_closed:
                raise
            # Closed by another thread between two requests: the play is being stopped.
            raise OperatorFailed(f"{self.person}: her browser was closed") from exc


def asked_of(kind: str, values: Mapping[str, Value]) -> tuple[str, dict[str, object]]:
    """Where the API takes a command, and its body."""
    if kind == "write_record":
        named: dict[str, object] = {key: values[key] for key in OF_RECORD if key in values}
        fields = {key: value for key, value in values.items() if key not in OF_RECORD}
        return OWN[kind], {**named, "fields": fields}
    if kind in OWN:
        return OWN[kind], dict(values)
    body: dict[str, object] = {k: v for k, v in values.items() if k not in ("visit", "alarm")}
    if "alarm" in values:
        return f"/alarms/{values['alarm']}/{kind}", body
    if "visit" in values:
        return f"/visits/{values['visit']}/{kind}", body
    return ("/danger" if kind == "report_danger" else f"/{kind}"), body
