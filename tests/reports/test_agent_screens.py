"""Problem reports for agents: team, title, notifications and publication."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from eservices.cases import actions as cases
from eservices.cases import emails
from eservices.cases.actions import agent_notifications as notices
from eservices.cases.actors import Applicant
from eservices.cases.models import NotificationMethod, NotificationType
from eservices.deliveries.models import Delivery
from eservices.reports import access, actions
from eservices.reports.models import ProblemReport
from tests.factories.cases import TeamFactory, member
from tests.factories.reports import reported

pytestmark = pytest.mark.django_db


def road_agent(**fields):
    return member(team=TeamFactory(key="voirie", name="Voirie"), **fields)


def post_update(report, state, **more):
    return actions.update_report(actor=road_agent(), report=report, state=state, **more)


# -- Team and title ------------------------------------------------------------------------------------------
def test_new_report_notifies_only_the_team_of_its_category():
    for team in ("voirie", "commune"):
        agent = member(team=TeamFactory(key=team, name=team), email=f"{team}@orvenay.example")
        notices.save_preferences(actor=agent, methods={NotificationType.NEW: NotificationMethod.NOW})

    report = reported(email="elodie@courriel.example")

    told = Delivery.objects.for_subject(report.case.subject).values_list("recipient", flat=True)
    assert set(told) == {"voirie@orvenay.example", "elodie@courriel.example"}


def test_emails_to_agents_name_a_report_by_category_and_place():
    report, lead = reported(), road_agent()
    case = report.case
    emails.send_deadline_escalation(case, "over")
    emails.send_team_transfer(case)
    cases.send_message(actor=Applicant(link=case.links.get(mailed=False)), case=case, text="Elle clignote.")
    texts = [
        one.payload["text"] for one in Delivery.objects.for_subject(case.subject).filter(recipient=lead.email)
    ]
    assert any(
        "« Éclairage, Rue du Lac" in text.replace("\u202f", " ").replace("\u00a0", " ") for text in texts
    )
    assert any("Elle clignote." in text for text in texts)
    assert not any("de  " in text for text in texts)


def test_report_without_an_address_prints_nothing(client):
    report = reported()
    post_update(report, "planned", planned_for=date(2026, 12, 3), word="La lampe est commandée.")
    assert not Delivery.objects.for_subject(report.case.subject).exists()
    client.force_login(road_agent())
    assert "Personne n’est nommé" in client.get(reverse("cases:case", args=[report.case.reference])).text


def test_report_has_category_and_place_as_title_in_the_queue(client):
    report = reported(place={"address": "Rue du Lac 14"})
    client.force_login(road_agent())
    case = reverse("cases:case", args=[report.case.reference])
    for url in (reverse("cases:queue"), case, reverse("wagtailadmin_home")):
        assert "Éclairage, Rue du Lac 14" in client.get(url).text
    rows = b"".join(client.get(reverse("cases:export", args=["csv"])).streaming_content).decode()
    assert ";Éclairage, Rue du Lac 14;" in rows


def test_queue_takes_as_many_queries_for_many_reports_as_for_two(client, django_assert_num_queries):
    client.force_login(road_agent())
    reported(), reported()
    client.get(reverse("cases:queue"))
    with CaptureQueriesContext(connection) as two:
        client.get(reverse("cases:queue"))
    for _n in range(4):
        reported()
    with django_assert_num_queries(len(two)):
        client.get(reverse("cases:queue"))


def test_invalid_update_keeps_what_the_agent_typed(client):
    report = reported(email="elodie@courriel.example")
    client.force_login(road_agent())
    url = reverse("tell_report", args=[report.case.reference])
    typed = {"state": "planned", "title": "Lampe éteinte", "word": "La lampe est commandée."}
    again = client.post(url, typed)
    assert again.status_code == 422
    assert all(words in again.text for words in ("Lampe éteinte", "La lampe est commandée.", "aria-invalid"))

    for state, said in (("seen", "Les personnes qui suivent"), ("seen", "personne n’est averti")):
        assert said in client.post(url, {"state": state}, follow=True).text

    post_update(report, "mended")
    again = client.post(url, typed | {"state": "mended", "published": "on", "title": ""})
    assert again.status_code == 409
    assert "La lampe est commandée." in again.text
    assert client.get(url).status_code == 302


def test_planned_day_is_prefilled_in_iso_format(client):
    report = reported()
    post_update(report, "planned", planned_for=date(2027, 1, 14))
    client.force_login(road_agent())
    page = client.get(reverse("cases:case", args=[report.case.reference])).text
    assert 'id="report_planned_for" value="2027-01-14"' in page


def test_agent_sees_the_place_on_the_map(client, settings):
    report = reported()
    client.force_login(road_agent())
    url = reverse("cases:case", args=[report.case.reference])
    settings.TILE_URL = "https://tiles.example/{z}/{x}/{y}.png"
    page = client.get(url).text
    assert f'data-lat="{report.lat}"' in page
    assert "data-places" in page
    settings.TILE_URL = ""
    assert "data-places" not in client.get(url).text


def test_duplicate_report_is_public_once(client):
    report, twice, elsewhere = reported(), reported(), reported()
    cases.merge_into(actor=road_agent(), case=twice.case, other=report.case)
    cases.refuse_case(actor=road_agent(), case=elsewhere.case, reason="C’est une route cantonale.")

    assert {one.pk for one in access.public_reports()} == {report.pk, elsewhere.pk}
    known = reverse("reports:report", args=[report.pk])
    assert client.get(reverse("reports:report", args=[twice.pk])).url == known
    assert [one.pk for one in ProblemReport.objects.open()] == [report.pk]
    same = access.possible_duplicates(report.category, report.point, "")
    assert twice.pk not in [one.pk for one, _metres in same]


def test_followers_of_a_duplicate_follow_the_original_report(client):
    report = reported(email="elodie@courriel.example")
    twice = reported(email="Jean@courriel.example")
    for email in ("anna@courriel.example", "elodie@courriel.example", "both@courriel.example"):
        actions.follow_report(actor=None, report=twice, email=email, language="de")
    actions.follow_report(actor=None, report=report, email="both@courriel.example", language="fr")

    cases.merge_into(actor=road_agent(), case=twice.case, other=report.case)

    report.refresh_from_db()
    assert report.also == 5  # one own, three of the duplicate, and the duplicate itself
    languages = dict(report.followers.values_list("email", "language"))
    assert languages == {
        "both@courriel.example": "fr",
        "anna@courriel.example": "de",
        "jean@courriel.example": "fr",
    }
    assert not twice.followers.exists()
    told = Delivery.objects.for_subject(twice.case.subject).latest("created_at").payload["text"]
    assert "connaissions déjà" in told
    post_update(report, "mended")
    ended = Delivery.objects.get(recipient="anna@courriel.example").payload["text"]
    assert "behoben" in ended
    assert reverse("reports:report", args=[report.pk]) in ended
    assert "/stop/" not in ended  # no further e-mail follows


def test_followers_of_a_duplicate_learn_that_it_has_ended():
    report, twice = reported(), reported()
    actions.follow_report(actor=None, report=twice, email="anna@courriel.example", language="fr")
    post_update(report, "mended")
    cases.merge_into(actor=road_agent(), case=twice.case, other=report.case)
    assert "réparé" in Delivery.objects.get(recipient="anna@courriel.example").title
    assert not report.followers.exists()
