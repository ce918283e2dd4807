"""Pages of the online counter as residents see them."""

import copy

import pytest
from django.core.cache import cache
from django.urls import reverse
from wagtail.models import Locale

from eservices.catalogue.models import ServicePage
from tests.factories.bookings import rate, resource, tables, timetable
from tests.factories.catalogue import SERVICE, make_counter, make_service, make_situation
from tests.factories.formbuilder import content, question, step, when
from tests.factories.home import CommuneSettingsFactory, translated
from tests.factories.payments import entry
from tests.factories.reports import ReportCategoryFactory

SHUT = {
    "first": "2020-01-01",
    "last": "2099-12-31",
    "opens": None,
    "closes": None,
    "count": None,
    "reason": "",
}

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _commune():
    CommuneSettingsFactory()


def html(client, page, query=""):
    answer = client.get(page.get_url() + query)
    assert answer.status_code == 200
    return answer.content.decode()


def test_service_page_shows_audience_price_time_and_form(client):
    page = make_service(lead="Elle prouve que vous habitez ici.", who="Habitants", papers="Aucun")
    text = html(client, page)
    for words in ("Elle prouve", "Habitants", "CHF\xa015.–", "Aucun", 'href="/demande/attestation/"'):
        assert words in text
    assert "3 jours ouvrables" in text.split("Délai")[1]
    said = make_service(page.get_parent().specific, SERVICE | {"slug": "permis"}, time="Le jour même")
    assert "<b>Le jour même</b>" in html(client, said)


def test_counter_and_service_link_to_the_processing_times(client):
    page = make_service()
    for one in (page, page.get_parent().specific):
        assert 'href="/delais/"' in html(client, one)


def test_service_page_shows_next_steps_and_questions(client):
    page = make_service(
        next_steps=[{"title": "Vous recevez une référence.", "text": "Tout de suite."}],
        good_to_know=[{"question": "Pour mes enfants ?", "answer": "<p>Oui, sans supplément.</p>"}],
    )
    text = html(client, page)
    for words in ("Vous recevez une référence.", "Pour mes enfants ?", "Oui, sans supplément."):
        assert words in text


def test_steps_are_counted_with_review_and_conditional_ones(client):
    plain = make_service()
    assert plain.effort == {"steps": 3, "most": 3, "minutes": 1}
    longer = copy.deepcopy(SERVICE) | {"slug": "permis"}
    longer["texts"]["fr"] |= {"step.gerance.title": "Gérance", "field.gerance.label": "Gérance"}
    longer["steps"].append(step("gerance", question("gerance"), condition=when("motif", value="bail")))
    page = make_service(plain.get_parent().specific, longer)
    assert (page.effort["steps"], page.effort["most"]) == (3, 4)
    assert "3 à 4 étapes" in html(client, page)


def test_conditional_price_is_not_promised():
    depends = copy.deepcopy(SERVICE)
    depends["fees"].append({"key": "plus", "amount": 100, "condition": when("motif", value="bail")})
    depends["texts"]["fr"]["fee.plus"] = "Supplément"
    assert make_service(definition=depends).fixed_fee is None


def test_service_with_rates_is_not_free_while_the_room_is_closed(client):
    entry("salle", 18_000)
    table = timetable(specials=[{"type": "special", "value": SHUT}])
    resource(table=table, rates=[rate("salle")])
    booked = copy.deepcopy(SERVICE) | {"fees": []}
    del booked["texts"]["fr"]["fee.prix"]
    booked["steps"].append(step("salle", question("quand", "booking", settings={"resources": ["salle"]})))
    booked["texts"]["fr"] |= {"step.salle.title": "Salle", "field.quand.label": "Quand ?"}
    page = make_service(definition=booked)
    assert page.booking_costs is None
    assert page.fixed_fee is None
    assert "Gratuit" not in html(client, page)


def test_service_without_fees_is_free(client):
    free = copy.deepcopy(SERVICE) | {"fees": []}
    del free["texts"]["fr"]["fee.prix"]
    assert make_service(definition=free).fixed_fee == 0


def test_withdrawn_form_has_no_button(client):
    page = make_service()
    form = page.online_form
    form.offered = False
    form.save()
    assert "/demande/attestation/" not in html(client, ServicePage.objects.get())


def test_counter_lists_services_by_life_situation(client):
    make_situation("demenager", "Je déménage")
    make_situation("construire", "Je construis")
    index = make_counter()
    make_service(index, situations=["demenager"])
    other = copy.deepcopy(SERVICE) | {"slug": "autre"}
    other["texts"]["fr"]["title"] = "Autre service"
    make_service(index, other)
    text = html(client, index)
    assert text.index("Je déménage") < text.index("Attestation de domicile") < text.index("Autre service")
    assert "Je construis" not in text


def test_counter_finds_a_service_by_its_keywords(client):
    index = make_counter()
    make_service(index, keywords="certificat, papier de résidence")
    assert "<mark>domicile</mark>" in html(client, index, "?q=domicile")
    assert html(client, index).count('href="/guichet/attestation/"') == 1
    assert html(client, index, "?q=certificat").count('href="/guichet/attestation/"') == 2


def test_search_without_a_hit_links_to_the_site_search(client):
    index = make_counter()
    make_service(index)
    text = html(client, index, "?q=xyzzy")
    assert f"{reverse('home:search')}?q=xyzzy" in text


def test_unusual_queries_are_escaped(client):
    index = make_counter()
    for query in ("?q=%00", "?q=%22%27%3Cscript%3E", "?q=" + "x" * 5000):
        assert "<script>" not in html(client, index, query)


def test_home_page_shows_the_counter_by_life_situation(client):
    make_situation("demenager", "Je déménage")
    index = make_counter()
    make_service(index, situations=["demenager"])
    home = index.get_parent().specific
    text = html(client, home)
    assert "Je déménage" in text
    assert "Attestation de domicile" in text
    assert reverse("reports:file") not in text  # there is no report category yet
    ReportCategoryFactory()
    assert reverse("reports:file") in html(client, home)


def test_translated_service_page_is_in_its_language(client):
    Locale.objects.get_or_create(language_code="de")
    index = make_counter()
    translated(index, "de", title="Online-Schalter")
    definition = copy.deepcopy(SERVICE)
    definition["texts"]["de"] = {"title": "Wohnsitzbestätigung"}
    lead = {"lead": "Elle prouve le domicile.", "translations": {"de": {"lead": "Sie beweist den Wohnsitz."}}}
    page = make_service(index, definition, **lead)
    german = page.get_translation(Locale.objects.get(language_code="de"))
    text = html(client, german)
    assert "Wohnsitzbestätigung" in text
    assert 'href="/de/demande/attestation/"' in text


def test_service_page_links_to_calendars_of_its_rooms(client):
    resource("refuge")
    tables()
    asked = question("quand", "booking", settings={"resources": ["refuge", "tables"]})
    index, settings = make_counter(), {"team": "habitants", "days": 3}
    page = make_service(index, content(step("reserver", asked), slug="louer", settings=settings))
    text = html(client, page)
    assert 'href="/reservations/refuge/"' in text
    assert "/reservations/tables/" not in text
    assert "/reservations/" not in html(client, make_service(index))


def test_service_page_needs_few_queries_and_sets_no_cookie(client, django_assert_max_num_queries):
    page = make_service()
    cache.clear()
    with django_assert_max_num_queries(12):
        answer = client.get(page.get_url())
    assert not answer.cookies


def test_counter_needs_constant_queries(client, django_assert_max_num_queries):
    make_situation()
    index = make_counter()
    for number in range(6):
        make_service(index, copy.deepcopy(SERVICE) | {"slug": f"service-{number}"}, situations=["demenager"])
    cache.clear()
    with django_assert_max_num_queries(12):
        client.get(index.get_url())


def test_counter_shows_price_and_time_of_each_service(client):
    index = make_counter()
    make_service(index, copy.deepcopy(SERVICE))
    payment = {
        "key": "paiement",
        "type": "payment",
        "settings": {"format": 1, "days": 30, "remind_after": 14},
    }
    at_once = copy.deepcopy(SERVICE) | {"slug": "vignette", "stages": [payment]}
    at_once["texts"]["fr"]["title"] = "Vignette"
    make_service(index, at_once)
    listed = html(client, index)
    assert 'Attestation de domicile</a><span class="meta">CHF\u00a015.– · 3 jours ouvrables</span>' in listed
    assert 'Vignette</a><span class="meta">CHF\u00a015.– · Réponse immédiate</span>' in listed
