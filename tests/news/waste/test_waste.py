"""Waste calendar: its page, calendar files and reminders by e-mail."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.urls import reverse

from eservices.deliveries.models import Delivery
from news.waste import access, actions
from news.waste.jobs import send_due_reminders
from news.waste.models import WasteCollection, WasteReminder
from tests.factories.accounts import SuperuserFactory
from tests.factories.home import WasteCollectionFactory, WasteDistrictFactory, locale, translated
from tests.factories.news import WasteCalendarPageFactory

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)  # a Monday
EVENING = datetime(2026, 11, 23, 17, 0, 5, tzinfo=UTC)  # 18:00:05 in the commune
HERE = {"HTTP_SEC_FETCH_SITE": "same-origin"}


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def bourg(db):
    return WasteDistrictFactory()


@pytest.fixture
def calendar(home, bourg):
    """Household waste on Tuesdays in both districts; paper on Wednesdays in one, on Thursdays in the other."""
    hill = WasteDistrictFactory(name="Coteau", slug="coteau")
    WasteCollectionFactory(title="Ordures", first_on=date(2026, 11, 3))
    WasteCollectionFactory(title="Papier", first_on=date(2026, 11, 4), district=bourg)
    WasteCollectionFactory(title="Carton", first_on=date(2026, 11, 5), district=hill)
    return WasteCalendarPageFactory(parent=home)


def ask(client, **data):
    data = {"email": "Lea@Example.org", "zone": "bourg", "when": "evening", "website": ""} | data
    return client.post(reverse("news:waste_ask"), data, **HERE)


def letters(template: str) -> list[Delivery]:
    found = Delivery.objects.filter(subject__startswith="waste-reminder:").order_by("pk")
    return [one for one in found if template in one.payload["text"]]


def confirm(client) -> WasteReminder:
    text = letters("/oui/")[-1].payload["text"]
    path = re.search(r"http://[^/]+(/\S+/oui/\S+)", text)[1]
    assert client.get(path).status_code == 200
    assert client.post(path).status_code == 200
    return WasteReminder.objects.get()


def test_district_lists_own_and_common_collections(client, calendar):
    everywhere = client.get(calendar.url).content.decode()
    assert all(title in everywhere for title in ("Ordures", "Papier", "Carton"))
    village = client.get(f"{calendar.url}?zone=bourg").content.decode()
    assert "Papier" in village
    assert "Carton" not in village
    assert client.get(f"{calendar.url}?zone=nulle-part").status_code == 404


def test_collection_names_its_district_in_the_language(calendar, bourg):
    german = bourg.copy_for_translation(locale("de"))
    german.name = "Dorf"
    german.save()
    paper = WasteCollection.objects.get(title="Papier").copy_for_translation(locale("de"))
    paper.title = "Altpapier"
    paper.save()
    places = {one.title: one.place for one in WasteCollection.rounds("de")}
    assert places == {"Altpapier": "Dorf", "Ordures": "", "Carton": "Coteau"}
    assert {one.place for one in WasteCollection.rounds("fr")} == {"", bourg.name, "Coteau"}


def test_collections_are_downloaded_as_calendar_with_alarm(client, calendar):
    text = client.get(f"{calendar.url}bourg/ics/").content.decode()
    assert "DTSTART;VALUE=DATE:20261124" in text
    assert "DTEND;VALUE=DATE:20261125" in text
    assert "TRIGGER:-PT6H" in text
    assert "Carton" not in text
    assert client.get(f"{calendar.url}x/ics/").status_code == 404


def test_confirmed_reminder_is_sent_on_evening_before(client, calendar, clock):
    assert ask(client).url == reverse("news:waste_asked")
    send_due_reminders(EVENING)
    assert not letters("Ordures")
    reminder = confirm(client)
    assert reminder.email == "lea@example.org"
    clock.move_to(EVENING)
    send_due_reminders(EVENING)
    send_due_reminders(EVENING)  # the second run sends nothing
    (letter,) = letters("Ordures")
    assert "Demain" in letter.title
    assert letter.payload["headers"]["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    clock.move_to(EVENING + timedelta(days=1))
    send_due_reminders(EVENING + timedelta(days=1))
    assert letters("Papier")
    clock.move_to(EVENING + timedelta(days=2))
    send_due_reminders(EVENING + timedelta(days=2))
    assert not letters("Carton")


def test_reminder_follows_moved_collection(client, calendar, clock):
    ask(client)
    confirm(client)
    paper = type(WasteCollectionFactory.build()).objects.get(title="Papier")
    paper.moved = [("day", {"day": date(2026, 11, 25), "instead": date(2026, 11, 24)})]
    paper.save()
    clock.move_to(EVENING)
    send_due_reminders(EVENING)
    assert letters("Papier")


def test_missed_reminder_of_past_collection_is_not_sent(client, calendar, clock):
    ask(client, when="morning")
    confirm(client)
    noon = datetime(2026, 11, 24, 11, tzinfo=UTC)
    clock.move_to(noon)
    send_due_reminders(noon)
    assert not letters("Ordures")
    assert WasteReminder.objects.get().due_at == datetime(2026, 11, 25, 5, tzinfo=UTC)


def test_reminder_of_deleted_district_is_ended_with_email(client, calendar, bourg, clock):
    translated(calendar, "de", title="Abfallkalender")
    client.post("/de/collectes/rappel/", {"email": "a@b.ch", "zone": "bourg", "when": "evening"}, **HERE)
    confirm(client)
    WasteCollection.objects.filter(district=bourg).delete()
    bourg.delete()
    for days in range(2):
        clock.move_to(EVENING + timedelta(days=days))
        send_due_reminders(EVENING + timedelta(days=days))
    assert not letters("Ordures")
    (letter,) = letters("/de/collectes/rappel/\n")
    assert (letter.recipient, letter.title) == ("a@b.ch", "Abfuhr: wählen Sie Ihr Quartier neu")
    assert not WasteReminder.objects.exists()


def test_reminder_continues_if_one_translation_is_deleted(client, calendar, bourg, clock):
    twin = bourg.copy_for_translation(locale("de"))
    twin.save()
    ask(client)
    confirm(client)
    twin.delete()
    clock.move_to(EVENING)
    send_due_reminders(EVENING)
    assert letters("Ordures")


def test_failing_reminder_does_not_delay_others(client, calendar, clock, monkeypatch):
    ask(client)
    confirm(client)
    other = WasteReminder.objects.create(
        email="z@example.org", language="fr", link_expires_at=NOW, confirmed_at=NOW, due_at=EVENING
    )
    written = actions.emails.send_collection_reminder
    monkeypatch.setattr(
        actions.emails,
        "send_collection_reminder",
        lambda one, *rest: written(one, *rest) if one == other else 1 / 0,
    )
    clock.move_to(EVENING)
    send_due_reminders(EVENING)
    assert [letter.recipient for letter in letters("Ordures")] == [other.email]


def test_get_request_neither_confirms_nor_ends_reminder(client, calendar):
    ask(client)
    reminder = WasteReminder.objects.get()
    for name in ("news:waste_confirm", "news:waste_end"):
        assert client.get(reverse(name, args=[reminder.secret])).status_code == 200
    assert WasteReminder.objects.get().confirmed_at is None


def test_reminder_is_ended_by_one_click_and_erased(client, calendar):
    ask(client)
    end = reverse("news:waste_end", args=[confirm(client).secret])
    assert client.post(end, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert not WasteReminder.objects.exists()
    assert client.post(end).status_code == 200
    assert client.get(end).status_code == 404
    assert not Delivery.objects.exclude(recipient="").finished().exists()


def test_confirming_ended_reminder_returns_404(client, calendar, monkeypatch):
    ask(client)
    reminder = WasteReminder.objects.get()
    actions.end_reminder(reminder=reminder)
    monkeypatch.setattr(
        access, "reminder_by_secret_or_404", lambda secret: reminder
    )  # as if looked up before it ended
    assert client.post(reverse("news:waste_confirm", args=[reminder.secret])).status_code == 404
    assert not WasteReminder.objects.exists()


def test_reminder_change_requires_confirmation(client, calendar):
    ask(client)
    confirm(client)
    first, again = ask(client, email="neu@example.org"), ask(client, when="morning")
    assert first.url == again.url
    assert WasteReminder.objects.get(email="lea@example.org").when == "evening"
    link = reverse("news:waste_confirm", args=[WasteReminder.objects.get(email="lea@example.org").secret])
    assert client.get(f"{link}?when=evening").context["done"]  # the first e-mail, opened again
    assert not client.get(f"{link}?when=morning").context["done"]


def test_reminder_emails_are_limited_per_address(client, calendar):
    answers = [ask(client) for _ in range(4)]
    assert [one.status_code for one in answers] == [302] * 3 + [429]
    assert "Plusieurs e-mails" in answers[-1].text  # without promising an e-mail


def test_unconfirmed_reminder_expires_after_a_week(client, calendar, clock):
    ask(client)
    reminder = WasteReminder.objects.get()
    later = NOW + timedelta(days=7, minutes=1)
    clock.move_to(later)
    assert client.get(reverse("news:waste_confirm", args=[reminder.secret])).status_code == 410
    send_due_reminders(later)
    assert not WasteReminder.objects.exists()


@pytest.mark.parametrize(
    ("data", "status"),
    [
        ({"email": "nobody"}, 422),
        ({"email": "a@b.ch\r\nBcc: x@y.ch"}, 422),
        ({"zone": ""}, 422),
        ({"zone": "x"}, 422),
        ({"when": "noon"}, 422),
        ({"website": "spam"}, 302),
    ],
)
def test_invalid_reminder_request_is_refused(client, calendar, data, status):
    assert ask(client, **data).status_code == status
    assert not WasteReminder.objects.exists()
    assert not Delivery.objects.exists()


def test_reminder_form_from_other_site_is_refused(client, calendar):
    answer = client.post(reverse("news:waste_ask"), {"email": "a@b.ch"}, HTTP_SEC_FETCH_SITE="cross-site")
    assert answer.status_code == 403


def test_reminder_is_in_language_of_its_request(client, calendar, bourg, clock):
    translated(calendar, "de", title="Abfallkalender")
    twin = bourg.copy_for_translation(locale("de"))
    twin.name = "Dorf"
    twin.save()
    with time_machine.travel(NOW, tick=False):
        client.post("/de/collectes/rappel/", {"email": "a@b.ch", "zone": "bourg", "when": "evening"}, **HERE)
        confirm(client)
    clock.move_to(EVENING)
    send_due_reminders(EVENING)
    (letter,) = letters("Ordures")
    assert "Morgen" in letter.title
    assert "Dorf" in letter.payload["text"]


def test_reminder_language_changes_when_confirmed(client, calendar, clock):
    ask(client)
    confirm(client)
    again = {"email": "lea@example.org", "zone": "bourg", "when": "evening"}
    client.post(f"/de{reverse('news:waste_ask')}", again, **HERE)
    assert WasteReminder.objects.get().language == "fr"
    (path,) = re.findall(
        r"http://[^/]+(/de/\S+/oui/\S+)", "\n".join(one.payload["text"] for one in letters("/oui/"))
    )
    client.post(path)
    assert WasteReminder.objects.get().language == "de"
    clock.move_to(EVENING)
    send_due_reminders(EVENING)
    (letter,) = letters("Ordures")
    assert "Morgen" in letter.title


def test_untranslated_collection_is_listed_and_reminded(client, calendar, clock):
    german = translated(calendar, "de", title="Abfallkalender")
    twin = WasteCollection.objects.get(title="Ordures").copy_for_translation(locale("de"))
    twin.title = "Kehricht"
    twin.save()
    WasteCollectionFactory(title="Encombrants", first_on=date(2026, 11, 3))
    shown = client.get(german.url).content.decode()
    assert ("Kehricht" in shown, "Encombrants" in shown, "Ordures" in shown) == (True, True, False)
    form = {"email": "a@b.ch", "zone": "bourg", "when": "evening"}
    client.post("/de/collectes/rappel/", form, **HERE)
    confirm(client)
    clock.move_to(EVENING)
    send_due_reminders(EVENING)
    assert "Encombrants" in letters("Kehricht")[-1].payload["text"]


def test_collections_with_similar_titles_have_distinct_uids(client, calendar):
    for title in ("Déchets encombrants et ferraille", "Déchets encombrants en bois"):
        WasteCollectionFactory(title=title, first_on=date(2026, 11, 3))
    sent = client.get(f"{calendar.url}ics/").content.decode().replace("\r\n ", "")
    marks = re.findall(r"UID:(\S+)", sent)
    assert len(marks) == len(set(marks)) > 0


def test_waste_calendar_needs_few_queries(client, calendar, uncached):
    uncached(f"{calendar.url}?zone=bourg", most=12)
    ask(client)
    client.force_login(SuperuserFactory())
    assert "lea@example.org" in client.get(reverse("waste_reminders:index")).content.decode()
    assert client.get(reverse("waste_reminders:add")).status_code == 302


def test_district_deletion_shows_number_of_reminders(client, bourg):
    hill = WasteDistrictFactory(name="Coteau", slug="coteau")
    for number, district in enumerate([bourg, bourg, hill]):
        WasteReminder.objects.create(
            email=f"lea{number}@example.org",
            district=district.translation_key,
            confirmed_at=NOW,
            link_expires_at=NOW,
        )
    WasteReminder.objects.create(
        email="jamais@example.org", district=hill.translation_key, link_expires_at=NOW
    )
    client.force_login(SuperuserFactory())

    def asked(*districts) -> str:
        one = districts[0]
        url = reverse(one.snippet_viewset.get_url_name("delete"), args=[one.pk])
        if len(districts) > 1:
            url = reverse("wagtail_bulk_action", args=["news_waste", "wastedistrict", "delete"])
        page = client.get(url, {"id": [each.pk for each in districts]})
        assert page.status_code == 200
        return page.text

    assert "2 personnes reçoivent des rappels" in asked(bourg)
    assert "1 personne reçoit des rappels" in asked(hill)
    assert "3 personnes reçoivent des rappels" in asked(bourg, hill)
    german = bourg.copy_for_translation(locale("de"))
    german.save()
    assert "des rappels" not in asked(german)  # the district remains in another language
    WasteReminder.objects.all().delete()
    assert "des rappels" not in asked(hill)
