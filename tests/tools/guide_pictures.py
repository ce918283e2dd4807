"""Screenshots of a running demo for the editors' guide.

usage: python -m tests.tools.guide_pictures [NAME…] [--url http://localhost:8000]. Signs in as the demo's chief editor
and writes docs/pictures/NAME.webp, all of them without a name. Start the demo first: ``bin/demo``.
"""

import argparse
import io
import sys
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

from mysite.demo.people import PASSWORD
from tests.support.browser import NO_BROWSER, chromium, launch

FOLDER = Path(__file__).resolve().parents[2] / "docs/pictures"
EDITOR = "daniel.keller@orvenay.example"
WIDTH, HEIGHT = 1280, 800
MOST = 60_000  # bytes per picture
TO_THE_TOP = "part => { part.style.scrollMarginTop = '130px'; part.scrollIntoView({behavior: 'instant'}) }"


@dataclass(frozen=True)
class Picture:
    """A screenshot. ``{page}`` in its address is the id of the page with this title."""

    address: str = "/admin/pages/{page}/edit/"
    page: str = ""
    pressed: tuple[str, ...] = ()  # selectors to click, in order
    top: str = ""  # selector of the element to scroll to; the top of the page if empty
    height: int = HEIGHT


SAVING = "footer [data-w-dropdown-target=toggle]"  # the menu of the save button
PICTURES = {
    "accueil": Picture("/admin/"),
    "publier": Picture(page="Le marché passe au samedi", pressed=(SAVING,)),
    "blocs": Picture(page="Lac et port", pressed=("button[title='Insérer un bloc']",)),
    "verifications": Picture(page="Lac et port", pressed=("[data-side-panel-toggle=findings]",)),
    "canaux": Picture(page="Chauffage à distance", top=".channels", height=1000),
    "alerte": Picture("/admin/snippets/home_alerts/alert/add/"),
    "evenement": Picture(page="Gym douce", top="[name=repeats]"),
    "partager": Picture("/admin/checks/{page}/share/", page="Annoncer un chien"),
    "relire": Picture("/admin/checks/reviews/"),
    "proposition": Picture("/admin/proposals/", pressed=("main a:has-text('Gym Orvenay')",)),
    "annuaire": Picture("/admin/snippets/news_directory/directoryentry/"),
    "affichages": Picture("/admin/postings/", height=460),
    "lot": Picture("/admin/bundles/", pressed=("main td.title a",), height=660),
    "calendrier": Picture("/admin/calendar/"),
    "moderation": Picture("/admin/participation/", height=600),
    "infolettre": Picture(
        "/admin/snippets/newsletter/campaign/",
        pressed=("main a:has-text('Une plage cet été')", SAVING, "footer a:has-text('Essayer et envoyer')"),
    ),
    "traductions": Picture("/admin/reports/state-of-translations/"),
    "formulaire": Picture(page="Attestation de domicile", pressed=("#tab-label-formulaire",)),
    "couleurs": Picture("/admin/settings/home/communesettings/", top="[name=colour]"),
    "site": Picture("/"),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME", choices=[*PICTURES, []])
    parser.add_argument("--url", default="http://localhost:8000")
    given = parser.parse_args()
    if not chromium():
        sys.exit(f"{NO_BROWSER}: apt install chromium")
    FOLDER.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = launch(playwright)
        window = browser.new_page(
            base_url=given.url,
            viewport={"width": WIDTH, "height": HEIGHT},
            locale="fr-CH",
            reduced_motion="reduce",
        )
        sign_in(window)
        for name in given.names or PICTURES:
            size = keep(name, take(window, PICTURES[name]))
            print(f"{name}.webp, {size / 1000:.0f} kB")
        browser.close()


def sign_in(window: Page) -> None:
    window.goto("/admin/login/")
    window.fill("[name=username]", EDITOR)
    window.fill("[name=password]", PASSWORD)
    window.press("[name=password]", "Enter")
    window.wait_for_url("**/admin/")


def take(window: Page, picture: Picture) -> bytes:
    """Return the page as a PNG."""
    window.set_viewport_size({"width": WIDTH, "height": picture.height})
    number = number_of(window, picture.page) if picture.page else ""
    window.goto(picture.address.format(page=number), wait_until="networkidle")
    for selector in picture.pressed:
        window.locator(selector).first.click()
        window.wait_for_load_state("networkidle")
        window.wait_for_timeout(400)
    if picture.top:
        window.locator(picture.top).first.evaluate(TO_THE_TOP)
    shot = window.screenshot(animations="disabled")
    window.evaluate("localStorage.clear()")  # otherwise an opened panel would be open on the next page too
    return shot


def number_of(window: Page, title: str) -> str:
    """Return the id of the page with this title, from the admin's search."""
    window.goto(f"/admin/pages/search/?q={title}")
    address = window.locator("main a[href$='/edit/']", has_text=title).first.get_attribute("href")
    return address.split("/")[-3]


def keep(name: str, png: bytes) -> int:
    """Write the picture in the best quality below the size limit. Return its size in bytes."""
    image = Image.open(io.BytesIO(png)).convert("RGB")
    for quality in range(80, 20, -10):
        written = io.BytesIO()
        image.save(written, "WEBP", quality=quality, method=6)
        if written.tell() <= MOST:
            break
    (FOLDER / f"{name}.webp").write_bytes(written.getvalue())
    return written.tell()


if __name__ == "__main__":
    main()
