"""The demo commune, built small: complete and believable."""

import io
import json
import re
from collections import Counter
from datetime import date, timedelta
from itertools import product
from uuid import UUID

import pytest
import time_machine
from bs4 import BeautifulSoup
from django.apps import apps
from django.contrib.auth.models import Group
from django.core.management import CommandError, call_command
from django.db.models import CharField, TextField
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext, override
from PIL import Image
from wagtail.models import Page, PageLogEntry, Revision, TranslatableMixin

from eservices.accounts.models import IdentityLevel, User
from eservices.accounts.roles import ROLES
from eservices.bookings.bookable_resources import bookable_resource, bookable_resources, extra_label
from eservices.bookings.logic.availability import TimeSpan
from eservices.bookings.models import Booking
from eservices.bookings.question.answers import RequestedTimes
from eservices.bookings.question.fee_lines import Tariff, shortest_times
from eservices.cases.models import Case, Team
from eservices.cases.states import CaseState
from eservices.catalogue.definition.compiler import compile_definition
from eservices.catalogue.definition.linter import lint_service
from eservices.catalogue.models import ServicePage
from eservices.documents.models import Document
from eservices.formbuilder import fee_breakdown
from eservices.payments.models import Till
from eservices.submissions.models import Submission
from home.models import FormField, HomePage, OfficePage, Person, SynonymGroup
from home.search import index
from mysite.demo import builders, clock, state
from mysite.demo.builders.context import LANGUAGES, DemoContext
from mysite.demo.builders.eservices import cases
from mysite.demo.builders.eservices.cases import plan_requests
from mysite.demo.builders.eservices.services import DEFINITIONS
from mysite.demo.builders.home import images
from mysite.demo.people import SIGN_INS
from mysite.demo.pictures import PORTRAITS
from mysite.demo.snapshot import READ
from news.agenda.models import EventIndexPage, EventPage
from news.articles.models import NewsPage
from news.participation.models import ConsultationIndexPage
from newsletter.models import Campaign, Subscriber, Topic

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 24)
CASES = 26
OTHERS = [language for language in LANGUAGES if language != "fr"]
FRENCH = (Campaign, FormField)  # what the demo's editors have not translated: a campaign, a contact form
KEYS = {"slug", "key", "prefix", "icon", "email", "phone", "law", "signatory", "streets"}
# A text that is the same in every language: an address, a name, a word.
ALIKE = re.compile(
    r"((Rue|Place|Quai|Chemin|Port|Bois|Salle) (de la |des |du |de l’|d’|de )?[A-ZÉ][\w-]*( \d+)?"
    r"|[CD], (Les )?[A-Z][\w-]+|Français, Deutsch, English|Municipale|Sport|Zone|Plan|IBAN|\[\]|\d*)"
)


@pytest.fixture(scope="module")
def contents(module_db):
    """Build the demo once for all tests of this module. ``.ci/run`` checks that each build is the same.

    Its pictures are a tenth as wide and high, because to write one for a page, as AVIF in three sizes, takes a second.
    """
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(images, "read_picture", small_picture)
        builders.build_demo(TODAY, cases=CASES)
    state.mark_built()


def small_picture(name: str) -> bytes:
    picture = io.BytesIO()
    Image.new("RGB", (80, 100) if name in PORTRAITS else (200, 125), "navy").save(picture, "WEBP")
    return picture.getvalue()


def test_demo_site_has_all_kinds_of_pages(contents):
    french = Page.objects.filter(locale__language_code="fr", depth__gt=1, live=True)
    kinds = Counter(type(page).__name__ for page in french.specific())
    assert kinds["ContentPage"] + kinds["OfficePage"] + kinds["SectionPage"] + kinds["ContactPage"] >= 25
    assert kinds["ServicePage"] == 10
    assert kinds["NewsPage"] == 12
    assert kinds["EventPage"] >= 10
    assert kinds["OfficialNoticePage"] == 4
    assert kinds["MeetingPage"] == kinds["VacancyPage"] == 3
    places = {"administration", "vivre", "autorites", "culture", "dechets", "ecole"}
    assert places <= set(french.values_list("slug", flat=True))
    assert set(Person.objects.values_list("name", flat=True)) == set(PORTRAITS.values())


@pytest.mark.parametrize("path", sorted(DEFINITIONS.glob("*.json")), ids=lambda path: path.stem)
def test_demo_services_pass_the_lint(contents, path):
    assert lint_service(json.loads(path.read_text(encoding="utf-8"))) == []


def test_demo_services_announce_only_amounts_that_are_charged(contents):
    pages = [one for one in ServicePage.objects.live() if one.is_source]
    faults = [
        fault
        for one in pages
        for fault in lint_service(compile_definition(one))
        if fault.path.startswith("page.price")
    ]
    assert faults == []
    [rooms] = [one for one in pages if one.slug == "reservation-salle"]
    assert (rooms.price, rooms.booking_costs.total.deposit) == ("", 20_000)


def test_demo_bookings_are_charged_as_their_service_announces(contents):
    """Compare each price of the picker and the service page with the bill, for every resource, day and tariff group."""
    for page in (one for one in ServicePage.objects.live() if one.is_source and one.booking_costs):
        announced = dict(page.booking_costs.each)
        rates = [rate for key in announced for rate in bookable_resource(key).rates]
        people = {who for rate in rates for who in rate.who} or {""}
        charged: dict[str, set[int]] = {}
        for key in announced:
            known = bookable_resource(key)
            tariff = Tariff([known], TODAY)
            for span, who in product(shortest_times(known, TODAY), people):
                wanted = RequestedTimes(known, [span], 1, UUID(int=0), ())
                lines = tariff.lines("quand", wanted, who, "fr")
                held = fee_breakdown.deposit(lines)
                assert tariff.cost(known, [span], 1, who) == (fee_breakdown.sum_lines(lines) - held, held)
                charged.setdefault(key, set()).add(fee_breakdown.sum_lines(lines) - held)
        for key, found in charged.items():
            paid = {one for one in found if one}
            assert announced[key].least == min(paid, default=0)
            assert announced[key].most in (None, max(paid, default=0))


def test_demo_articles_cover_four_categories_and_two_years(contents):
    news = NewsPage.objects.filter(locale__language_code="fr")
    assert len(set(news.values_list("category__slug", flat=True))) == 4
    assert (TODAY - min(news.values_list("date", flat=True))).days >= 2 * 365


def test_demo_events_include_future_and_past_ones(contents):
    starts = [event.first_day for event in EventPage.objects.all()]
    assert sum(day > TODAY for day in starts) >= 10
    assert any(day < TODAY for day in starts)


def test_demo_offices_have_hours_and_contacts(contents):
    offices = OfficePage.objects.filter(locale__language_code="fr", live=True)
    assert len(offices) >= 3
    for office in offices:
        assert len({opening.value["day"] for opening in office.hours}) >= 2, office.title
        assert office.phone, office.title


@pytest.mark.parametrize(
    ("language", "office"), [("de", "Verwaltung"), ("en", "Administration"), ("it", "Amministrazione")]
)
def test_demo_main_pages_are_translated(contents, language, office):
    pages = Page.objects.filter(locale__language_code=language, live=True)
    assert pages.type(HomePage).count() == 1
    assert pages.type(NewsPage).count() == 2
    assert pages.type(ServicePage).count() == 10
    assert pages.filter(title=office).exists()


def test_page_of_the_demo_in_french_offers_the_way_back(contents, client):
    assert "Che cosa cerca?" in client.get("/it/").content.decode()
    assert client.get("/it/vivere/rifiuti/").status_code == 200
    office = OfficePage.objects.get(locale__language_code="fr", slug="decheterie")
    told = client.get(f"{office.url}?lu=it").content.decode()
    with override("it"):
        assert gettext("Back to the home page in your language") in told


@pytest.mark.parametrize("language", OTHERS)
def test_demo_form_has_no_french_text_left(contents, language):
    """Forms, with their options, checks, fees and stages, as they are published."""
    for page in ServicePage.objects.filter(locale__language_code="fr", live=True):
        texts = page.online_form.current.content["texts"]
        assert french_texts(texts["fr"], texts[language]) == [], page.slug


@pytest.mark.parametrize("language", OTHERS)
def test_demo_snippet_has_no_french_text_left(contents, language):
    """Letters, documents, themes of the directory, waste, contacts: each is there, and nothing in it is French."""
    found = {}
    for model in apps.get_models():
        if issubclass(model, TranslatableMixin) and not issubclass(model, Page) and model not in FRENCH:
            others = {
                one.translation_key: one for one in model.objects.filter(locale__language_code=language)
            }
            for source in model.objects.filter(locale__language_code="fr"):
                other = others.get(source.translation_key)
                left = french_texts(texts_of(source), texts_of(other)) if other else "not translated"
                found |= {f"{model.__name__} {source}": left} if left else {}
    assert found == {}


@pytest.mark.parametrize(
    ("french", "other", "left"),
    [
        ({"a": "Déchets"}, {"a": "Abfall"}, []),
        ({"a": "Déchets"}, {"a": "Déchets"}, ["a"]),
        ({"a": "Déchets"}, {"a": ""}, ["a"]),
        ({"a": "Déchets"}, {}, ["a"]),
        ({"a": "Rue du Lac 12"}, {"a": "Rue du Lac 12"}, []),
        ({"a": "Sport"}, {"a": "Sport"}, []),
        ({"a": ""}, {"a": ""}, []),
    ],
)
def test_french_text_left_in_a_translation_is_found(french, other, left):
    assert french_texts(french, other) == left


def french_texts(french: dict[str, str], other: dict[str, str]) -> list[str]:
    """Return the keys of texts that are missing or still the French ones. Names of places and people are alike."""
    return [
        key
        for key, text in french.items()
        if text
        and text not in PORTRAITS.values()
        and not ALIKE.fullmatch(text)
        and (not other.get(key) or other[key] == text)
    ]


def texts_of(snippet) -> dict[str, str]:
    """Return what people read of the snippet."""
    return {
        field.name: field.value_to_string(snippet)
        for field in snippet._meta.concrete_fields
        if isinstance(field, (CharField, TextField)) and not field.choices and field.name not in KEYS
    }


def test_demo_pages_of_each_type_load_in_each_language(contents, client):
    pages = Page.objects.filter(depth__gt=1, live=True).select_related("locale")
    one_of_each = {(page.specific_class, page.locale.language_code): page for page in pages.order_by("-path")}
    for page in one_of_each.values():
        response = client.get(page.get_url())
        assert response.status_code == 200, page.url_path


def test_demo_synonyms_find_pages_with_other_terms(contents):
    """All words of a group find the same results, and some word alone would find others."""
    groups = [(group.language, group.terms) for group in SynonymGroup.objects.all()]
    assert {language for language, _terms in groups} == {"fr", "de", "en", "it"}
    with_them = {(language, term): found(term, language) for language, terms in groups for term in terms}
    assert all(with_them.values()), with_them
    SynonymGroup.objects.all().delete()
    for language, terms in groups:
        assert any(found(term, language) != with_them[language, term] for term in terms), terms


def found(term: str, language: str) -> list:
    """Return the addresses that match all typed words, in the language or in French as its fallback."""
    both = index.find_entries(term, language), index.find_entries(term, "fr", reader=language)
    return next(
        ([hit.url for hit in one.hits] for one in both if one.hits and not one.any and not one.meant), []
    )


def test_demo_menu_has_the_same_order_in_every_language(contents):
    menus = {}
    for home in HomePage.objects.all():
        below = Page.objects.child_of(home).filter(show_in_menus=True).order_by("path")
        menus[home.locale.language_code] = [page.translation_key for page in below]
    assert menus["fr"]
    assert menus["de"] == menus["en"] == menus["it"] == menus["fr"]


def test_demo_topics_have_subscribers_in_every_state(contents):
    assert Topic.objects.filter(locale__language_code="fr").count() == 3
    assert len(set(Subscriber.objects.values_list("state", flat=True))) == 3
    for topic in Topic.objects.filter(locale__language_code="fr"):
        assert (
            Subscriber.objects.confirmed().filter(subscriptions__topic_key=topic.translation_key).exists()
        ), topic


def test_demo_teams_have_cases_in_every_state(contents):
    assert Team.objects.filter(memberships__isnull=False).distinct().count() == 3
    assert Case.objects.filter(report=None).count() == CASES
    assert set(Case.objects.values_list("state", flat=True)) == set(CaseState)


def test_demo_has_exactly_the_groups_of_the_project(contents):
    assert set(Group.objects.values_list("name", flat=True)) == set(ROLES)


def test_demo_staff_sign_in_with_the_passwords_of_the_sheet(contents, client):
    staff = [one for one in SIGN_INS if one.password]
    assert {group for one in staff for group in one.groups} >= {"editors", "moderators", "agents"}
    for one in staff:
        assert client.login(email=one.email, password=one.password), one.email
        assert client.get(reverse("wagtailadmin_home")).status_code == 200, one.email


def test_demo_room_service_is_decided_by_a_person(contents):
    form = ServicePage.objects.get(slug="reservation-salle", locale__language_code="fr").online_form
    definition = form.current.definition
    assert definition.stages[0].type == "decision"
    assert {"choice", "booking"} <= {field.type for step in definition.steps for field in step.fields}


def test_demo_form_equals_the_definition_of_its_page(contents):
    services = ServicePage.objects.filter(locale__language_code="fr", live=True)
    for page in services:
        written, asked = compile_definition(page), page.online_form.current.content
        assert asked == written | {"texts": asked["texts"]}, page.slug
        assert asked["texts"]["fr"] == written["texts"]["fr"], page.slug
        assert page.live_revision_id, page.slug


def test_demo_residents_cover_every_identity_level(contents):
    residents = {one.email: one.known for one in SIGN_INS if not one.password}
    levels = dict(User.objects.filter(email__in=residents).values_list("email", "identity_level"))
    means = {"": IdentityLevel.EMAIL, "provider": IdentityLevel.ASSURED}
    assert levels == {email: means.get(how, IdentityLevel.KNOWN) for email, how in residents.items()}
    assert set(levels.values()) == set(IdentityLevel) - {IdentityLevel.NONE}
    assert set(residents.values()) == {"", "posted_code", "counter", "provider"}
    assert Submission.objects.filter(user=None, agent=None).exists()  # nothing is proven


def test_demo_pages_offer_their_published_version_in_the_history(contents):
    edited = set(PageLogEntry.objects.filter(action="wagtail.edit").values_list("revision", flat=True))
    written = Page.objects.filter(locale__language_code="fr", live=True, depth__gt=1)
    assert written.count() > 90
    assert not written.exclude(live_revision__in=edited)


def test_demo_events_happened_before_the_last_evening(contents):
    for case in Case.objects.all():
        times = [event.at.date() for event in case.events.all()]
        assert times == sorted(times)
        assert max(times) < TODAY


def test_demo_revisions_are_older_than_the_build(contents):
    """Otherwise an editor at seven o'clock would be warned of another editor who saves at eight."""
    later = clock.local_moment(TODAY, 4, 1), clock.local_moment(TODAY, 23, 59)
    assert not Revision.objects.filter(created_at__range=later).exists()


def test_demo_certificates_that_were_accepted_have_a_document(contents):
    issued = Document.objects.filter(state=Document.State.ISSUED)
    assert issued.exists()
    assert all(document.digest and document.size for document in issued)


def test_demo_past_bookings_are_returned_and_the_till_is_open(contents):
    over = Booking.objects.filter(ends_at__lt=clock.local_moment(TODAY, 0))
    assert over.exists()
    assert not over.filter(state="confirmed").exists()
    assert Till.objects.get(closed_at=None).agent.email == "sophie.aubert@orvenay.example"


def test_demo_contents_list_every_kind(contents, capsys):
    """The comparison in ``.ci/run`` relies on it: two empty lists would be equal too."""
    call_command("demo", contents=True)
    kinds = {json.loads(line)[0] for line in capsys.readouterr().out.splitlines() if line}
    assert {model.__name__ for model in READ} - kinds <= {
        "Refund"
    }  # with so few cases there may be no refund
    assert {page.url_path for page in Page.objects.all()} <= kinds


def test_full_demo_has_every_outcome_on_any_weekday():
    for day in range(7):
        plans = plan_requests(DemoContext(today=date(2026, 11, 23 + day)))
        assert len(plans) == 150
        assert {one.ending for one in plans} == {*cases.AGES, "to_pay"}


def test_demo_halls_have_translated_extras_that_were_booked(contents):
    """Each extra has a name in every language and a price, and occurs in the fees of a submission."""
    asked = {rate.what for one in bookable_resources().values() for rate in one.rates if rate.asked}
    assert len(asked) == 3
    for language, name in (("fr", "Régie"), ("de", "Technik"), ("en", "Sound")):
        with override(language):
            assert {extra_label(key) for key in asked}.isdisjoint(asked)
            assert capfirst(extra_label("regie")).startswith(name)
    halls = [one for one in bookable_resources().values() if one.extras]
    assert Tariff(halls, TODAY).prices.keys() >= {rate.entry for one in halls for rate in one.rates}
    labels = {
        line["label"]
        for one in Submission.objects.filter(version__form__slug="reservation-salle")
        for line in one.fees
    }
    assert any("café et eau" in label or "régie" in label for label in labels)


def test_demo_appointments_are_within_the_opening_hours(contents, client):
    desk = bookable_resources()["guichet"]
    tuesday = TODAY + timedelta(days=7)
    there = [
        desk.rules.pieces_open(
            TimeSpan.of(clock.local_moment(tuesday, hour), clock.local_moment(tuesday, hour + 1))
        )
        for hour in (8, 10, 15)
    ]
    assert there == [2, None, 1]
    assert date(2026, 12, 25) in desk.rules.days_off  # a Friday among the days with appointments
    client.force_login(User.objects.filter(is_superuser=True).first())
    with time_machine.travel(clock.local_moment(TODAY, 9), tick=False):
        page = client.get("/admin/bookings/outside/").text
        plan = client.get("/admin/bookings/", {"day": "2026-12-21", "kind": "appointment"}).text
    assert "Rendez-vous au guichet" in plan
    assert not re.search(r"s-\w+ out\b", plan)
    outside = re.findall(
        r'<li><a href="/admin/bookings/[^"]+">([^:]+):', page.replace("\N{NO-BREAK SPACE}", "")
    )
    # Regular guests who booked before works on its floor were planned.
    assert set(outside) == {"Salle du Conseil"}


def test_demo_command_refuses_outside_a_demo(settings):
    settings.DEMO = False
    with pytest.raises(CommandError, match=r"mysite\.settings\.dev"):
        call_command("demo")


def test_demo_command_reports_an_existing_demo(contents, settings, tmp_path, capsys):
    settings.DEMO, settings.VAR_DIR = True, tmp_path
    call_command("demo")
    assert "already there" in capsys.readouterr().out
    assert "nadia.favre@orvenay.example" in (tmp_path / "demo-sign-ins.txt").read_text()


# Questions of residents in their words, an inner page from which they ask, and the page with the answer.
QUESTIONS = [
    ("/actualites/", "comment inscrire mon chien ?", "/guichet-en-ligne/chien/"),
    ("/vivre/", "preuve de domicile pour mon bail", "/guichet-en-ligne/attestation-domicile/"),
    ("/agenda/", "je déménage le mois prochain", "/guichet-en-ligne/annonce-demenagement/"),
    ("/vivre/ecole/", "où jeter un vieux canapé", "/vivre/dechets/decheterie/"),
    ("/vivre/dechets/", "quand passent les poubelles ?", "/vivre/dechets/collectes/"),
    ("/autorites/", "j’ai perdu mes clés", "/administration/police-mobilite/"),
    ("/administration/", "passeport périmé", "/administration/controle-des-habitants/"),
    ("/vivre/culture/", "louer une salle pour un anniversaire", "/guichet-en-ligne/reservation-salle/"),
    ("/vivre/eau-energie/", "taux d’impôt de la commune", "/autorites/finances/"),
    ("/vivre/enfant-arrive/", "place en crèche", "/vivre/ecole/creche/"),
    ("/guichet-en-ligne/", "dates des vacances scolaires", "/vivre/ecole/"),
    ("/vivre/lac-port/", "permis de construire une véranda", "/administration/batiments-environnement/"),
    ("/vivre/mobilite/", "lampadaire cassé dans ma rue", "/signaler/"),
    ("/guichet-en-ligne/macaron/", "contester une amende de parking", "/administration/police-mobilite/"),
    ("/vivre/aines-sante/", "voter par correspondance", "/autorites/votations/"),
    ("/actualites/taux-impot/", "heures d’ouverture de la déchetterie", "/vivre/dechets/decheterie/"),
    ("/participer/", "aide pour acheter un vélo électrique", "/guichet-en-ligne/subvention-velo/"),
    ("/guichet-en-ligne/chien/", "rendez-vous pour ma carte d’identité", "/guichet-en-ligne/rendez-vous/"),
    ("/de/leben/", "Wohin mit dem Müll?", "/de/leben/abfall/"),
    ("/actualites/", "rubbish", "/en/living/waste/"),
    ("/actualites/", "Abfall", "/de/leben/abfall/"),
    ("/vivre/", "rifiuti", "/it/vivere/rifiuti/"),
]


@pytest.mark.parametrize(("start", "question", "answer"), QUESTIONS, ids=[one for _at, one, _to in QUESTIONS])
def test_question_of_a_resident_is_answered_by_search(contents, client, start, question, answer):
    """The search in the head of an inner page has the answer among the first three results."""
    [form] = BeautifulSoup(client.get(start).content, "html.parser").select("header form[role=search]")
    found = BeautifulSoup(client.get(form["action"], {form.input["name"]: question}).content, "html.parser")
    results = [link["href"] for link in found.select("main .best h2 a, main .keyed h3 a")]
    assert answer in results[:3], results
    assert client.get(answer).status_code == 200


@pytest.mark.parametrize("start", ["/", "/vivre/dechets/", "/de/", "/en/", "/it/"])
def test_participation_agenda_and_reports_are_in_the_menu(contents, client, start):
    language = start[1:3] if len(start) == 4 else "fr"
    page = BeautifulSoup(client.get(start).content, "html.parser")
    links = [link["href"] for link in page.select("header nav li a")]
    for kind in (ConsultationIndexPage, EventIndexPage):
        assert kind.objects.get(locale__language_code=language).get_url() in links
    with override(language):
        assert reverse("reports:file") in links


def test_home_page_offers_participation_agenda_and_reports(contents, client):
    links = [link["href"] for link in BeautifulSoup(client.get("/").content, "html.parser").select("main a")]
    assert {"/participer/", "/participer/boite-a-idees/", "/agenda/", "/signaler/"} <= set(links)
