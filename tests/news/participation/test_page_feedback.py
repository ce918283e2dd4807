"""Page feedback: the form, what is stored and erased, and the report for staff."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.urls import reverse
from wagtail.models import PageViewRestriction

from eservices.accounts.roles import ensure_roles
from news.participation.jobs import delete_old_feedback
from news.participation.models import PageFeedback
from tests.factories.accounts import SuperuserFactory, UserFactory
from tests.factories.home import ContentPageFactory, SectionPageFactory

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
HERE = {"HTTP_SEC_FETCH_SITE": "same-origin"}
BOX = reverse("participation:useful")


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def page(home):
    return ContentPageFactory(parent=home)


def say(client, page, useful="no", text=None, **headers):
    """Post the feedback form of the page; with ``text``, the form that asks for a sentence."""
    data = {"page": page.pk, "useful": useful, "website": ""} | ({} if text is None else {"text": text})
    return client.post(BOX, data, **(HERE | headers))


def test_feedback_form_is_below_content_without_token(client, home, page):
    response = client.get(page.url)
    text = response.content.decode()
    assert f'action="{BOX}"' in text
    assert "csrf" not in text
    assert not response.cookies
    section = SectionPageFactory(parent=home)
    assert BOX not in client.get(section.url).content.decode()


def test_negative_feedback_asks_for_one_sentence(client, page):
    response = say(client, page)
    assert response.status_code == 302
    asked = client.get(response.url)
    assert page.title in asked.content.decode()
    assert say(client, page, text="").url == page.url  # nothing to add
    assert say(client, page, text="Les horaires du samedi").url.endswith("done=1")
    verdict = PageFeedback.objects.get()  # the sentence belongs to the same feedback
    assert (verdict.useful, verdict.text) == (False, "Les horaires du samedi")


def test_feedback_counts_once_a_day_with_last_answer(client, page, clock):
    say(client, page, "no", "Rien")
    say(client, page, "yes")
    assert PageFeedback.objects.get().useful is True
    say(client, page, HTTP_USER_AGENT="another browser")
    assert PageFeedback.objects.count() == 2
    clock.shift(timedelta(days=1))
    say(client, page)
    assert PageFeedback.objects.count() == 3


def test_feedback_fingerprint_is_erased_after_a_day(client, page, clock):
    say(client, page, REMOTE_ADDR="203.0.113.7")
    kept = str(PageFeedback.objects.values().get())
    assert "203.0.113.7" not in kept
    delete_old_feedback(NOW)
    assert PageFeedback.objects.get().who
    delete_old_feedback(NOW + timedelta(days=1))
    assert PageFeedback.objects.get().who == ""


def test_feedback_texts_are_erased_before_answers(client, page):
    say(client, page, text="Il manque le tarif")
    delete_old_feedback(NOW + timedelta(days=364))
    assert PageFeedback.objects.get().text
    delete_old_feedback(NOW + timedelta(days=367))
    assert PageFeedback.objects.get().text == ""
    delete_old_feedback(NOW + timedelta(days=3 * 365 + 2))
    assert not PageFeedback.objects.exists()


@pytest.mark.parametrize(
    "headers",
    [{"HTTP_SEC_FETCH_SITE": "cross-site"}, {"HTTP_SEC_FETCH_SITE": "", "HTTP_ORIGIN": "https://x.example"}],
)
def test_feedback_from_other_site_is_refused(client, page, headers):
    assert say(client, page, **headers).status_code == 403
    assert not PageFeedback.objects.exists()


def test_feedback_of_bot_is_acknowledged_and_dropped(client, page):
    data = {"page": page.pk, "useful": "yes", "website": "https://spam.example"}
    assert client.post(BOX, data, **HERE).status_code == 302
    assert not PageFeedback.objects.exists()


def test_feedback_is_rate_limited(client, page):
    for _each in range(120):
        say(client, page)
    assert say(client, page).status_code == 429


def test_feedback_text_with_email_address_is_refused(client, page):
    response = say(client, page, text="Écrivez à lea@example.org")
    assert response.status_code == 422
    assert "lea@example.org" in response.content.decode()  # the typed text is kept
    assert not PageFeedback.objects.exists()


@pytest.mark.parametrize("text", ["\x00", "x" * 10_000])
def test_invalid_feedback_text_is_refused(client, page, text):
    assert say(client, page, text=text).status_code == 422


@pytest.mark.parametrize("number", ["", "x", "0", "99999999999999999999", "12345"])
def test_feedback_on_unknown_page_returns_404(client, home, number):
    assert client.post(BOX, {"page": number, "useful": "yes"}, **HERE).status_code == 404
    assert client.get(f"{BOX}merci/?page={number}&useful=yes").status_code == 404


def test_feedback_on_restricted_page_returns_404(client, page):
    PageViewRestriction.objects.create(page=page, restriction_type=PageViewRestriction.LOGIN)
    assert say(client, page).status_code == 404


def test_get_request_records_no_feedback(client, page):
    assert client.get(BOX).status_code == 405
    assert client.get(f"{BOX}merci/?page={page.pk}&useful=no").status_code == 200
    assert not PageFeedback.objects.exists()


def test_staff_reads_feedback_by_page(client, page):
    say(client, page, text="Les horaires du samedi")
    client.force_login(SuperuserFactory())
    text = client.get(reverse("participation_desk:useful")).content.decode()
    assert page.title in text
    assert "0&nbsp;%" in text or "0 %" in text
    text = client.get(reverse("participation_desk:useful_page", args=[page.pk])).content.decode()
    assert "Les horaires du samedi" in text


def test_feedback_export_contains_no_formulas(client, page):
    say(client, page, text='=HYPERLINK("https://x.example")')
    client.force_login(SuperuserFactory())
    text = client.get(reverse("participation_desk:useful_csv")).content.decode()
    assert "'=HYPERLINK" in text
    assert page.title in text


@pytest.mark.parametrize("name", ["useful", "useful_csv"])
def test_feedback_report_requires_permission(client, page, name):
    user = UserFactory(is_staff=True)
    user.groups.add(ensure_roles("agents")["agents"])
    client.force_login(user)
    assert client.get(reverse(f"participation_desk:{name}")).status_code == 404
    moderator = UserFactory(email="moderator@example.org")
    moderator.groups.add(ensure_roles("moderators")["moderators"])
    client.force_login(moderator)
    assert client.get(reverse(f"participation_desk:{name}")).status_code == 200


def test_feedback_report_has_constant_query_count(client, home, django_assert_max_num_queries):
    client.force_login(SuperuserFactory())
    url = reverse("participation_desk:useful")

    def queries(pages: int, most: int) -> int:
        for _each in range(pages):
            number = PageFeedback.objects.count()
            say(client, ContentPageFactory(parent=home, title=f"Page {number}", slug=f"page-{number}"))
        client.get(url)
        with django_assert_max_num_queries(most) as counted:
            client.get(url)
        return len(counted)

    queries(10, most=queries(2, most=100))
