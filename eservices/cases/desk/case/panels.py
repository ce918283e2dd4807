"""Panels of the case page: their order, and those of this app."""

from collections.abc import Iterator

from django.utils import timezone
from django.utils.translation import get_language

from eservices.accounts.models import IdentityLevel, User
from eservices.deliveries.models import Delivery
from home.extensions.base import merged

from ... import access, case_deliveries
from ...actions.decision_notification.consent import has_consent
from ...actions.decision_notification.writing import remedies_for
from ...extension_points import CaseExtension, Panel
from ...forms import IdentifyForm
from ...models import AppealableDecision, Case, CaseStage, CaseTag, Opinion
from ...retention.blockers import blocker_reason
from ...retention.due_cases import rule_for
from ...stages.checklist import ChecklistForm
from ...states import is_allowed
from ...texts.decision_letter import term_in_words
from ...workflow import identity
from ...workflow.stage_results import result_values
from ...workflow.stage_types import stage_name

Proof = AppealableDecision.Proof


# The panels of this app: first those that must not be overlooked, after the panels of other apps those that help to
# decide, at the end those for reference.
PANELS_BEFORE, AFTER, PANELS_LAST = (
    ("undelivered",),
    ("identity", "kept", "formal"),
    ("letters", "tags", "retention"),
)


def panels_for(case: Case, user: User) -> tuple[list[Panel], list[Panel]]:
    """Return the panels of this case in their order: those above the messages, and the last ones below."""
    panels = merged(CaseExtension, lambda one: {panel.key: panel for panel in one.panels(case, user)})
    others = [key for key in panels if key not in (*PANELS_BEFORE, *AFTER, *PANELS_LAST)]
    above = [panels[key] for key in (*PANELS_BEFORE, *others, *AFTER) if key in panels]
    return above, [panels[key] for key in PANELS_LAST if key in panels]


def own_panels(case: Case, user: User) -> Iterator[Panel]:
    """Yield the panels of this app."""
    for panel in (
        undelivered_panel,
        identity_panel,
        results_panel,
        appealable_decisions_panel,
        letters_panel,
        tags_panel,
        retention_panel,
    ):
        if shown := panel(case, user):
            yield shown


def identity_panel(case: Case, user: User) -> Panel:
    """Return the panel with the identity level and the form with which an agent identifies the applicant."""
    below = identity.identity_level_of(case) < IdentityLevel.KNOWN
    may = below and is_allowed("identify", case.state) and access.may_do(user, case, "identify")
    return Panel(
        "identity",
        "cases/desk/case/identity_panel.html",
        {
            "case": case,
            "level": identity.identity_level_of(case),
            "stated": identity.identity_statements_of(case),
            "sent_at_level": IdentityLevel(case.submission.identity_level),
            "form": IdentifyForm(auto_id="identify_%s") if may else None,
            "account": may and identity.can_link_account(case),
        },
    )


def retention_panel(case: Case, user: User) -> Panel | None:
    """Return the panel with retention rule, legal holds and disposal; None for rehearsals."""
    if case.rehearsal:
        return None
    rule, erased = rule_for(case), case.submission.erased_at
    gone = case.disposals.filter(done_at__isnull=False).select_related("disposal")
    return Panel(
        "retention",
        "cases/retention/panel.html",
        {
            "reference": case.reference,
            "erased": erased,
            "disposal": gone.first() if erased else None,
            "rule": rule,
            "until": rule.due(case.closed_at) if rule and case.closed_at else None,
            "past": rule is not None and not case.is_open and rule.due(case.closed_at) <= timezone.now(),
            "kept": "" if case.is_open else blocker_reason(case),
            "holds": case.holds.in_force().select_related("by"),
            "may_hold": access.may_do(user, case, "hold"),
        },
    )


def results_panel(case: Case, user: User) -> Panel | None:
    """Return the panel with what agents, stages and consulted offices added; None if nothing."""
    rows = list(case.stages.all())
    found = {
        "values": result_values(case, get_language() or case.language),
        "checks": [(stage_name(row), _verdicts(row.data["items"])) for row in rows if row.data.get("items")],
        "opinions": _opinions(rows),
    }
    return Panel("kept", "cases/stages/results.html", found) if any(found.values()) else None


def _verdicts(items: dict) -> list[tuple[str, str, str]]:
    """Return item, verdict and note of each checked item."""
    verdicts = dict(ChecklistForm.VERDICTS)
    judged = sorted(items.items(), key=lambda one: int(one[0]))
    return [(one["item"], str(verdicts[one["verdict"]]), one["note"]) for _number, one in judged]


def _opinions(rows: list[CaseStage]) -> list[Opinion]:
    asked = [row.pk for row in rows if row.type == "opinions"]
    return list(Opinion.objects.filter(stage__in=asked).exclude(given_at=None)) if asked else []


def undelivered_panel(case: Case, user: User) -> Panel | None:
    """Return the panel with undelivered messages to the applicant and offices; None if there are none."""
    if not Delivery.objects.for_subject(case.subject).stuck().exists():  # nearly no case has any: one query
        return None
    letters = list(case_deliveries.letters_about_case(case).stuck())
    return Panel("undelivered", "cases/desk/case/undelivered.html", {"letters": letters}) if letters else None


def letters_panel(case: Case, user: User) -> Panel | None:
    """Return the panel with the case's paper letters and their state; None if there are none."""
    letters = list(
        Delivery.objects.for_subject(case.subject).filter(posting__isnull=False).select_related("posting")
    )
    if not letters:
        return None
    return Panel(
        "letters",
        "cases/desk/case/letters_panel.html",
        {
            "letters": letters,
            "may_post": access.may_do(user, case, "message"),
        },
    )


def appealable_decisions_panel(case: Case, user: User) -> Panel | None:
    """Return the panel with notification, appeal term and appeals of appealable decisions.

    None if the service has no legal remedies.
    """
    if not case.version.definition.settings.get("remedies"):
        return None
    decisions = list(case.formal_decisions.select_related("letter", "by"))
    remedies = remedies_for(case)
    if not decisions and remedies is None:
        return None
    return Panel(
        "formal",
        "cases/appealable_decisions/panel.html",
        {
            "reference": case.reference,
            "decisions": decisions,
            "remedies": remedies,
            "term": term_in_words(remedies.days, remedies.unit) if remedies else "",
            "proofs": [(one.value, one.label) for one in (Proof.HANDED, Proof.NOTICE)],
            "by_email": has_consent(case),
            "may_appeal": access.may_do(user, case, "appeal"),
            "today": timezone.localdate(),
        },
    )


def tags_panel(case: Case, user: User) -> Panel:
    """Return the panel with the tags of the case and those that can be added."""
    own, may = list(case.tags.all()), access.may_do(user, case, "tag")
    known = [tag for tag in CaseTag.objects.all()[: 200 + len(own)] if tag not in own] if may else []
    return Panel("tags", "cases/desk/case/tags.html", {"tags": own, "known": known, "may": may})
