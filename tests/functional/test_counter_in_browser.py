"""Form filled in by an agent at the counter for a family: clicks, keystrokes and time."""

import json
from dataclasses import dataclass
from io import BytesIO

import pytest
from django.conf import settings as project
from django.urls import reverse
from playwright.sync_api import Page, expect
from pypdf import PdfReader

from eservices.cases.models import Case, Role
from mysite.demo.builders.eservices.reference_tables import import_streets
from tests.factories.cases import member
from tests.factories.catalogue import make_counter, make_service
from tests.factories.payments import entry
from tests.support.browser import press

pytestmark = pytest.mark.usefixtures("transactional_db")
MOVE = project.BASE_DIR / "mysite" / "demo" / "services" / "annonce-demenagement.json"
CLICK, KEY = 1.5, 1 / 5  # seconds per click (find a place and press it), seconds per keystroke
PROMISE = 4 * 60


@dataclass
class Hand:
    """A counter of clicks and keystrokes.

    Fields are reached by the tab key, the first of a page by a click.
    """

    page: Page
    clicks: int = 0
    keys: int = 0
    within: bool = False  # whether something on this page was pressed or typed in

    @property
    def seconds(self) -> float:
        return self.clicks * CLICK + self.keys * KEY

    def click(self, target) -> None:
        self.clicks += 1
        self.within = True
        target.click()

    def go(self, target) -> None:
        self.clicks += 1
        self.within = False
        press(target)

    def on(self) -> None:
        self.go(self.page.locator("form > p.go .btn").first)

    def choose(self, name: str, value: str) -> None:
        self.click(self.page.locator(f"label:has(input[name='{name}'][value='{value}'])").first)

    def pick(self, name: str, text: str) -> None:
        """Type an entry of a list with a search, and leave it."""
        self.type_into(self.page.locator(f"#id_{name}"), text)
        self.page.keyboard.press("Tab")
        self.keys += 1

    def type(self, name: str, text: str) -> None:
        self.type_into(self.page.locator(f"[name='{name}']"), text)

    def type_into(self, field, text: str) -> None:
        self.reach(field)
        field.fill(text)
        self.keys += len(text)
        self.within = True

    def reach(self, field) -> None:
        if field.evaluate("field => field === document.activeElement"):
            return
        self.clicks += not self.within
        self.keys += self.within
        field.focus()

    def date(self, name: str, day: str) -> None:
        for part, typed in zip(("day", "month", "year"), day.split("."), strict=True):
            self.type(f"{name}-{part}", typed)

    def address(self, name: str, *parts: str) -> None:
        for part, typed in zip(("street", "number", "postcode", "town"), parts, strict=True):
            self.type(f"{name}-{part}", typed)


@pytest.fixture
def move(site, settings, tmp_path):
    settings.GED_URL = f"directory:{tmp_path}"
    entry("annonce-demenagement-arrivee", 2000)
    import_streets()
    return make_service(make_counter(site), json.loads(MOVE.read_text(encoding="utf-8")))


def person(hand: Hand, name: str, first: str, born: str) -> None:
    """Type what is not copied from the applicant."""
    hand.type(f"{name}_prenom", first)
    hand.date(f"{name}_naissance", born)


def test_counter_form_for_three_people_takes_under_four_minutes(visit, move):
    page = visit(user=member(Role.DECIDE))
    hand = Hand(page)
    page.goto("/admin/cases/")
    hand.go(page.locator("a[href$='/admin/cases/counter/']").first)
    hand.go(page.locator("a[href='/demande/annonce-demenagement/?canal=counter']"))
    hand.choose("mouvement", "arrivee")
    hand.choose("provenance", "suisse")
    hand.date("date_mouvement", "1.12.2026")
    hand.on()
    hand.type("nom", "Delacroix")
    hand.type("prenom", "Marguerite Anne")
    hand.date("naissance", "14.3.1988")
    hand.pick("nationalite", "Suisse")
    hand.type("origine", "Lausanne")
    hand.choose("etat_civil", "marie")
    hand.on()

    page.goto("/admin/cases/")  # the telephone interrupts the agent
    hand.go(page.locator("a[href$='/admin/cases/counter/']").first)
    hand.go(page.locator("main a", has_text="Delacroix").first)

    hand.choose("accompagne", "famille")
    expect(page.locator("[name='membres-0-membre_nom']")).to_have_value("Delacroix")
    person(hand, "membres-0-membre", "Jérôme", "2.9.1986")
    hand.choose("membres-0-membre_lien", "conjoint")
    person(hand, "enfants-0-enfant", "Lou", "30.6.2019")
    hand.choose("autre_parent", "false")
    hand.choose("ecole", "true")
    hand.on()
    hand.address("ancienne_adresse", "Avenue de la Gare", "12", "1003", "Lausanne")
    hand.address("nouvelle_adresse", "Rue du Lac", "8", "1199", "Orvenay")
    hand.on()
    hand.choose("titre_logement", "locataire")
    hand.type("bailleur", "Régie du Lac SA")
    hand.choose("residence", "principale")
    hand.on()
    hand.on()
    hand.type("tel", "079 000 00 00")
    hand.on()
    hand.click(page.locator("label:has(input[type='checkbox'])").first)
    hand.go(page.locator("p.go .btn").last)

    case = Case.objects.get()
    assert (case.applicant, case.persons.count()) == (
        "Marguerite Anne Delacroix",
        2,
    )  # herself and her partner
    print(f"{hand.clicks} clicks, {hand.keys} keystrokes, {hand.seconds:.0f} s")
    assert hand.seconds < PROMISE / 2  # the other half of the time is for listening and looking

    page.goto(reverse("cases:receipt", args=[case.reference]))
    sheets = PdfReader(BytesIO(page.pdf(format="A4"))).pages
    assert "079 000 00 00" in sheets[-1].extract_text().replace(
        "\N{NO-BREAK SPACE}", " "
    )  # all of it is printed
