"""Cases whose retention is over, by service."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import OuterRef, Subquery
from django.utils.translation import get_language

from eservices.formbuilder.models import FormVersion

from ..logic.retention_rules import RetentionRule, parse_rule
from ..models import Case, CaseQuerySet, DisposalItem
from ..states import CaseState
from .blockers import without_blockers


@dataclass(frozen=True)
class DueCases:
    """The due cases of a service. ``kept``: how many others a blocker keeps."""

    version: FormVersion
    rule: RetentionRule
    cases: CaseQuerySet
    kept: int

    @property
    def service(self) -> str:
        return self.version.definition.title(get_language())


def versions_in_force() -> dict:
    """Return the newest published version of every form, by the form's key; of withdrawn services too.

    Its retention rule applies to the cases of all versions: a change of the rule is meant for all.
    """
    newest = FormVersion.objects.published().filter(form=OuterRef("form")).order_by("-number").values("pk")
    found = FormVersion.objects.filter(pk=Subquery(newest[:1])).select_related("form")
    return {version.form_id: version for version in found}


def rule_for(case: Case) -> RetentionRule | None:
    """Return the retention rule in force for the case's service; None if it has none.

    This is the rule of the newest published version, mostly the one with which the case was sent.
    """
    later = FormVersion.objects.published().filter(form=case.form_id, number__gt=case.version.number)
    return parse_rule((later.order_by("-number").first() or case.version).definition.settings)


def due_by_service(now: datetime) -> Iterator[DueCases]:
    """Yield the due cases by service, without services that have none."""
    for version in versions_in_force().values():
        if (found := due_for_version(version, now)) and (found.kept or found.cases.exists()):
            yield found


def due_for_version(version: FormVersion, now: datetime) -> DueCases | None:
    """Return the due cases of one service; None if it has no retention rule."""
    rule = parse_rule(version.definition.settings)
    if rule is None:
        return None
    old = _not_disposed(Case.objects.real()).filter(
        form=version.form_id, state=CaseState.CLOSED, closed_at__lte=rule.closed_by(now)
    )
    going = without_blockers(old)
    return DueCases(version, rule, going.order_by("closed_at", "reference"), old.count() - going.count())


def _not_disposed(cases: CaseQuerySet) -> CaseQuerySet:
    """Filter ``cases`` to those neither erased nor on an approved list."""
    pending = DisposalItem.objects.pending().values("case")
    return cases.filter(submission__erased_at=None).exclude(pk__in=pending)
