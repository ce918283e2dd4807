"""Panels of the case page. Other apps add theirs to ``case_panels``.

A provider takes the case and the agent and returns ``(template, context)``, or None if there is nothing to show. The
template gets its context as ``panel``; it renders one ``<section>`` with an ``<h2>``.
"""

from collections.abc import Callable

from django.utils import timezone
from django.utils.translation import get_language

from eservices.accounts.models import IdentityLevel, User
from eservices.deliveries.models import Delivery
from home.extensions.registry import Registry

from . import access, case_deliveries, identity_statements
from .actions.decision_notification.consent import has_consent
from .actions.decision_notification.writing import remedies_for
from .forms import IdentifyForm
from .models import AppealableDecision, Case, CaseTag
from .retention.blockers import blocker_reason
from .retention.due_cases import rule_for
from .stages.results import results_panel_context
from .states import is_allowed
from .texts.decision_letter import term_in_words
from .workflow import identity

Proof = AppealableDecision.Proof
case_panels: Registry[Callable[[Case, User], tuple[str, dict] | None]] = Registry("case_panels")


# The panels of this app: first those that must not be overlooked, after the panels of other apps those that help to
# decide, at the end those for reference.
PANELS_BEFORE, AFTER, PANELS_LAST = (
    ("undelivered",),
    ("identity", "kept", "formal"),
    ("letters", "tags", "retention"),
)


def panels_for(case: Case, user: User, *, last: bool = False) -> list[tuple[str, dict]]:
    """Return the non-empty panels of this case in their order: those above the messages, or the ``last``."""
    others = [key for key, _offer in case_panels.items() if key not in (*PANELS_BEFORE, *AFTER, *PANELS_LAST)]
    keys = PANELS_LAST if last else [*PANELS_BEFORE, *others, *AFTER]
    return [panel for key in keys if (panel := case_panels[key](case, user))]


@case_panels.register("identity")
def identity_panel(case: Case, user: User):
    """Return the panel with the identity level and the form with which an agent identifies the applicant."""
    below = identity.identity_level_of(case) < IdentityLevel.KNOWN
    may = below and is_allowed("identify", case.state) and access.may_do(user, case, "identify")
    return "cases/desk/case/identity_panel.html", {
        "case": case,
        "level": identity.identity_level_of(case),
        "stated": identity_statements.identity_statements_of(case),
        "sent_at_level": IdentityLevel(case.submission.identity_level),
        "form": IdentifyForm(auto_id="identify_%s") if may else None,
        "account": may and identity.can_link_account(case),
    }


@case_panels.register("retention")
def retention_panel(case: Case, user: User) -> tuple[str, dict] | None:
    """Return the panel with retention rule, legal holds and disposal; None for rehearsals."""
    if case.rehearsal:
        return None
    rule, erased = rule_for(case), case.submission.erased_at
    disposed = case.disposals.filter(done_at__isnull=False).select_related("disposal")
    return "cases/retention/panel.html", {
        "reference": case.reference,
        "erased": erased,
        "disposal": disposed.first() if erased else None,
        "rule": rule,
        "until": rule.due(case.closed_at) if rule and case.closed_at else None,
        "past": rule is not None and not case.is_open and rule.due(case.closed_at) <= timezone.now(),
        "kept": "" if case.is_open else blocker_reason(case),
        "holds": case.holds.in_force().select_related("by"),
        "may_hold": access.may_do(user, case, "hold"),
    }


@case_panels.register("kept")
def results_panel(case: Case, user: User) -> tuple[str, dict] | None:
    """Return the panel with what agents, stages and consulted offices added; None if nothing."""
    found = results_panel_context(case, get_language() or case.language)
    return ("cases/stages/results.html", found) if found else None


@case_panels.register("undelivered")
def undelivered_panel(case: Case, user: User) -> tuple[str, dict] | None:
    """Return the panel with undelivered messages to the applicant and offices; None if there are none."""
    if not Delivery.objects.for_subject(case.subject).stuck().exists():  # nearly no case has any: one query
        return None
    letters = list(case_deliveries.letters_about_case(case).stuck())
    return ("cases/desk/case/undelivered.html", {"letters": letters}) if letters else None


@case_panels.register("letters")
def letters_panel(case: Case, user: User):
    """Return the panel with the case's paper letters and their state; None if there are none."""
    letters = list(
        Delivery.objects.for_subject(case.subject).filter(posting__isnull=False).select_related("posting")
    )
    if not letters:
        return None
    return "cases/desk/case/letters_panel.html", {
        "letters": letters,
        "may_post": access.may_do(user, case, "message"),
    }


@case_panels.register("formal")
def appealable_decisions_panel(case: Case, user: User):
    """Return the panel with notification, appeal term and appeals of appealable decisions.

    None if the service has no legal remedies.
    """
    if not case.version.definition.settings.get("remedies"):
        return None
    decisions = list(case.formal_decisions.select_related("letter", "by"))
    remedies = remedies_for(case)
    if not decisions and remedies is None:
        return None
    return "cases/appealable_decisions/panel.html", {
        "reference": case.reference,
        "decisions": decisions,
        "remedies": remedies,
        "term": term_in_words(remedies.days, remedies.unit) if remedies else "",
        "proofs": [(one.value, one.label) for one in (Proof.HANDED, Proof.NOTICE)],
        "by_email": has_consent(case),
        "may_appeal": access.may_do(user, case, "appeal"),
        "today": timezone.localdate(),
    }


@case_panels.register("tags")
def tags_panel(case: Case, user: User) -> tuple[str, dict]:
    """Return the panel with the tags of the case and those that can be added."""
    own, may = list(case.tags.all()), access.may_do(user, case, "tag")
    known = [tag for tag in CaseTag.objects.all()[: 200 + len(own)] if tag not in own] if may else []
    return "cases/desk/case/tags.html", {"tags": own, "known": known, "may": may}
