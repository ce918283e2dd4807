"""The stage that compares a case with the population register."""

from collections.abc import Sequence

from django import forms
from django.conf import settings as django_settings
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail import blocks

from eservices.accounts.models import IdentityLevel
from eservices.cases.models import Case, CaseStage
from eservices.cases.stages import (
    AGENT,
    SYSTEM,
    Done,
    Stage,
    StageResult,
    Waiting,
    current_settings,
    kind_of,
    result_key,
    stages,
    store_results,
)
from eservices.cases.workflow.identity import identity_level_of
from eservices.cases.workflow.progress import stage_applies
from eservices.formbuilder.blocks import QuestionKeyBlock
from eservices.formbuilder.definition import FieldDefinition
from eservices.formbuilder.field_types.named_persons import (
    BIRTH_DATE,
    FAMILY_NAME,
    GIVEN_NAMES,
    WHOLE_NAME,
    part_of,
)
from eservices.formbuilder.field_types.named_persons import PERSON as PERSON_QUESTION

from . import access, actions
from .comparison import ComparedAspect, lives_at
from .declared_person import declared_person, naming
from .models import CheckOutcome, RegisterCheck
from .persons import DeclaredPerson, RegisterPerson

FOUND, NOBODY = "found", "nobody"  # results that later stages can use in conditions
AGAIN = "again"  # the third choice of an agent, beside a person and nobody
PERSON = "person:"
BY_ITSELF = gettext_lazy("Found by itself")
WHY = {
    CheckOutcome.NO_MATCH: gettext_lazy("No person in the register matches the declared details."),
    CheckOutcome.SEVERAL: gettext_lazy("Several people in the register match the declared details."),
    CheckOutcome.AWAY: gettext_lazy("The register does not answer."),
    CheckOutcome.TOO_MANY: gettext_lazy(
        "Too many requests for this sender or this person. The register was not asked."
    ),
    CheckOutcome.MATCH: gettext_lazy("The person declared as new is already in the register."),
}
PROTECTED = gettext_lazy(
    "The address of a matching person is protected. Choose who it is, and do not share the "
    "address with anybody."
)
REGISTERED_ONLY = gettext_lazy(
    "The next stage issues a document from the register. Choose who it is, ask the register "
    "again, or refuse the request."
)
NOT_AT_HOME = gettext_lazy("A person named in the request is not in the register at this address.")


@stages.register("register")
class RegisterCheckStage(Stage):
    """Comparison of answers with the register. An expected outcome continues; else an agent decides.

    If the applicant's identity is not proven, it continues automatically only if an agent looked at the case before
    or does so next. Otherwise the progress of the case would reveal to a stranger whether a person lives here.
    """

    key = "register"
    label = gettext_lazy("Check against the register")
    icon = "group"
    agent_template = "cases/stages/task.html"
    applicant_template = "cases/stages/checklist_applicant.html"
    by_person = veiled = True
    button = gettext_lazy("Go on")

    def settings_block(self):
        return blocks.StructBlock(
            [
                ("given_names", _question(gettext_lazy("First names"), "text")),
                ("family_name", _question(gettext_lazy("Last name, or the whole name"), "text")),
                ("birth_date", _question(gettext_lazy("Date of birth"), "date")),
                ("address", _question(gettext_lazy("Address"), "")),
                (
                    "with_birth_date",
                    blocks.BooleanBlock(
                        required=False, default=True, label=gettext_lazy("The date of birth must agree")
                    ),
                ),
                (
                    "with_address",
                    blocks.BooleanBlock(
                        required=False, default=True, label=gettext_lazy("The address must agree")
                    ),
                ),
                (
                    "newcomer",
                    blocks.BooleanBlock(
                        required=False,
                        label=gettext_lazy("For newcomers"),
                        help_text=gettext_lazy(
                            "Continues automatically if no person with this name and date of birth is in the "
                            "register yet."
                        ),
                    ),
                ),
            ],
            icon=self.icon,
            label=self.label,
        )

    def faults(self, settings):
        if not (settings.get("with_birth_date") or settings.get("with_address") or settings.get("newcomer")):
            yield _("A name alone is no proof. Require the date of birth or the address to match too.")

    def conflicts(self, key, definition):
        for unit in naming(definition):
            if not _is_whole(unit):
                questions = ", ".join(field.key for field in unit)
                yield _(
                    "To look up a person, the register needs their full name and date of birth: %(questions)s."
                ) % {"questions": questions}

    def hints(self, key, definition):
        if django_settings.REGISTER == "none":
            yield _(
                "No register is connected. An agent decides each time, and documents cannot contain data "
                "from the register."
            )
        if "identity" in definition.settings.get("limits", {}):
            return  # every applicant has a proven identity
        kinds = [(one.key, stages.get(one.type)) for one in definition.stages]
        at = [one for one, _kind in kinds].index(key)
        around = [kind for _key, kind in [*kinds[:at], *kinds[at + 1 : at + 2]]]
        if not any(kind and kind.by_person for kind in around):
            yield _(
                "Requests of people without a verified identity wait here for an agent, because "
                "continuing would show them what the register contains. Add “Identity of the applicant” "
                "before it."
            )

    def keeps(self, key, title, settings):
        return [
            StageResult(result_key(key), title, "choice", ((FOUND, _("found")), (NOBODY, _("not found"))))
        ]

    # -- the process -----------------------------------------------------------------------------------------
    def enter(self, case, row, settings):
        check = actions.create_check(
            case=case,
            stage=row,
            said=_said(case, settings),
            required=_required(settings),
            named=_named(case, settings),
            newcomer=bool(settings.get("newcomer")),
        )
        return self._answer(case, row, check)

    def stands(self, row):
        check = RegisterCheck.objects.filter(stage=row).first()
        if check is None:  # skipped in a rehearsal
            return True
        check.stage = row
        return access.is_current(check, row.case) and (check.newcomer or access.is_recent(check))

    def resume(self, case, row, settings):
        return self._answer(case, row, RegisterCheck.objects.get(stage=row))

    def _answer(self, case, row, check: RegisterCheck):
        if check.is_pending:
            return Waiting(SYSTEM)
        found = {result_key(row.key): FOUND if check.person else NOBODY}
        if check.waits_for_agent or (not check.decided_by_id and would_disclose(case, row, found)):
            return Waiting(AGENT)
        store_results(case, **found)
        return Done({"outcome": check.outcome, "person": check.person})

    # -- agents ----------------------------------------------------------------------------------------------
    def form(self, case, row, settings, data=None):
        check = _open(row)
        return (
            RegisterDecisionForm(data, check=check, may_be_nobody=_may_be_nobody(case, row))
            if check
            else None
        )

    def apply_agent_input(self, case, row, settings, actor, data):
        check, choice = row.register_check, data["choice"]
        if choice == AGAIN:
            actions.repeat_check(
                actor=actor, check=check, said=_said(case, settings), named=_named(case, settings)
            )
        else:
            keys = [_key(data.get(name) or NOBODY) for name in RegisterDecisionForm.named_fields(check)]
            actions.decide_check(actor=actor, check=check, person=_key(choice), named=keys)
        return {"choice": choice}

    def waiting_reason(self, case: Case, row: CaseStage, settings: dict) -> str:
        check = _open(row)
        if check and not check.waits_for_agent:
            return _(
                "As expected, but the identity of the applicant is not verified. Choose who it is to "
                "continue."
            )
        if not check:
            return ""
        why = check_explanation(check)
        return why if _may_be_nobody(case, row) else f"{why} {REGISTERED_ONLY}"


def _open(row: CaseStage) -> RegisterCheck | None:
    """Return the check if it waits for an agent; else None."""
    check = RegisterCheck.objects.filter(stage=row).first()
    if not check or check.is_pending or check.decided_by_id:
        return None
    check.stage = row
    return check if row.waiting_for == AGENT else None


def _may_be_nobody(case: Case, row: CaseStage) -> bool:
    """Return whether the case can continue for a person who is not in the register.

    It cannot if a later stage issues a document about the register's data.
    """
    found = {result_key(row.key): NOBODY}
    after = (one for one in case.stages.all() if one.position > row.position)
    kinds = [(kind_of(one), one) for one in after if stage_applies(case, one.spec, found)]
    return not any(kind and kind.needs_registered(case, current_settings(one)) for kind, one in kinds)


def would_disclose(case: Case, row: CaseStage, found: dict) -> bool:
    """Return whether continuing with ``found`` would reveal register data to an unproven applicant."""
    if identity_level_of(case) >= IdentityLevel.KNOWN:
        return False
    rows = list(case.stages.all())
    before = [one for one in rows if one.position < row.position]
    after = (one for one in rows if one.position > row.position and stage_applies(case, one.spec, found))
    follows = kind_of(next(after, None) or CaseStage())
    worked = case.events.filter(kind="worked", data__stage__in=[one.key for one in before])
    looked = any("by" in one.data for one in before) or worked.exists()
    return not (looked or (follows and follows.by_person))


class RegisterDecisionForm(forms.Form):
    """An agent's identification of the applicant and of each named person."""

    choice = forms.ChoiceField(label=gettext_lazy("Decision on the register check"), widget=forms.RadioSelect)

    def __init__(self, data=None, *, check: RegisterCheck, may_be_nobody: bool = True):
        super().__init__(data, auto_id="register_%s")
        self.check = check
        self.fields["choice"].initial = f"{PERSON}{check.person}" if check.person else None
        nobody = [(NOBODY, _("The person is not in the register, and the request continues"))]
        self.fields["choice"].choices = [
            *_people(check.shown(check.candidates)),
            *(nobody if may_be_nobody else []),
            (AGAIN, _("Ask the register again")),
        ]
        for name, one in zip(self.named_fields(check), check.named_checks, strict=True):
            self.fields[name] = forms.ChoiceField(
                label=_("Identify “%(name)s”") % {"name": one.declared_person.name},
                choices=[
                    *_people(check.shown(one.candidates)),
                    (NOBODY, _("Do not name this person in a document")),
                ],
                initial=f"{PERSON}{one.person}" if one.person else None,
                widget=forms.RadioSelect,
                required=False,
            )

    @staticmethod
    def named_fields(check: RegisterCheck) -> list[str]:
        """Return the names of the fields for the named persons, in their order."""
        return [f"named_{place}" for place in range(len(check.named))]

    def clean(self):
        """Require a decision about each named person, and refuse those registered at another address."""
        said = super().clean()
        applicant = _among(self.check.candidates, said.get("choice"))
        if applicant is None:
            return said
        for name, one in zip(self.named_fields(self.check), self.check.named_checks, strict=True):
            person = _among(one.candidates, said.get(name))
            if not said.get(name):
                self.add_error(name, _("Choose who it is, or that no document names this person."))
            elif person and not lives_at(person, applicant.address, timezone.localdate()):
                self.add_error(name, _("The register has this person at another address."))
        return said


def _people(candidates: list[RegisterPerson]) -> list[tuple[str, str]]:
    return [
        (f"{PERSON}{one.key}", _("The person is %(person)s") % {"person": person_line(one)})
        for one in candidates
    ]


def _among(candidates: list[RegisterPerson], choice: str | None) -> RegisterPerson | None:
    return next((one for one in candidates if f"{PERSON}{one.key}" == choice), None)


def _key(choice: str) -> str:
    """Return the register's key of the chosen person; "" for nobody."""
    return choice.removeprefix(PERSON) if choice.startswith(PERSON) else ""


def person_line(person: RegisterPerson) -> str:
    """Return the person in one line that distinguishes namesakes: name, date of birth, address."""
    born = date_format(person.birth_date, "j.m.Y")
    return ", ".join(filter(None, (person.name, born, str(person.address or ""))))


def check_explanation(check: RegisterCheck) -> str:
    """Return why an agent has to decide, in one sentence."""
    if check.protected and check.stage.case.protected:
        return str(PROTECTED)
    if check.candidates and not check.shown(check.candidates):
        return str(WHY[CheckOutcome.NO_MATCH])
    if check.outcome == CheckOutcome.MATCH and not check.newcomer and check.named:
        return str(NOT_AT_HOME)
    return str(WHY.get(check.outcome, ""))


def _said(case: Case, settings: dict) -> DeclaredPerson:
    """Return the declared person, with corrections by agents."""
    return declared_person(case.version.definition, case.answers, settings)


def _named(case: Case, settings: dict) -> list[DeclaredPerson]:
    """Return the persons that the answers name beside the applicant; [] for newcomers.

    Persons who move in with a newcomer are not registered either.
    """
    return [] if settings.get("newcomer") else access.named_by(case)


def _is_whole(unit: Sequence[FieldDefinition]) -> bool:
    """Return whether the questions ask for the whole name and the date of birth."""
    parts = {part_of(field) for field in unit}
    if PERSON_QUESTION in parts:
        return "born" in (unit[0].settings.get("more") or [])
    return BIRTH_DATE in parts and (WHOLE_NAME in parts or {GIVEN_NAMES, FAMILY_NAME} <= parts)


def _required(settings: dict) -> list[str]:
    """Return the aspects that must agree beside the name.

    For newcomers only the date of birth: the register cannot have their address yet.
    """
    if settings.get("newcomer"):
        return [ComparedAspect.BIRTH_DATE]
    asked = {ComparedAspect.BIRTH_DATE: "with_birth_date", ComparedAspect.ADDRESS: "with_address"}
    return [aspect for aspect, name in asked.items() if settings.get(name)]


def _question(label, compares: str) -> QuestionKeyBlock:
    return QuestionKeyBlock(compares=compares, empty=BY_ITSELF, required=False, label=label)
