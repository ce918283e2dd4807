"""The only ways to fetch what the register said on behalf of a person."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, Max, Q
from django.utils import timezone

from eservices.accounts.models import IdentityLevel
from eservices.cases import access as cases
from eservices.cases.models import Case, Team
from eservices.cases.stages import current_settings

from .declared_person import declared_person
from .declared_person import named as named_people
from .models import CheckOutcome, PostedCode, RegisterCheck, ResidentRecord, Screening
from .persons import DeclaredPerson, RegisterPerson, to_json_data

HOLDS = timedelta(days=30)  # how long an answer may be told of


@dataclass(frozen=True)
class RegisterAnswer:
    """The register's answer about a case: its applicant, whom they name, and the day it was given.

    ``is_recent``: it was given within ``HOLDS``. ``is_current``: the answers in force still say of the applicant,
    and name, what it was asked about.
    """

    applicant: RegisterPerson
    named: tuple[RegisterPerson, ...]
    day: date
    is_current: bool = True
    is_recent: bool = True


def checks_for(user, case: Case):
    """The checks of a case that ``user`` may read, the first asked first."""
    return RegisterCheck.objects.filter(
        stage__case__in=cases.cases_for(user).filter(pk=case.pk)
    ).select_related("stage__case")


def register_data_of(user) -> dict | None:
    """What the register said last of the account's person, as it is kept: for the person to take away."""
    return ResidentRecord.objects.filter(user=user).values_list("person", flat=True).first()


def waiting_counts() -> dict[str, int]:
    """How many checks wait for the register, and how many for an agent because it did not answer."""
    of_open_cases = RegisterCheck.objects.filter(stage__case__closed_at=None, decided_by=None)
    return of_open_cases.aggregate(
        asked=Count("pk", filter=Q(outcome=CheckOutcome.PENDING)),
        left=Count("pk", filter=Q(outcome=CheckOutcome.AWAY)),
    )


def unscreened() -> int:
    """How many new cases wait to be screened, whoever treats them."""
    return Case.objects.real().filter(unscreened=True).count()


def last_answer_at() -> datetime | None:
    """When the register last answered about a case."""
    asked = (RegisterCheck, Screening)
    return max(
        filter(None, (one.objects.aggregate(last=Max("answered_at"))["last"] for one in asked)), default=None
    )


def teams_without_protected_access():
    """Teams in which nobody treats people whose address is protected: their cases would stay unseen.

    With how many stay so: ``unseen``.
    """
    unseen = Count("cases", filter=Q(cases__protected=True, cases__rehearsal=False, cases__closed_at=None))
    return Team.objects.exclude(memberships__sees_protected=True).annotate(unseen=unseen)


def resident_record_of(user) -> RegisterPerson | None:
    """What the register said last of the person signed in; None unless it is proven at this sign-in who that is.

    Kept on ``user``: a page asks once for each question.
    """
    if user.level < IdentityLevel.KNOWN:
        return None
    if not hasattr(user, "_register_person"):
        entry = ResidentRecord.objects.filter(user=user).first()
        user._register_person = entry.found if entry else None
    return user._register_person


def pending_code(user, now: datetime) -> PostedCode | None:
    """What ``user`` may type in, or what is on its way, as far as she is told; None where she asked for nothing."""
    return PostedCode.objects.open(now).filter(user=user).first()


def register_person_of(case: Case) -> RegisterPerson | None:
    """Whom the case is about as the register says, once a check or an agent found it; for stages and documents."""
    checks = RegisterCheck.objects.filter(stage__case=case).exclude(person="").order_by("-asked_at")
    return next((check.found for check in checks), None)


def answer_about(case: Case) -> RegisterAnswer | None:
    """Return what documents may say of the register; None if it, or an agent, has not found the applicant.

    Whoever was not found is not in it. The row of the case must be locked, or its answer be shown only.
    """
    checks = RegisterCheck.objects.filter(stage__case=case).exclude(person="").select_related("stage")
    check = next((one for one in checks.order_by("-asked_at") if one.found), None)
    if check is None:
        return None
    people = {one.found.key: one.found for one in check.named_checks if one.found}
    named = tuple(person for key, person in people.items() if key != check.person)
    answered_at = check.answered_at or check.asked_at
    day = timezone.localdate(answered_at)
    return RegisterAnswer(check.found, named, day, is_current(check, case), is_recent(check))


def is_recent(check: RegisterCheck) -> bool:
    """Return whether the register answered lately enough to tell of it."""
    return (check.answered_at or check.asked_at) >= timezone.now() - HOLDS


def is_current(check: RegisterCheck, case: Case) -> bool:
    """Return whether the answers in force still declare what the register was asked in this check."""
    check.stage.case = case
    said = declared_person(case.version.definition, case.answers, current_settings(check.stage))
    if to_json_data(check.said) != to_json_data(said):
        return False
    asked = [to_json_data(one.said) for one in check.named_checks]
    return check.newcomer or asked == [to_json_data(one) for one in named_by(case)]


def named_by(case: Case) -> list[DeclaredPerson]:
    """Return whom the answers in force name beside the applicant."""
    return named_people(case.version.definition, case.answers, timezone.localdate(case.submission.sent_at))
