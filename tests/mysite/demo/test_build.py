"""The demo commune, built small: complete and believable."""

import json
import re
from collections import Counter
from datetime import date, timedelta

import pytest
import time_machine
from django.contrib.auth.models import Group
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext, override
from wagtail.models import Page, PageLogEntry, Revision

from eservices.accounts.models import IdentityLevel, User
from eservices.accounts.roles import ROLES
from eservices.bookings.bookable_resources import bookable_resources, extra_label
from eservices.bookings.logic.availability import TimeSpan
from eservices.bookings.models import Booking
from eservices.bookings.question.fee_lines import Tariff
from eservices.cases.models import Case, Team
from eservices.cases.states import CaseState
from eservices.catalogue.definition.compiler import compile_definition
from eservices.catalogue.definition.linter import lint_service
from eservices.catalogue.models import ServicePage
from eservices.documents.models import Document
from eservices.payments.models import Till
from eservices.submissions.models import Submission
from home.models import HomePage, OfficePage, Person, SynonymGroup
from home.search import index
from mysite.demo import builders, clock, state
from mysite.demo.builders.context import DemoContext
from mysite.demo.builders.eservices import cases
from mysite.demo.builders.eservices.cases import plan_requests
from mysite.demo.builders.eservices.services import DEFINITIONS
from mysite.demo.people import SIGN_INS
from mysite.demo.pictures import PORTRAITS
from mysite.demo.snapshot import READ
from news.agenda.models import EventPage
from news.articles.models import NewsPage
from newsletter.models import Subscriber, Topic

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 24)
CASES = 26


@pytest.fixture(scope="module")
def contents(module_db):
    """The demo, built once for all tests of this module. That it is the same each time is seen in .ci/run."""
    builders.build_demo(TODAY, cases=CASES)
    state.mark_built()


def test_the_site_is_complete(contents):
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
def test_the_commune_has_nothing_to_say_against_a_service(contents, path):
    assert lint_service(json.loads(path.read_text(encoding="utf-8"))) == []


def test_services_announce_no_amount_that_is_never_asked(contents):
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


def test_news_stand_in_four_categories_over_two_years(contents):
    news = NewsPage.objects.filter(locale__language_code="fr")
    assert len(set(news.values_list("category__slug", flat=True))) == 4
    assert (TODAY - min(news.values_list("date", flat=True))).days >= 2 * 365


def test_the_agenda_has_events_to_come_and_one_that_is_over(contents):
    starts = [event.first_day for event in EventPage.objects.all()]
    assert sum(day > TODAY for day in starts) >= 10
    assert any(day < TODAY for day in starts)


def test_every_office_has_its_week_and_people_to_reach(contents):
    offices = OfficePage.objects.filter(locale__language_code="fr", live=True)
    assert len(offices) >= 3
    for office in offices:
        assert len({opening.value["day"] for opening in office.hours}) >= 2, office.title
        assert office.phone, office.title


@pytest.mark.parametrize("language", ["de", "en"])
def test_the_main_pages_are_translated(contents, language):
    pages = Page.objects.filter(locale__language_code=language, live=True)
    assert pages.type(HomePage).count() == 1
    assert pages.type(NewsPage).count() == 2
    assert pages.type(ServicePage).count() == 10
    assert pages.filter(title__in=["Verwaltung", "Administration"]).exists()


def test_in_italian_the_main_pages_are_there_and_the_others_say_that_they_are_in_french(contents, client):
    home = client.get("/it/").content.decode()
    assert "Che cosa cerca?" in home
    assert client.get("/it/vivere/rifiuti/").status_code == 200
    services = ServicePage.objects.filter(locale__language_code="it", live=True)
    assert services.count() == 10
    for one in services:
        assert "Il modulo è in francese" in client.get(one.url).content.decode()
    office = OfficePage.objects.get(locale__language_code="fr", slug="decheterie")
    told = client.get(f"{office.url}?lu=it").content.decode()
    with override("it"):
        assert gettext("Back to the home page in your language") in told


def test_a_page_of_each_kind_answers_in_each_language(contents, client):
    pages = Page.objects.filter(depth__gt=1, live=True).select_related("locale")
    one_of_each = {(page.specific_class, page.locale.language_code): page for page in pages.order_by("-path")}
    for page in one_of_each.values():
        response = client.get(page.get_url())
        assert response.status_code == 200, page.url_path


def test_people_find_by_their_own_words_what_the_site_calls_otherwise(contents):
    """Each word of a group finds the same, which is not what each would find alone."""
    groups = [(group.language, group.terms) for group in SynonymGroup.objects.all()]
    assert {language for language, _terms in groups} == {"fr", "de", "en", "it"}
    with_them = {(language, term): found(term, language) for language, terms in groups for term in terms}
    assert all(with_them.values()), with_them
    SynonymGroup.objects.all().delete()
    for language, terms in groups:
        assert any(found(term, language) != with_them[language, term] for term in terms), terms


def found(term: str, language: str) -> list:
    """What has all words as they were typed: in the language, or in French for who reads another."""
    both = index.find_entries(term, language), index.find_entries(term, "fr", reader=language)
    return next(
        ([hit.url for hit in one.hits] for one in both if one.hits and not one.any and not one.meant), []
    )


def test_the_menu_has_one_order_in_every_language(contents):
    menus = {}
    for home in HomePage.objects.all():
        below = Page.objects.child_of(home).filter(show_in_menus=True).order_by("path")
        menus[home.locale.language_code] = [page.translation_key for page in below]
    assert menus["fr"]
    assert menus["de"] == menus["en"] == menus["it"] == menus["fr"]


def test_three_topics_have_subscribers_in_every_state(contents):
    assert Topic.objects.filter(locale__language_code="fr").count() == 3
    assert len(set(Subscriber.objects.values_list("state", flat=True))) == 3
    for topic in Topic.objects.filter(locale__language_code="fr"):
        assert (
            Subscriber.objects.confirmed().filter(subscriptions__topic_key=topic.translation_key).exists()
        ), topic


def test_three_teams_treat_cases_in_every_state(contents):
    assert Team.objects.filter(memberships__isnull=False).distinct().count() == 3
    assert Case.objects.filter(report=None).count() == CASES
    assert set(Case.objects.values_list("state", flat=True)) == set(CaseState)


def test_who_lets_somebody_in_finds_our_groups_and_no_others(contents):
    assert set(Group.objects.values_list("name", flat=True)) == set(ROLES)


def test_all_staff_of_the_sheet_come_into_the_admin_by_the_password_it_names(contents, client):
    staff = [one for one in SIGN_INS if one.password]
    assert {group for one in staff for group in one.groups} >= {"editors", "moderators", "agents"}
    for one in staff:
        assert client.login(email=one.email, password=one.password), one.email
        assert client.get(reverse("wagtailadmin_home")).status_code == 200, one.email


def test_a_room_is_asked_for_with_its_day_and_a_person_decides(contents):
    form = ServicePage.objects.get(slug="reservation-salle", locale__language_code="fr").online_form
    definition = form.current.definition
    assert definition.stages[0].type == "decision"
    assert {"choice", "booking"} <= {field.type for step in definition.steps for field in step.fields}


def test_a_service_is_what_its_editor_would_publish(contents):
    services = ServicePage.objects.filter(locale__language_code="fr", live=True)
    for page in services:
        written, asked = compile_definition(page), page.online_form.current.content
        assert asked == written | {"texts": asked["texts"]}, page.slug
        assert asked["texts"]["fr"] == written["texts"]["fr"], page.slug
        assert page.live_revision_id, page.slug


def test_residents_of_every_level_of_identity_may_sign_in_and_one_needs_no_account(contents):
    residents = {one.email: one.known for one in SIGN_INS if not one.password}
    levels = dict(User.objects.filter(email__in=residents).values_list("email", "identity_level"))
    means = {"": IdentityLevel.EMAIL, "provider": IdentityLevel.ASSURED}
    assert levels == {email: means.get(how, IdentityLevel.KNOWN) for email, how in residents.items()}
    assert set(levels.values()) == set(IdentityLevel) - {IdentityLevel.NONE}
    assert set(residents.values()) == {"", "posted_code", "counter", "provider"}
    assert Submission.objects.filter(user=None, agent=None).exists()  # nothing proven


def test_of_every_page_the_history_offers_what_is_published_to_be_taken_again(contents):
    edited = set(PageLogEntry.objects.filter(action="wagtail.edit").values_list("revision", flat=True))
    written = Page.objects.filter(locale__language_code="fr", live=True, depth__gt=1)
    assert written.count() > 90
    assert not written.exclude(live_revision__in=edited)


def test_nothing_happened_after_the_last_evening(contents):
    for case in Case.objects.all():
        times = [event.at.date() for event in case.events.all()]
        assert times == sorted(times)
        assert max(times) < TODAY


def test_nothing_was_written_later_on_the_day_than_it_may_be_built(contents):
    """Or an editor is told that somebody else saves at eight what is before them at seven."""
    later = clock.local_moment(TODAY, 4, 1), clock.local_moment(TODAY, 23, 59)
    assert not Revision.objects.filter(created_at__range=later).exists()


def test_accepted_certificates_have_their_document(contents):
    issued = Document.objects.filter(state=Document.State.ISSUED)
    assert issued.exists()
    assert all(document.digest and document.size for document in issued)


def test_what_was_booked_and_is_over_came_back_and_the_till_is_open(contents):
    over = Booking.objects.filter(ends_at__lt=clock.local_moment(TODAY, 0))
    assert over.exists()
    assert not over.filter(state="confirmed").exists()
    assert Till.objects.get(closed_at=None).agent.email == "sophie.aubert@orvenay.example"


def test_two_builds_are_compared_by_what_people_read_of_each_kind(contents, capsys):
    """Nothing else holds the comparison in .ci/run together: two empty lists are the same too."""
    call_command("demo", contents=True)
    kinds = {json.loads(line)[0] for line in capsys.readouterr().out.splitlines() if line}
    assert {model.__name__ for model in READ} - kinds <= {
        "Refund"
    }  # of so few requests none may be paid back
    assert {page.url_path for page in Page.objects.all()} <= kinds


def test_a_full_demo_has_every_ending_on_any_weekday():
    for day in range(7):
        plans = plan_requests(DemoContext(today=date(2026, 11, 23 + day)))
        assert len(plans) == 150
        assert {one.ending for one in plans} == {*cases.AGES, "to_pay"}


def test_the_halls_have_extras_that_people_ticked_and_read_in_their_language(contents):
    """Each is named in every language, has a price, and stands in the request and in the fees of somebody."""
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


def test_the_counter_opens_desks_by_the_hour_and_nobody_comes_when_it_is_closed(contents, client):
    desk = bookable_resources()["guichet"]
    tuesday = TODAY + timedelta(days=7)
    there = [
        desk.rules.pieces_open(
            TimeSpan.of(clock.local_moment(tuesday, hour), clock.local_moment(tuesday, hour + 1))
        )
        for hour in (8, 10, 15)
    ]
    assert there == [2, None, 1]
    assert date(2026, 12, 25) in desk.rules.days_off  # a Friday among those that were filled
    client.force_login(User.objects.filter(is_superuser=True).first())
    with time_machine.travel(clock.local_moment(TODAY, 9), tick=False):
        page = client.get("/admin/bookings/outside/").text
        plan = client.get("/admin/bookings/", {"day": "2026-12-21", "kind": "appointment"}).text
    assert "Rendez-vous au guichet" in plan
    assert not re.search(r"s-\w+ out\b", plan)
    outside = re.findall(
        r'<li><a href="/admin/bookings/[^"]+">([^:]+):', page.replace("\N{NO-BREAK SPACE}", "")
    )
    # Whose regular guests had been there before its floor is sanded.
    assert set(outside) == {"Salle du Conseil"}


def test_the_command_refuses_where_no_demo_is_wanted(settings):
    settings.DEMO = False
    with pytest.raises(CommandError, match=r"mysite\.settings\.dev"):
        call_command("demo")


def test_the_command_says_that_the_demo_stands_already(contents, settings, tmp_path, capsys):
    settings.DEMO, settings.VAR_DIR = True, tmp_path
    call_command("demo")
    assert "already there" in capsys.readouterr().out
    assert "nadia.favre@orvenay.example" in (tmp_path / "demo-sign-ins.txt").read_text()
