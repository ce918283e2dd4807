"""What a person may have erased, and what the law wants kept: where it stands, until when and why."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from eservices.accounts import actions as accounts
from eservices.accounts.models import User
from eservices.cases import access as cases
from eservices.cases.actors import Applicant
from eservices.cases.hindrances import hindrance_of
from eservices.cases.models import Case
from eservices.cases.retention import actions as retention
from eservices.cases.retention.schedule import rule_for
from eservices.submissions import actions as submissions
from eservices.submissions.models import Draft
from home.personal import Holding, personal

from . import access


@dataclass(frozen=True)
class Request:
    """A request, and why it stays: empty where it may go. ``until``: when its period is over, if it is known."""

    case: Case
    why: str = ""
    until: datetime | None = None

    @property
    def service(self) -> str:
        return self.case.version.definition.title(get_language())


@dataclass(frozen=True)
class Other:
    """What another app keeps of the person."""

    key: str
    holding: Holding
    number: int


@dataclass(frozen=True)
class Plan:
    """Everything of a person, by whether it may go."""

    drafts: list[Draft]
    erasable: list[Request]
    staying: list[Request]
    others: list[Other]
    account: bool  # whether it may be closed: not of staff, and with no request under way

    @property
    def offers_something(self) -> bool:
        return bool(self.drafts or self.erasable or self.others or self.account)


@dataclass(frozen=True)
class Choice:
    """What of a plan its person ticked."""

    drafts: list[Draft]
    cases: list[Case]
    others: list[Other]
    account: bool

    def __bool__(self) -> bool:
        return bool(self.drafts or self.cases or self.others or self.account)

    @classmethod
    def of(cls, data, plan: Plan) -> "Choice":
        wanted = set(data.getlist("cases"))
        account = plan.account and "account" in data
        return cls(
            drafts=plan.drafts if account or "drafts" in data else [],
            cases=[one.case for one in plan.erasable if one.case.reference in wanted],
            others=[one for one in plan.others if account or one.key in data.getlist("others")],
            account=account,
        )


def plan_for(user: User) -> Plan:
    own = cases.own_cases(user).select_related("version", "submission").order_by("opened_at")
    requests = [_judged(case) for case in own]
    staff = user.is_staff or user.is_superuser
    return Plan(
        drafts=list(access.own_drafts(user)),
        erasable=[one for one in requests if not one.why],
        staying=[one for one in requests if one.why],
        others=_others(user),
        account=not staff and not any(one.case.is_open for one in requests),
    )


def _others(user: User) -> list[Other]:
    found = [Other(key, holding, holding.count(user.email)) for key, holding in personal.items()]
    return [one for one in found if one.number]


def _judged(case: Case) -> Request:
    """A request under way stays because it is; a closed one for as long as its service keeps it."""
    if case.is_open:
        return Request(case, _("it is still under way"))
    rule = rule_for(case)
    if hindrance_of(case):
        return Request(case, _("something on it is not finished"))
    if rule and rule.on_request:
        return Request(case)
    return Request(case, _("the law wants us to keep it"), rule.due(case.closed_at) if rule else None)


@transaction.atomic
def erase(*, actor: User, chosen: Choice) -> None:
    """Erases what was ticked. What something keeps since the page was shown stays."""
    for case in chosen.cases:
        try:
            retention.erase_on_request(actor=Applicant(user=actor), case=case)
        except retention.Kept:
            continue
    for other in chosen.others:
        other.holding.erase(actor.email)
    for draft in chosen.drafts:
        submissions.drop(actor=actor, draft=draft)
    if chosen.account:
        accounts.erase_account(actor=actor)
