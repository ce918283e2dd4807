"""Appealable decisions: their legal remedies and the proof of the day of notification."""

from datetime import date, timedelta

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override
from wagtail.models import Locale

from eservices.cases import actions, checks, jobs, process
from eservices.cases.actions.decision_notification import consent
from eservices.cases.actors import Applicant
from eservices.cases.appealable_decisions import actions as formal
from eservices.cases.logic.appeal_terms import AppealRules
from eservices.cases.models import AppealableDecision, Case, LegalRemedies, Role
from eservices.cases.retention import actions as retention
from eservices.cases.retention import due_cases
from eservices.cases.states import CaseOutcome
from eservices.cases.texts import decision_letter
from eservices.catalogue.definition.linter import lint_service
from eservices.deliveries.models import Delivery
from eservices.deliveries.print_queue import actions as paper
from eservices.space.export import export_personal_data
from home.models import CommuneSettings
from tests.factories.accounts import UserFactory
from tests.factories.cases import CaseFactory, TeamFactory, member
from tests.factories.letter_templates import LetterFactory, RemediesFactory
from tests.factories.submissions import ANSWERS, FormVersionFactory, certificate, sent

pytestmark = pytest.mark.django_db
REASON = "Vous n’habitez pas à Orvenay."


@pytest.fixture(autouse=True)
def _remedies():
    RemediesFactory()


def case_with_remedies(**fields) -> Case:
    return CaseFactory(settings={"remedies": "recours"}, **fields)


def refused(case: Case) -> AppealableDecision:
    actions.refuse_case(actor=member(), case=case, reason=REASON)
    return case.formal_decisions.get()


def applicant(case: Case, *, mailed=True) -> Applicant:
    return Applicant(link=case.links.get(mailed=mailed))


def agreed(**fields) -> Case:
    case = case_with_remedies(**fields)
    consent.give_consent(actor=applicant(case), case=case)
    return case


def page(case: Case, name="", *args, mailed=True) -> str:
    secret = case.links.get(mailed=mailed).secret
    return reverse(f"space:status{name and '_'}{name}", args=[secret, *args])


def kinds(case: Case) -> list[str]:
    return list(case.events.order_by("number").values_list("kind", flat=True))


# -- On paper -----------------------------------------------------------------------------------------------
def test_decision_without_consent_is_registered_letter():
    decision = refused(case_with_remedies())
    letter = decision.letter
    assert (letter.carrier, letter.posting.registered) == ("print", True)
    for words in (REASON, "Tribunal administratif", "30 jours"):
        assert words in letter.payload["text"]
    assert not Delivery.objects.filter(title__contains="refus").exists()
    assert (decision.notified_on, decision.last_day) == (None, None)


def test_delivery_day_is_notification_day():
    agent = member()
    with time_machine.travel("2026-11-24 09:00Z"):
        decision = refused(case_with_remedies())
        wanted = Delivery.objects.filter(pk=decision.letter_id)
        wanted.update(recipient="Élodie Marchetti, 1099 Orvenay")
        paper.take_print_batch(actor=agent, wanted=wanted)
        paper.mark_posted(actor=agent, wanted=wanted, numbers={})
    with time_machine.travel("2026-11-27 09:00Z"):
        paper.save_delivery_proof(
            actor=agent, letter=decision.letter, number="98", delivered_on=date(2026, 11, 26)
        )
    decision.refresh_from_db()
    assert (decision.notified_on, decision.proof) == (date(2026, 11, 26), "post")
    assert decision.last_day == date(2027, 1, 11)  # without the recess from 18 December to 2 January
    assert "notified" in kinds(decision.case)


def test_acceptance_uses_letter_template_with_legal_remedies():
    LetterFactory(key="oui", text="<p>Oui, {prenom}.</p>")
    case = CaseFactory(settings={"remedies": "recours", "letters": {"accepted": "oui"}})
    actions.accept_case(actor=member(), case=case)
    text = case.formal_decisions.get().letter.payload["text"]
    assert text.startswith("Oui, Élodie.")
    assert "Tribunal administratif" in text


def test_service_without_legal_remedies_sends_email_decision():
    case = CaseFactory(refused=True)
    assert not case.formal_decisions.exists()
    assert Delivery.objects.for_subject(case.subject).last().carrier == "email"


# -- By e-mail ----------------------------------------------------------------------------------------------
def test_decision_with_consent_is_notified_when_opened(client):
    case = agreed()
    decision = refused(case)
    assert decision.letter is None
    mail = Delivery.objects.for_subject(case.subject).latest("created_at")
    assert REASON not in mail.payload["text"]
    assert REASON not in client.get(page(case)).text
    with time_machine.travel("2027-01-12 09:00Z"):
        client.post(page(case, "decision", decision.pk))
    with time_machine.travel("2027-01-13 09:00Z"):
        client.post(page(case, "decision", decision.pk))
    decision.refresh_from_db()
    assert (decision.notified_on, decision.proof) == (date(2027, 1, 12), "opened")
    assert kinds(case).count("notified") == 1
    shown = client.get(page(case)).text
    assert REASON in shown
    assert "Tribunal administratif" in shown


def test_decision_is_not_opened_by_get_or_unmailed_link(client):
    case = agreed()
    decision = refused(case)
    client.get(page(case))
    assert client.get(page(case, "decision", decision.pk)).status_code == 405
    assert client.post(page(case, "decision", decision.pk, mailed=False)).status_code == 422
    assert client.post(page(case, "decision", 10**6)).status_code == 404
    decision.refresh_from_db()
    assert decision.notified_on is None


def test_unopened_decision_is_hidden_on_status_page(client):
    case = agreed()
    decision = refused(case)
    shown = client.get(page(case)).text
    assert "Une décision sur votre demande est prête." in shown
    assert "Nous avons dû refuser" not in shown
    assert "Refusé" not in shown
    assert "<b>Décision</b>" in shown
    client.force_login(UserFactory(email=case.email))
    Case.objects.filter(pk=case.pk).update(email_confirmed_at=timezone.now())
    listed = client.get(reverse("space:home")).text
    assert case.reference in listed
    assert "Nous avons dû refuser" not in listed
    client.post(page(case, "decision", decision.pk))
    assert "Nous avons dû refuser" in client.get(page(case)).text


def test_unopened_decision_is_hidden_from_personal_data_export(client):
    case = agreed()
    case.persons.create(field="enfants", place=0, name="Noé")
    decision = refused(case)
    user = UserFactory(email=case.email)
    Case.objects.filter(pk=case.pk).update(email_confirmed_at=timezone.now())
    shown, [taken] = client.get(page(case)).text, export_personal_data(user)["requests"]
    for told in (shown, str(taken)):
        assert REASON not in told
        assert "refus" not in told.lower()
    assert [one["name"] for one in taken["persons"]] == ["Noé"]
    client.post(page(case, "decision", decision.pk))
    [taken] = export_personal_data(user)["requests"]
    [opened] = taken["decisions"]
    for words in (REASON, "Tribunal administratif", "30 jours"):
        assert words in opened["text"]
    assert (taken["outcome"], taken["reason"]) == (CaseOutcome.REFUSED.label, REASON)
    assert taken["persons"][0]["reason"] == REASON
    assert "Noé" in client.get(page(case)).text


def test_consent_revocation_sends_decision_on_paper(client):
    case = case_with_remedies()
    client.post(page(case, "consent"), {"agree": "1"})
    assert consent.has_consent(case)
    decision = refused(case)
    assert decision.electronic
    client.post(page(case, "consent"))
    decision.refresh_from_db()
    assert not consent.has_consent(case)
    assert (decision.electronic, decision.letter.carrier) == (False, "print")
    assert [one for one in kinds(case) if "consent" in one] == ["consent_given", "consent_revoked"]


def test_opened_decision_is_not_printed_if_consent_is_revoked(client):
    case = agreed()
    decision = refused(case)
    client.post(page(case, "decision", decision.pk))
    client.post(page(case, "consent"))
    decision.refresh_from_db()
    assert decision.letter is None


def test_unopened_decision_is_printed_after_seven_days(client):
    with time_machine.travel("2027-01-11 09:00Z", tick=False) as clock:
        left, opened, rehearsed = refused(agreed()), refused(agreed()), refused(agreed(rehearsal=True))
        client.post(page(opened.case, "decision", opened.pk))
        for moment, posted in (
            ("2027-01-18 08:59Z", False),
            ("2027-01-18 09:00Z", True),
            ("2027-02-01", True),
        ):
            clock.move_to(moment)
            jobs.post_unopened_decisions(timezone.now())
            left.refresh_from_db()
            assert bool(left.letter) == posted
    assert left.letter.carrier == "print"
    assert kinds(left.case).count("decision_sent") == 2
    assert "pas ouverte ici dans les sept jours" in client.get(page(left.case)).text
    for other in (opened, rehearsed):
        other.refresh_from_db()
        assert other.letter is None


def test_consent_by_unmailed_link_is_refused(client):
    case = case_with_remedies()
    assert client.post(page(case, "consent", mailed=False), {"agree": "1"}).status_code == 422
    assert not consent.has_consent(case)


def test_consent_without_email_address_is_refused():
    case = case_with_remedies(email="")
    with pytest.raises(actions.IllegalTransition):
        consent.give_consent(actor=applicant(case, mailed=False), case=case)
    assert not refused(case).electronic


@pytest.mark.parametrize("answer", [True, False])
def test_form_asks_for_consent(answer):
    TeamFactory()
    content = certificate()
    content["settings"] |= {"remedies": "recours"}
    content["settings"]["applicant"]["consent"] = "accord"
    content["steps"][3]["fields"].append({"key": "accord", "type": "consent"})
    answers = {key: one for step in ANSWERS.values() for key, one in step.items()}
    case = sent(version=FormVersionFactory(content=content), answers=answers | {"accord": answer}).case
    assert consent.has_consent(case) is answer


# -- Appeals ------------------------------------------------------------------------------------------------
def test_appeal_places_case_on_legal_hold(client):
    case = case_with_remedies()
    decision = refused(case)
    client.force_login(member(Role.DECIDE))
    url = reverse("formal:appeal", args=[case.reference, decision.pk])
    client.post(url, {"on": "2031-01-01"})
    client.post(url, {"on": "x"})
    assert not case.holds.exists()
    client.post(url, {"on": timezone.localdate().isoformat()})
    client.post(url, {"on": timezone.localdate().isoformat()})
    assert case.holds.in_force().count() == 1
    assert "appealed" in kinds(case)
    assert "Tribunal administratif" in client.get(reverse("cases:case", args=[case.reference])).text


def test_appealed_case_is_retained_until_hold_is_released(client):
    case = CaseFactory(
        settings={"remedies": "recours", "retention": {"months": 24, "disposition": "eliminate"}}
    )
    decision = refused(case)
    process.advance_case(case.pk)
    Delivery.objects.for_subject(case.subject).update(state=Delivery.State.DONE)
    client.force_login(member(Role.DECIDE))
    url = reverse("formal:appeal", args=[case.reference, decision.pk])
    client.post(url, {"on": timezone.localdate().isoformat()})
    in_three_years = timezone.now() + timedelta(days=3 * 366)
    [due] = due_cases.due_by_service(in_three_years)
    assert (due.cases.count(), due.kept) == (0, 1)
    retention.release_hold(actor=member(), case=case, hold=case.holds.get())
    [due] = due_cases.due_by_service(in_three_years)
    assert (due.cases.count(), due.kept) == (1, 0)


def test_only_agent_who_may_decide_records_appeal(client):
    case = case_with_remedies()
    decision = refused(case)
    url = reverse("formal:appeal", args=[case.reference, decision.pk])
    client.force_login(member(Role.TREAT))
    assert client.post(url, {"on": timezone.localdate().isoformat()}).status_code == 404
    assert client.get(url).status_code == 405


# -- Notification -------------------------------------------------------------------------------------------
def posted(day="2026-11-24 09:00Z", **fields) -> AppealableDecision:
    agent = member()
    with time_machine.travel(day):
        decision = refused(case_with_remedies(**fields))
        wanted = Delivery.objects.filter(pk=decision.letter_id)
        wanted.update(recipient="Élodie Marchetti, 1099 Orvenay")
        paper.take_print_batch(actor=agent, wanted=wanted)
        paper.mark_posted(actor=agent, wanted=wanted, numbers={})
    return AppealableDecision.objects.get(pk=decision.pk)


def test_posted_decision_without_proof_shows_presumed_date(client):
    decision = posted()
    assert (decision.notified_on, decision.last_day) == (None, None)
    assert decision.presumed_on == date(2026, 12, 2)
    assert decision.presumed_last_day == date(2027, 1, 18)
    case = decision.case
    client.force_login(member(Role.DECIDE))
    desk = client.get(reverse("cases:case", args=[case.reference])).text
    assert "elle est présumée notifiée le 2.12.2026" in desk
    assert "18.01.2027" in desk
    assert "18 janvier 2027" not in client.get(page(case)).text


def test_delivery_proof_replaces_presumption():
    decision = posted()
    with time_machine.travel("2026-11-27 09:00Z"):
        for day in (date(2026, 11, 26), date(2026, 11, 25)):  # the second is a correction
            paper.save_delivery_proof(actor=member(), letter=decision.letter, number="98", delivered_on=day)
    decision.refresh_from_db()
    assert decision.notified_on == date(2026, 11, 25)
    assert decision.presumed_on is None
    assert decision.last_day == date(2027, 1, 11)


@pytest.mark.parametrize("proof", ["handed", "notice"])
def test_decision_notified_in_another_form_is_recorded_once(client, proof):
    decision = refused(case_with_remedies())
    today = timezone.localdate()
    client.force_login(member(Role.DECIDE))
    url = reverse("formal:notified", args=[decision.case.reference, decision.pk])
    for wrong in ({}, {"proof": "opened", "on": today}, {"proof": proof, "on": today + timedelta(days=1)}):
        client.post(url, wrong)
    decision.refresh_from_db()
    assert decision.notified_on is None
    client.post(url, {"proof": proof, "on": today.isoformat()})
    client.post(url, {"proof": "handed", "on": today.isoformat()})
    decision.refresh_from_db()
    assert (decision.notified_on, decision.proof) == (today, proof)
    assert kinds(decision.case).count("notified") == 1


def test_only_agent_who_may_decide_records_notification(client):
    decision = refused(case_with_remedies())
    client.force_login(member(Role.TREAT))
    url = reverse("formal:notified", args=[decision.case.reference, decision.pk])
    assert client.post(url, {"proof": "handed", "on": timezone.localdate()}).status_code == 404


def test_later_delivery_proof_keeps_earlier_notification():
    decision = posted()
    with time_machine.travel("2026-11-25 09:00Z"):
        formal.record_notification(
            actor=member(), case=decision.case, decision=decision, on=date(2026, 11, 25), proof="handed"
        )
    with time_machine.travel("2026-11-27 09:00Z"):
        paper.save_delivery_proof(
            actor=member(), letter=decision.letter, number="98", delivered_on=date(2026, 11, 26)
        )
    decision.refresh_from_db()
    assert (decision.notified_on, decision.proof) == (date(2026, 11, 25), "handed")


def test_recess_does_not_extend_remedies_excluded_from_it():
    LegalRemedies.objects.update(recess=False)
    decision = refused(case_with_remedies())
    decision.notified_on = date(2026, 11, 26)
    assert decision.last_day == date(2026, 12, 28)
    assert "ne court pas" not in decision.letter.payload["text"]


def test_decision_uses_rules_of_place_where_it_was_taken(settings):
    decision = refused(case_with_remedies())
    settings.COUNTRY, settings.SUBDIVISION = "CH", "BE"
    decision.notified_on = date(2026, 11, 26)
    assert decision.last_day == date(2027, 1, 11)


def test_unknown_place_warns_in_system_check_and_case(settings, client):
    assert checks.rules_of_appeal_are_known(None) == []
    settings.SUBDIVISION = "JU"
    [warning] = checks.rules_of_appeal_are_known(None)
    assert (warning.id, "CH-JU" in warning.msg) == ("cases.W001", True)
    decision = refused(case_with_remedies())
    client.force_login(member(Role.DECIDE))
    assert "CH-JU" in client.get(reverse("cases:case", args=[decision.case.reference])).text


@pytest.mark.parametrize(("canton", "warned"), [("VD", False), ("JU", True)])
def test_service_lint_warns_if_appeal_rules_are_unknown(settings, canton, warned):
    settings.SUBDIVISION = canton
    TeamFactory()
    made = certificate()
    made["settings"]["remedies"] = "recours"
    assert any(fault.path == "settings.remedies" for fault in lint_service(made)) is warned


# -- Letter ---------------------------------------------------------------------------------------------------
def test_decision_letter_has_salutation_authority_and_signature():
    agent = member(Role.DECIDE)
    case = case_with_remedies()
    case.team.authority = "Municipalité d’Orvenay"
    case.team.save()
    case.team.memberships.filter(user=agent).update(function="Cheffe du service")
    actions.refuse_case(actor=agent, case=case, reason=REASON)
    letter = case.formal_decisions.get().letter
    text = letter.payload["text"]
    assert text.startswith("Madame, Monsieur,")
    order = ["Voies de droit", "art. 96 LPA-VD", "salutations", "Municipalité d’Orvenay", str(agent)]
    places = [text.index(words) for words in [*order, "Cheffe du service"]]
    assert places == sorted(places)
    assert {"signatures": [[str(agent), "Cheffe du service"]]} in letter.payload["paragraphs"]


def test_decision_letter_without_authority_names_commune():
    text = refused(case_with_remedies()).letter.payload["text"]
    assert str(CommuneSettings.current()) in text.partition("salutations")[2]


def test_decision_of_two_agents_names_both_signatories():
    first, second = member(Role.DECIDE), member(Role.DECIDE)
    case = CaseFactory(
        settings={"remedies": "recours"},
        stages=[{"key": "decision", "type": "decision", "settings": {"four_eyes": True}}],
    )
    actions.refuse_case(actor=first, case=case, reason=REASON)
    assert not case.formal_decisions.exists()
    actions.review_proposal(actor=second, case=case, agreed=True)
    [signed] = [one for one in case.formal_decisions.get().paragraphs if "signatures" in one]
    assert [name for name, _function in signed["signatures"]] == [str(first), str(second)]


# -- Remedies -----------------------------------------------------------------------------------------------
def test_legal_remedies_refuse_other_placeholders():
    with pytest.raises(ValidationError):
        RemediesFactory.build(text="<p>{prenom}</p>", locale=RemediesFactory().locale).full_clean()


def test_legal_remedies_in_months_refuse_days_placeholder():
    """Applies to translations, too, which take over the unit: 2 months would be printed as 2 days."""
    french, german = RemediesFactory(), Locale.objects.get_or_create(language_code="de")[0]
    french.full_clean()
    french.unit = "months"
    with pytest.raises(ValidationError, match=r"\{term\}"):
        french.full_clean()
    french.text = "<p>{term}, {authority}</p>"
    french.full_clean()
    one = french.copy_for_translation(german)
    one.text = "<p>{days}</p>"
    one.save()
    with pytest.raises(ValidationError, match=r"Deutsch|German"):
        french.full_clean()


def test_german_legal_remedies_use_dative_term():
    said = {"days": 30, "authority": "Gericht", "text": "<p>innert {term}</p>"}
    with override("de"):
        for days, unit, term in (
            (30, "days", "30 Tagen"),
            (2, "months", "2 Monaten"),
            (1, "months", "1 Monat"),
        ):
            remedies = RemediesFactory.build(**said | {"days": days, "unit": unit}, locale=None)
            assert decision_letter._appeal_paragraphs(remedies, AppealRules("", ()))[0] == f"innert {term}"
        assert decision_letter.term_in_words(30, "days") == "30 Tage"


@pytest.mark.parametrize(
    ("days", "unit", "term"), [(1, "days", "1 jour"), (30, "days", "30 jours"), (2, "months", "2 mois")]
)
def test_legal_remedies_spell_out_term(days, unit, term):
    LegalRemedies.objects.update(days=days, unit=unit, text="<p>Délai : {term}.</p>")
    assert f"Délai : {term}." in refused(case_with_remedies()).letter.payload["text"]
