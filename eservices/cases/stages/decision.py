"""The decision: an agent accepts or refuses, alone or with a second pair of eyes."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail import blocks

from ..models import Case, CaseStage, ConcernedPerson
from ..workflow import absences
from ..workflow.progress import stages_ahead
from .base import AGENT, Done, Stage, Waiting, current_settings, kind_of, stages


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
    applicant_template = "cases/stages/checklist_applicant.html"
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
        return Done() if is_decided(row) else Waiting(AGENT)

    def situation(self, case, row, settings):
        if proposed := proposed_decision(row):
            said = _("%(agent)s proposes a decision: a second agent confirms it.")
            if not absences.members_who_may_confirm(case, proposed["by"]).exists():
                said = _(
                    "%(agent)s proposes a decision, and nobody else in the team may confirm it: ask who keeps its "
                    "members to let a colleague decide on this case too."
                )
            return said % {"agent": proposed["name"]}
        return "" if is_decided(row) else acceptance_obstacle(case) or acceptance_warning(case)


def acceptance_obstacle(case: Case) -> str:
    """Why a case cannot be accepted; empty where it can."""
    if {one.outcome for one in case.persons.all()} == {ConcernedPerson.Outcome.REFUSED}:
        return _("Everybody is refused one by one: refuse the case.")
    return ""


def acceptance_warning(case: Case) -> str:
    """What speaks against accepting a case as it stands: who does it all the same tells the applicant why."""
    kinds = [(kind_of(row), current_settings(row)) for row in stages_ahead(case)]
    return next(filter(None, (kind.objection(case, settings) for kind, settings in kinds if kind)), "")


def is_decision_stage(row: CaseStage) -> bool:
    """Whether this stage of a case ends by an agent's decision."""
    kind = kind_of(row)
    return bool(kind and kind.decides)


def is_decided(row: CaseStage) -> bool:
    """Whether an agent took the decision of this stage already."""
    return "by" in row.data


def needs_second_agent(row: CaseStage) -> bool:
    """Whether a second agent must confirm the decision of this stage."""
    return is_decision_stage(row) and bool(current_settings(row).get("four_eyes"))


def proposed_decision(row: CaseStage) -> dict | None:
    """What a first agent decided and a second has to confirm: outcome, reason, details, by whom."""
    return row.data.get("proposal")


def announces_acceptance(row: CaseStage) -> bool:
    """Whether the stage says to the applicant that the case was accepted."""
    kind = kind_of(row)
    return bool(kind and kind.tells_acceptance(current_settings(row)))
