"""Applicants who fill in the form of ``tests.factories.submissions`` over HTTP, as browsers without JavaScript do."""

import re
from itertools import count

import requests

TOKEN = re.compile(r"""name=["']?csrfmiddlewaretoken["']? value=["']?(\w+)""")
BEGINNING = re.compile(r"""name=["']?_begun["']? value=["']?([^"'\s>]+)""")
FOR_ME = {"qui": {"_shown": "pour"}}
FOR_ANOTHER = {"qui": {"pour": "autre", "lien": "Fille", "_shown": "pour lien"}}


class Refused(Exception):
    """An answer that an applicant must not get."""


class Applicant:
    """An applicant with a browser and a network address of their own, which a proxy reports."""

    numbers = count(1)

    def __init__(self, site: str):
        self.site, self.session, self.number = site, requests.Session(), next(Applicant.numbers)
        address = f"10.{self.number >> 16 & 255}.{self.number >> 8 & 255}.{self.number & 255}"
        self.session.headers.update({"X-Forwarded-For": address, "Referer": site})

    def file(self) -> None:
        """Fill in the four steps for oneself, and send them."""
        page = self.ask("get", "/demande/attestation/")
        for step in ("qui", "identite", "contact", "document"):
            page = self.ask("post", page.url, self.typed(step) | FOR_ME.get(step, {}), page)
        self.send(page)

    def file_for_another(self, document: bytes) -> None:
        """Fill in all five steps, upload ``document`` before the page is posted, and send them."""
        page = self.ask("get", "/demande/attestation/")
        for step in ("qui", "identite", "procuration", "contact", "document"):
            if step == "procuration":
                files = {"piece": ("procuration.pdf", document, "application/pdf")}
                self.ask("post", page.url, {"files_of": "piece"}, page, files)
            page = self.ask("post", page.url, self.typed(step) | FOR_ANOTHER.get(step, {}), page)
        self.send(page)

    def typed(self, step: str) -> dict[str, str]:
        from tests.factories.submissions import TYPED  # models, which need the settings

        own = {"courriel": f"elodie{self.number}@courriel.example"} if step == "contact" else {}
        return TYPED[step] | own

    def send(self, page: requests.Response) -> None:
        if not page.url.endswith("/verifier/"):
            raise Refused(f"The review is at {page.url}")
        page = self.ask("post", page.url.replace("/verifier/", "/envoyer/"), {"declared": "1"}, page)
        if not page.url.endswith("/envoyee/"):
            raise Refused(f"The receipt is at {page.url}")

    def ask(self, method: str, url: str, typed=None, page=None, files=None) -> requests.Response:
        """Send a request and follow its redirect. Files are sent as the page's script does."""
        hidden = {"csrfmiddlewaretoken": TOKEN.search(page.text)[1]} if page is not None else {}
        if page is not None and (begun := BEGINNING.search(page.text)):
            hidden["_begun"] = begun[1]
        answer = self.session.request(
            method,
            url if "://" in url else self.site + url,
            data=(typed or {}) | hidden,
            files=files,
            headers={"Accept": "application/json"} if files else {},
            timeout=60,
        )
        if answer.status_code != 200:
            raise Refused(f"{method} {answer.url} answered {answer.status_code}")
        return answer
