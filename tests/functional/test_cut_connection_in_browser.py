"""The connection is cut at every request of a form: nothing typed is lost, and the request is sent once."""

import io
import time
from contextlib import suppress
from uuid import uuid4

import pytest
from django.core.cache import cache
from PIL import Image
from playwright.sync_api import Error, expect

from eservices.cases.models import Case
from eservices.submissions.models import Draft, StoredFile, Submission
from tests.factories.accounts import UserFactory
from tests.factories.home import make_site
from tests.factories.submissions import DraftFactory, FormVersionFactory, certificate
from tests.support.browser import assert_accessible, press, wait_until
from tests.support.cable import Cable
from tests.support.pages.form_step import FormStepPage, pdf

pytestmark = pytest.mark.usefixtures("transactional_db")

PATIENCE = 20  # seconds
EVERY = 3  # requests from one pull of the cable to the next
CONTROLLED = "!!navigator.serviceWorker.controller"
OFFLINE = "Pas de connexion"  # the title of the page for when there is no network
BACK = "dispatchEvent(new Event('online'))"


@pytest.fixture
def version():
    make_site()
    content = certificate()
    content["steps"] = [
        {
            "key": "qui",
            "fields": [
                {"key": "nom", "type": "short_text", "required": True},
                {"key": "piece", "type": "files", "required": True},
            ],
        },
        {
            "key": "quoi",
            "fields": [
                {"key": "motif", "type": "long_text"},
                {"key": "lieu", "type": "short_text", "required": True},
                {"key": "code", "type": "short_text", "secret": True},
                {"key": "envoi", "type": "yes_no"},
            ],
        },
    ]
    labels = {f"field.{key}.label": key for key in ("motif", "lieu", "code", "envoi")}
    content["texts"]["fr"] |= {"step.quoi.title": "Quoi"} | labels
    return FormVersionFactory(content=content)


class Walk:
    """A walk through the form, during which the cable may be pulled, and is plugged in each time as soon as that shows.

    ``said``: what the page said each time.
    """

    def __init__(self, page, cable: Cable) -> None:
        self.page, self.cable, self.step = page, cable, FormStepPage(page)
        self.said = []

    def walk(self, slug: str) -> None:
        step = self.step
        step.start(slug)
        step.fill(nom="Marchetti")
        self.save()
        step.attach(pdf("bail.pdf", str(time.monotonic())))
        self.until(lambda: step.attached().count() == 1)
        self.press(lambda: step.field("lieu").is_visible())
        step.fill(motif="Un long récit", lieu="")
        self.press(lambda: step.errors.is_visible() or (self.said and step.field("lieu").is_visible()))
        assert step.field("motif").input_value() == "Un long récit"
        step.fill(lieu="Orvenay")
        self.save()
        self.press(lambda: self.page.url.endswith("/verifier/"))
        self.page.locator("[name=declared]").check()
        self.press(lambda: self.page.url.endswith("/envoyee/"))

    def save(self) -> None:
        """Let the pause pass after which the page saves."""
        before = len(self.cable.requests)
        self.step.advance_to_autosave()
        self.until(lambda: len(self.cable.requests) > before)
        self.until(lambda: self.step.saved.is_visible())

    def press(self, arrived) -> None:
        """Press the button of the page, and wait for another one."""
        self.page.evaluate("window.isPressed = true")
        self.page.locator("form > p.go .btn, form > div > p.go .btn").first.click()
        self.until(lambda: not self.page.evaluate("!!window.isPressed") and arrived())

    def until(self, arrived) -> None:
        ends = time.monotonic() + PATIENCE
        while not self.has(arrived):
            assert time.monotonic() < ends, (self.page.url, self.cable.requests)
            self.page.wait_for_timeout(20)

    def has(self, arrived) -> bool:
        """Return whether the page is there; plug the cable in once the page tells that it is out."""
        with suppress(Error):  # one page replaces another
            is_shown = self.page.evaluate("document.readyState") == "complete"
            if is_shown and OFFLINE not in self.page.title() and arrived():
                return True
            if self.cable.is_out and self.names_lost_connection():
                self.cable.plug_in()
                self.page.evaluate(BACK)
        return False

    def names_lost_connection(self) -> bool:
        """Return whether the page says that there is no connection. The browser's own page never does."""
        assert not self.page.url.startswith("chrome-error:"), self.cable.requests
        shown = self.page.locator("#press, #saved[data-state=away], .travels .msg").all_text_contents()
        title = self.page.title()
        if said := [*shown, *([title] if OFFLINE in title else [])]:
            self.said.append(said)
        return bool(said)


def test_cable_pulled_at_every_request_loses_nothing(visit, version, monkeypatch):
    """The cable is pulled several times in one walk, because walking takes the time."""
    cable = Cable(monkeypatch, "/demande/")
    page = visit(width=360, clock=True, alone=True, service_workers="allow")
    page.goto("/")
    wait_until(page, CONTROLLED)
    walk = Walk(page, cable)
    walk.walk(version.form.slug)
    walked = range(1, cable.arrived)  # all but the first, which opens the form
    kinds = set(cable.requests[1:])
    assert len(walked) >= 10, cable.requests
    assert not walk.said

    done = 1
    for answered in (False, True):
        pulled = set()
        rounds = [walked[begin::EVERY] for begin in range(EVERY)]
        for points in rounds:
            cache.clear()  # limits per hour
            cable.pull_at(*points, answered=answered)
            walk = Walk(page, cable)
            walk.walk(version.form.slug)
            done += 1

            where = (points, answered, cable.requests)
            assert not cable.points, where
            assert len(walk.said) == len(cable.pulled), where
            assert Submission.objects.count() == Case.objects.count() == Draft.objects.count() == done, where
            sent = Submission.objects.order_by("sent_at").last()
            assert StoredFile.objects.filter(submission=sent).count() == 1, where
            texts = {key: sent.answers[key] for key in ("nom", "motif", "lieu")}
            assert texts == {"nom": "Marchetti", "motif": "Un long récit", "lieu": "Orvenay"}, where
            pulled.update(cable.pulled)
            if points is rounds[EVERY - 1] and (missed := kinds - pulled):
                rounds.append(missed)  # requests that were repeated took their numbers
        assert pulled >= kinds


WHO = {"nom": "Marchetti", "piece": [{"id": str(uuid4()), "name": "bail.pdf", "size": 14}]}
KEPT = "JSON.stringify(sessionStorage)"


def test_unsaved_text_survives_a_reload_until_it_is_saved(visit, version):
    page = visit(width=360)
    draft = DraftFactory(version=version, steps=["qui"], answers=WHO)
    step = FormStepPage(page)
    step.resume(draft, "quoi")
    page.route(
        "**/demande/**", lambda route: route.abort() if route.request.method == "POST" else route.continue_()
    )
    step.fill(motif="Un long récit", lieu="Orvenay", code="S-4711")
    step.pick("envoi", "true")
    assert "4711" not in page.evaluate(KEPT)
    step.continue_button.click()
    expect(page.locator("#press")).to_be_visible()
    assert_accessible(page)

    page.reload()

    expect(page.locator("#kept")).to_be_visible()
    expect(step.field("motif")).to_have_value("Un long récit")
    expect(step.field("lieu")).to_have_value("Orvenay")
    expect(step.field("code")).to_have_value("")
    expect(page.locator("[name=envoi][value=true]")).to_be_checked()
    assert_accessible(page)
    page.unroute("**/demande/**")
    step.field("lieu").press("End")
    page.keyboard.type("!")
    wait_until(page, f"{KEPT} === '{{}}'")
    expect(step.saved).to_be_visible()
    assert Draft.objects.get().typed["quoi"]["lieu"] == ["Orvenay!"]


def test_page_shown_again_forgets_the_button_pressed_before(visit, version):
    """A browser may show a page as it was left: “Continue” must not go back then."""
    page = visit(width=360)
    step = FormStepPage(page)
    step.resume(DraftFactory(version=version, steps=["qui"], answers=WHO), "quoi")
    left = []

    def stay(route):
        if "json" in route.request.headers["accept"]:
            return route.fulfill(json={})  # a page answers it
        left.append(route.request.post_data)
        return route.fulfill(status=204)  # the browser stays

    page.route("**/etape/quoi/", stay)
    page.locator("[name=back]").click()
    wait_until(page, "'back' in Object.fromEntries(new FormData(document.getElementById('filing')))")
    page.evaluate("dispatchEvent(new Event('pageshow'))")
    assert "back" not in step.posted()
    assert 'name="back"' in left[0]


def test_nothing_typed_for_another_person_stays_in_the_browser(visit, version):
    agent = UserFactory()
    draft = DraftFactory(version=version, channel="counter", agent=agent, steps=["qui"], answers=WHO)
    page = visit(user=agent)
    step = FormStepPage(page)
    step.resume(draft, "quoi")
    page.route(
        "**/demande/**", lambda route: route.abort() if route.request.method == "POST" else route.continue_()
    )

    step.fill(motif="Un long récit")

    expect(step.unsaved).to_be_visible()
    assert page.evaluate(KEPT) == "{}"


def test_signing_out_empties_the_memory_of_the_tab(visit, version):
    page = visit(user=UserFactory())
    page.goto("/compte/sortir/")
    page.evaluate("sessionStorage.setItem('typed:/x', '{}')")
    press(page.locator("main form .btn"))
    assert page.evaluate(KEPT) == "{}"


SLOWLY = """const draw = createImageBitmap;
  window.createImageBitmap = async (file) => (await new Promise((done) => setTimeout(done, 700)), draw(file)); void 0"""


def test_press_waits_until_a_photo_is_smaller(visit, version):
    page = visit(width=360)
    step = FormStepPage(page)
    step.start(version.form.slug)
    page.evaluate("document.getElementById('id_piece').dataset.maxBytes = 400_000")
    page.evaluate(SLOWLY)
    written = io.BytesIO()
    Image.effect_noise((600, 600), 60).convert("RGB").save(written, "PNG")
    step.fill(nom="Marchetti")
    step.attach({"name": "toit.png", "mimeType": "image/png", "buffer": written.getvalue()})
    press(step.continue_button)
    expect(step.field("lieu")).to_be_visible()
    assert [one.name for one in StoredFile.objects.all()] == ["toit.jpg"]


def test_photo_that_is_too_large_is_made_smaller(visit, version):
    page = visit(width=360)
    step = FormStepPage(page)
    step.start(version.form.slug)
    page.evaluate("document.getElementById('id_piece').dataset.maxBytes = 1_500_000")
    noise = Image.effect_noise((3000, 1500), 60).convert("RGB")
    exif = Image.Exif()
    exif[0x0112] = 6  # turned
    exif.get_ifd(0x8825).update({1: "N", 2: (46.0, 30.0, 36.0), 3: "E", 4: (6.0, 29.0, 53.0)})
    written = io.BytesIO()
    noise.save(written, "JPEG", quality=95, exif=exif)
    step.attach({"name": "toit.jpeg", "mimeType": "image/jpeg", "buffer": written.getvalue()})

    expect(step.attached()).to_contain_text("toit.jpg", timeout=30_000)
    stored = StoredFile.objects.get()
    with stored.content.open("rb") as file, Image.open(file) as small:
        assert stored.size <= 1_500_000
        assert small.size == (1280, 2560)
        assert small.getexif()[0x0112] == 1
        assert small.getexif().get_ifd(0x8825)[2] == (46.0, 30.0, 36.0)
