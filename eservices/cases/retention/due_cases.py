"""Which cases have been kept long enough, service by service."""

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
    """The cases of a service that its rule lets go. ``kept``: how many more something keeps."""

    version: FormVersion
    rule: RetentionRule
    cases: CaseQuerySet
    kept: int

    @property
    def service(self) -> str:
        return self.version.definition.title(get_language())


def versions_in_force() -> dict:
    """The newest published version of every form that has one, by the form's key; withdrawn services too.

    Its rule holds for the cases of all versions: who changes how long a service keeps does it for all.
    """
    newest = FormVersion.objects.published().filter(form=OuterRef("form")).order_by("-number").values("pk")
    found = FormVersion.objects.filter(pk=Subquery(newest[:1])).select_related("form")
    return {version.form_id: version for version in found}


def rule_for(case: Case) -> RetentionRule | None:
    """The rule in force for the case's service: mostly that of the version by which it was filed."""
    later = FormVersion.objects.published().filter(form=case.form_id, number__gt=case.version.number)
    return parse_rule((later.order_by("-number").first() or case.version).definition.settings)


def due_by_service(now: datetime) -> Iterator[DueCases]:
    """What may go now, service by service; services with nothing to go are left out."""
    for version in versions_in_force().values():
        if (found := due_for_version(version, now)) and (found.kept or found.cases.exists()):
            yield found


def due_for_version(version: FormVersion, now: datetime) -> DueCases | None:
    """What may go of one service; None where it has no rule."""
    rule = parse_rule(version.definition.settings)
    if rule is None:
        return None
    old = _whole(Case.objects.real()).filter(
        form=version.form_id, state=CaseState.CLOSED, closed_at__lte=rule.closed_by(now)
    )
    going = without_blockers(old)
    return DueCases(version, rule, going.order_by("closed_at", "reference"), old.count() - going.count())


def _whole(cases: CaseQuerySet) -> CaseQuerySet:
    """Those that were neither erased nor put on a list already."""
    pending = DisposalItem.objects.pending().values("case")
    return cases.filter(submission__erased_at=None).exclude(pk__in=pending)
