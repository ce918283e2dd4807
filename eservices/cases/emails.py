"""The letters of a case. Whoever calls decides that one is sent; without an address there is none."""

from django.conf import settings
from django.urls import reverse
from django.utils import timezone, translation

from eservices.deliveries.actions import queue_email
from eservices.deliveries.models import Delivery

from .models import Case, CaseLink, Message
from .progress import ahead


def receipt(case: Case) -> Delivery | None:
    """We have your request: reference, what happens next, private link."""
    return letter(case, "cases/emails/receipt", **_next_steps(case))


def question(case: Case, message: Message) -> Delivery | None:
    """We need something from you before we can go on."""
    return letter(case, "cases/emails/question", message=message)


def message(case: Case, message: Message) -> Delivery | None:
    """The commune wrote to you."""
    return letter(case, "cases/emails/message", message=message)


def notice(case: Case, *, subject: str, text: str) -> Delivery | None:
    """What the editor wrote into the stage *notify*."""
    return letter(case, "cases/emails/notice", heading=subject or case.service, text=text)


def accepted(case: Case) -> Delivery | None:
    """Yes, and what follows."""
    return letter(case, "cases/emails/accepted", **_next_steps(case))


def refused(case: Case) -> Delivery | None:
    """No, and why."""
    return letter(case, "cases/emails/refused")


def withdrawn(case: Case) -> Delivery | None:
    """You withdrew: nothing more happens."""
    return letter(case, "cases/emails/withdrawn")


def answered(case: Case, message: Message) -> Delivery | None:
    """Tells the agent in charge that the applicant wrote."""
    agent = case.assignee
    if agent is None or not agent.email:
        return None
    return queue_email(
        to=agent.email,
        template="cases/emails/answered",
        context={"case": case, "service": case.service, "message": message, "url": desk_url(case)},
        language=agent.language,
        subject=case.subject,
        rehearsal=case.rehearsal,
    )


def letter(case: Case, template: str, *, attachments: list | tuple = (), **context) -> Delivery | None:
    """Queues ``template`` to the applicant, in the language of the case, with the private link as ``url``."""
    if not case.submission.email:
        return None
    shared = {"case": case, "service": case.service, "name": case.applicant, "url": mailed_url(case)}
    return queue_email(
        to=case.submission.email,
        template=template,
        context=shared | context,
        language=case.language,
        subject=case.subject,
        attachments=attachments,
        rehearsal=case.rehearsal,
    )


def mailed_url(case: Case) -> str:
    """The private link that only the mailbox knows: using it proves the address."""
    link = _live_links(case, mailed=True).last() or CaseLink.objects.create(case=case, mailed=True)
    return link_url(link)


def shown_url(case: Case) -> str:
    """The private link shown on the receipt page, or printed at the counter; empty once it is over.

    Whoever typed the request sees it, whatever address was given: it proves no address.
    """
    link = _live_links(case, mailed=False).last()
    return link_url(link) if link else ""


def link_url(link: CaseLink) -> str:
    """The status page behind ``link``, in the language of the case."""
    with translation.override(link.case.language):
        return _absolute(reverse("space:status", args=[link.secret]))


def desk_url(case: Case) -> str:
    """The case on the agents' desk."""
    return _absolute(reverse("cases:case", args=[case.reference]))


def _next_steps(case: Case) -> dict:
    """The titles of what is still to happen; stages without a title stay silent."""
    steps = [row.title for row in ahead(case) if row.title]
    return {"steps": steps, "step_pairs": [(step, "") for step in steps]}


def _live_links(case: Case, *, mailed: bool):
    alive = case.links.filter(mailed=mailed, revoked_at=None, expires_at__gt=timezone.now())
    return alive.order_by("created_at")


def _absolute(path: str) -> str:
    return settings.WAGTAILADMIN_BASE_URL.rstrip("/") + path
