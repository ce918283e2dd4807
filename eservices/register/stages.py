"""The stage that compares a request with the register."""

from django import forms
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail import blocks

from eservices.accounts.models import IdentityLevel
from eservices.cases.identity import level_of
from eservices.cases.models import Case, CaseStage
from eservices.cases.progress import applies
from eservices.cases.stages import (
    AGENT,
    SYSTEM,
    Done,
    Kept,
    Stage,
    Waiting,
    keep,
    kind_of,
    result_key,
    stages,
)
from eservices.formbuilder.blocks import QuestionKeyBlock

from . import actions
from .comparing import Aspect
from .declared import declared
from .models import Check, Outcome
from .people import Declared, Person

FOUND, NOBODY = "found", "nobody"  # what stages that follow may look at
AGAIN = "again"  # what an agent may choose beside a person and nobody
PERSON = "person:"
BY_ITSELF = gettext_lazy("Found by itself")
WHY = {
    Outcome.NO_MATCH: gettext_lazy("Nobody in the register fits what was declared."),
    Outcome.SEVERAL: gettext_lazy("Several people in the register fit what was declared."),
    Outcome.AWAY: gettext_lazy("The register does not answer."),
    Outcome.TOO_MANY: gettext_lazy(
        "Asked too often for this sender or this person: the register was left alone."
    ),
    Outcome.MATCH: gettext_lazy("Somebody who should be new here is in the register already."),
}
PROTECTED = gettext_lazy(
    "The address of somebody who fits is protected: say who it is, and tell the address to nobody."
)


@stages.register("register")
class RegisterStage(Stage):
    """Compares answers with the register. What is as expected goes on by itself; else an agent decides.

    Of somebody who is not known it goes on by itself only where an agent looked before, or comes next: else
    the way of the request would tell a stranger whether somebody lives here.
    """

    key = "register"
    label = gettext_lazy("Check against the register")
    icon = "group"
    agent_template = "cases/stages/work.html"
    applicant_template = "cases/stages/to_check_applicant.html"
    by_person = veiled = True
    button = gettext_lazy("Go on")

    def block(self):
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
                            "Goes on by itself where nobody of this name and date of birth is in the register yet."
                        ),
                    ),
                ),
            ],
            icon=self.icon,
            label=self.label,
        )

    def faults(self, settings):
        if not (settings.get("with_birth_date") or settings.get("with_address") or settings.get("newcomer")):
            yield _("A name alone is no proof: let the date of birth or the address agree too.")

    def hints(self, key, definition):
        if "identity" in definition.settings.get("limits", {}):
            return  # whoever files is known
        kinds = [(one.key, stages.get(one.type)) for one in definition.stages]
        at = [one for one, _kind in kinds].index(key)
        around = [kind for _key, kind in [*kinds[:at], *kinds[at + 1 : at + 2]]]
        if not any(kind and kind.by_person for kind in around):
            yield _(
                "Who is not known waits for an agent here: going on would tell them what the register says. "
                "Lay “Identity of the applicant” before it."
            )

    def keeps(self, key, title, settings):
        return [Kept(result_key(key), title, "choice", ((FOUND, _("found")), (NOBODY, _("not found"))))]

    # -- the process -----------------------------------------------------------------------------------------
    def enter(self, case, row, settings):
        check = actions.begin_check(
            case=case,
            stage=row,
            said=_said(case, settings),
            required=_required(settings),
            newcomer=bool(settings.get("newcomer")),
        )
        return self._answer(case, row, check)

    def resume(self, case, row, settings):
        return self._answer(case, row, Check.objects.get(stage=row))

    def _answer(self, case, row, check: Check):
        if check.is_pending:
            return Waiting(SYSTEM)
        found = {result_key(row.key): FOUND if check.person else NOBODY}
        if check.waits_for_agent or (not check.decided_by_id and would_tell(case, row, found)):
            return Waiting(AGENT)
        keep(case, **found)
        return Done({"outcome": check.outcome, "person": check.person})

    # -- agents ----------------------------------------------------------------------------------------------
    def form(self, case, row, settings, data=None):
        check = _open(row)
        return DecideForm(data, check=check) if check else None

    def work(self, case, row, settings, actor, said):
        check, choice = row.register_check, said["choice"]
        if choice == AGAIN:
            actions.ask_again(actor=actor, check=check, said=_said(case, settings))
        else:
            actions.decide(
                actor=actor, check=check, person=choice.removeprefix(PERSON) if choice != NOBODY else ""
            )
        return {"choice": choice}

    def situation(self, case: Case, row: CaseStage, settings: dict) -> str:
        check = _open(row)
        if check and not check.waits_for_agent:
            return _("As expected, but who applies is not known: say who it is, and it goes on.")
        return explanation(check) if check else ""


def _open(row: CaseStage) -> Check | None:
    """The check, where it waits for an agent."""
    check = Check.objects.filter(stage=row).first()
    if not check or check.is_pending or check.decided_by_id:
        return None
    return check if row.waiting_for == AGENT else None


def would_tell(case: Case, row: CaseStage, found: dict) -> bool:
    """Whether going on by itself with what was ``found`` would tell somebody who is not known about others."""
    if level_of(case) >= IdentityLevel.KNOWN:
        return False
    rows = list(case.stages.all())
    before = [one for one in rows if one.position < row.position]
    after = (one for one in rows if one.position > row.position and applies(case, one.spec, found))
    follows = kind_of(next(after, None) or CaseStage())
    worked = case.events.filter(kind="worked", data__stage__in=[one.key for one in before])
    looked = any("by" in one.data for one in before) or worked.exists()
    return not (looked or (follows and follows.by_person))


class DecideForm(forms.Form):
    """Who it is, in the eyes of an agent."""

    choice = forms.ChoiceField(label=gettext_lazy("How does it go on?"), widget=forms.RadioSelect)

    def __init__(self, data=None, *, check: Check):
        super().__init__(data, auto_id="register_%s")
        self.fields["choice"].choices = [
            *(
                (f"{PERSON}{one.key}", _("It is %(person)s") % {"person": described(one)})
                for one in check.candidates
            ),
            (NOBODY, _("It is nobody in the register, and goes on all the same")),
            (AGAIN, _("Ask the register again")),
        ]


def described(person: Person) -> str:
    """A person in one line that tells namesakes apart."""
    born = date_format(person.birth_date, "j.m.Y")
    return ", ".join(filter(None, (person.name, born, str(person.address or ""))))


def explanation(check: Check) -> str:
    """Why an agent has to look, in one sentence."""
    return str(PROTECTED if check.protected else WHY.get(check.outcome, ""))


def _said(case: Case, settings: dict) -> Declared:
    """What is declared, with what agents put right since."""
    return declared(case.version.definition, case.answers, settings)


def _required(settings: dict) -> list[str]:
    """What must agree beside the name. Whether somebody is new here, no address can tell."""
    if settings.get("newcomer"):
        return [Aspect.BIRTH_DATE]
    asked = {Aspect.BIRTH_DATE: "with_birth_date", Aspect.ADDRESS: "with_address"}
    return [aspect for aspect, name in asked.items() if settings.get(name)]


def _question(label, compares: str) -> QuestionKeyBlock:
    return QuestionKeyBlock(compares=compares, empty=BY_ITSELF, required=False, label=label)
