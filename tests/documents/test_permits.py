"""Permits: places in zones, validity, renewal, and the inspector's page."""

from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.models import Permission
from django.urls import reverse
from django.utils import timezone

from eservices.cases import actions as cases
from eservices.cases import process
from eservices.cases.actors import SYSTEM, Applicant
from eservices.cases.desk.badges import deadline_group
from eservices.cases.models import Case
from eservices.cases.retention import blockers
from eservices.deliveries.models import Delivery
from eservices.documents import rate_limits
from eservices.documents.actions import issuing, permits
from eservices.documents.jobs import send_permit_reminders
from eservices.documents.models import Permit, PlateCheck, Renewal, Zone
from eservices.formbuilder.models import Form
from eservices.submissions.models import Draft
from tests.factories.accounts import UserFactory
from tests.factories.cases import DECISION
from tests.factories.documents import KEY, DocumentTemplateFactory, agent, body, waiting_case

pytestmark = pytest.mark.django_db
STAGES = [
    {"key": "place", "type": "quota", "settings": {"template": KEY, "plate": "prenom", "zone": "nom"}},
    {"key": "permit", "type": "permit", "settings": {"template": KEY, "months": 12}},
]
DECIDED_BETWEEN = [STAGES[0], DECISION, STAGES[1]]


@pytest.fixture
def zone():
    DocumentTemplateFactory(
        tells_register=False, title="Macaron", body=body("Valable jusqu’au {valid_until}.")
    )
    return Zone.objects.create(kind=KEY, value="a", name="Zone A", places=1)


def asked(plate: str = "VD 123456", zone: str = "a", **fields) -> Case:
    return waiting_case(answers={"prenom": plate, "nom": zone}, **{"stages": STAGES} | fields)


def permitted(plate: str = "VD 123456", zone: str = "a", **fields) -> Permit:
    """Create a permit that was issued to the applicant."""
    case = asked(plate, zone, **fields)
    issuing.issue_document(case.documents.get().pk)
    process.advance_case(case.pk)
    return Permit.objects.get(case=case)


def waits(case: Case) -> str:
    return next((row.key for row in case.stages.all() if row.progress == "active"), "")


def group(case: Case) -> str:
    """Return the case's group in the queue."""
    return deadline_group(Case.objects.get(pk=case.pk), timezone.now())


def accept(case: Case) -> None:
    cases.accept_case(actor=agent(), case=case)
    process.advance_case(case.pk)


def inspector():
    user = UserFactory(is_staff=True, roles=[])
    user.user_permissions.add(Permission.objects.get(codename="inspect_permits"))
    return user


# -- Places --------------------------------------------------------------------------------------------------
def test_permit_is_valid_for_a_plate_and_zone_until_its_last_day(zone):
    with time_machine.travel("2026-11-24 08:00Z"):
        permit = permitted()
    assert (permit.plate, permit.zone) == ("VD123456", zone)
    assert (str(permit.valid_from), str(permit.valid_until)) == ("2026-11-24", "2027-11-24")
    assert permit.document.valid_until == permit.valid_until
    assert timezone.localdate(permit.due_at) == permit.valid_until - permits.REMINDED


def test_full_zone_gives_its_next_place_to_the_first_waiting(zone):
    first = permitted()
    second, third = asked("VD 2"), asked("VD 3")
    assert [waits(second), waits(third)] == ["place", "place"]
    assert (
        not Delivery.objects.for_subject(first.case.subject)
        .filter(title__contains="liste d’attente")
        .exists()
    )
    issuing.revoke_document(actor=UserFactory(), document=first.document, reason="Vendue.")
    process.advance_case(third.pk)
    assert waits(third) == "place"
    process.advance_case(second.pk)
    assert waits(second) == "permit"


def test_applicant_waiting_for_a_place_is_promised_no_date(zone, client):
    permitted()
    case = asked("VD 2")
    Case.objects.filter(pk=case.pk).update(deadline=timezone.now() + timedelta(days=3))
    page = reverse("space:status", args=[case.links.get(mailed=False).secret])
    process.advance_case(case.pk)
    (told,) = Delivery.objects.for_subject(case.subject).filter(title__contains="liste d’attente")
    assert "La zone est complète" in told.payload["text"]
    with time_machine.travel(timezone.now() + timedelta(days=7)):
        shown = client.get(page).text
    assert "La zone est complète" in shown
    assert "Réponse au plus tard" not in shown
    assert "en retard" not in shown
    assert group(case) == "paused"
    client.force_login(agent())
    desk = client.get(reverse("cases:case", args=[case.reference])).text
    assert "Sur liste d’attente" in desk
    assert "le requérant doit agir" not in desk
    client.logout()
    zone.places = 2
    zone.save()
    process.advance_case(case.pk)
    assert group(case) != "paused"
    assert "Réponse au plus tard" in client.get(page).text


def test_place_is_free_after_its_permit_or_case_ended(zone):
    permitted()
    second = asked("VD 2")
    with time_machine.travel(timezone.now() + timedelta(days=367)):
        process.advance_case(second.pk)
        assert waits(second) == "permit"
        third = asked("VD 3")
        Case.objects.filter(pk=second.pk).update(state="closed", closed_at=timezone.now())
        second.documents.update(state="revoked")
        process.advance_case(third.pk)
        assert waits(third) == "permit"


def test_zone_without_limit_is_open_and_unknown_one_needs_a_lead(zone):
    Zone.objects.create(kind=KEY, value="b", name="Zone B")
    assert [waits(asked(f"VD {number}", "b")) for number in range(3)] == ["permit"] * 3
    case = asked(zone="nowhere")
    assert case.stages.get(key="place").waiting_for == "lead"
    assert "nowhere" in case.stages.get(key="place").reason


def put_right(case: Case, field: str, answer: str) -> None:
    cases.correct_answer(actor=agent(), case=case, field=field, answer=answer, reason="Faute de frappe.")
    process.advance_case(case.pk)


def test_corrected_plate_is_the_one_inspectors_find(zone, client):
    case = asked("VD 123465", stages=DECIDED_BETWEEN)
    assert waits(case) == DECISION["key"]
    put_right(case, "prenom", "VD 123456")
    accept(case)
    issuing.issue_document(case.documents.get().pk)
    assert Permit.objects.get().plate == "VD123456"
    found = {
        plate: permits.look_up_plate(actor=inspector(), plate=plate) for plate in ("VD 123456", "VD 123465")
    }
    assert [bool(one) for one in found.values()] == [True, False]


def test_waiting_applicant_follows_the_corrected_zone(zone):
    permitted()
    Zone.objects.create(kind=KEY, value="b", name="Zone B", places=1)
    case, other = asked("VD 2"), asked("VD 3")
    put_right(case, "nom", "b")
    assert (waits(case), case.permit.zone.name) == ("permit", "Zone B")
    assert waits(other) == "place"


@pytest.fixture
def zone_b():
    return Zone.objects.create(kind=KEY, value="b", name="Zone B", places=1)


def test_corrected_zone_is_the_one_on_the_permit(zone, zone_b):
    DocumentTemplateFactory(tells_register=False).delete()
    DocumentTemplateFactory(tells_register=False, body=body("Valable en {nom}."))
    case = asked(stages=DECIDED_BETWEEN)
    put_right(case, "nom", "b")
    accept(case)
    assert waits(case) == "permit"
    issuing.issue_document(case.documents.get().pk)
    [found] = permits.look_up_plate(actor=inspector(), plate="VD 123456")
    assert found.zone == zone_b
    assert "Valable en b." in str(found.document.texts)
    assert case.stages.get(key="place").data == {"zone": "Zone B"}
    assert waits(asked("VD 2")) == "permit"
    assert waits(asked("VD 3", "b")) == "place"


def test_correction_into_a_full_zone_waits_for_a_place(zone, zone_b, client):
    before = permitted("VD 2", "b")
    case = asked(stages=DECIDED_BETWEEN)
    put_right(case, "nom", "b")
    accept(case)
    assert (waits(case), case.documents.count()) == ("permit", 0)
    assert "Zone B" in case.stages.get(key="permit").reason
    status = client.get(reverse("space:status", args=[case.links.first().secret])).text
    assert "liste d’attente" in status
    assert waits(asked("VD 3")) == "permit"  # the place freed in zone A
    issuing.revoke_document(actor=UserFactory(), document=before.document, reason="Vendue.")
    process.advance_case(case.pk)
    assert case.documents.count() == 1
    status = client.get(reverse("space:status", args=[case.links.first().secret])).text
    assert "liste d’attente" not in status
    assert Permit.objects.get(case=case).zone == zone_b


def test_correction_to_an_unknown_zone_keeps_the_place(zone):
    case = asked(stages=DECIDED_BETWEEN)
    put_right(case, "nom", "nowhere")
    accept(case)
    row = case.stages.get(key="permit")
    assert (row.waiting_for, case.documents.count()) == ("lead", 0)
    assert "nowhere" in row.reason
    assert waits(asked("VD 2")) == "place"
    put_right(case, "nom", "a")
    assert case.documents.count() == 1


def test_correction_after_the_permit_changes_nothing(zone, zone_b):
    case = asked()
    put_right(case, "nom", "b")
    issuing.issue_document(case.documents.get().pk)
    process.advance_case(case.pk)
    assert (Permit.objects.get().zone, waits(case)) == (zone, "")
    assert zone_b.free(timezone.localdate()) == 1


def test_renewal_moved_to_another_zone_frees_its_place(zone, zone_b):
    permit = permitted()
    with time_machine.travel(permit.due_at + timedelta(days=1)):
        first = renewing(permit, stages=DECIDED_BETWEEN)
        second = renewing(permit, "VD 2")
        assert waits(second) == "place"
        put_right(first, "nom", "b")
        accept(first)
        process.advance_case(second.pk)
        assert waits(second) == "permit"
        assert [one.free(timezone.localdate()) for one in (zone, zone_b)] == [0, 0]


def refused_and_reopened(between=lambda: None) -> Case:
    """Refuse a case that has a place, call ``between``, then reopen and accept the case."""
    case = asked(stages=DECIDED_BETWEEN)
    cases.refuse_case(actor=agent(), case=case, reason="Pas d’ici.")
    between()
    cases.reopen_case(actor=agent(), case=case, reason="Est d’ici.")
    process.advance_case(case.pk)
    accept(case)
    return case


def test_reopened_case_waits_if_its_place_was_given_away(zone):
    case = refused_and_reopened(between=lambda: permitted("VD 2"))
    assert (waits(case), case.documents.count()) == ("permit", 0)
    assert zone.free(timezone.localdate()) == 0


def test_reopened_case_gets_its_free_place_again(zone):
    assert refused_and_reopened().documents.count() == 1
    assert zone.free(timezone.localdate()) == 0


def test_rehearsal_takes_no_place(zone):
    assert waits(asked(kind="rehearsal")) == "permit"
    assert waits(asked("VD 2")) == "permit"


# -- Renewal -------------------------------------------------------------------------------------------------
def test_reminder_is_sent_once_before_the_last_day(zone):
    permit = permitted()
    before = Delivery.objects.count()
    send_permit_reminders(timezone.now())
    assert Delivery.objects.count() == before
    with time_machine.travel(permit.due_at + timedelta(minutes=1)):
        for _ in range(2):
            send_permit_reminders(timezone.now())
        assert Delivery.objects.count() == before + 1


def test_renewal_takes_two_clicks_and_keeps_the_place(zone, client):
    permit = permitted()
    secret = permit.case.links.first().secret
    url = reverse("space:status_renew", args=[secret])
    assert client.post(url).status_code == 422
    with time_machine.travel(permit.due_at + timedelta(days=1)):
        assert url in client.get(reverse("space:status", args=[secret])).text
        answer = client.post(url)
        draft = Draft.objects.latest("created_at")
        assert answer["Location"] == reverse("submissions:review", args=[draft.secret])
        assert client.post(url)["Location"] == answer["Location"]
        client.post(reverse("submissions:send", args=[draft.secret]), {"declared": "1"})
        case = Case.objects.get(submission__draft=draft)
        process.advance_case(case.pk)
        assert case.permit.renews == permit
        assert waits(case) == "permit"
        assert zone.free(timezone.localdate()) == 0
        assert not permits.is_renewable(permit, timezone.localdate())


@pytest.mark.parametrize("withdrawn", [True, False])
def test_rehearsed_or_withdrawn_permit_cannot_be_renewed(zone, client, withdrawn):
    permit = permitted()
    if withdrawn:
        Form.objects.update(offered=False)
    else:
        Case.objects.filter(pk=permit.case_id).update(rehearsal=True)
    secret = permit.case.links.first().secret
    with time_machine.travel(permit.due_at + timedelta(days=1)):
        assert client.post(reverse("space:status_renew", args=[secret])).status_code == 422
    assert not Renewal.objects.exists()


def renewing(permit: Permit, plate: str = "VD 123456", zone: str = "a", **fields) -> Case:
    """Create a case that renews the permit."""
    case = asked(plate, zone, advanced=False, **fields)
    Renewal.objects.create(permit=permit, draft=case.submission.draft)
    process.advance_case(case.pk)
    return case


def test_only_one_of_two_renewals_keeps_the_place(zone):
    permit = permitted()
    with time_machine.travel(permit.due_at + timedelta(days=1)):
        renewals = [renewing(permit, f"VD {number}") for number in (1, 2)]
        assert [waits(case) for case in renewals] == ["permit", "place"]
        assert zone.free(timezone.localdate()) == 0


def test_second_renewal_takes_a_free_place(zone):
    Zone.objects.update(places=2)
    permit = permitted()
    with time_machine.travel(permit.due_at + timedelta(days=1)):
        renewals = [renewing(permit, f"VD {number}") for number in (1, 2)]
        assert [waits(case) for case in renewals] == ["permit", "permit"]
        assert waits(asked("VD 3")) == "place"


def test_place_of_an_ended_renewal_goes_to_the_next_renewal(zone):
    permit = permitted()
    with time_machine.travel(permit.due_at + timedelta(days=1)):
        first, second = [renewing(permit, f"VD {number}") for number in (1, 2)]
        Permit.objects.filter(case=first).update(document=None)  # as if the document was not drawn yet
        Case.objects.filter(pk=first.pk).update(state="closed", closed_at=timezone.now())
        process.advance_case(second.pk)
        assert waits(second) == "permit"
        assert waits(asked("VD 3")) == "place"


def test_renewal_into_another_zone_takes_a_second_place(zone):
    other = Zone.objects.create(kind=KEY, value="b", name="Zone B", places=1)
    permit = permitted()
    with time_machine.travel(permit.due_at + timedelta(days=1)):
        today = timezone.localdate()
        assert waits(renewing(permit, zone="b")) == "permit"
        assert [zone.free(today), other.free(today)] == [0, 0]
        assert waits(asked("VD 2", "b")) == "place"
        assert waits(renewing(permit, "VD 3")) == "permit"  # takes the place that the first renewal left


def test_renewal_of_a_rehearsal_takes_over_no_place(zone):
    rehearsed, permit = permitted(kind="rehearsal"), permitted("VD 2")
    with time_machine.travel(permit.due_at + timedelta(days=1)):
        assert waits(renewing(rehearsed)) == "place"


def test_renewal_begins_with_corrected_answers(zone, client):
    case = asked(plate="VD 123465")
    cases.correct_answer(
        actor=agent(), case=case, field="prenom", answer="VD 654321", reason="Faute de frappe."
    )
    issuing.issue_document(case.documents.get().pk)
    process.advance_case(case.pk)
    permit = Permit.objects.get()
    with time_machine.travel(permit.due_at + timedelta(days=1)):
        client.post(reverse("space:status_renew", args=[case.links.first().secret]))
        assert Draft.objects.latest("created_at").answers["prenom"] == "VD 654321"


def test_revoked_permit_cannot_be_renewed(zone):
    permit = permitted()
    issuing.revoke_document(actor=UserFactory(), document=permit.document, reason="Vendue.")
    with time_machine.travel(permit.due_at), pytest.raises(permits.cases.IllegalTransition):
        permits.renew_permit(actor=Applicant(), permit=Permit.objects.get(pk=permit.pk))


def test_case_of_a_permit_is_kept_until_its_last_day(zone):
    permit = permitted()
    cases_of_it = Case.objects.filter(pk=permit.case_id)
    assert not cases_of_it.get().is_open
    Delivery.objects.for_subject(permit.case.subject).update(state=Delivery.State.DONE)
    for days, kept in ((0, True), (1, False)):
        with time_machine.travel(permit.due_at + permits.REMINDED + timedelta(days=days)):
            assert blockers.without_blockers(cases_of_it).exists() != kept


# -- Inspection ----------------------------------------------------------------------------------------------
def test_inspector_looks_up_a_plate_and_it_is_logged(zone, client):
    permit = permitted()
    user = inspector()
    client.force_login(user)
    url = reverse("documents:inspect")
    assert client.get(url).status_code == 200
    page = client.post(url, {"plate": "vd-123.456"})
    assert "verdict yes" in page.text
    assert "Zone A" in page.text
    for private in (permit.case.reference, permit.case.submission.email):
        assert private not in page.text
    assert "verdict no" in client.post(url, {"plate": "VD 9"}).text
    assert list(PlateCheck.objects.values_list("inspector", "plate", "found")) == [
        (user.pk, "VD9", False),
        (user.pk, "VD123456", True),
    ]
    with time_machine.travel(timezone.now() + timedelta(days=400)):
        client.force_login(user)
        assert "verdict no" in client.post(url, {"plate": "VD 123456"}).text
        permits.delete_old_plate_checks(actor=SYSTEM, now=timezone.now())
    assert PlateCheck.objects.count() == 1


@pytest.mark.parametrize(
    ("held", "typed", "shown", "warned"),
    [
        ("VD 123456", "123456", "VD 123456: valable", True),
        ("VD 123456", "VD 0123456", "VD 123456: valable", False),
        ("VD 123456", "vd 123 456", "VD 123456: valable", False),
        ("123456", "VD 123456", "123456: valable", True),
        ("123 456", "123456", "123456: valable", False),
    ],
)
def test_inspection_finds_a_permit_without_the_canton(zone, client, held, typed, shown, warned):
    permitted(held)
    client.force_login(inspector())
    page = client.post(reverse("documents:inspect"), {"plate": typed}).text.replace("\N{NBSP}", "")
    assert "verdict yes" in page
    assert shown.replace(" : ", ":") in page.replace(" :", ":")
    assert ("comparez le canton" in page) == warned


def test_inspection_shows_every_canton_of_a_number(zone, client):
    Zone.objects.update(places=None)
    for plate in ("VD 123456", "GE 123456"):
        permitted(plate)
    client.force_login(inspector())
    page = client.post(reverse("documents:inspect"), {"plate": "123456"}).text
    assert "verdict yes" not in page
    assert "VD 123456" in page
    assert "GE 123456" in page
    page = client.post(reverse("documents:inspect"), {"plate": "GE 123456"}).text
    assert "verdict yes" in page
    assert "VD 123456: " not in page.replace("\N{NBSP}", "")
    assert "<b>VD 123456</b>" not in page


@pytest.mark.parametrize(
    ("held", "typed"), [("VD 123456", "GE 123456"), ("VD 123456", "23456"), ("AB 12 C", "12")]
)
def test_inspection_finds_no_permit_of_another_plate(zone, client, held, typed):
    permitted(held)
    client.force_login(inspector())
    assert "verdict no" in client.post(reverse("documents:inspect"), {"plate": typed}).text


@pytest.mark.parametrize("plate", ["", " ", "\0", "<script>", "x" * 500])
def test_invalid_plate_is_refused_with_an_error(client, plate):
    client.force_login(inspector())
    assert client.post(reverse("documents:inspect"), {"plate": plate}).status_code == 422
    assert not PlateCheck.objects.exists()


def test_inspection_is_for_inspectors_and_rate_limited(client):
    url = reverse("documents:inspect")
    assert client.get(url).status_code == 302
    client.force_login(UserFactory(is_staff=True, roles=["agents"]))
    assert client.get(url).status_code == 404
    client.force_login(inspector())
    for _ in range(rate_limits.PLATES.most):
        rate_limits.is_plate_limit_reached(client.get(url).wsgi_request)
    assert client.post(url, {"plate": "VD 1"}).status_code == 429
    assert not PlateCheck.objects.exists()
