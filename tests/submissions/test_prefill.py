"""Prefilled answers: marked, correctable, and only from data proven to be the applicant's."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone, translation

from tests.factories.accounts import UserFactory
from tests.factories.addresses import make_streets
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
    """Return a step that asks ``fields``, as ``user`` sees it the first time."""
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
    """Create an earlier submission, with questions of its own."""
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
def test_account_prefills_by_autocomplete_token_with_a_note(client, user):
    user.last_name, user.phone = "Rochat", "+41 21 000 42 10"
    user.save()

    page = opened(client, [NAME, {"key": "tel", "type": "phone"}, {"key": "mail", "type": "email"}], user)

    assert 'value="Rochat"' in page.text
    assert 'value="elodie@courriel.example"' in page.text
    assert 'value="+41210004210"' in page.text or 'value="021 000 42 10"' in page.text
    assert page.text.count(ACCOUNT) == 3
    assert 'aria-describedby="id_nom-remark"' in page.text


def test_hidden_question_is_prefilled(client, user):
    """The answer is there when the browser or the next page shows the question."""
    user.last_name = "Rochat"
    user.save()
    waiting = NAME | {"condition": {"field": "seul", "operator": "equals", "value": True}}

    page = opened(client, [{"key": "seul", "type": "yes_no"}, waiting], user)

    assert 'value="Rochat"' in page.text
    assert ACCOUNT in page.text


def test_question_may_name_its_prefill_source(client, user):
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


def test_prefill_that_the_question_would_refuse_is_left_out(client, user):
    user.language = "it"
    user.last_name = "Rochat-de-la-Fontaine"
    user.save()
    choice = {"key": "langue", "type": "choice", "prefill": "language", "options": [{"value": "fr"}]}
    short = NAME | {"settings": {"max_length": 5}}

    page = opened(client, [choice, short], user)

    assert page.context["form"]["langue"].value() is None
    assert "Rochat" not in page.text


def test_prefilled_unknown_address_is_asked_about(client, user):
    make_streets()
    typed = {"street": "Rue Neuve", "number": "7", "postcode": "1199", "town": "Orvenay"}
    earlier(user, answers={"adresse": typed}, fields=[ADDRESS])

    page = opened(client, [ADDRESS | {"table": "rues"}], user)

    assert 'value="Rue Neuve"' in page.text
    assert EARLIER in page.text


def test_prefill_source_of_a_removed_app_fills_in_nothing(client, user):
    page = opened(client, [{"key": "avs", "type": "avs", "prefill": "register_avs"}], user)

    assert page.status_code == 200


def test_saved_answer_replaces_the_prefill_and_its_note(client, user):
    user.last_name = "Rochat"
    user.save()
    page = opened(client, [NAME], user)
    client.post(page.context["form"].action, {"nom": "Favre"})

    with translation.override("en"):
        again = client.get(page.context["form"].action)

    assert 'value="Favre"' in again.text
    assert ACCOUNT not in again.text


# -- From earlier requests -----------------------------------------------------------------------------------
def test_earlier_submission_prefills_birth_date_and_address(client, user):
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


def test_newest_answer_is_used_but_the_account_comes_first(client, user):
    earlier(user, answers={"nom": "Ancien"}, opened_at=timezone.now() - timedelta(days=9))
    earlier(user, answers={"nom": "Marchetti"})
    assert 'value="Marchetti"' in opened(client, [NAME], user).text

    user.last_name = "Rochat"
    user.save()
    assert 'value="Rochat"' in opened(client, [NAME], user).text


def test_submission_of_the_same_address_counts_once_confirmed(client, user):
    earlier(None, answers={"nom": "Marchetti"})
    assert "Marchetti" not in opened(client, [NAME], user).text

    earlier(None, answers={"nom": "Marchetti"}, confirmed=True)
    assert 'value="Marchetti"' in opened(client, [NAME], user).text


def test_submissions_of_others_and_rehearsals_prefill_nothing(client, user):
    earlier(UserFactory(), email="autre@courriel.example", answers={"nom": "Autrui"}, confirmed=True)
    earlier(user, answers={"nom": "Essai"}, rehearsal=True)

    page = opened(client, [NAME], user)

    assert "Autrui" not in page.text
    assert "Essai" not in page.text


def test_secret_answer_is_never_repeated(client, user):
    iban = {"key": "compte", "type": "iban", "secret": True}
    earlier(user, answers={"compte": "CH9300762011623852957"}, fields=[iban])

    page = opened(client, [{"key": "iban", "type": "iban", "prefill": "earlier_iban"}], user)

    assert "CH93" not in page.text


def test_bank_account_is_prefilled_only_if_the_editor_chose_it(client, user):
    iban = {"key": "compte", "type": "iban"}
    earlier(user, answers={"compte": "CH9300762011623852957"}, fields=[iban])

    assert "CH93" not in opened(client, [iban], user).text
    assert "CH93" in opened(client, [iban | {"prefill": "earlier_iban"}], user).text


# -- Other people --------------------------------------------------------------------------------------------
def test_anonymous_visitor_gets_no_prefill(client):
    earlier(None, answers={"nom": "Marchetti"}, confirmed=True)

    assert "Marchetti" not in opened(client, [NAME], None).text


def test_agent_filling_in_for_a_person_gets_no_own_prefill(client):
    agent = UserFactory(is_staff=True, last_name="Favre")
    client.force_login(agent)

    assert 'value="Favre"' not in opened(client, [NAME], None, agent=agent, channel="counter").text


def test_draft_that_others_can_open_is_never_prefilled():
    from eservices.submissions.form_session import FormSession
    from tests.factories.accounts import UserFactory
    from tests.factories.submissions import DraftFactory

    draft, person = DraftFactory(), UserFactory(first_name="Élodie")

    assert not FormSession.of(draft, "fr", person).is_own
    draft.user = person
    assert FormSession.of(draft, "fr", person).is_own
