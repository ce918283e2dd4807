"""The decision: an agent accepts or refuses, alone or with a second pair of eyes."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail import blocks

from .. import deputies
from ..models import Case, CaseStage, Person
from ..progress import ahead
from .base import AGENT, Done, Stage, Waiting, kind_of, settings_of, stages


@stages.register("decision")
class DecisionStage(Stage):
    """An agent accepts or refuses. Each such stage of a case asks for a decision of its own.

    With four eyes, what the first agent decides is proposed, and a second one confirms it or sends it back.
    """

    key = "decision"
    label = gettext_lazy("Decision by an agent")
    icon = "check"
    agent_template = "cases/stages/decision.html"
    by_person = True
    applicant_template = "cases/stages/to_check_applicant.html"
    decides = True

    def block(self):
        return blocks.StructBlock(
            [
                (
                    "four_eyes",
                    blocks.BooleanBlock(
                        required=False,
                        label=gettext_lazy("Four eyes"),
                        help_text=gettext_lazy("A second agent must confirm, never the same person."),
                    ),
                )
            ],
            icon=self.icon,
            label=self.label,
        )

    def enter(self, case, row, settings):
        return Done() if decided(row) else Waiting(AGENT)

    def situation(self, case, row, settings):
        if proposed := proposal(row):
            said = _("%(agent)s proposes a decision: a second agent confirms it.")
            if not deputies.who_confirm(case, proposed["by"]).exists():
                said = _(
                    "%(agent)s proposes a decision, and nobody else in the team may confirm it: ask who keeps its "
                    "members to let a colleague decide on this case too."
                )
            return said % {"agent": proposed["name"]}
        return "" if decided(row) else impossible(case) or objection(case)


def impossible(case: Case) -> str:
    """Why a case cannot be accepted; empty where it can."""
    if {one.outcome for one in case.persons.all()} == {Person.Outcome.REFUSED}:
        return _("Everybody is refused one by one: refuse the case.")
    return ""


def objection(case: Case) -> str:
    """What speaks against accepting a case as it stands: who does it all the same tells the applicant why."""
    kinds = [(kind_of(row), settings_of(row)) for row in ahead(case)]
    return next(filter(None, (kind.objection(case, settings) for kind, settings in kinds if kind)), "")


def decides(row: CaseStage) -> bool:
    """Whether this stage of a case ends by an agent's decision."""
    kind = kind_of(row)
    return bool(kind and kind.decides)


def decided(row: CaseStage) -> bool:
    """Whether an agent took the decision of this stage already."""
    return "by" in row.data


def four_eyes(row: CaseStage) -> bool:
    """Whether a second agent must confirm the decision of this stage."""
    return decides(row) and bool(settings_of(row).get("four_eyes"))


def proposal(row: CaseStage) -> dict | None:
    """What a first agent decided and a second has to confirm: outcome, reason, details, by whom."""
    return row.data.get("proposal")


def tells_acceptance(row: CaseStage) -> bool:
    """Whether the stage says to the applicant that the case was accepted."""
    kind = kind_of(row)
    return bool(kind and kind.tells_acceptance(settings_of(row)))
