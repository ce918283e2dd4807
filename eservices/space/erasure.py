"""The personal data that a user can have erased, and the data that must stay: why, and until when."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from eservices.accounts import actions as accounts
from eservices.accounts.models import User
from eservices.cases import access as cases
from eservices.cases.actors import Applicant
from eservices.cases.models import Case
from eservices.cases.retention import actions as retention
from eservices.cases.retention.blockers import blocker_reason
from eservices.cases.retention.due_cases import rule_for
from eservices.submissions import actions as submissions
from eservices.submissions.models import Draft
from home.extensions.personal_data import PersonalDataHolding, personal_data_holdings

from . import access


@dataclass(frozen=True)
class ErasableRequest:
    """A case and the reason why it stays; "" if it can be erased.

    ``until``: the end of its retention period, if known.
    """

    case: Case
    why: str = ""
    until: datetime | None = None

    @property
    def service(self) -> str:
        return self.case.version.definition.title(get_language())


@dataclass(frozen=True)
class ErasableData:
    """Personal data of the user in another app."""

    key: str
    holding: PersonalDataHolding
    number: int


@dataclass(frozen=True)
class ErasurePlan:
    """All personal data of a user, divided into what can be erased and what stays."""

    drafts: list[Draft]
    erasable: list[ErasableRequest]
    staying: list[ErasableRequest]
    others: list[ErasableData]
    account: bool  # whether it can be erased: not for staff, and not while a case is open

    @property
    def offers_something(self) -> bool:
        return bool(self.drafts or self.erasable or self.others or self.account)


@dataclass(frozen=True)
class ErasureChoice:
    """The parts of an erasure plan that the user ticked."""

    drafts: list[Draft]
    cases: list[Case]
    others: list[ErasableData]
    account: bool

    def __bool__(self) -> bool:
        return bool(self.drafts or self.cases or self.others or self.account)

    @classmethod
    def of(cls, data, plan: ErasurePlan) -> "ErasureChoice":
        wanted = set(data.getlist("cases"))
        account = plan.account and "account" in data
        return cls(
            drafts=plan.drafts if account or "drafts" in data else [],
            cases=[one.case for one in plan.erasable if one.case.reference in wanted],
            others=[one for one in plan.others if account or one.key in data.getlist("others")],
            account=account,
        )


def erasure_plan_for(user: User) -> ErasurePlan:
    own = cases.own_cases(user).select_related("version", "submission").order_by("opened_at")
    requests = [_judged(case) for case in own]
    staff = user.is_staff or user.is_superuser
    return ErasurePlan(
        drafts=list(access.own_drafts(user)),
        erasable=[one for one in requests if not one.why],
        staying=[one for one in requests if one.why],
        others=_others(user),
        account=not staff and not any(one.case.is_open for one in requests),
    )


def _others(user: User) -> list[ErasableData]:
    found = [
        ErasableData(key, holding, holding.count(user.email))
        for key, holding in personal_data_holdings.items()
    ]
    return [one for one in found if one.number]


def _judged(case: Case) -> ErasableRequest:
    """Return the case with the reason why it stays; "" if it can be erased.

    An open case stays. A closed one stays until the end of its retention period, unless its retention rule allows
    erasure on request.
    """
    if case.is_open:
        return ErasableRequest(case, _("the request is still being treated"))
    rule = rule_for(case)
    if blocker_reason(case):
        return ErasableRequest(case, _("part of the request is not finished"))
    if rule and rule.on_request:
        return ErasableRequest(case)
    return ErasableRequest(case, _("the law wants us to keep it"), rule.due(case.closed_at) if rule else None)


@transaction.atomic
def erase_chosen(*, actor: User, chosen: ErasureChoice) -> None:
    """Erase the ticked data. Skip cases that were blocked after the page was shown."""
    for case in chosen.cases:
        try:
            retention.erase_case_on_request(actor=Applicant(user=actor), case=case)
        except retention.CaseKept:
            continue
    for other in chosen.others:
        other.holding.erase(actor.email)
    for draft in chosen.drafts:
        submissions.delete_draft(actor=actor, draft=draft)
    if chosen.account:
        accounts.erase_account(actor=actor)
