"""The only queries for answers of the population register on behalf of a user."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, Max, Q, QuerySet
from django.utils import timezone

from eservices.accounts.models import IdentityLevel, User
from eservices.cases import access as cases
from eservices.cases.models import Case, Team
from eservices.cases.stages import current_settings
from home.caching.cached_attributes import cached_attribute

from .declared_person import declared_person
from .declared_person import named as named_people
from .models import CheckOutcome, PostedCode, RegisterCheck, ResidentRecord, Screening
from .persons import DeclaredPerson, RegisterPerson, to_json_data

HOLDS = timedelta(days=30)  # how long documents may use an answer


@dataclass(frozen=True)
class RegisterAnswer:
    """The population register's answer about a case: applicant, named persons, and the day of the answer.

    ``is_recent``: given within ``HOLDS``. ``is_current``: the current answers of the case still declare the same
    applicant and named persons as the check did.
    """

    applicant: RegisterPerson
    named: tuple[RegisterPerson, ...]
    day: date
    is_current: bool = True
    is_recent: bool = True


def checks_for(user: User, case: Case) -> QuerySet[RegisterCheck]:
    """Return the register checks of a case that ``user`` may see, oldest first."""
    return RegisterCheck.objects.filter(
        stage__case__in=cases.cases_for(user).filter(pk=case.pk)
    ).select_related("stage__case")


def register_data_of(user: User) -> dict[str, Any] | None:
    """Return the latest stored register data of the account's person, for the export."""
    return ResidentRecord.objects.filter(user=user).values_list("person", flat=True).first()


def waiting_counts() -> dict[str, int]:
    """Return how many checks wait for the register, and how many for an agent because it was unavailable."""
    of_open_cases = RegisterCheck.objects.filter(stage__case__closed_at=None, decided_by=None)
    return of_open_cases.aggregate(
        asked=Count("pk", filter=Q(outcome=CheckOutcome.PENDING)),
        left=Count("pk", filter=Q(outcome=CheckOutcome.AWAY)),
    )


def unscreened() -> int:
    """Return how many new cases wait for their screening, in all teams."""
    return Case.objects.real().filter(unscreened=True).count()


def last_answer_at() -> datetime | None:
    """Return when the register last answered about a case; None if never."""
    asked = (RegisterCheck, Screening)
    return max(
        filter(None, (one.objects.aggregate(last=Max("answered_at"))["last"] for one in asked)), default=None
    )


def teams_without_protected_access() -> QuerySet[Team]:
    """Return teams in which no member may see protected persons: nobody sees such cases of theirs.

    Annotated with ``unseen``, the number of their open protected cases.
    """
    unseen = Count("cases", filter=Q(cases__protected=True, cases__rehearsal=False, cases__closed_at=None))
    teams: QuerySet[Team] = Team.objects.exclude(memberships__sees_protected=True).annotate(unseen=unseen)
    return teams


def resident_record_of(user: User) -> RegisterPerson | None:
    """Return the resident record of ``user``; None unless this sign-in proved their identity.

    Cached on ``user``, because a page asks once per question.
    """
    if user.level < IdentityLevel.KNOWN:
        return None

    def compute() -> RegisterPerson | None:
        entry = ResidentRecord.objects.filter(user=user).first()
        return entry.matched_person if entry else None

    return cached_attribute(user, "_register_person", compute)


def pending_code(user: User, now: datetime) -> PostedCode | None:
    """Return the posted code that ``user`` can type in or that is on its way; None if none was requested.

    A request for which no letter was written is returned too, so that it reveals nothing.
    """
    return PostedCode.objects.open(now).filter(user=user).first()


def register_person_of(case: Case) -> RegisterPerson | None:
    """Return the person that a check or an agent found for the case; None if none. For stages and documents."""
    checks = RegisterCheck.objects.filter(stage__case=case).exclude(person="").order_by("-asked_at")
    return next((check.matched_person for check in checks), None)


def answer_about(case: Case) -> RegisterAnswer | None:
    """Return the register's answer for documents; None if neither it nor an agent found the applicant.

    Named persons who were not found are left out. The row of the case must be locked, unless the answer is only
    shown.
    """
    checks = RegisterCheck.objects.filter(stage__case=case).exclude(person="").select_related("stage")
    check = next((one for one in checks.order_by("-asked_at") if one.matched_person), None)
    applicant = check.matched_person if check else None
    if check is None or applicant is None:
        return None
    people = {one.matched_person.key: one.matched_person for one in check.named_checks if one.matched_person}
    named = tuple(person for key, person in people.items() if key != check.person)
    answered_at = check.answered_at or check.asked_at
    day = timezone.localdate(answered_at)
    return RegisterAnswer(applicant, named, day, is_current(check, case), is_recent(check))


def is_recent(check: RegisterCheck) -> bool:
    """Return whether the register answered within ``HOLDS``."""
    return (check.answered_at or check.asked_at) >= timezone.now() - HOLDS


def is_current(check: RegisterCheck, case: Case) -> bool:
    """Return whether the current answers still declare the persons that this check compared."""
    check.stage.case = case
    said = declared_person(case.version.definition, case.answers, current_settings(check.stage))
    if to_json_data(check.declared_person) != to_json_data(said):
        return False
    asked = [to_json_data(one.declared_person) for one in check.named_checks]
    return check.newcomer or asked == [to_json_data(one) for one in named_by(case)]


def named_by(case: Case) -> list[DeclaredPerson]:
    """Return the persons that the current answers name beside the applicant."""
    return named_people(case.version.definition, case.answers, timezone.localdate(case.submission.sent_at))
