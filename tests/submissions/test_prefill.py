"""What is known already is filled in: visibly, correctable, and only what is proven to be one's own."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone, translation

from tests.factories.accounts import UserFactory
from tests.factories.cases import CaseFactory
from tests.factories.submissions import DraftFactory, FormVersionFactory, certificate

pytestmark = pytest.mark.django_db
ACCOUNT, EARLIER = "Filled in from your account. Check it.", "Filled in from an earlier request. Check it."


@pytest.fixture
def user(client):
    user = UserFactory(email="elodie@courriel.example", first_name="", last_name="")
    client.force_login(user)
    return user


def opened(client, fields: list[dict], user, **draft):
    """A step that asks ``fields``, as the person sees it the first time."""
    content = certificate()
    content["steps"][1]["fields"] = fields
    for field in fields:
        content["texts"]["fr"][f"field.{field['key']}.label"] = field["key"]
    made = DraftFactory(version=FormVersionFactory(content=content), steps=["qui"], user=user, **draft)
    with translation.override("en"):
        url = reverse("submissions:step", args=[made.secret, "identite"])
        return client.get(url)


BIRTH = {"key": "ne", "type": "date", "autocomplete": "bday"}
NAME = {"key": "nom", "type": "short_text", "autocomplete": "family-name"}
ADDRESS = {"key": "adresse", "type": "address", "autocomplete": "street-address"}


def earlier(user=None, *, answers=None, fields=(), confirmed=False, **more):
    """An earlier request, with questions of its own."""
    case = CaseFactory(**more)
    content = case.version.content
    content["steps"][1]["fields"] += fields
    case.version.content = content
    case.version.save()
    case.submission.answers |= answers or {}
    case.submission.user = user
    case.submission.save()
    if confirmed:
        type(case).objects.filter(pk=case.pk).update(email_confirmed_at=timezone.now())
    return case


# -- From the account ----------------------------------------------------------------------------------------
def test_the_account_fills_in_by_autocomplete_token_and_says_so(client, user):
    user.last_name, user.phone = "Rochat", "+41 21 000 42 10"
    user.save()

    page = opened(client, [NAME, {"key": "tel", "type": "phone"}, {"key": "mail", "type": "email"}], user)

    assert 'value="Rochat"' in page.text
    assert 'value="elodie@courriel.example"' in page.text
    assert 'value="+41210004210"' in page.text or 'value="021 000 42 10"' in page.text
    assert page.text.count(ACCOUNT) == 3
    assert 'aria-describedby="id_nom-remark"' in page.text


def test_a_question_that_waits_for_an_answer_is_filled_in_too(client, user):
    """So that it is there when the browser, or the next page, opens it."""
    user.last_name = "Rochat"
    user.save()
    waiting = NAME | {"condition": {"field": "seul", "operator": "equals", "value": True}}

    page = opened(client, [{"key": "seul", "type": "yes_no"}, waiting], user)

    assert 'value="Rochat"' in page.text
    assert ACCOUNT in page.text


def test_a_question_may_name_its_source(client, user):
    language = {
        "key": "langue",
        "type": "choice",
        "prefill": "language",
        "options": [{"value": "fr"}, {"value": "de"}],
    }
    user.language = "de"
    user.save()

    page = opened(client, [language], user)

    assert page.context["form"]["langue"].value() == "de"


def test_what_the_question_would_refuse_is_not_filled_in(client, user):
    user.language = "it"
    user.last_name = "Rochat-de-la-Fontaine"
    user.save()
    choice = {"key": "langue", "type": "choice", "prefill": "language", "options": [{"value": "fr"}]}
    short = NAME | {"settings": {"max_length": 5}}

    page = opened(client, [choice, short], user)

    assert page.context["form"]["langue"].value() is None
    assert "Rochat" not in page.text


def test_a_source_of_an_app_that_is_gone_fills_in_nothing(client, user):
    page = opened(client, [{"key": "avs", "type": "avs", "prefill": "register_avs"}], user)

    assert page.status_code == 200


def test_what_was_saved_counts_and_the_note_is_gone(client, user):
    user.last_name = "Rochat"
    user.save()
    page = opened(client, [NAME], user)
    client.post(page.context["form"].action, {"nom": "Favre"})

    with translation.override("en"):
        again = client.get(page.context["form"].action)

    assert 'value="Favre"' in again.text
    assert ACCOUNT not in again.text


# -- From earlier requests -----------------------------------------------------------------------------------
def test_an_earlier_request_fills_in_birth_date_and_address(client, user):
    address = {"street": "Rue du Lac", "number": "12", "postcode": "1000", "town": "Orvenay"}
    earlier(
        user,
        answers={"ne_avant": "1986-06-14", "adresse_avant": address},
        fields=[BIRTH | {"key": "ne_avant"}, ADDRESS | {"key": "adresse_avant"}],
    )

    page = opened(client, [BIRTH, ADDRESS], user)

    assert 'value="1986"' in page.text
    assert 'value="Rue du Lac"' in page.text
    assert page.text.count(EARLIER) == 2


def test_the_newest_answer_is_taken_and_the_account_comes_first(client, user):
    earlier(user, answers={"nom": "Ancien"}, opened_at=timezone.now() - timedelta(days=9))
    earlier(user, answers={"nom": "Marchetti"})
    assert 'value="Marchetti"' in opened(client, [NAME], user).text

    user.last_name = "Rochat"
    user.save()
    assert 'value="Rochat"' in opened(client, [NAME], user).text


def test_a_request_of_the_same_address_counts_once_the_address_is_confirmed(client, user):
    earlier(None, answers={"nom": "Marchetti"})
    assert "Marchetti" not in opened(client, [NAME], user).text

    earlier(None, answers={"nom": "Marchetti"}, confirmed=True)
    assert 'value="Marchetti"' in opened(client, [NAME], user).text


def test_requests_of_others_and_rehearsals_fill_in_nothing(client, user):
    earlier(UserFactory(), email="autre@courriel.example", answers={"nom": "Autrui"}, confirmed=True)
    earlier(user, answers={"nom": "Essai"}, rehearsal=True)

    page = opened(client, [NAME], user)

    assert "Autrui" not in page.text
    assert "Essai" not in page.text


def test_a_secret_answer_is_never_repeated(client, user):
    iban = {"key": "compte", "type": "iban", "secret": True}
    earlier(user, answers={"compte": "CH9300762011623852957"}, fields=[iban])

    page = opened(client, [{"key": "iban", "type": "iban", "prefill": "earlier_iban"}], user)

    assert "CH93" not in page.text


def test_a_bank_account_is_filled_in_only_where_the_editor_asks_for_it(client, user):
    iban = {"key": "compte", "type": "iban"}
    earlier(user, answers={"compte": "CH9300762011623852957"}, fields=[iban])

    assert "CH93" not in opened(client, [iban], user).text
    assert "CH93" in opened(client, [iban | {"prefill": "earlier_iban"}], user).text


# -- For nobody else -----------------------------------------------------------------------------------------
def test_whoever_is_not_signed_in_is_told_nothing(client):
    earlier(None, answers={"nom": "Marchetti"}, confirmed=True)

    assert "Marchetti" not in opened(client, [NAME], None).text


def test_an_agent_who_files_for_somebody_does_not_fill_in_the_own_name(client):
    agent = UserFactory(is_staff=True, last_name="Favre")
    client.force_login(agent)

    assert 'value="Favre"' not in opened(client, [NAME], None, agent=agent, channel="counter").text


def test_what_is_known_of_somebody_never_goes_into_a_draft_that_others_open():
    from eservices.submissions.form_session import FormSession
    from tests.factories.accounts import UserFactory
    from tests.factories.submissions import DraftFactory

    draft, person = DraftFactory(), UserFactory(first_name="Élodie")

    assert not FormSession.of(draft, "fr", person).is_own
    draft.user = person
    assert FormSession.of(draft, "fr", person).is_own
