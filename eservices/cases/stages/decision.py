"""The decision: an agent accepts or refuses the case, alone or with a second agent."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail import blocks

from ..models import Case, CaseStage, ConcernedPerson
from ..workflow import absences
from ..workflow.progress import stages_ahead
from ..workflow.stage_types import AGENT, Done, Stage, Waiting, current_settings, kind_of, stages


@stages.register("decision")
class DecisionStage(Stage):
    """A decision by an agent. A case may have several such stages, each with its own decision.

    If two agents must agree, the first one's decision is a proposal, which the second confirms or sends back.
    """

    key = "decision"
    label = gettext_lazy("Decision by an agent")
    icon = "check"
    agent_template = "cases/stages/decision.html"
    by_person = True
    applicant_template = "cases/stages/checklist_applicant.html"
    decides = True

    def settings_block(self):
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

    def waiting_reason(self, case, row, settings):
        if proposed := proposed_decision(row):
            text = _("%(agent)s proposes a decision: a second agent confirms it.")
            if not absences.members_who_may_confirm(case, proposed["by"]).exists():
                text = _(
                    "%(agent)s proposes a decision, and no other member of the team may confirm it: ask the "
                    "person who manages the team to let a colleague decide on this case too."
                )
            return text % {"agent": proposed["name"]}
        return "" if is_decided(row) else acceptance_obstacle(case) or acceptance_warning(case)


def acceptance_obstacle(case: Case) -> str:
    """Return why the case cannot be accepted; "" if it can."""
    if {one.outcome for one in case.persons.all()} == {ConcernedPerson.Outcome.REFUSED}:
        return _("All persons are refused individually. Refuse the case.")
    return ""


def acceptance_warning(case: Case) -> str:
    """Return an objection of a later stage to accepting the case; "" if there is none.

    An agent who accepts in spite of it must tell the applicant why.
    """
    kinds = [(kind_of(row), current_settings(row)) for row in stages_ahead(case)]
    return next(filter(None, (kind.objection(case, settings) for kind, settings in kinds if kind)), "")


def is_decision_stage(row: CaseStage) -> bool:
    """Return whether an agent's decision ends this stage."""
    kind = kind_of(row)
    return bool(kind and kind.decides)


def is_decided(row: CaseStage) -> bool:
    """Return whether the decision of this stage was taken."""
    return "by" in row.data


def needs_second_agent(row: CaseStage) -> bool:
    """Return whether a second agent must confirm the decision of this stage."""
    return is_decision_stage(row) and bool(current_settings(row).get("four_eyes"))


def proposed_decision(row: CaseStage) -> dict | None:
    """Return the proposal that a second agent has to confirm: outcome, reason, details, agent.

    None if there is none.
    """
    return row.data.get("proposal")


def announces_acceptance(row: CaseStage) -> bool:
    """Return whether the stage's message announces the acceptance to the applicant."""
    kind = kind_of(row)
    return bool(kind and kind.announces_acceptance(current_settings(row)))
