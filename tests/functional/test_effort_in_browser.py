"""Taps and typed inputs that the forms of the demo cost a resident on a phone."""

import json
from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from playwright.sync_api import Page

from eservices.cases.models import Case
from eservices.register import actions as register
from mysite.demo.builders.eservices.reference_tables import import_streets
from mysite.demo.builders.eservices.services import DEFINITIONS
from tests.factories.accounts import known
from tests.factories.catalogue import make_counter, make_service
from tests.factories.documents import DocumentTemplateFactory
from tests.factories.payments import entry
from tests.support.browser import press

pytestmark = pytest.mark.usefixtures("transactional_db")
PHONE = {"width": 360, "height": 740, "has_touch": True, "is_mobile": True}


@dataclass
class Thumb:
    """A counter of taps and of typed inputs.

    The first input typed into after a tap elsewhere costs a tap, the next ones are reached by the keyboard. A day is
    typed whole into its first input.
    """

    page: Page
    taps: int = 0
    typed: int = 0
    typing: bool = False

    def tap(self, target, leaves: bool = False) -> None:
        self.taps += 1
        self.typing = False
        press(target) if leaves else target.click()

    def go(self, target) -> None:
        self.tap(target, leaves=True)

    def on(self) -> None:
        self.go(self.page.locator("form > p.go .btn:not([name])").first)

    def choose(self, name: str, value: str) -> None:
        self.tap(self.page.locator(f"label:has(input[name='{name}'][value='{value}'])").first)

    def pick(self, name: str, label: str) -> None:
        """Tap a list and one of its first entries."""
        self.tap(self.page.locator(f"#id_{name}"))
        self.tap(self.page.locator(f"#id_{name}-list").get_by_text(label, exact=True))

    def type(self, **texts) -> None:
        for name, text in texts.items():
            self.taps += not self.typing
            self.typing = True
            self.typed += 1
            field = self.page.locator(f"[name='{name.replace('__', '-')}']")
            field.fill(text)
            field.press("Tab")

    def attach(self, name: str) -> None:
        """Tap the input, choose a photo."""
        self.taps += 2
        self.typing = False
        self.page.locator(f"[name='{name}']").set_input_files(
            {"name": "photo.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7\n%a small one\n"}
        )

    def send(self) -> None:
        self.tap(self.page.locator("label:has([name=declared])"))
        self.go(self.page.locator("main form .btn").last)


def published(site, settings, tmp_path, slug: str):
    settings.GED_URL = f"directory:{tmp_path}"
    for key in ("attestation-domicile", "attestation-domicile-envoi", "annonce-demenagement-arrivee"):
        entry(key, 1000)
    if slug == "attestation-domicile":
        DocumentTemplateFactory()
    import_streets()
    return make_service(make_counter(site), json.loads((DEFINITIONS / f"{slug}.json").read_text()))


def begun(page, service) -> Thumb:
    """Open the form from the index of the counter."""
    thumb = Thumb(page)
    page.goto(service.get_parent().get_url())
    thumb.go(page.locator(f"main a[href='{service.get_url()}']").first)
    thumb.go(page.locator(".start .btn"))
    return thumb


def certificate_for_me(thumb: Thumb) -> None:
    thumb.choose("beneficiaire", "moi")
    thumb.choose("motif", "bail")
    thumb.on()


def test_certificate_of_a_known_resident_is_not_typed(visit, site, settings, tmp_path):
    service = published(site, settings, tmp_path, "attestation-domicile")
    user = known(birth_date=date(1988, 4, 17), email="elodie@courriel.example")
    register.refresh_record(user.register_entry.pk)  # as the worker does after each sign-in
    page = visit(user=user, **PHONE)
    thumb = begun(page, service)
    certificate_for_me(thumb)
    thumb.choose("preuve", "connu")
    thumb.on()
    thumb.send()
    assert Case.objects.count() == 1
    print(f"{thumb.taps} taps, {thumb.typed} typed")
    assert thumb.taps <= 12
    assert thumb.typed == 0


def test_certificate_of_an_unknown_resident_stays_short(visit, site, settings, tmp_path):
    service = published(site, settings, tmp_path, "attestation-domicile")
    thumb = begun(visit(**PHONE), service)
    certificate_for_me(thumb)
    thumb.type(nom="Marchetti", prenom="Élodie", naissance__day="17.4.1988")
    thumb.type(adresse__street="Rue du Lac", adresse__number="12")
    thumb.type(adresse__postcode="1199", adresse__town="Orvenay")
    thumb.choose("preuve", "guichet")
    thumb.type(email="elodie@courriel.example")
    thumb.on()
    thumb.send()
    assert Case.objects.get().answers["naissance"] == "1988-04-17"
    print(f"{thumb.taps} taps, {thumb.typed} typed")
    assert thumb.taps <= 11
    assert thumb.typed <= 9


@pytest.mark.parametrize("movement", ["arrivee", "changement"])
def test_family_of_four_moves_with_few_typed_inputs(visit, site, settings, tmp_path, movement):
    service = published(site, settings, tmp_path, "annonce-demenagement")
    page = visit(**PHONE)
    thumb = begun(page, service)
    arrives = movement == "arrivee"
    thumb.choose("mouvement", movement)
    if arrives:
        thumb.choose("provenance", "suisse")
    thumb.type(date_mouvement__day=(date.today() + timedelta(days=9)).strftime("%d.%m.%Y"))
    thumb.on()
    thumb.type(nom="Delacroix", prenom="Anne", naissance__day="14.3.1988")
    if arrives:
        thumb.pick("nationalite", "Suisse")
        thumb.type(origine="Lausanne VD")
        thumb.choose("etat_civil", "marie")
    thumb.on()
    thumb.choose("accompagne", "famille")
    thumb.type(**{"membres-0-membre_prenom": "Jérôme", "membres-0-membre_naissance-day": "2.9.1986"})
    thumb.choose("membres-0-membre_lien", "conjoint")
    thumb.type(**{"enfants-0-enfant_prenom": "Lou", "enfants-0-enfant_naissance-day": "30.6.2019"})
    thumb.go(page.locator("button[name=add_row][value=enfants]"))
    thumb.type(**{"enfants-1-enfant_prenom": "Max", "enfants-1-enfant_naissance-day": "4.2.2022"})
    thumb.choose("autre_parent", "false")
    thumb.choose("ecole", "true")
    thumb.on()
    old, new = ("Rue Centrale 8", "1003 Lausanne"), ("Rue du Lac 12", "1199 Orvenay")
    for name, (street, town) in (("ancienne_adresse", old), ("nouvelle_adresse", new)):
        thumb.type(
            **{f"{name}-street": street.rpartition(" ")[0], f"{name}-number": street.rpartition(" ")[2]}
        )
        thumb.type(**{f"{name}-postcode": town[:4], f"{name}-town": town[5:]})
    thumb.on()
    thumb.choose("titre_logement", "locataire")
    thumb.attach("bail")
    if arrives:
        thumb.choose("residence", "principale")
    thumb.on()
    if arrives:
        thumb.attach("piece_identite")
        thumb.on()
    thumb.type(email="anne@courriel.example")
    thumb.on()
    thumb.send()
    people = [*Case.objects.get().answers["membres"], *Case.objects.get().answers["enfants"]]
    assert len(people) == 3
    assert {one.get("membre_nom") or one.get("enfant_nom") for one in people} == {"Delacroix"}
    if arrives:
        assert {one.get("membre_nationalite") or one.get("enfant_nationalite") for one in people} == {"CH"}
    days = 5  # typed whole; in three inputs each they would be two more
    print(f"{thumb.taps} taps, {thumb.typed} typed, {thumb.typed + 2 * days} with days in three inputs")
    assert thumb.typed + 2 * days <= 30
