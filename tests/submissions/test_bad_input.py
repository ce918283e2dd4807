"""Bad input: each has a clear page or message, and no answer is lost."""

import csv
from datetime import timedelta
from io import BytesIO, StringIO

import pytest
from bs4 import BeautifulSoup
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from eservices.cases.models import Case
from eservices.submissions import actions
from eservices.submissions.models import Draft, Submission
from eservices.submissions.signals import submission_sent
from tests.factories.accounts import UserFactory
from tests.factories.cases import member
from tests.factories.submissions import DraftFactory
from tests.submissions.conftest import start_url

pytestmark = pytest.mark.django_db


def text(response) -> str:
    return response.content.decode()


# -- Out of order, unknown, expired, of another account ------------------------------------------------------
def test_step_out_of_order_redirects_to_the_first_incomplete_one(person):
    person.begin()

    response = person.client.get(person.url("document"), follow=True)

    assert response.redirect_chain == [(person.url("identite"), 302)]
    assert 'role="status"' in text(response)


def test_step_posted_out_of_order_saves_nothing(person):
    person.begin()

    response = person.fill("document")

    assert response.url == person.url("identite")
    assert "exemplaires" not in person.answers


def test_review_of_an_incomplete_draft_redirects_to_its_gap(person):
    person.begin()

    assert person.client.get(person.page("review")).url == person.url("identite")
    assert person.send().url == person.url("identite")
    assert not Submission.objects.exists()


@pytest.mark.parametrize(
    "path",
    [
        "/demande/inconnue/",
        "/demande/d/AAAAAAAAAAAAAAAAAAAAAA/",
        "/demande/d/AAAAAAAAAAAAAAAAAAAAAA/etape/qui/",
        "/demande/d/AAAAAAAAAAAAAAAAAAAAAA/envoyee/",
        "/demande/d/court/",
        "/demande/d/AAAAAAAAAA%00AAAAAAAAAAA/",
    ],
)
def test_unknown_link_is_not_found(client, version, path):
    assert client.get(path).status_code == 404


def test_unknown_step_of_a_draft_is_not_found(person):
    person.begin()

    assert person.client.get(person.url("nulle_part")).status_code == 404


def test_form_without_a_published_version_is_not_found(client, version):
    version.kind = version.Kind.REHEARSAL
    version.save()

    assert client.get(start_url(version)).status_code == 404


def test_expired_draft_offers_to_start_again(client, version):
    draft = DraftFactory(version=version, steps=["qui"], expires_at=timezone.now() - timedelta(minutes=1))

    response = client.get(reverse("submissions:step", args=[draft.secret, "identite"]))

    assert response.status_code == 410
    assert start_url(version) in text(response)


def test_draft_opens_until_it_expires(client, version):
    draft = DraftFactory(version=version, steps=["qui"], expires_at=timezone.now() + timedelta(minutes=1))

    assert client.get(reverse("submissions:step", args=[draft.secret, "identite"])).status_code == 200


def test_draft_of_an_account_opens_for_its_owner_only(client, version):
    owner = UserFactory()
    draft = DraftFactory(version=version, steps=["qui"], user=owner)
    url = reverse("submissions:step", args=[draft.secret, "identite"])

    client.force_login(owner)
    assert client.get(url).status_code == 200
    client.force_login(UserFactory())
    assert client.get(url).status_code == 404
    client.logout()
    assert client.get(url).url.startswith(reverse("account_login"))


# -- Sending -------------------------------------------------------------------------------------------------
def test_second_send_makes_no_submission_and_shows_the_receipt(person):
    person.fill_all()

    first, second = person.send(), person.send()

    assert first.url == second.url == person.page("sent")
    assert Submission.objects.count() == 1
    assert text(person.client.get(first.url)).count(Submission.objects.get().case.reference) >= 1


def test_submit_action_returns_the_same_submission_twice(version, team):
    draft = DraftFactory(version=version, complete=True)

    assert actions.submit(actor=None, draft=draft) == actions.submit(actor=None, draft=draft)


def test_failing_signal_handler_rolls_back_the_submission(version, team):
    draft = DraftFactory(version=version, complete=True)

    def fail(**kwargs):
        raise RuntimeError("the case cannot be opened")

    submission_sent.connect(fail)
    try:
        with pytest.raises(RuntimeError):
            actions.submit(actor=None, draft=draft)
    finally:
        submission_sent.disconnect(fail)

    assert not Submission.objects.exists()
    assert actions.submit(actor=None, draft=draft)


def test_answer_that_became_invalid_is_asked_again_with_an_error(client, version, team):
    draft = DraftFactory(version=version, complete=True)
    draft.answers["exemplaires"] = 9
    draft.save()
    step = reverse("submissions:step", args=[draft.secret, "document"])

    with pytest.raises(actions.IncompleteSubmission):
        actions.submit(actor=None, draft=draft)
    assert client.post(reverse("submissions:send", args=[draft.secret]), {"declared": "1"}).url == step
    page = text(client.get(step))
    assert "#id_exemplaires" in page
    assert 'value="9"' in page


def test_sending_requires_a_post(person):
    person.fill_all()

    assert person.client.get(person.page("send")).url == person.page("resume")
    assert not Submission.objects.exists()


def test_expired_draft_is_not_sent(person):
    person.fill_all()
    Draft.objects.update(expires_at=timezone.now())

    assert person.send().status_code == 410
    assert not Submission.objects.exists()


# -- Forgery, robots, excess ---------------------------------------------------------------------------------
def test_forged_post_is_refused_and_changes_nothing(person):
    person.begin()
    forger = Client(enforce_csrf_checks=True)

    response = forger.post(person.url("identite"), {"nom": "Faux"})

    assert response.status_code == 403
    assert "<h1" in text(response)
    assert person.answers == {"pour": "moi"}


def test_post_with_its_token_is_accepted(version):
    browser = Client(enforce_csrf_checks=True)
    browser.get(start_url(version))
    token = browser.cookies["csrftoken"].value

    response = browser.post(
        start_url(version), {"_shown": "pour", "pour": "moi", "csrfmiddlewaretoken": token}
    )

    assert response.status_code == 302


def test_robot_filling_the_hidden_field_saves_nothing(person):
    person.begin()

    response = person.fill("identite", website="https://spam.example")

    assert response.status_code == 200
    assert 'value="Marchetti"' in text(response)
    assert "nom" not in person.answers


def test_robot_filling_the_hidden_field_sends_nothing(person):
    person.fill_all()

    assert person.send(website="https://spam.example").status_code == 200
    assert not Submission.objects.exists()


def test_nul_characters_are_removed(person):
    person.begin()
    person.fill("identite", nom="Mar\0chetti")
    person.post("contact", later="1", **{"courriel\0": "x\0y"})

    assert person.answers["nom"] == "Marchetti"
    assert person.draft.typed["contact"] == {"courriel": ["xy"]}


def test_bidi_override_characters_are_removed(person):
    person.begin()
    person.fill("identite", prenom="\u202eanna\u2066", nom="نور\u200f")
    assert (person.answers["prenom"], person.answers["nom"]) == ("anna", "نور\u200f")


STRANGE = {  # typed text: stored text
    "نور\u200f \u202eالدين\u2066": "نور\u200f الدين",
    "Léa 👨\u200d👩\u200d👧": "Léa 👨\u200d👩\u200d👧",
    '=HYPERLINK("https://evil.example";"Léa")': '=HYPERLINK("https://evil.example";"Léa")',
}


def read(response) -> str:
    """Return the text that a reader sees on a page."""
    assert response.status_code == 200
    return BeautifulSoup(response.content, "html.parser").get_text()


def cells(client, kind: str) -> list:
    """Return the row of the only case in an export of the case queue."""
    content = b"".join(client.get(reverse("cases:export", args=[kind]) + "?view=all"))
    if kind == "csv":
        return list(csv.reader(StringIO(content.decode("utf-8-sig")), delimiter=";"))[1]
    return list(load_workbook(BytesIO(content)).active)[1]


@pytest.mark.parametrize(("typed", "kept"), STRANGE.items(), ids=["arabic", "emoji", "formula"])
def test_strange_name_is_shown_and_exported_unchanged(person, team, client, typed, kept):
    person.begin()
    person.fill("identite", prenom=typed)
    person.fill("contact")
    person.fill("document")
    receipt = person.send()
    case, whole = Case.objects.get(), f"{kept} Marchetti"

    assert kept in read(client.get(receipt.url, follow=True))
    client.force_login(member())
    assert whole in read(client.get(reverse("cases:queue")))
    assert whole in read(client.get(reverse("cases:case", args=[case.reference])))
    assert cells(client, "csv")[2] == ("'" if kept.startswith("=") else "") + whole
    cell = cells(client, "xlsx")[2]
    assert (cell.value, cell.data_type) == (whole, "s")


def test_post_with_too_many_fields_gets_an_error_page(person, settings):
    person.begin()
    settings.DATA_UPLOAD_MAX_NUMBER_FIELDS = 20

    response = person.post("identite", **{f"x{number}": "1" for number in range(30)})

    assert response.status_code == 413
    assert "<h1" in text(response)


def test_post_that_is_too_large_gets_an_error_page(person, settings):
    person.begin()
    person.fill("identite")
    kept = Draft.objects.get().answers
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000

    response = person.fill("contact", rue="x" * 2000)

    assert response.status_code == 413
    assert "ce que vous avez saisi est toujours là" in text(response)
    assert Draft.objects.get().answers == kept
    assert 'value="Marchetti"' in text(person.open("identite"))


@pytest.mark.parametrize("letters", [5_000, 10_000])
def test_answers_that_are_too_long_are_refused_with_a_message(person, letters):
    person.begin()

    response = person.fill("identite", nom="x" * letters)

    assert response.status_code == 200
    assert "#id_nom" in text(response)


@pytest.mark.parametrize(
    "typed",
    [
        {"naissance-day": "31", "naissance-month": "2"},
        {"naissance-day": "٣"},
        {"naissance-year": "99999999999999999999"},
        {"naissance-year": "2999"},
        {"naissance-day": "", "naissance-month": "", "naissance-year": ""},
        {"nom": ""},
    ],
)
def test_malformed_answer_is_named_and_not_saved(person, typed):
    person.begin()

    response = person.fill("identite", **typed)

    assert response.status_code == 200
    assert 'class="errors"' in text(response)
    assert "naissance" not in person.answers


def test_email_address_that_cannot_be_mailed_is_refused(person):
    person.begin()
    person.fill("identite")

    response = person.fill("contact", courriel='"\x01"@courriel.example')

    assert response.status_code == 200
    assert "#id_courriel" in text(response)


def test_post_of_another_content_type_counts_as_empty(person):
    person.begin()

    response = person.client.post(person.url("identite"), b'{"nom": "x"}', content_type="application/json")

    assert response.status_code == 200
    assert 'class="errors"' in text(response)


def test_other_http_methods_are_refused(person):
    person.begin()

    assert person.client.delete(person.url("identite")).status_code == 405
