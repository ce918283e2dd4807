"""Request limits of a service: shown before the start, enforced when sending; closing loses no answers."""

import html
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext

from eservices.accounts.models import IdentityLevel
from eservices.catalogue.definition.compiler import export_definition
from eservices.formbuilder.linter import publication_errors
from eservices.submissions import actions
from eservices.submissions.models import Draft, Submission
from tests.factories.accounts import UserFactory, known
from tests.factories.catalogue import SERVICE, make_service
from tests.factories.submissions import DraftFactory, FormVersionFactory, certificate, sent
from tests.submissions.conftest import Person, start_url
from tests.submissions.test_form_session import allow

pytestmark = pytest.mark.django_db
ZURICH = ZoneInfo("Europe/Zurich")
MARCH, APRIL = datetime(2027, 3, 1, 8, 0, tzinfo=ZURICH), datetime(2027, 4, 30, 23, 59, tzinfo=ZURICH)
SPRING = {"from": MARCH.isoformat(), "until": APRIL.isoformat()}
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


def limited(**limits):
    """Publish the residence certificate with these request limits."""
    content = certificate()
    content["settings"]["limits"] = limits
    return FormVersionFactory(content=content)


def follow(version, **limits):
    """Publish a newer version of the same form with other request limits."""
    content = certificate()
    content["settings"]["limits"] = limits
    return FormVersionFactory(content=content, form=version.form)


# -- Opening and closing dates -------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("moment", "said"),
    [
        (MARCH - MINUTE, "from 1 March 2027, 8:00"),
        (MARCH, ""),
        (APRIL - MINUTE, ""),
        (APRIL, "until 30 April 2027"),
    ],
    ids=["before", "opens", "last minute", "closes"],
)
def test_service_takes_submissions_between_two_moments(client, team, time_machine, moment, said):
    version = limited(open=SPRING)
    draft = DraftFactory(version=version, complete=True, expires_at=APRIL + timedelta(days=30))
    time_machine.move_to(moment, tick=False)

    page = client.get(start_url(version))

    assert page.status_code == (403 if said else 200)
    assert said in page.text
    if said:
        with pytest.raises(actions.ServiceClosed):
            actions.submit(actor=None, draft=draft)
    else:
        assert actions.submit(actor=None, draft=draft)


def test_applicant_in_the_middle_of_a_closing_form_keeps_answers(client, team, time_machine):
    version = limited(open=SPRING)
    time_machine.move_to(APRIL - MINUTE, tick=False)
    person = Person(client, version)
    person.fill_all()
    time_machine.move_to(APRIL, tick=False)

    step = client.get(person.url("contact"))
    review = client.get(person.page("review"))
    refused = person.send()

    for page in (step, review):
        assert "Requests were taken until 30 April 2027." in page.text
        assert "Your answers are saved until" in page.text
    assert 'name="declared"' not in review.text
    assert refused.status_code == 409
    assert person.answers["nom"] == "Marchetti"
    assert not Submission.objects.exists()


def test_first_page_posted_after_closing_is_stored(client, time_machine):
    version = limited(open=SPRING)
    time_machine.move_to(APRIL + MINUTE, tick=False)

    response = client.post(start_url(version), {"_shown": "pour", "pour": "moi"}, follow=True)

    assert "30" in response.text
    assert Draft.objects.get().answers == {"pour": "moi"}


def test_extended_opening_applies_to_drafts_begun_before(client, team, time_machine):
    version = limited(open=SPRING)
    draft = DraftFactory(version=version, complete=True, expires_at=APRIL + timedelta(days=30))
    time_machine.move_to(APRIL + MINUTE, tick=False)
    with pytest.raises(actions.ServiceClosed):
        actions.submit(actor=None, draft=draft)

    follow(version, open=SPRING | {"until": (APRIL + timedelta(days=1)).isoformat()})

    assert actions.submit(actor=None, draft=draft)


def test_agent_may_submit_paper_applications_after_closing(team, time_machine):
    version = limited(open=SPRING)
    agent = UserFactory(is_staff=True)
    time_machine.move_to(APRIL + MINUTE, tick=False)
    draft = DraftFactory(version=version, complete=True, agent=agent, channel="paper")

    assert actions.submit(actor=agent, draft=draft)


# -- Total number --------------------------------------------------------------------------------------------
def test_last_place_is_taken_once(client, team):
    version = limited(total={"most": 2})
    sent(version=version)
    assert client.get(start_url(version)).status_code == 200
    sent(version=version)

    full = client.get(start_url(version))

    assert full.status_code == 403
    assert "Full: the 2 requests that could be taken have arrived." in full.text
    with pytest.raises(actions.ServiceClosed):
        sent(version=version)


def test_rehearsals_and_other_services_take_no_place(team):
    version = limited(total={"most": 1})
    content = certificate()
    content["settings"]["limits"] = {"total": {"most": 1}}
    rehearsal = FormVersionFactory(content=content, form=version.form, kind="rehearsal")
    for _ in range(2):
        sent(version=rehearsal)
    sent(version=FormVersionFactory(form__slug="autre"))

    assert sent(version=version)


# -- Number per person ---------------------------------------------------------------------------------------
def test_anonymous_visitor_must_sign_in_before_the_start(client, team):
    version = limited(per_person={"most": 1})

    page = client.get(start_url(version))

    assert page.status_code == 403
    assert "At most 1 request of one person" in page.text
    assert f"{reverse('account_login')}?next={start_url(version)}" in page.text.replace("%2F", "/")
    with pytest.raises(actions.ServiceClosed):
        sent(version=version)


def test_limit_per_person_refuses_a_second_submission(client, team):
    version = limited(per_person={"most": 1})
    first, second = UserFactory(), UserFactory()
    sent(version=version, user=first)

    with pytest.raises(actions.ServiceClosed):
        sent(version=version, user=first)
    assert sent(version=version, user=second)
    client.force_login(first)
    assert "We have already received it" in client.get(start_url(version)).text


def test_typed_address_does_not_reveal_earlier_applicants(client, team):
    version = limited(per_person={"most": 1})
    sent(version=version, user=UserFactory(email="elodie@courriel.example"))
    stranger = UserFactory(email="curieux@courriel.example")

    assert sent(version=version, user=stranger).email == "elodie@courriel.example"


def test_submission_of_last_year_does_not_count_within_a_year(team, time_machine):
    version = limited(per_person={"most": 1, "days": 365})
    user = UserFactory()
    sent(version=version, user=user)
    with pytest.raises(actions.ServiceClosed):
        sent(version=version, user=user)

    time_machine.move_to(timezone.now() + timedelta(days=365, minutes=1))

    assert sent(version=version, user=user)


def test_submission_made_by_an_agent_counts_for_the_person(team):
    version = limited(per_person={"most": 1})
    agent = UserFactory(is_staff=True)
    allow(agent)
    sent(version=version, agent=agent, channel="counter")

    with pytest.raises(actions.ServiceClosed):
        sent(version=version, user=UserFactory(email="Elodie@courriel.example"))
    with pytest.raises(actions.ServiceClosed):
        sent(version=version, agent=agent, channel="counter")


# -- Identity level ------------------------------------------------------------------------------------------
BY_CODE = "allauth.account.auth_backends.AuthenticationBackend"
BY_PROVIDER = "eservices.accounts.backends.ProviderBackend"
BY_E_MAIL = "You sign in with your e-mail address."
KNOWN_FIRST = "You sign in, and we must know who you are."
FOR_SURE = "For this service we must know for sure who you are."
NOBODY, UNPROVEN, CODE, KNOWN, KNOWN_BY_PROVIDER, ASSURED = (
    (None, ""),
    (lambda: UserFactory(identity_level=IdentityLevel.NONE), BY_CODE),
    (UserFactory, BY_CODE),
    (known, BY_CODE),
    (lambda: UserFactory(identity_level=IdentityLevel.ASSURED), BY_CODE),
    (lambda: UserFactory(identity_level=IdentityLevel.ASSURED), BY_PROVIDER),
)


@pytest.mark.parametrize(
    ("level", "who", "said"),
    [
        ("email", NOBODY, BY_E_MAIL),
        ("email", UNPROVEN, FOR_SURE),
        ("email", CODE, ""),
        ("known", NOBODY, KNOWN_FIRST),
        ("known", CODE, FOR_SURE),
        ("known", KNOWN, ""),
        ("known", ASSURED, ""),
        ("assured", NOBODY, KNOWN_FIRST),
        ("assured", KNOWN, FOR_SURE),
        ("assured", KNOWN_BY_PROVIDER, FOR_SURE),
        ("assured", ASSURED, ""),
    ],
    ids=lambda one: one if isinstance(one, str) else "",
)
def test_service_takes_submissions_of_its_identity_level(client, team, level, who, said):
    """Only a sign-in through a provider is proven: with a code, the same person has a lower level."""
    version = limited(identity={"level": level})
    draft = DraftFactory(version=version, complete=True)
    make, backend = who
    if make:
        draft.user = make()
        draft.save()
        client.force_login(draft.user, backend=backend)

    page = client.get(start_url(version))
    answer = client.post(reverse("submissions:send", args=[draft.secret]), {"declared": "1"})

    assert page.status_code == (403 if said else 200)
    assert answer.status_code == (409 if said else 302)
    assert Submission.objects.exists() == (not said)
    if said:
        assert said in page.text
        assert said in answer.text
        assert (reverse("account_login") in page.text.partition("<main")[2]) == (make is None)
        assert (reverse("space:identity") in page.text.partition("<main")[2]) == (make is not None)


def test_agent_at_the_counter_vouches_for_the_identity(client, team):
    version = limited(identity={"level": "assured"})
    agent = UserFactory(is_staff=True)
    client.force_login(agent)
    assert client.get(start_url(version) + "?canal=counter").status_code == 404
    allow(agent)

    assert client.get(start_url(version) + "?canal=counter").status_code == 200
    draft = DraftFactory(version=version, complete=True, agent=agent, channel="counter")
    client.post(reverse("submissions:send", args=[draft.secret]), {"declared": "1"})

    assert Submission.objects.get().agent == agent


@pytest.mark.parametrize(
    ("level", "said"), [("email", BY_E_MAIL), ("known", KNOWN_FIRST), ("assured", KNOWN_FIRST)]
)
def test_service_page_names_the_required_identity_level(client, level, said):
    page = service(identity={"level": level})
    with translation.override("fr"):
        said = gettext(said)

    assert said in html.unescape(client.get(page.url).text)


def test_request_limit_of_a_removed_app_limits_nothing(client, team):
    assert sent(version=limited(gone={"since": 2}))


# -- Service page, import and export -------------------------------------------------------------------------
def service(**limits):
    settings = SERVICE["settings"] | {"limits": limits}
    return make_service(definition=SERVICE | {"settings": settings})


def test_service_page_shows_its_limits_and_the_start_link(client, time_machine):
    time_machine.move_to(MARCH, tick=False)
    page = service(open=SPRING, total={"most": 3}, per_person={"most": 1})

    shown = client.get(page.url)

    with translation.override("fr"):
        assert reverse("submissions:start", args=[page.online_form.slug]) in shown.text
    assert "30 avril 2027" in shown.text


def test_page_of_a_closed_service_has_no_start_link(client, time_machine):
    page = service(open=SPRING)
    time_machine.move_to(MARCH - MINUTE, tick=False)

    shown = client.get(page.url)

    assert "1er mars 2027" in shown.text
    assert reverse("submissions:start", args=["attestation"]) not in shown.text


def test_request_limits_are_imported_and_exported(db):
    limits = {
        "open": {"until": "2027-04-30T21:59:00Z"},
        "total": {"most": 3},
        "per_person": {"most": 1, "days": 9},
        "identity": {"level": "known"},
    }
    page = service(**limits)

    assert page.version.definition.settings["limits"] == limits
    assert export_definition(page)["settings"]["limits"] == limits


@pytest.mark.parametrize(
    "limits",
    [
        {"open": {}},
        {"open": {"from": APRIL.isoformat(), "until": MARCH.isoformat()}},
        {"open": {"from": "2027-13-01T08:00:00Z"}},
        {"open": {"from": "tomorrow"}},
        {"total": {}},
        {"total": {"most": 0}},
        {"per_person": {"most": "two"}},
        {"identity": {}},
        {"identity": {"level": "sure"}},
        {"identity": {"level": "none"}},
        {"identity": {"level": 20}},
        {"unheard_of": {}},
        {"total": []},
        [],
    ],
)
def test_senseless_limits_are_refused_with_their_place(limits):
    definition = SERVICE | {"settings": SERVICE["settings"] | {"limits": limits}}

    assert any("limits" in fault.path for fault in publication_errors(definition))
