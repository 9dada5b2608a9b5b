"""Somebody at the other end: a browser without JavaScript that fills in the forms it has loaded.

Rule: it sends what a form says and what a person typed, nothing else.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from html import unescape

import httpx

PASSWORD = "correct horse"


@dataclass
class Browser:
    """Somebody's browser without JavaScript: keeps cookies, fills in forms that it has loaded."""

    client: httpx.Client
    csrf: str = ""

    def get(self, url: str) -> httpx.Response:
        answer = self.client.get(url)
        if found := re.search(r'name="csrf" value="([^"]+)"', answer.text):
            self.csrf = unescape(found[1])
        return answer

    def post(self, url: str, fields: Mapping[str, str] | None = None) -> httpx.Response:
        return self.client.post(url, data={"csrf": self.csrf, **(fields or {})})

    def log_in(self, login: str, password: str = PASSWORD) -> "Browser":
        self.get("/login")
        answer = self.post("/login", {"name": login, "password": password, "next": "/"})
        assert answer.status_code == 303, answer.text
        self.get("/")
        return self

    def submit_plain(self, page_url: str, kind: str) -> httpx.Response:
        """A form that is only a button."""
        page = self.get(page_url).text
        assert f'action="{page_url}/{kind}"' in page, f"{page_url} has no button {kind}"
        return self.post(f"{page_url}/{kind}")

    def submit(self, page_url: str, kind: str, **typed: str) -> httpx.Response:
        """Load a page, fill in one of its forms, send it as a browser would."""
        html = self.get(page_url).text
        found = re.search(
            rf'<form class="stack" method="post" action="([^"]*/{kind}(?:\?[^"]*)?)".*?</form>',
            html,
            re.DOTALL,
        )
        assert found, f"{page_url} has no form {kind}"
        form = found[0]
        fields = {
            unescape(name): unescape(value)
            for name, value in re.findall(
                r'<input type="hidden" name="([^"]*)" value="([^"]*)"', form
            )
        }
        for tick in re.findall(
            r'type="checkbox" id="[^"]*" name="(place|name)" value="([^"]*)"', form
        ):
            if typed.get(tick[0]) == "tick":
                typed[tick[0]] = unescape(tick[1])
        return self.client.post(unescape(found[1]), data={**fields, **typed})
