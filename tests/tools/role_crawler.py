"""Follows every link of the running demo as each role: no error, no header missing, nothing that the matrix forbids.

usage: python -m tests.tools.role_crawler http://127.0.0.1:8000 [--seconds 80]

It runs beside the demo, with its settings and COMMUNE_VAR, where it makes the sessions of the roles. It reads only: it
follows links and sends no form. Addresses of one view differ by their objects only,
so it opens a few of each view, the views that were opened least first.
"""

import argparse
import re
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from html import unescape
from urllib.parse import urldefrag, urljoin, urlsplit

import django
import requests

# Roles of the demo, with the letters of the address matrix. An agent's own and other teams are not told apart here.
ROLES = {
    "nobody": ("", "-"),
    "resident": ("elodie.marchetti@courriel.example", "Rr"),
    "agent": ("sophie.aubert@orvenay.example", "Aa"),
    "lead": ("nadia.favre@orvenay.example", "AaLl"),
    "cashier": ("chantal.vuffray@orvenay.example", "C"),
    "editor": ("julie.perret@orvenay.example", "E"),
    "chief editor": ("daniel.keller@orvenay.example", "EM"),
    "administrator": ("admin@orvenay.example", "S"),
}
STARTS = ["/", "/espace/", "/admin/", "/guichet-en-ligne/", "/sitemap.xml"]
OF_EACH_VIEW = 3
PATIENCE = 120  # seconds for a page of a busy machine
HEADERS = {"X-Content-Type-Options", "Permissions-Policy", "Cross-Origin-Resource-Policy"}
LINK = re.compile(r"""(?:href|src|action)=["']([^"'>]+)["']|<loc>([^<]+)</loc>""")
LEFT_OUT = re.compile(r"^/(static|media|demo)/|logout|/sortir|/deconnexion")
SIGN_INS = ("/admin/login/", "/compte/entrer/", "/compte/facteur/")


@dataclass
class Crawl:
    """The walk of one role through the site."""

    role: str
    base: str
    ends: float
    cookies: dict[str, str]
    rules: list
    opened: Counter = field(default_factory=Counter)  # by view
    faults: list[str] = field(default_factory=list)
    pages: int = 0

    def run(self) -> "Crawl":
        self.session = requests.Session()
        self.session.headers["Accept-Language"] = "fr"
        self.session.cookies.update(self.cookies)
        waiting = {start: view_of(start) for start in STARTS}
        seen = set(waiting)
        while waiting and time.monotonic() < self.ends:
            path = min(waiting, key=lambda one: self.opened[waiting[one]])
            view = waiting.pop(path)
            if self.opened[view] >= OF_EACH_VIEW:
                continue
            self.opened[view] += 1
            for link in self.open(path, view):
                if link not in seen:
                    seen.add(link)
                    waiting[link] = view_of(link)
        return self

    def open(self, path: str, view: str) -> Iterator[str]:
        """Open a page, note its faults, and yield the addresses on it."""
        answer = self.session.get(self.base + path, timeout=PATIENCE, allow_redirects=False)
        self.pages += 1
        if answer.status_code >= 500:
            self.faults.append(f"{self.role}: {path} answers {answer.status_code}")
        wanted = HEADERS | (
            {"Content-Security-Policy"} if "html" in answer.headers.get("Content-Type", "") else set()
        )
        if answer.status_code == 200 and (missing := wanted - answer.headers.keys()):
            self.faults.append(f"{self.role}: {path} has no {', '.join(sorted(missing))}")
        target = urlsplit(urljoin(path, answer.headers.get("Location", ""))).path
        if target.startswith(SIGN_INS) or target == "/admin/" or answer.status_code in (403, 404):
            return
        if self.is_forbidden(view):
            self.faults.append(f"{self.role}: {path} ({view}) is open, and the address matrix forbids it")
        if location := answer.headers.get("Location"):
            yield from self.own(path, location)
        elif "html" in answer.headers.get("Content-Type", "") or path == "/sitemap.xml":
            for found in LINK.finditer(answer.text):
                yield from self.own(path, unescape(found[1] or found[2]))

    def own(self, page: str, link: str) -> Iterator[str]:
        """Yield the path and query of a link to this site, unless opening it would do something."""
        url = urlsplit(urldefrag(urljoin(self.base + page, link.strip())).url)
        if url.scheme.startswith("http") and f"{url.scheme}://{url.netloc}" == self.base:
            path = url.path + (f"?{url.query}" if url.query else "")
            if not LEFT_OUT.search(path):
                yield path

    def is_forbidden(self, view: str) -> bool:
        """Return whether the matrix has the view, for some roles and none of these."""
        who = next((rule.who for rule in self.rules if rule.covers(view)), "")
        return bool(who) and not set(who) & set(ROLES[self.role][1])


def view_of(path: str) -> str:
    """Return the name of the view with the names of the query; the path itself of pages, which share one view."""
    from django.urls import Resolver404, resolve

    try:
        match = resolve(urlsplit(path).path)
    except Resolver404:
        return "unknown"
    name = match.view_name or f"/{match.route}"
    return path if name == "wagtail_serve" and "?" not in path else name


def session_of(role: str) -> dict[str, str]:
    """Return the cookies of a person of the demo who is signed in."""
    from django.test import Client

    from eservices.accounts.models import User

    client, address = Client(), ROLES[role][0]
    if address:
        client.force_login(User.objects.get(email=address), "django.contrib.auth.backends.ModelBackend")
    return {name: cookie.value for name, cookie in client.cookies.items()}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("base")
    parser.add_argument("--seconds", type=float, default=80)
    options = parser.parse_args()
    django.setup()
    from tests.support.address_matrix import rules

    table, begun = rules(), time.monotonic()
    with ThreadPoolExecutor(2) as pool:
        crawls = [Crawl(role, options.base.rstrip("/"), 0, session_of(role), table) for role in ROLES]
        share = options.seconds * 2 / len(crawls)  # two at a time

        def run(crawl: Crawl) -> Crawl:
            crawl.ends = time.monotonic() + share
            try:
                return crawl.run()
            except requests.RequestException as error:
                crawl.faults.append(f"{crawl.role}: {error}")
                return crawl

        done = list(pool.map(run, crawls))
    for crawl in done:
        print(f"{crawl.role}: {crawl.pages} pages of {len(crawl.opened)} views")
    faults = [fault for crawl in done for fault in crawl.faults]
    print(*sorted(set(faults)), f"{len(faults)} faults in {time.monotonic() - begun:.0f} s", sep="\n")
    return bool(faults) or any(crawl.pages < len(STARTS) for crawl in done)


if __name__ == "__main__":
    sys.exit(main())
