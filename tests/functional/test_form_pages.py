"""Every page and state of a form session: usable on a small phone without JavaScript, accessible, never too wide."""

import os
from pathlib import Path

import pytest
from django.urls import reverse

from home.models import CommuneSettings
from tests.factories.home import make_site
from tests.factories.submissions import FormVersionFactory
from tests.support.browser import assert_accessible, press

pytestmark = pytest.mark.usefixtures("transactional_db")

PDF = {"name": "procuration.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7 small"}
PAGE = {"name": "page.html", "mimeType": "text/html", "buffer": b"<p>no</p>"}
WINDOW, ZOOMED = {"width": 1280, "height": 1024}, {"width": 320, "height": 256}  # 400 %
DECIDING = ("errors", "review", "review-error", "sent")  # pages on which the applicant reads and acts
SHOTS = os.environ.get("FILING_SHOTS")  # a folder for screenshots of the pages


@pytest.fixture
def version():
    make_site()
    commune = CommuneSettings.load()
    commune.phone = "021 000 42 10"
    commune.save()
    return FormVersionFactory()


@pytest.mark.parametrize(("width", "javascript"), [(360, False), (1280, True)])
def test_form_pages_are_accessible_and_fit(visit, version, width, javascript):
    """A small phone without JavaScript, and a desktop; pages to read and act on are also zoomed to 400 %."""
    page = visit(width=width, height=WINDOW["height"], javascript=javascript)

    def go(name, *args):
        page.goto(reverse(f"submissions:{name}", args=args))

    def judge(name):
        if SHOTS:
            page.screenshot(path=Path(SHOTS) / f"{name}-{width}.png", full_page=True)
        assert_fits(name)
        if width == WINDOW["width"] and name in DECIDING:
            page.set_viewport_size(ZOOMED)
            assert_fits(name)
        if javascript or name in DECIDING:
            assert_accessible(page)
        if width == WINDOW["width"]:
            page.set_viewport_size(WINDOW)

    def assert_fits(name):
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name

    def on():
        press(page.locator("p.go .btn"))

    go("start", "attestation")
    judge("start")
    page.check("text=Quelqu’un d’autre")
    on()
    judge("opened")
    page.fill("#id_lien", "fille")
    on()
    page.fill("#id_nom", "Marchetti-Rochat")
    page.fill("#id_naissance-day", "14")
    on()
    judge("errors")
    page.fill("#id_prenom", "Élodie")
    page.fill("#id_naissance-month", "6")
    page.fill("#id_naissance-year", "1986")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    page.set_input_files("#id_piece", [PDF, PAGE])
    if javascript:
        page.locator(".travels .msg").wait_for()  # files are uploaded without a press
    else:
        on()
    judge("files")
    page.click("[name=remove_file]")
    page.locator("[name=remove_file]").wait_for(state="detached")
    page.set_input_files("#id_piece", [PDF])
    if javascript:
        page.locator("[name=remove_file]").wait_for()
    press(page.locator("[name=back]"))
    on()
    page.locator("[name=remove_file]").wait_for()
    judge("files-kept")
    on()
    page.fill("#id_courriel", "elodie@")
    press(page.locator("[name=later]"))
    judge("later")
    press(page.locator("main .go a.act"))
    assert page.input_value("#id_courriel") == "elodie@"
    page.fill("#id_courriel", "elodie@courriel.example")
    on()
    page.fill("#id_exemplaires", "2")
    on()
    judge("review")
    on()
    judge("review-error")
    page.check("#declared")
    on()
    judge("sent")
    page.emulate_media(media="print")
    judge("sent-printed")
