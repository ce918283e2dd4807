"""Messages to applicants, agents, leads and consulted offices.

The caller decides when one is sent. It goes by e-mail, or on paper to an applicant without an e-mail address.
"""

from datetime import datetime
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.models import Group
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from eservices.accounts.access import SHOWN
from eservices.accounts.models import User
from eservices.deliveries.actions import queue_email, queue_paper_letter, queue_sms
from eservices.deliveries.models import Delivery
from eservices.deliveries.paragraphs import paragraphs_from_text
from eservices.deliveries.rendering import render_email, render_paper_letter
from eservices.submissions.models import Draft, StoredFile
from home.links.page_links import absolute_url
from home.models import CommuneSettings
from home.scheduling.quiet_hours import earliest_send_time

from .logic import deadlines
from .models import (
    AgentNotification,
    Case,
    CaseStage,
    ConcernedPerson,
    Escalation,
    LetterTemplate,
    Message,
    NotificationType,
    Opinion,
    Role,
    StatusLink,
    Team,
    TeamMember,
)
from .states import CaseOutcome
from .texts import letter_rendering, titles
from .texts.postal_address import postal_lines
from .workflow import absences
from .workflow.progress import current_stage, stage_titles, stages_ahead

WRITTEN = "cases/emails/letter"  # the template around a letter template's text
ACCEPTED = "accepted"  # key in a stage's data: its message also announces the acceptance


def send_receipt(case: Case, answered_by: datetime | None) -> Delivery:
    """Send the receipt: reference, next stages, promised date, status link.

    ``answered_by``: the promised date; None if there is none.
    """
    steps = _upcoming_stage_titles(case, stages_ahead(case))
    return _send_service_letter(case, "receipt") or queue_letter_to_applicant(
        case, "cases/emails/receipt", answered_by=answered_by, **steps
    )


def send_question(case: Case, message: Message) -> Delivery:
    """Send the applicant a question that must be answered before the case continues."""
    return queue_letter_to_applicant(case, "cases/emails/question", message=message)


def send_message(case: Case, message: Message) -> Delivery:
    """Send the applicant a message of the commune."""
    return queue_letter_to_applicant(case, "cases/emails/message", message=message)


def send_stage_message(case: Case, *, subject: str, text: str, **acceptance) -> Delivery:
    """Send the text of a notification stage, with the title of the service if ``subject`` is empty."""
    return queue_letter_to_applicant(
        case,
        "cases/emails/notice",
        heading=subject or case.service,
        paragraphs=paragraphs_from_text(text),
        **acceptance,
    )


def send_acceptance(case: Case, following: list[CaseStage]) -> Delivery:
    """Tell the applicant that the case is accepted, and what follows."""
    return send_service_acceptance(case) or queue_letter_to_applicant(
        case, "cases/emails/accepted", **_acceptance_text_context(case, following)
    )


def send_service_acceptance(case: Case) -> Delivery | None:
    """Send the letter template that the service names for acceptance. Return None if it names none."""
    return _send_service_letter(case, "accepted")


def acceptance_context(case: Case, row: CaseStage) -> dict:
    """Return the context for a stage's message that also announces the acceptance; {} if it does not.

    Removes the mark, so that the acceptance is announced once: see ``Stage.announces_acceptance``.
    """
    return _acceptance_text_context(case, stages_ahead(case)[1:]) if row.data.pop(ACCEPTED, False) else {}


def send_refusal(case: Case) -> Delivery:
    """Tell the applicant that the case is refused, and why."""
    return _send_service_letter(case, "refused") or queue_letter_to_applicant(case, "cases/emails/refused")


def send_decision_available(case: Case) -> Delivery:
    """Tell the applicant that an appealable decision is on the status page. Opening it notifies it."""
    return queue_letter_to_applicant(case, "cases/emails/decision")


def send_reopened(case: Case, reason: str) -> Delivery:
    """Tell the applicant that the case is reopened, and why."""
    return queue_letter_to_applicant(case, "cases/emails/reopened", reason=reason)


def send_merged(case: Case, other: Case) -> Delivery:
    """Tell the applicant that the request was sent twice, by them or another person, and continues as ``other``."""
    pairs = ((case.email, other.email), (case.applicant, other.applicant))
    twice = any(mine and mine == theirs for mine, theirs in pairs)
    return queue_letter_to_applicant(case, "cases/emails/merged", other=other, twice=twice)


def send_redirected(case: Case, draft: Draft | None) -> Delivery:
    """Tell the applicant that the request belongs to another service.

    ``draft``: the new draft to continue; None if an agent continues it.
    """
    url = draft and _resume_url(draft)
    to = draft and draft.version.definition.title(case.language)
    return queue_letter_to_applicant(case, "cases/emails/redirected", resume_url=url, other_service=to)


def send_withdrawal(case: Case) -> Delivery:
    """Confirm the withdrawal to the applicant."""
    return queue_letter_to_applicant(case, "cases/emails/withdrawn")


def send_file_infected(case: Case, file: StoredFile) -> Delivery:
    """Tell the applicant that a file carried a virus and must be sent again."""
    return queue_letter_to_applicant(case, "cases/emails/file_infected", file=file)


def send_question_reminder(case: Case, *, text: str, term: datetime) -> Delivery | None:
    """Remind the applicant of an unanswered question."""
    return queue_letter_to_applicant(case, "cases/emails/question_reminder", text=text, term=term)


def send_question_overdue(case: Case, *, text: str, term: datetime) -> Delivery | None:
    """Tell the applicant that the time to answer is over, and that an answer still counts."""
    return queue_letter_to_applicant(case, "cases/emails/question_overdue", text=text, term=term)


def send_closed_unanswered(case: Case) -> Delivery | None:
    """Tell the applicant that the case was closed because a question was not answered."""
    return queue_letter_to_applicant(case, "cases/emails/lapsed")


def send_status_links(cases: list[Case], to: str, language: str) -> Delivery:
    """Send the links of these cases to an address, or that there are none.

    Hidden from staff, because the cases may belong to several teams.
    """
    rows = [
        {"case": case, "service": _title(case, language), "url": emailed_status_url(case)} for case in cases
    ]
    context = {"rows": rows, "url": absolute_url(reverse("space:home"))}
    return queue_email(
        to=to, template="cases/emails/links", context=context, language=language, confidential=True
    )


def send_sms(case: Case, text: str) -> Delivery | None:
    """Send a text message, but not at night. Return None if the case has no mobile number."""
    if not case.takes_sms:
        return None
    at = earliest_send_time(timezone.localtime(), deadlines.EVENING, deadlines.MORNING)
    return queue_sms(to=case.phone, text=text, subject=case.subject, rehearsal=case.rehearsal, due_at=at)


# -- To agents -----------------------------------------------------------------------------------------------
def send_agent_notification(case: Case, agent: User, kind: NotificationType, **context) -> None:
    """Notify an agent immediately. ``context``: the variables of the template for this kind."""
    _send_to_agents(case, [agent], kind, **context)


def send_agent_digest(agent: User, rows: list[tuple[AgentNotification, Case]]) -> Delivery:
    """Send an agent the digest of the day."""
    with translation.override(agent.language):
        news = [
            (one.case.reference, one.get_kind_display(), _title(case, agent.language), desk_url(case))
            for one, case in rows
        ]
    return queue_email(
        to=agent.email,
        template="cases/emails/digest",
        context={"news": news, "url": absolute_url(reverse("cases:queue"))},
        language=agent.language,
    )


def send_unanswered_to_agent(case: Case, *, term: datetime, left: Promise) -> None:
    """Tell the assigned agent, or the leads, that a question is overdue.

    ``left``: a sentence with what the agent can do now.
    """
    to = [case.assignee] if case.assignee else team_leads(case)
    _send_to_agents(case, to, "unanswered", term=term, left=left)


def send_unassigned_message(case: Case, message: Message) -> None:
    """Tell the team, or its leads, that an applicant wrote about an unassigned case."""
    _send_to_agents(case, [] if case.team.email else team_leads(case), "answered", message=message)


def send_deadline_escalation(case: Case, kind: str) -> None:
    """Tell the leads of the team that the deadline is near or over."""
    _send_to_agents(case, team_leads(case), "escalated", over=kind == Escalation.Kind.OVER)


def send_blocked_alert(case: Case) -> None:
    """Tell the leads of the team at which stage the case is blocked.

    The reason is shown only on the case, because it may name people.
    """
    _send_to_agents(case, team_leads(case), "blocked", stage=current_stage(case))


def send_team_transfer(case: Case) -> None:
    """Tell a team that another team transferred a case to it."""
    _send_to_agents(case, [], "handed_over")


def team_leads(case: Case) -> list[User]:
    """Return the leads of the case's team who may see the case and have an e-mail address."""
    leading = absences.members_who_see(case).filter(role__gte=Role.LEAD)
    return list(User.objects.filter(memberships__in=leading).exclude(email=""))


def _send_to_agents(case: Case, people: list[User], template: str, **context) -> None:
    """Send the e-mail to each person, or their deputy, in their language; without persons, to the team's address.

    Many people read the team's mailbox: for a protected case the leads who may see it get the e-mail instead.
    """
    shared = not people and not case.protected
    if not people and not shared:
        people = team_leads(case)
    acting = {absences.acting_agent(one, case) for one in people}
    found = [(one.email, one.language) for one in acting if one.email]
    if shared and case.team.email:
        found = [(case.team.email, settings.LANGUAGE_CODE)]
    for address, language in found:
        queue_email(
            to=address,
            template=f"cases/emails/{template}",
            context=_agent_context(case, language) | context,
            language=language,
            subject=case.subject,
            rehearsal=case.rehearsal,
        )


def _agent_context(case: Case, language: str) -> dict:
    """Return the common context of e-mails to agents. ``called``: the title of the case, or its reference."""
    with translation.override(language):
        called = titles.title_of(case) or case.reference
    return {"case": case, "service": _title(case, language), "called": called, "url": desk_url(case)}


# -- To leads and administrators -----------------------------------------------------------------------------
def team_widened(actor: User, member: TeamMember, gained: list) -> None:
    """Tell the leads of a team and the administrators that a member has more rights there."""
    url = absolute_url(reverse("cases:team", args=[member.team.key]))
    _send_widened_rights(
        {member.team_id}, f"team:{member.team_id}", actor, str(member.user), gained, url, team=member.team
    )


def service_given(actor: User | None, team: Team, service: str, teams: set[int]) -> None:
    """Tell the leads of ``teams`` and the administrators that ``team`` now works on the cases of a service."""
    gained = [format_lazy(gettext_lazy("treats the new requests of “{service}”"), service=service)]
    url = absolute_url(reverse("cases:team", args=[team.key]))
    _send_widened_rights(teams, f"team:{team.pk}", actor, str(team), gained, url, team=team)


def account_widened(actor: User | None, user: User, gained: list) -> None:
    """Tell the administrators and the leads of the person's teams that an account has more rights."""
    teams = set(user.memberships.values_list("team", flat=True))
    url = absolute_url(reverse("wagtailusers_users:edit", args=[user.pk]))
    _send_widened_rights(teams, f"user:{user.pk}", actor, str(user), gained, url)


def group_widened(actor: User | None, group: Group, gained: list) -> None:
    """Tell the administrators that the members of a group have more rights."""
    url = absolute_url(reverse("wagtailusers_groups:edit", args=[group.pk]))
    _send_widened_rights(set(), f"group:{group.pk}", actor, str(group), gained, url)


def _send_widened_rights(
    teams: set[int], subject: str, actor: User | None, who: str, gained: list, url: str, **context
):
    leading = TeamMember.objects.filter(team__in=teams, role__gte=Role.LEAD)
    people = User.objects.filter(is_active=True).exclude(email="")
    recipients = people.filter(Q(is_superuser=True) | Q(memberships__in=leading)).distinct().order_by("pk")
    shared = {"actor": actor, "who": who, "gained": gained[:SHOWN], "more": len(gained[SHOWN:]), "url": url}
    for one in recipients:
        queue_email(
            to=one.email,
            template="cases/emails/widened",
            context=shared | context,
            language=one.language or settings.LANGUAGE_CODE,
            subject=subject,
        )


# -- To consulted offices ------------------------------------------------------------------------------------
def send_opinion_request(case: Case, opinion: Opinion, text: str) -> Delivery | None:
    """Ask an office for its opinion, with its private link. Return None if it has no e-mail address."""
    return _send_to_office(case, opinion, "opinion_asked", text)


def send_opinion_reminder(case: Case, opinion: Opinion, text: str) -> Delivery | None:
    """Remind an office of its opinion. Return None if it has no e-mail address."""
    return _send_to_office(case, opinion, "opinion_reminder", text)


def _send_to_office(case: Case, opinion: Opinion, template: str, text: str) -> Delivery | None:
    if not opinion.email:
        return None
    language = settings.LANGUAGE_CODE
    with translation.override(language):
        url = absolute_url(reverse("counter:opinion", args=[opinion.secret]))
    return queue_email(
        to=opinion.email,
        template=f"cases/emails/{template}",
        context={
            "case": case,
            "service": _title(case, language),
            "opinion": opinion,
            "text": text,
            "url": url,
        },
        language=language,
        subject=case.subject,
        reply_to=case.team.email,
        rehearsal=case.rehearsal,
    )


# -- Shared --------------------------------------------------------------------------------------------------
def queue_letter_to_applicant(
    case: Case,
    template: str,
    *,
    attachments: list | tuple = (),
    address: list[str] | None = None,
    **context,
) -> Delivery | None:
    """Queue ``template`` to the applicant, in the language of the case, with the status link as ``url``.

    An applicant without an e-mail address gets a paper letter, at ``address`` if it is not the declared one. It
    contains ``way_back`` instead of a link; the link it gets as ``url`` proves no address. Return None for an
    anonymous case without an e-mail address.

    If the applicant chose text messages, one announces the news; it is not sent at night.
    """
    shared = {"case": case, "service": case.service, "name": case.applicant}
    if case.by_sms:
        send_sms(case, _news_sms_text(case))
    if not case.email:
        context = (
            shared | {"url": displayed_status_url(case), "way_back": _paper_follow_up_text(case)} | context
        )
        title, paragraphs = render_paper_letter(template, context, case.language)
        return send_paper_letter(
            case, title=title, paragraphs=paragraphs, address=address, enclosures=attachments
        )
    url = emailed_status_url(case)
    rating_url = f"{url}#satisfaction" if _is_last_letter(case) else ""
    return queue_email(
        to=case.email,
        template=template,
        context=shared | {"url": url, "rating_url": rating_url} | context,
        language=case.language,
        subject=case.subject,
        attachments=attachments,
        rehearsal=case.rehearsal,
    )


def _is_last_letter(case: Case) -> bool:
    """Return whether the request is decided and no stage follows that of the letter."""
    return case.outcome in (CaseOutcome.ACCEPTED, CaseOutcome.REFUSED) and (
        not case.is_open or len(stages_ahead(case)) <= 1
    )


def send_letter_template(case: Case, key: str) -> Delivery | None:
    """Queue the letter template ``key`` to the applicant. Return None if it does not exist any more."""
    template = LetterTemplate.objects.best_translation(key, case.language)
    if template is None:
        return None
    found = letter_rendering.render_letter(case, template)
    if not case.email:
        return send_paper_letter(
            case, title=found.subject, paragraphs=[*found.paragraphs, _paper_follow_up_text(case)]
        )
    return queue_letter_to_applicant(case, WRITTEN, **_letter_context(found))


def letter_template_text(case: Case, key: str) -> str:
    """Return the plain text of the letter template ``key`` for the case; "" if it does not exist any more."""
    template = LetterTemplate.objects.best_translation(key, case.language)
    return letter_rendering.render_letter(case, template).text if template else ""


def render_letter_preview(found: letter_rendering.RenderedLetter, case: Case | None, language: str) -> str:
    """Render the e-mail of ``found`` as HTML for preview. Its link leads nowhere."""
    context = {"case": case, "service": _title(case, language) if case else "", "url": "#"} | _letter_context(
        found
    )
    return render_email(WRITTEN, context, language)["html"]


def send_paper_letter(
    case: Case, *, title: str, paragraphs: list, address: list[str] | None = None, **options
) -> Delivery | None:
    """Put a paper letter to the applicant into the print queue of the case's team.

    Return None for an anonymous case. ``address``: lines that replace the declared address.
    """
    if case.is_anonymous:
        return None
    return queue_paper_letter(
        address=postal_lines(case) if address is None else address,
        title=title,
        paragraphs=paragraphs,
        language=case.language,
        subject=case.subject,
        office=case.team.key,
        sender=case.team.name_in(case.language),
        rehearsal=case.rehearsal,
        **options,
    )


def emailed_status_url(case: Case) -> str:
    """Return the status link that is only ever sent by e-mail. Using it proves the address.

    Creates a link if none is valid.
    """
    link = _live_links(case, mailed=True).last() or StatusLink.objects.create(case=case, mailed=True)
    return status_link_url(link)


def displayed_status_url(case: Case) -> str:
    """Return the status link for the receipt page and printed receipts; "" if it has expired.

    It proves no address, because it is shown to the person who typed the request, whatever address they gave.
    """
    link = displayed_link(case)
    return status_link_url(link) if link else ""


def displayed_link(case: Case) -> StatusLink | None:
    """Return the valid status link for the person who typed the request; None if it has expired."""
    return _live_links(case, mailed=False).last()


def status_link_url(link: StatusLink) -> str:
    """Return the URL of the status page of ``link``, in the language of the case."""
    with translation.override(link.case.language):
        return absolute_url(reverse("space:status", args=[link.secret]))


def _resume_url(draft: Draft) -> str:
    with translation.override(draft.language):
        return absolute_url(reverse("submissions:resume", args=[draft.secret]))


def desk_url(case: Case) -> str:
    """Return the URL of the case on the agents' desk."""
    return absolute_url(reverse("cases:case", args=[case.reference]))


def _title(case: Case, language: str) -> str:
    return case.version.definition.title(language)


def _send_service_letter(case: Case, moment: str) -> Delivery | None:
    """Send the letter template that the service names for ``moment``. Return None if there is none."""
    key = case.version.definition.settings.get("letters", {}).get(moment, "")
    return send_letter_template(case, key) if key else None


def _letter_context(found: letter_rendering.RenderedLetter) -> dict:
    return {"heading": found.subject, "paragraphs": found.paragraphs}


def _news_sms_text(case: Case) -> str:
    with translation.override(case.language):
        values = {"commune": CommuneSettings.current().name, "reference": case.reference}
        return _("%(commune)s: there is news on your request %(reference)s. We wrote to you.") % values


def _paper_follow_up_text(case: Case) -> str:
    """Return how an applicant on paper can follow the request: the status link is too long to type."""
    commune, site = CommuneSettings.current(), urlsplit(absolute_url("/")).netloc
    with translation.override(case.language):
        text = _(
            "To follow your request or to answer, come to our counter and give the reference %(reference)s."
        )
        if commune.phone:
            text = _(
                "To follow your request or to answer, call %(phone)s or come to our counter and give the "
                "reference %(reference)s."
            )
        online = _("Show an identity document there to get a code to follow it on %(site)s.")
        return f"{text}\n{online}" % {"phone": commune.phone, "reference": case.reference, "site": site}


def _acceptance_text_context(case: Case, following: list[CaseStage]) -> dict:
    """Return the context of an acceptance: next stages, and the persons if not all of them are accepted."""
    people = case.persons.all()
    named = [] if all(one.outcome == ConcernedPerson.Outcome.ACCEPTED for one in people) else people
    return {"accepted": True, "people": named, **_upcoming_stage_titles(case, following)}


def _upcoming_stage_titles(case: Case, rows: list[CaseStage]) -> dict:
    """Return the titles of the stages to come.

    In the language of the case, because an agent's action in another language may be the reason of the message.
    """
    with translation.override(case.language):
        return {"steps": stage_titles(rows)}


def _live_links(case: Case, *, mailed: bool):
    alive = case.links.filter(mailed=mailed, revoked_at=None, expires_at__gt=timezone.now())
    return alive.order_by("created_at")
