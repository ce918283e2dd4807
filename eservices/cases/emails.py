"""The letters of a case. Whoever calls decides that one is sent: by e-mail, or on paper to who has none."""

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
from eservices.deliveries.rendering import render_email, render_paper_letter
from eservices.submissions.models import Draft, StoredFile
from home.links.page_links import absolute_url
from home.models import CommuneSettings
from home.scheduling.quiet_hours import earliest_send_time

from .logic import deadlines
from .logic.rich_text import paragraphs_to_html
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
from .texts import letter_rendering, titles
from .texts.postal_address import postal_lines
from .workflow import absences
from .workflow.progress import current_stage, stage_titles, stages_ahead

WRITTEN = "cases/emails/letter"  # the frame of what editors write
ACCEPTED = "accepted"  # on the row of a stage: its letter is to say that the case is accepted


def send_receipt(case: Case, answered_by: datetime | None) -> Delivery:
    """We have your request: reference, what happens next and by when, private link."""
    steps = _steps(case, stages_ahead(case))
    return _of_service(case, "receipt") or queue_letter_to_applicant(
        case, "cases/emails/receipt", answered_by=answered_by, **steps
    )


def send_question(case: Case, message: Message) -> Delivery:
    """We need something from you before we can go on."""
    return queue_letter_to_applicant(case, "cases/emails/question", message=message)


def send_message(case: Case, message: Message) -> Delivery:
    """The commune wrote to you."""
    return queue_letter_to_applicant(case, "cases/emails/message", message=message)


def send_stage_message(case: Case, *, subject: str, text: str, **acceptance) -> Delivery:
    """What the editor wrote into the stage *notify*."""
    return queue_letter_to_applicant(
        case, "cases/emails/notice", heading=subject or case.service, text=text, **acceptance
    )


def send_acceptance(case: Case, following: list[CaseStage]) -> Delivery:
    """Yes, and what follows."""
    return send_service_acceptance(case) or queue_letter_to_applicant(
        case, "cases/emails/accepted", **_acceptance(case, following)
    )


def send_service_acceptance(case: Case) -> Delivery | None:
    """Yes, in the words that the service names for it; None where it names none."""
    return _of_service(case, "accepted")


def acceptance_context(case: Case, row: CaseStage) -> dict:
    """What the letter of a stage knows to say of an acceptance that it is to tell; empty where it is to tell none.

    It is told once: see ``Stage.tells_acceptance``.
    """
    return _acceptance(case, stages_ahead(case)[1:]) if row.data.pop(ACCEPTED, False) else {}


def send_refusal(case: Case) -> Delivery:
    """No, and why."""
    return _of_service(case, "refused") or queue_letter_to_applicant(case, "cases/emails/refused")


def send_decision_available(case: Case) -> Delivery:
    """A decision that may be appealed waits on the private page: opening it notifies it."""
    return queue_letter_to_applicant(case, "cases/emails/decision")


def send_reopened(case: Case, reason: str) -> Delivery:
    """We take your request up again, and why."""
    return queue_letter_to_applicant(case, "cases/emails/reopened", reason=reason)


def send_merged(case: Case, other: Case) -> Delivery:
    """You, or somebody else, filed this twice: it goes on under the other reference."""
    pairs = ((case.email, other.email), (case.applicant, other.applicant))
    twice = any(mine and mine == theirs for mine, theirs in pairs)
    return queue_letter_to_applicant(case, "cases/emails/merged", other=other, twice=twice)


def send_redirected(case: Case, draft: Draft | None) -> Delivery:
    """This belongs to another service. ``draft``: the right request, begun; empty where an agent goes on."""
    url = draft and _resume_url(draft)
    to = draft and draft.version.definition.title(case.language)
    return queue_letter_to_applicant(case, "cases/emails/redirected", resume_url=url, other_service=to)


def send_withdrawal(case: Case) -> Delivery:
    """You withdrew: nothing more happens."""
    return queue_letter_to_applicant(case, "cases/emails/withdrawn")


def send_file_infected(case: Case, file: StoredFile) -> Delivery:
    """What you sent carried a virus: please send it again."""
    return queue_letter_to_applicant(case, "cases/emails/file_infected", file=file)


def send_question_reminder(case: Case, *, text: str, term: datetime) -> Delivery | None:
    """We still wait for your answer."""
    return queue_letter_to_applicant(case, "cases/emails/question_reminder", text=text, term=term)


def send_question_overdue(case: Case, *, text: str, term: datetime) -> Delivery | None:
    """The time to answer is over; an answer still counts."""
    return queue_letter_to_applicant(case, "cases/emails/question_overdue", text=text, term=term)


def send_closed_unanswered(case: Case) -> Delivery | None:
    """You did not answer: we closed the request."""
    return queue_letter_to_applicant(case, "cases/emails/lapsed")


def send_sms(case: Case, text: str) -> Delivery | None:
    """A text to the telephone, which rings in no night; None without a number that we write to."""
    if not case.takes_sms:
        return None
    at = earliest_send_time(timezone.localtime(), deadlines.EVENING, deadlines.MORNING)
    return queue_sms(to=case.phone, text=text, subject=case.subject, rehearsal=case.rehearsal, due_at=at)


# -- To the house --------------------------------------------------------------------------------------------
def send_agent_notification(case: Case, agent: User, kind: NotificationType, **context) -> None:
    """Tells an agent at once what happened on a case; ``context`` is what the letter of the kind shows of it."""
    _to_agents(case, [agent], kind, **context)


def send_agent_digest(agent: User, rows: list[tuple[AgentNotification, Case]]) -> Delivery:
    """Tells an agent once a day what happened."""
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
    """Tells who is in charge that the applicant did not answer in time, and what is ``left`` to do."""
    to = [case.assignee] if case.assignee else team_leads(case)
    _to_agents(case, to, "unanswered", term=term, left=left)


def send_unassigned_message(case: Case, message: Message) -> None:
    """Tells the team, or who leads it, that an applicant wrote on a case that nobody has."""
    _to_agents(case, [] if case.team.email else team_leads(case), "answered", message=message)


def send_deadline_escalation(case: Case, kind: str) -> None:
    """Tells the leads of the team that the deadline is near, or over."""
    _to_agents(case, team_leads(case), "escalated", over=kind == Escalation.Kind.OVER)


def send_blocked_alert(case: Case) -> None:
    """Tells the leads of the team at which stage the case does not go on. Why, the case alone says: a reason may name
    people."""
    _to_agents(case, team_leads(case), "blocked", stage=current_stage(case))


def send_team_transfer(case: Case) -> None:
    """Tells a team that it got a case from another one."""
    _to_agents(case, [], "handed_over")


def team_leads(case: Case) -> list[User]:
    """Who leads the team of the case."""
    leading = absences.members_who_see(case).filter(role__gte=Role.LEAD)
    return list(User.objects.filter(memberships__in=leading).exclude(email=""))


def _to_agents(case: Case, people: list[User], template: str, **context) -> None:
    """To each, or to who stands in, in their language; to the team's own address where nobody is named.

    Many read the team's mailbox: what is protected goes to the leads who see it instead.
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
            context=_for_agents(case, language) | context,
            language=language,
            subject=case.subject,
            rehearsal=case.rehearsal,
        )


def _for_agents(case: Case, language: str) -> dict:
    """What every letter to agents knows; ``called`` is for cases that name nobody."""
    with translation.override(language):
        called = titles.title_of(case) or case.reference
    return {"case": case, "service": _title(case, language), "called": called, "url": desk_url(case)}


# -- To leads and administrators -----------------------------------------------------------------------------
def team_widened(actor: User, member: TeamMember, gained: list) -> None:
    """Tells the leads of a team and the administrators that a member may do more there."""
    url = absolute_url(reverse("cases:team", args=[member.team.key]))
    _widened(
        {member.team_id}, f"team:{member.team_id}", actor, str(member.user), gained, url, team=member.team
    )


def service_given(actor: User | None, team: Team, service: str, teams: set[int]) -> None:
    """Tells the leads of ``teams`` and the administrators that a team treats the requests of a service from now on."""
    gained = [format_lazy(gettext_lazy("treats the new requests of “{service}”"), service=service)]
    url = absolute_url(reverse("cases:team", args=[team.key]))
    _widened(teams, f"team:{team.pk}", actor, str(team), gained, url, team=team)


def account_widened(actor: User | None, user: User, gained: list) -> None:
    """Tells the administrators, and the leads of this person's teams, that an account may do more."""
    teams = set(user.memberships.values_list("team", flat=True))
    url = absolute_url(reverse("wagtailusers_users:edit", args=[user.pk]))
    _widened(teams, f"user:{user.pk}", actor, str(user), gained, url)


def group_widened(actor: User | None, group: Group, gained: list) -> None:
    """Tells the administrators that the members of a group may do more."""
    url = absolute_url(reverse("wagtailusers_groups:edit", args=[group.pk]))
    _widened(set(), f"group:{group.pk}", actor, str(group), gained, url)


def _widened(teams: set[int], subject: str, actor: User | None, who: str, gained: list, url: str, **context):
    leading = TeamMember.objects.filter(team__in=teams, role__gte=Role.LEAD)
    people = User.objects.filter(is_active=True).exclude(email="")
    told = people.filter(Q(is_superuser=True) | Q(memberships__in=leading)).distinct().order_by("pk")
    said = {"actor": actor, "who": who, "gained": gained[:SHOWN], "more": len(gained[SHOWN:]), "url": url}
    for one in told:
        queue_email(
            to=one.email,
            template="cases/emails/widened",
            context=said | context,
            language=one.language or settings.LANGUAGE_CODE,
            subject=subject,
        )


# -- To offices that are asked -------------------------------------------------------------------------------
def send_opinion_request(case: Case, opinion: Opinion, text: str) -> Delivery | None:
    """We ask you for your opinion, behind a link that is yours alone."""
    return _to_office(case, opinion, "opinion_asked", text)


def send_opinion_reminder(case: Case, opinion: Opinion, text: str) -> Delivery | None:
    """We still wait for your opinion."""
    return _to_office(case, opinion, "opinion_reminder", text)


def _to_office(case: Case, opinion: Opinion, template: str, text: str) -> Delivery | None:
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
    """Queues ``template`` to the applicant, in the language of the case, with the private link as ``url``.

    Who gave no e-mail address gets it by post, at ``address`` if it is not the declared one, with ``way_back`` to be
    read in place of a link; one that is printed all the same proves no address. Nobody gets it where nobody is named.
    Who wants it is told by SMS that there is news, in the night as soon as it is over.
    """
    shared = {"case": case, "service": case.service, "name": case.applicant}
    if case.by_sms:
        send_sms(case, _news(case))
    if not case.email:
        context = shared | {"url": displayed_status_url(case), "way_back": _way_back(case)} | context
        title, paragraphs = render_paper_letter(template, context, case.language)
        return send_paper_letter(
            case, title=title, paragraphs=paragraphs, address=address, enclosures=attachments
        )
    return queue_email(
        to=case.email,
        template=template,
        context=shared | {"url": emailed_status_url(case)} | context,
        language=case.language,
        subject=case.subject,
        attachments=attachments,
        rehearsal=case.rehearsal,
    )


def send_letter_template(case: Case, key: str) -> Delivery | None:
    """Queues the letter that editors keep under ``key``; None where there is none any more."""
    template = LetterTemplate.objects.best(key, case.language)
    if template is None:
        return None
    found = letter_rendering.render_letter(case, template)
    if not case.email:
        return send_paper_letter(case, title=found.subject, paragraphs=[*found.paragraphs, _way_back(case)])
    return queue_letter_to_applicant(case, WRITTEN, **_as_context(found))


def letter_template_text(case: Case, key: str) -> str:
    """What the letter ``key`` says of the case, as plain text; empty where there is none any more."""
    template = LetterTemplate.objects.best(key, case.language)
    return letter_rendering.render_letter(case, template).text if template else ""


def render_letter_preview(found: letter_rendering.RenderedLetter, case: Case | None, language: str) -> str:
    """The e-mail that ``found`` becomes, as HTML, to be looked at: its link leads nowhere."""
    context = {"case": case, "service": _title(case, language) if case else "", "url": "#"} | _as_context(
        found
    )
    return render_email(WRITTEN, context, language)["html"]


def send_paper_letter(
    case: Case, *, title: str, paragraphs: list, address: list[str] | None = None, **options
) -> Delivery | None:
    """Puts a letter on paper to the applicant into the print queue of the case's team; none to nobody.

    ``address``: lines of another one than was declared.
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
        sender=case.team.called(case.language),
        rehearsal=case.rehearsal,
        **options,
    )


def emailed_status_url(case: Case) -> str:
    """The private link that only the mailbox knows: using it proves the address."""
    link = _live_links(case, mailed=True).last() or StatusLink.objects.create(case=case, mailed=True)
    return status_link_url(link)


def displayed_status_url(case: Case) -> str:
    """The private link shown on the receipt page, or printed at the counter; empty once it is over.

    Whoever typed the request sees it, whatever address was given: it proves no address.
    """
    link = _live_links(case, mailed=False).last()
    return status_link_url(link) if link else ""


def status_link_url(link: StatusLink) -> str:
    """The status page behind ``link``, in the language of the case."""
    with translation.override(link.case.language):
        return absolute_url(reverse("space:status", args=[link.secret]))


def _resume_url(draft: Draft) -> str:
    with translation.override(draft.language):
        return absolute_url(reverse("submissions:resume", args=[draft.secret]))


def desk_url(case: Case) -> str:
    """The case on the agents' desk."""
    return absolute_url(reverse("cases:case", args=[case.reference]))


def _title(case: Case, language: str) -> str:
    return case.version.definition.title(language)


def _of_service(case: Case, moment: str) -> Delivery | None:
    """The letter that the service names for ``moment`` in place of ours, if it does and has it."""
    key = case.version.definition.settings.get("letters", {}).get(moment, "")
    return send_letter_template(case, key) if key else None


def _as_context(found: letter_rendering.RenderedLetter) -> dict:
    return {"heading": found.subject, "body": paragraphs_to_html(found.paragraphs), "text": found.text}


def _news(case: Case) -> str:
    with translation.override(case.language):
        said = {"commune": CommuneSettings.current().name, "reference": case.reference}
        return _("%(commune)s: there is news on your request %(reference)s. We wrote to you.") % said


def _way_back(case: Case) -> str:
    """How a request is followed by who reads on paper: the private link is too long to be typed."""
    commune, site = CommuneSettings.current(), urlsplit(absolute_url("/")).netloc
    with translation.override(case.language):
        said = _(
            "To follow your request or to answer, come to our counter and say the reference %(reference)s."
        )
        if commune.phone:
            said = _(
                "To follow your request or to answer, call %(phone)s or come to our counter, and say the reference "
                "%(reference)s."
            )
        online = _("Who shows an identity paper there gets a code to follow it on %(site)s.")
        return f"{said}\n{online}" % {"phone": commune.phone, "reference": case.reference, "site": site}


def _acceptance(case: Case, following: list[CaseStage]) -> dict:
    """That it is accepted and what follows; where several people are concerned and not all are accepted, who is."""
    people = case.persons.all()
    apart = [] if all(one.outcome == ConcernedPerson.Outcome.ACCEPTED for one in people) else people
    return {"accepted": True, "people": apart, **_steps(case, following)}


def _steps(case: Case, rows: list[CaseStage]) -> dict:
    """What is still to happen, in the language of the case: an agent's deed may be the reason of the letter."""
    with translation.override(case.language):
        steps = stage_titles(rows)
    return {"steps": steps, "step_pairs": [(step, "") for step in steps]}


def _live_links(case: Case, *, mailed: bool):
    alive = case.links.filter(mailed=mailed, revoked_at=None, expires_at__gt=timezone.now())
    return alive.order_by("created_at")
