"""The directory: public pages, keepers' links and proposals, and decisions of editors."""

import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from bs4 import BeautifulSoup
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from wagtail.models import Site

from eservices.deliveries.models import Delivery
from home.links.page_links import absolute_url
from home.search import index
from home.web.form_timing import sign_opening_time
from news.directory import actions
from news.directory.jobs import send_keeper_reminders
from news.directory.models import DirectoryEntry, DirectoryPage, KeeperLink
from news.proposals.models import Proposal
from news.proposals.states import ProposalState
from tests.factories.accounts import AgentFactory, SuperuserFactory
from tests.factories.directory import DirectoryEntryFactory, DirectoryPageFactory, DirectoryThemeFactory
from tests.factories.home import locale, make_site, published, translated
from tests.factories.news import EventPageFactory, moment

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture(scope="module")
def stored_choir(module_db):
    """Directory entry of a choir."""
    with time_machine.travel(NOW, tick=False):
        published(DirectoryPageFactory(parent=make_site()))
        return DirectoryEntryFactory(
            name="Chœur de l’Été",
            description="On chante.\nOn rit.",
            contact_name="Odile Rochat",
            phone="021 000 42 51",
            email="choeur@orvenay.example",
            street="Rue du Temple 3",
            postcode="1199",
            town="Orvenay",
            lat=46.46,
            lon=6.41,
        )


@pytest.fixture
def choir(stored_choir, db):
    return DirectoryEntry.objects.get(pk=stored_choir.pk)


@pytest.fixture
def page(stored_choir, db):
    return DirectoryPage.objects.get()


@pytest.fixture
def home(page):
    return page.get_parent().specific


def ask(client, email: str, **more):
    return client.post(reverse("news:directory_ask"), {"email": email, "website": ""} | more)


def letters_contain(words: str) -> bool:
    return any(words in one.payload["text"] for one in Delivery.objects.all())


def path_in_letters(part: str) -> str:
    """Return the path of a link in any e-mail; all links of one type are equal in these tests."""
    texts = "".join(one.payload["text"] for one in Delivery.objects.all())
    return re.search(rf"http://[^/\s]+(/\S*{part}/\S+)", texts)[1]


def link_of(client, entry) -> str:
    ask(client, entry.keeper)
    return path_in_letters("fiche")


def filled(entry, **changes) -> dict:
    values = {name: "" if value is None else value for name, value in entry.values().items()}
    return values | changes


# -- Public pages --------------------------------------------------------------------------------------------
def test_directory_lists_shown_entries_by_name(client, page, choir):
    DirectoryEntryFactory(name="Abeilles")
    DirectoryEntryFactory(name="Zèbres", shown=False)
    shown = client.get(page.url).content.decode()
    assert shown.index("Abeilles") < shown.index("Chœur")
    assert "Zèbres" not in shown


def test_directory_is_filtered_by_type_theme_and_words(client, page, choir):
    crafts = DirectoryThemeFactory(name="Artisanat", slug="artisanat")
    DirectoryEntryFactory(name="Menuiserie Bolomey", kind="company", theme=crafts, description="Fenêtres")
    for query, found in [
        ("kind=company", "Menuiserie"),
        ("theme=artisanat", "Menuiserie"),
        ("q=fenetres", "Menuiserie"),
        ("q=choeur+ete", "Chœur"),
        ("kind=association&q=odile", "Chœur"),
    ]:
        answer = client.get(f"{page.url}?{query}").content.decode()
        assert ("Menuiserie Bolomey" in answer, "Chœur de l’Été" in answer) == (
            found == "Menuiserie",
            found == "Chœur",
        )


@pytest.mark.parametrize("query", ["kind=nothing", "theme=nothing", "page=2", "page=x", "kind=%00"])
def test_directory_with_invalid_filter_returns_404(client, page, choir, query):
    assert client.get(f"{page.url}?{query}").status_code == 404


@pytest.mark.parametrize("words", ["\x00", "x" * 10_000, "<script>", "%"])
def test_directory_search_accepts_any_words(client, page, choir, words):
    assert client.get(page.url, {"q": words}).status_code == 200


def test_directory_entry_has_its_own_page(client, page, choir):
    shown = client.get(f"{page.url}{choir.slug}/")
    text = shown.content.decode()
    assert "<h1" in text
    assert "Chœur de l’Été" in text
    assert "On chante.<br>On rit." in text
    assert 'href="tel:+41210004251"' in text
    assert f'<link rel="canonical" href="{absolute_url(page.url)}{choir.slug}/">' in text
    assert '"@type": "Organization"' in text
    assert "csrf" not in text
    assert not shown.cookies
    assert client.get(f"{page.url}nobody/").status_code == 404
    choir.shown = False
    choir.save()
    assert client.get(f"{page.url}{choir.slug}/").status_code == 404


def test_directory_entry_text_is_escaped(client, page, choir):
    choir.description = "<script>alert(1)</script>"
    choir.save()
    assert "<script>alert" not in client.get(f"{page.url}{choir.slug}/").content.decode()


def test_directory_entry_is_downloaded_as_contact_card(client, page, choir):
    answer = client.get(f"{page.url}{choir.slug}/carte/")
    card = answer.content.decode()
    assert answer["Content-Type"] == "text/vcard; charset=utf-8"
    assert "FN:Chœur de l’Été" in card
    assert "TEL;TYPE=WORK,VOICE:+41210004251" in card
    assert "Odile Rochat" in card


def test_directory_map_requires_configured_tiles(client, page, choir, settings):
    settings.TILE_URL = ""
    for url in (page.url, f"{page.url}{choir.slug}/"):
        assert "data-places" not in client.get(url).content.decode()
    settings.TILE_URL = "https://tiles.example/{z}/{x}/{y}.png"
    for url in (page.url, f"{page.url}{choir.slug}/"):
        shown = client.get(url).content.decode()
        assert "data-places" in shown
        assert 'data-lat="46.46"' in shown
        assert "<img" not in shown.partition("<main")[2].partition("</main>")[0]


def test_search_finds_entry_in_every_directory_language(client, page, choir):
    assert [hit.url for hit in index.find_entries("choeur", "fr").hits] == [f"{page.url}{choir.slug}/"]
    german = translated(page, "de", slug="vereine")
    (hit,) = index.find_entries("choeur", "de").hits
    assert hit.url == f"{german.url}{choir.slug}/"
    assert client.get(hit.url).status_code == 200
    choir.shown = False
    choir.save()
    assert not index.find_entries("choeur", "fr").hits


@pytest.mark.parametrize("typed", ["021 000 77 01", "+41210007701", "chorale@example.org"])
def test_search_finds_entry_by_phone_and_email(page, typed):
    entry = DirectoryEntryFactory(phone="0210007701", email="chorale@example.org")
    assert [hit.title for hit in index.find_entries(typed, "fr").hits] == [entry.name]


def test_search_omits_entry_if_no_site_has_directory(page, choir):
    Site.objects.all().delete()
    choir.save()
    assert not index.find_entries("choeur", "fr").hits


def test_search_omits_entry_of_restricted_or_deleted_directory(home, page, choir):
    restriction = page.get_parent().view_restrictions.create(restriction_type="login")
    assert not index.find_entries("choeur", "fr").hits
    restriction.delete()
    assert index.find_entries("choeur", "fr").hits
    page.delete()
    assert not index.find_entries("choeur", "fr").hits


def test_entries_with_same_name_have_different_addresses(page, choir):
    assert DirectoryEntryFactory(name=choir.name).slug == f"{choir.slug}-2"


def test_event_and_directory_entry_of_its_host_link_each_other(client, agenda, page, choir):
    event = EventPageFactory(parent=agenda, title="Concert de l’Avent", host=choir)
    shown = client.get(event.url).content.decode()
    assert f'<a href="{page.url}{choir.slug}/">Chœur de l’Été</a>' in shown
    assert '"organizer": {"@type": "Organization", "name": "Chœur de l’Été"}' in shown
    assert "Concert de l’Avent" in client.get(f"{page.url}{choir.slug}/").content.decode()
    EventPageFactory(parent=agenda, title="Ancien concert", host=choir, start=moment(2026, 1, 2, 9), end=None)
    assert "Ancien concert" not in client.get(f"{page.url}{choir.slug}/").content.decode()
    choir.shown = False
    choir.save()
    assert "<a" not in client.get(event.url).content.decode().partition("<p>Chœur")[2][:30]


def test_directory_and_entry_need_few_queries(page, choir, uncached):
    DirectoryEntryFactory.create_batch(12)
    uncached(page.url, most=12)
    uncached(f"{page.url}{choir.slug}/", most=12)


# -- The keeper link -----------------------------------------------------------------------------------------
def test_keeper_link_request_does_not_reveal_known_address(client, choir):
    known, unknown = ask(client, choir.email), ask(client, "stranger@example.org")
    assert known.status_code == unknown.status_code == 302
    assert known.url == unknown.url
    letters = {one.recipient: one.payload["text"] for one in Delivery.objects.all()}
    assert letters.keys() == {choir.email, "stranger@example.org"}
    assert "/fiche/" in letters[choir.email]
    assert "Chœur" not in letters["stranger@example.org"]
    assert KeeperLink.objects.count() == 1


def test_hidden_keeper_address_precedes_public_one(client, choir):
    choir.keeper_email = "Secret@orvenay.example"
    choir.save()
    ask(client, choir.email)
    assert not KeeperLink.objects.exists()
    ask(client, "secret@orvenay.example")
    assert KeeperLink.objects.get().email == "secret@orvenay.example"


def test_keeper_link_requests_are_limited_per_address(client, choir):
    answers = [ask(client, choir.email) for _ in range(4)]
    assert [one.status_code for one in answers] == [302] * 3 + [429]
    assert "Plusieurs e-mails" in answers[-1].text  # without promising an e-mail
    assert Delivery.objects.count() == 3


def test_keeper_link_requests_are_limited_per_client(client, choir):
    answers = [ask(client, f"someone{number}@example.org").status_code for number in range(31)]
    assert answers[-1] == 429


@pytest.mark.parametrize(
    "email", ["", "nobody", "a\x00b@example.org", "x" * 300 + "@example.org", '"a\nb"@x.org']
)
def test_keeper_link_request_with_invalid_address_is_refused(client, choir, email):
    assert ask(client, email).status_code == 422
    assert not Delivery.objects.exists()


def test_keeper_link_request_of_bot_is_dropped(client, choir):
    assert ask(client, choir.email, website="x").status_code == 302
    assert not Delivery.objects.exists()


def test_keeper_link_opens_entry_until_it_expires(client, choir, clock):
    path = link_of(client, choir)
    assert "Odile Rochat" in client.get(path).content.decode()
    assert client.get(path[:-2] + "/").status_code == 404
    clock.move_to(NOW + timedelta(days=8))
    assert client.get(path).status_code == 410
    clock.move_to(NOW)
    choir.email = "other@orvenay.example"
    choir.save()
    assert client.get(path).status_code == 404


def test_opening_keeper_link_changes_nothing(client, choir):
    path = link_of(client, choir)
    client.get(path)
    client.get(path, {"true": "1"})
    choir.refresh_from_db()
    assert choir.confirmed_at is None
    assert not Proposal.objects.exists()


def test_keeper_confirms_entry(client, choir):
    path = link_of(client, choir)
    assert client.post(path, {"true": "1"}).status_code == 200
    choir.refresh_from_db()
    assert choir.confirmed_at == NOW
    assert choir.due_at == NOW + timedelta(days=365)
    assert not Proposal.objects.exists()


def test_changes_typed_when_confirming_are_proposed(client, choir):
    path = link_of(client, choir)
    shown = client.post(path, filled(choir, name="Chœur d’hiver") | {"true": "1"}).content.decode()
    assert "Vos changements nous sont parvenus" in shown
    assert Proposal.objects.get().changed == ["name"]
    choir.refresh_from_db()
    assert choir.confirmed_at is None
    half = client.post(path, filled(choir, name="") | {"true": "1"})
    assert half.status_code == 422


def test_confirming_with_unchanged_fields_proposes_nothing(client, choir):
    path = link_of(client, choir)
    form = BeautifulSoup(client.get(path).content, "html.parser").select_one("form:has([name=true])")
    assert form.select_one("[name=name]")
    assert "Merci" in client.post(path, filled(choir) | {"true": "1"}).content.decode()
    choir.refresh_from_db()
    assert choir.confirmed_at == NOW


# -- Proposals -----------------------------------------------------------------------------------------------
@pytest.fixture
def proposal(client, choir):
    path = link_of(client, choir)
    assert client.post(path, filled(choir, name="Chœur d’hiver", phone="")).status_code == 200
    return Proposal.objects.get()


@pytest.fixture
def editor(client):
    user = SuperuserFactory()
    client.force_login(user)
    return user


def test_keeper_proposal_waits_for_decision(client, page, choir, proposal):
    assert proposal.state == ProposalState.WAITING
    assert set(proposal.changed) == {"name", "phone"}
    assert "Chœur d’hiver" not in client.get(page.url).content.decode()
    assert Delivery.objects.get(subject=f"proposal:{proposal.pk}").recipient == choir.email


def test_unchanged_entry_is_not_proposed(client, choir):
    client.post(link_of(client, choir), filled(choir))
    assert not Proposal.objects.exists()


def test_second_proposal_replaces_waiting_one(client, choir, proposal):
    path = link_of(client, choir)
    assert "Chœur d’hiver" in client.get(path).content.decode()
    client.post(path, filled(choir, name="Chœur d’automne"))
    proposal.refresh_from_db()
    assert proposal.changed == ["name"]
    client.post(path, filled(choir))
    assert not Proposal.objects.exists()


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""},
        {"name": "\x00"},
        {"name": "x" * 10_000},
        {"web": "javascript:alert(1)"},
        {"web": "ftp://example.org"},
        {"lat": "91"},
        {"lat": "nan"},
        {"lat": ""},
        {"lon": "x" * 10_000},
        {"theme": "\x00"},
        {"theme": ""},
        {"kind": "castle"},
        {"email": "nobody"},
    ],
)
def test_invalid_proposal_shows_error_at_field(client, choir, wrong):
    answer = client.post(link_of(client, choir), filled(choir, **wrong))
    assert answer.status_code == 422
    assert 'class="msg"' in answer.content.decode()
    assert not Proposal.objects.exists()


def test_editor_accepts_proposal_with_shown_differences(client, page, choir, proposal, editor):
    shown = client.get(reverse("proposal_desk", args=[proposal.pk])).content.decode()
    assert "Chœur de l’Été" in shown
    assert "Chœur d’hiver" in shown
    assert shown.count('class="diff"') == 2
    client.post(reverse("proposal_desk", args=[proposal.pk]), {"accept": "1"})
    choir.refresh_from_db()
    assert (choir.name, choir.phone, choir.contact_name) == ("Chœur d’hiver", "", "Odile Rochat")
    assert choir.confirmed_at == NOW
    assert letters_contain(f"{page.url}{choir.slug}/")
    assert "Chœur d’hiver" in client.get(page.url).content.decode()
    client.post(reverse("proposal_desk", args=[proposal.pk]), {"accept": "1"})
    assert Delivery.objects.filter(subject=f"proposal:{proposal.pk}").count() == 2


def test_stale_decision_on_proposal_is_refused(client, choir, proposal, editor):
    address = reverse("proposal_desk", args=[proposal.pk])
    read = {"seen": client.get(address).context["proposal"].version}
    client.post(link_of(client, choir), filled(choir, name="Chœur d’automne"))
    for deed in ({"accept": "1"}, {"refuse": "1", "reason": "Non."}):
        answer = client.post(address, read | deed, follow=True).content.decode()
        assert "relisez-le" in answer
        assert "Chœur d’automne" in answer
    proposal.refresh_from_db()
    assert proposal.state == ProposalState.WAITING
    client.post(address, {"accept": "1", "seen": proposal.version})
    choir.refresh_from_db()
    assert choir.name == "Chœur d’automne"


def test_accepted_proposal_keeps_later_changes_of_editors(client, choir, proposal, editor):
    choir.contact_name = "Yves Rochat"
    choir.save()
    shown = client.get(reverse("proposal_desk", args=[proposal.pk])).content.decode()
    assert "Yves Rochat" in shown
    client.post(reverse("proposal_desk", args=[proposal.pk]), {"accept": "1"})
    choir.refresh_from_db()
    assert (choir.name, choir.contact_name) == ("Chœur d’hiver", "Yves Rochat")


def test_refusal_of_proposal_sends_reason_to_keeper(client, choir, proposal, editor):
    address = reverse("proposal_desk", args=[proposal.pk])
    assert client.post(address, {"refuse": "1", "reason": " "}).status_code == 422
    assert client.post(address, {"refuse": "1", "reason": "\x00"}).status_code == 422
    client.post(address, {"refuse": "1", "reason": "Ce nom est déjà pris."})
    choir.refresh_from_db()
    assert choir.name == "Chœur de l’Été"
    assert letters_contain("Ce nom est déjà pris.")
    assert letters_contain(reverse("news:directory_ask"))
    client.post(address, {"accept": "1"})
    proposal.refresh_from_db()
    assert proposal.state == ProposalState.REFUSED


def test_proposal_is_decided_only_with_permission(client, choir, proposal):
    address = reverse("proposal_desk", args=[proposal.pk])
    assert client.get(address).status_code == 302
    agent = AgentFactory()
    client.force_login(agent)
    assert client.get(address).status_code == 404
    assert client.post(address, {"accept": "1"}).status_code == 404
    agent.user_permissions.add(Permission.objects.get(codename="change_directoryentry"))
    assert client.get(address).status_code == 200
    assert reverse("proposals:index") in client.get(reverse("wagtailadmin_home")).content.decode()


def test_proposals_are_listed_but_not_added_in_admin(client, choir, proposal, editor):
    assert proposal.title in client.get(reverse("proposals:index")).content.decode()
    assert proposal.title in client.get(reverse("wagtailadmin_home")).content.decode()
    assert client.get(reverse("proposals:add")).status_code == 302
    assert client.get(reverse("proposals:edit", args=[proposal.pk])).status_code == 302


@pytest.mark.parametrize(
    "name", ["news:directory_keep", "news:proposal", "news:waste_confirm", "news:waste_end"]
)
def test_link_with_nul_character_returns_404_without_query(client, page, name):
    path = reverse(name, args=["x" * 22]).replace("x" * 22, "a%00b")
    with CaptureQueriesContext(connection) as queries:
        assert client.get(path).status_code == 404
    assert not any("secret" in query["sql"] for query in queries)


# -- New entries ---------------------------------------------------------------------------------------------
def opened() -> str:
    with time_machine.travel(NOW - timedelta(minutes=2), tick=False):
        return sign_opening_time()


def new(client, **changes):
    theme = DirectoryThemeFactory()
    data = {
        "kind": "company",
        "name": "Boulangerie Cuendet",
        "theme": str(theme.translation_key),
        "summary": "Du pain chaque matin.",
        "sender": "cuendet@example.org",
        "opened": opened(),
        "website": "",
    }
    return client.post(reverse("news:directory_propose"), data | changes)


def test_new_entry_is_proposed_after_email_confirmation(client, page):
    assert client.get(reverse("news:directory_propose")).status_code == 200
    assert new(client).status_code == 302
    path = path_in_letters("propositions")
    client.get(path)
    assert Proposal.objects.get().state == ProposalState.ASKED
    client.post(path)
    client.post(path)
    assert Proposal.objects.get().state == ProposalState.WAITING
    client.force_login(SuperuserFactory())
    client.post(reverse("proposal_desk", args=[Proposal.objects.get().pk]), {"accept": "1"})
    entry = DirectoryEntry.objects.get(kind="company")
    assert (entry.name, entry.kind, entry.keeper) == (
        "Boulangerie Cuendet",
        "company",
        "cuendet@example.org",
    )
    assert client.get(f"{page.url}{entry.slug}/").status_code == 200


def test_unconfirmed_proposal_is_hidden_and_deleted(client, page, clock):
    new(client)
    path = path_in_letters("propositions")
    client.force_login(SuperuserFactory())
    proposal = Proposal.objects.get()
    assert client.get(reverse("proposal_desk", args=[proposal.pk])).status_code == 404
    later = NOW + timedelta(days=8)
    clock.move_to(later)
    client.logout()
    assert client.get(path).status_code == 410
    assert client.post(path).status_code == 410
    send_keeper_reminders(later)
    assert not Proposal.objects.exists()
    assert client.get(path).status_code == 404


def test_proposal_of_bot_is_dropped(client, page):
    assert new(client, website="x").status_code == 302
    assert new(client, opened="").status_code == 422
    assert new(client, opened="forged").status_code == 422
    assert not Proposal.objects.exists()
    assert not Delivery.objects.exists()


def test_proposals_send_at_most_three_emails_an_hour(client, page):
    assert [new(client).status_code for _ in range(5)] == [302, 302, 302, 429, 429]
    assert Delivery.objects.count() == 3


# -- Yearly reminder -----------------------------------------------------------------------------------------
def test_keeper_is_reminded_once_a_year(client, choir, clock):
    send_keeper_reminders(NOW)
    assert not Delivery.objects.exists()
    year = NOW + timedelta(days=366)
    clock.move_to(year)
    send_keeper_reminders(year)
    send_keeper_reminders(year)
    (letter,) = Delivery.objects.all()
    assert letter.recipient == choir.email
    assert client.post(path_in_letters("fiche"), {"true": "1"}).status_code == 200
    choir.refresh_from_db()
    assert choir.confirmed_at == year


def test_hidden_or_keeperless_entry_sends_no_reminder(choir, clock):
    choir.shown = False
    choir.save()
    orphan = DirectoryEntryFactory(email="")
    year = NOW + timedelta(days=366)
    clock.move_to(year)
    send_keeper_reminders(year)
    assert not Delivery.objects.exists()
    orphan.refresh_from_db()
    assert orphan.due_at > year


def test_expired_keeper_links_are_deleted(client, choir):
    link_of(client, choir)
    actions.delete_expired_links(NOW + timedelta(days=30))
    assert not KeeperLink.objects.exists()


def test_editor_changes_directory_entry_in_admin(client, page, choir, editor):
    assert choir.name in client.get(reverse("directory_entries:list")).content.decode()
    assert client.get(reverse("directory_entries:edit", args=[choir.pk])).status_code == 200
    data = filled(choir, name="Chœur mixte", theme=choir.theme_id, shown="on", language="fr", slug=choir.slug)
    data |= {"picture": "", "picture_alt": "", "keeper_email": ""}
    answer = client.post(reverse("directory_entries:edit", args=[choir.pk]), data)
    assert answer.status_code == 302
    choir.refresh_from_db()
    assert choir.name == "Chœur mixte"


def test_translated_theme_filters_same_entries(client, page, choir):
    german = choir.theme.copy_for_translation(locale("de"))
    german.name = "Musik"
    german.save()
    twin = translated(page, "de", slug="vereine")
    assert "Musik" in client.get(f"{twin.url}?theme={choir.theme.slug}").content.decode()
