"""Signing in while a form is filled in: the draft comes along, and known answers are filled in beside typed ones."""

import re
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone, translation

from eservices.deliveries.models import Delivery
from eservices.submissions import rate_limits
from eservices.submissions.models import Draft
from tests.factories.accounts import UserFactory, known
from tests.factories.catalogue import make_service
from tests.factories.submissions import DraftFactory, FormVersionFactory, certificate
from tests.submissions.conftest import Person, start_url

pytestmark = pytest.mark.django_db
ADDRESS = "elodie@courriel.example"
OFFER = "Sign in: what we know is already filled in"


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


@pytest.fixture
def elodie():
    return UserFactory(email=ADDRESS, first_name="Élodie", last_name="Marchetti")


def sign_in(client, redirected, email=ADDRESS):
    """Sign in by code after ``redirected``, and return the page that follows."""
    after = parse_qs(urlsplit(redirected.url).query)["next"][0]
    client.post(redirected.url, {"email": email, "next": after})
    text = Delivery.objects.filter(recipient=email).latest("created_at").payload["text"]
    code = "".join(re.search(r"^(\d{3}) (\d{3})$", text, re.M).groups())
    return client.post(reverse("account_confirm_login_code"), {"code": code, "next": after})


def proving(**settings):
    """Return a form whose first step has a text that offers to sign in, if the answer is “autre”."""
    content = certificate(**settings)
    offer = {
        "key": "entrer",
        "type": "static_text",
        "settings": {"look": "sign_in"},
        "condition": {"field": "pour", "operator": "equals", "value": "moi"},
    }
    content["steps"][0]["fields"].append(offer)
    content["texts"]["fr"]["field.entrer.text"] = "Vu seulement si vous vous connectez."
    return FormVersionFactory(content=content)


# -- Draft and answers ---------------------------------------------------------------------------------------
def test_sign_in_keeps_typed_answers_and_fills_the_others(person, client, elodie):
    person.begin()
    asked = person.post("identite", nom="Favre", prenom="", **{"naissance-day": "", "sign_in": "1"})
    page = sign_in(client, asked)

    assert page.url == person.url("identite")
    page = client.get(page.url)
    form = page.context["form"]
    assert form["nom"].value() == "Favre"
    assert form["prenom"].value() == "Élodie"
    assert "Filled in from your account" in page.text
    assert not form.errors
    assert Draft.objects.get().user == elodie


def test_first_page_starts_a_draft_only_if_something_was_typed(client, version, elodie):
    asked = client.post(start_url(version), {"_shown": "pour", "lien": "", "sign_in": "1"})
    assert not Draft.objects.exists()
    assert sign_in(client, asked).url == start_url(version)


def test_first_page_with_answers_is_found_again_after_sign_in(client, version, elodie):
    asked = client.post(start_url(version), {"pour": "autre", "lien": "", "sign_in": "1"})
    page = sign_in(client, asked)
    draft = Draft.objects.get()

    assert page.url == reverse("submissions:step", args=[draft.secret, "qui"])
    assert client.get(page.url).context["form"]["pour"].value() == "autre"
    draft.refresh_from_db()
    assert draft.user == elodie


def test_claimed_draft_opens_for_its_owner_only(person, client, elodie):
    person.begin()
    client.get(sign_in(client, person.post("identite", sign_in="1")).url)
    client.logout()

    assert "/compte/entrer/" in person.open("identite").url
    client.force_login(UserFactory())
    assert person.open("identite").status_code == 404


def test_head_of_a_step_saves_and_leads_to_the_space(person, client, elodie):
    person.begin()
    page = sign_in(client, person.post("identite", nom="Favre", sign_in="space"))

    page = client.get(page.url, follow=True)
    assert page.redirect_chain == [(reverse("space:home"), 302)]
    draft = Draft.objects.get()
    assert draft.typed["identite"]["nom"] == ["Favre"]
    assert [row["draft"] for row in page.context["drafts"]] == [draft]


def test_enter_goes_on_and_not_to_the_space(person):
    """Enter presses the first button of the form in the page, those in its head included."""
    person.begin()
    first = re.search(r'<button[^>]*form="filing"[^>]*>', person.open("identite").text)[0]
    assert "name=" not in first


def test_head_of_a_step_claims_nothing_for_a_helper(person, client, elodie):
    """A relative who is signed in and opens the link of a draft only goes to their own space."""
    person.begin()
    client.force_login(elodie)
    assert person.post("identite", nom="Favre", sign_in="space").url == reverse("space:home")
    assert not client.get(reverse("space:home")).context["drafts"]
    client.logout()
    assert 'value="Favre"' in person.open("identite").text


def test_signed_in_person_claims_a_draft_begun_elsewhere(person, client, elodie):
    person.begin()
    client.force_login(elodie)
    assert "Fill in what you know about me" in person.open("identite").text
    assert 'value="Marchetti"' not in person.open("identite").text

    assert person.post("identite", nom="", sign_in="1").url == person.url("identite")
    page = person.open("identite")
    assert 'value="Marchetti"' in page.text
    assert "Fill in what you know about me" not in page.text


def test_later_sign_in_at_the_same_computer_gets_no_draft(person, client, elodie):
    person.begin()
    person.post("identite", nom="Favre", sign_in="1")
    with time_machine.travel(timezone.now() + timedelta(minutes=31), tick=False):
        client.force_login(elodie)
        assert person.open("identite").status_code == 200

    assert Draft.objects.get().user is None


@pytest.mark.parametrize("button", ["1", "space"])
def test_next_sign_in_of_a_relative_gets_no_draft(person, client, elodie, button):
    """The person who began it went away from the computer that the family shares, before the code came."""
    person.begin()
    person.post("identite", nom="Favre", sign_in=button)
    client.force_login(elodie)
    assert not client.get(reverse("space:home")).context["drafts"]
    client.logout()
    assert 'value="Favre"' in person.open("identite").text


def test_draft_of_another_person_is_never_claimed(person, client, elodie):
    person.begin()
    person.post("identite", sign_in="1")
    other = UserFactory()
    Draft.objects.update(user=other)
    client.force_login(elodie)
    assert person.open("identite").status_code == 404

    assert Draft.objects.get().user == other


def test_sent_draft_is_not_claimed(person, client, elodie):
    person.fill_all()
    client.post(person.page("sign_in"))
    person.draft.refresh_from_db()
    Person.send(person)
    client.force_login(elodie)
    client.get(person.page("resume"))

    assert Draft.objects.get().user is None


def test_answer_emptied_after_sign_in_stays_empty(person, client, elodie):
    person.begin()
    sign_in(client, person.post("identite", sign_in="1"))
    person.post("identite", nom="", prenom="Lili", later="1")

    form = person.open("identite").context["form"]
    assert (form["nom"].value(), form["prenom"].value()) == ("", "Lili")


def test_remembered_drafts_are_limited(person, client, elodie, monkeypatch):
    monkeypatch.setattr(rate_limits, "WAIT", rate_limits.WaitingRateLimit("draft-unsaved", 0))
    person.begin()
    page = sign_in(client, person.post("identite", nom="Favre", sign_in="1"))

    assert Draft.objects.get().user is None
    assert 'value="Favre"' in client.get(page.url).text


@pytest.mark.parametrize("forged", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"])
def test_forged_next_never_leaves_the_site(client, elodie, forged):
    client.post(reverse("account_login"), {"email": ADDRESS, "next": forged})
    text = Delivery.objects.get(recipient=ADDRESS).payload["text"]
    code = "".join(re.search(r"^(\d{3}) (\d{3})$", text, re.M).groups())
    answer = client.post(reverse("account_confirm_login_code"), {"code": code, "next": forged})
    assert answer.url == reverse("space:home")


# -- Where it is offered -------------------------------------------------------------------------------------
def test_form_offers_sign_in_where_it_fills_something_in(person, client, version):
    assert OFFER in client.get(start_url(version)).text  # for a later step
    person.begin()
    assert OFFER in person.open("identite").text
    person.fill("identite")
    person.fill("contact")
    assert OFFER not in person.open("document").text


def test_form_offers_nothing_to_who_is_signed_in_or_an_agent(client, version, elodie):
    client.force_login(elodie)
    page = client.get(start_url(version))
    assert OFFER not in page.text
    assert "My space" in page.text
    agent = UserFactory(is_staff=True, is_superuser=True)
    client.force_login(agent)
    assert OFFER not in client.get(f"{start_url(version)}?canal=counter").text


def test_form_without_known_answers_offers_no_sign_in(client):
    content = certificate()
    for field in [field for step in content["steps"] for field in step["fields"]]:
        field.pop("autocomplete", None)
    content["steps"][3]["fields"] = content["steps"][3]["fields"][
        :1
    ]  # only the address, typed to sign in as well
    assert OFFER not in client.get(start_url(FormVersionFactory(content=content))).text


def test_service_page_offers_sign_in_and_stays_cached(client, settings):
    page = make_service()
    settings.PAGE_CACHE = True
    answers = [client.get(page.url) for _visit in range(2)]
    start = reverse("submissions:start", args=[page.online_form.slug])

    assert f"/compte/entrer/?next={start.replace('/', '%2F')}" in answers[0].text
    assert answers[0].headers["ETag"] == answers[1].headers["ETag"]
    assert not client.cookies


def test_signed_in_visitor_of_the_service_page_goes_straight_on(client, version, elodie):
    client.force_login(elodie)
    page = client.get(reverse("account_login"), {"next": start_url(version)})
    assert page.url == start_url(version)


# -- Needed before sending -----------------------------------------------------------------------------------
def test_text_offers_sign_in_only_while_identity_is_not_proven(client, person):
    person.version = proving()
    said = "Vu seulement"
    person.begin()
    assert said in person.open("qui").text
    for step in ("identite", "contact", "document"):
        person.fill(step)
    review = client.get(person.page("review"))
    assert said in review.text
    assert person.page("sign_in") in review.text
    assert "name=" not in re.search("<button[^>]*>", review.text.split("<main")[1])[0]  # Enter sends

    client.force_login(UserFactory())
    review = client.get(person.page("review"))
    assert said in review.text
    assert person.page("sign_in") not in review.text
    assert "/espace/identite/" in review.text

    client.force_login(known())
    assert said not in client.get(person.page("review")).text
    assert said not in person.open("qui").text


def test_hidden_text_offers_nothing_on_the_review(client, person):
    person.version = proving()
    person.begin()
    Draft.objects.update(answers={"pour": "autre"})
    draft = DraftFactory(version=person.version, complete=True)
    draft.answers |= {"pour": "autre", "lien": "Fille"}
    draft.save()
    assert "Vu seulement" not in client.get(reverse("submissions:review", args=[draft.secret])).text


def test_review_leads_to_sign_in_and_back(person, client, elodie):
    person.fill_all()
    page = sign_in(client, client.post(person.page("sign_in")))

    assert page.url == person.page("review")
    client.get(page.url)
    assert Draft.objects.get().user == elodie
    assert client.get(person.page("sign_in")).url == person.page("resume")


def test_form_that_needs_sign_in_says_so_with_the_way_on(client, person, elodie):
    content = certificate()
    content["settings"]["limits"] = {"identity": {"level": "email"}}
    closed = FormVersionFactory(content=content)
    page = client.get(start_url(closed))
    assert page.status_code == 403
    assert f"/compte/entrer/?next={start_url(closed).replace('/', '%2F')}" in page.text

    draft = DraftFactory(version=closed, complete=True)
    review = client.get(reverse("submissions:review", args=[draft.secret]))
    assert reverse("submissions:sign_in", args=[draft.secret]) in review.text
    assert "Send my request" not in review.text
