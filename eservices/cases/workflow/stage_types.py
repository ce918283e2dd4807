"""The base class of stages, their answers to the process, and their registry."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django import forms
from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from eservices.accounts.models import User
from eservices.formbuilder.definition import FormDefinition
from eservices.formbuilder.schema.shapes import Shape
from home.extensions.registry import Registry

from ..models import Case, CaseStage
from ..states import CaseOutcome

stages: "Registry[type[Stage]]" = Registry("stages")

# Who a stage may wait for. OTHERS: other teams and authorities that the commune consults.
AGENT, APPLICANT, SYSTEM, LEAD, OTHERS = "agent", "applicant", "system", "lead", "others"


# -- Answers of a stage --------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Done:
    """The answer of a finished stage, which never runs again. ``data`` is stored in its row."""

    data: dict | None = None


@dataclass(frozen=True)
class Waiting:
    """A wait for somebody. The process continues when it is woken, or at ``until``.

    The deadline pauses while the applicant has to act, and at a stage with ``rests`` while nobody can act.
    """

    who: str = AGENT
    until: datetime | None = None
    reason: str = ""


@dataclass(frozen=True)
class AskApplicant:
    """A question ``text`` to the applicant, to be answered by ``term``.

    The case waits for the answer, and the process continues at ``until`` at the latest.
    """

    text: str
    term: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True)
class Stop:
    """A stop of the process, which cannot continue. The leads see the reason."""

    reason: str


@dataclass(frozen=True)
class EndCase:
    """The end of the case, with a reason that the applicant reads."""

    outcome: CaseOutcome
    reason: str


type Answer = Done | Waiting | AskApplicant | Stop | EndCase


# -- Results of a stage --------------------------------------------------------------------------------------
@dataclass(frozen=True)
class StageResult:
    """A value that a stage stores in the data of the case, for conditions of later stages and for agents.

    ``type``: key of a field type, which determines how conditions compare it. ``options``: value and label.
    """

    key: str
    label: str
    type: str = "short_text"
    options: tuple[tuple[str, str], ...] = ()


class Stage:
    """A kind of stage.

    ``enter`` and ``resume`` run in the transaction that stores their answer, with the case locked: what they write
    happens exactly once. They must not send or render anything, but write rows that workers process.

    Settings are stored in the definition with a ``format``; ``upgrade`` converts older ones.

    If agents have a task at the stage, ``form`` returns its form and ``apply_agent_input`` stores the data: see
    ``actions.stage_work.complete_stage_task``.
    """

    key = ""
    label = ""
    icon = "cog"
    format = 1
    former: Mapping[str, Shape] = {}  # settings of older formats, which definitions may still contain
    # Rendered on the case page while the stage is active, with ``case``, ``row`` and ``stage`` (its form and more).
    agent_template = "cases/stages/task.html"
    applicant_template = ""  # rendered on the status page while it is active, with ``case`` and ``row``
    applicant_call = ""  # heading of the status page while the stage waits for the applicant
    filled: tuple[str, ...] = ()  # texts in the settings with placeholders, as in letter templates
    for_editors = True  # whether editors can add it; False for stages that only an app adds
    by_person = False  # whether an agent works on it, at least if the applicant is not identified
    veiled = False  # whether its progress would reveal data of others to an unidentified applicant
    rests = False  # whether the deadline pauses at it, even without a question, while the commune cannot act
    undated = False  # whether its duration is unknown: no date is promised while it is active
    at_once = False  # whether it finishes immediately, without a person
    internal = False  # whether only the commune is concerned: applicants are not shown it
    collects = False  # whether it collects the fees of the form
    decides = False  # whether accepting or refusing ends it
    button = _("Save")  # label of the button in the agents' form
    needs = "work"  # what an agent must be allowed to do: see ``access.REQUIRED_ROLES``

    def applicant_call_text(self, row) -> str:
        """Return the heading of the status page while this stage waits for the applicant."""
        return str(self.applicant_call)

    def settings_block(self) -> blocks.StructBlock:
        """Return the block of the editor's settings."""
        return blocks.StructBlock()

    def settings(self, value) -> dict:
        """Convert the block's value to JSON for the definition."""
        return {"format": self.format, **{key: one for key, one in value.items() if key != "condition"}}

    def upgrade(self, settings: dict) -> dict:
        """Convert settings of an older format to the current one. Pure."""
        return settings

    def localized_setting(
        self, case: Case, row: CaseStage, settings: dict, name: str, language: str = ""
    ) -> str:
        """Return a text of the settings in ``language``, by default that of the case.

        A text without a translation is returned as the editor wrote it.
        """
        text = case.version.definition.text(f"stage.{row.key}.{name}", language or case.language)
        return text or settings.get(name, "")

    def faults(self, settings: dict) -> Iterable[str]:
        """Return the problems of the settings as texts, for the linter."""
        return []

    def conflicts(self, key: str, definition: FormDefinition) -> Iterable[str]:
        """Yield what the service lacks for the stage ``key``, as texts, for the linter.

        A conflict would make the stage fail for a resident.
        """
        return []

    def hints(self, key: str, definition: FormDefinition) -> Iterable[str]:
        """Return advice for the editor about the stage ``key``, as texts, for the linter."""
        return []

    def keeps(self, key: str, title: str, settings: dict) -> Iterable[StageResult]:
        """Return the results that the stage ``key`` stores in the data of the case."""
        return []

    # -- Process ---------------------------------------------------------------------------------------------
    def enter(self, case: Case, row: CaseStage, settings: dict) -> Answer:
        """Run the stage for the first time."""
        raise NotImplementedError

    def resume(self, case: Case, row: CaseStage, settings: dict) -> Answer:
        """Continue the active stage when the case is woken."""
        return self.enter(case, row, settings)

    def stands(self, row: CaseStage) -> bool:
        """Return whether the result of the finished stage is still valid.

        If not, reopening the case runs it again.
        """
        return True

    def take_up(self, row: CaseStage) -> None:
        """Prepare a stage with a void result to run again. The case is locked."""

    def objection(self, case: Case, settings: dict) -> str:
        """Return why the stage could do nothing after an acceptance; "" if it could.

        An agent who accepts in spite of it must tell the applicant why.
        """
        return ""

    def needs_registered(self, case: Case, settings: dict) -> bool:
        """Return whether the stage can only serve persons found in the population register."""
        return False

    def announces_acceptance(self, settings: dict) -> bool:
        """Return whether this stage's message announces the acceptance if the stage directly follows the decision.

        Then no separate message is sent. The stage announces it with ``emails.acceptance_context`` in its own
        message, or with ``emails.send_acceptance`` if it sends none.
        """
        return False

    # -- Agents ----------------------------------------------------------------------------------------------
    def form(self, case: Case, row: CaseStage, settings: dict, data=None) -> forms.Form | None:
        """Return the form of an agent's task at the active stage; None if there is nothing to do now."""
        return None

    def agent_context(self, case: Case, row: CaseStage, settings: dict) -> dict:
        """Return the variables ``stage.shown`` of ``agent_template``."""
        return {}

    def apply_agent_input(self, case: Case, row: CaseStage, settings: dict, actor: User, data: dict) -> dict:
        """Store what an agent filled in, in ``row.data`` or by ``store_results``. Return the data for the event.

        The case is locked, and the process continues afterwards.
        """
        raise NotImplementedError

    def waiting_reason(self, case: Case, row: CaseStage, settings: dict) -> str:
        """Return why the case waits, in one sentence in the active language; "" for the default sentence."""
        return ""


def stages_for_editors() -> "dict[str, type[Stage]]":
    """Return the kinds of stage that editors can add, by key."""
    return {key: stage for key, stage in stages.items() if stage.for_editors}


def kind_of(row: CaseStage) -> Stage | None:
    """Return the kind of a stage; None if its app is not installed."""
    kind = stages.get(row.type)
    return kind() if kind else None


def stage_name(row: CaseStage) -> str:
    """Return the title of the stage, else the label of its kind.

    If its app is not installed, the key of the kind.
    """
    kind = stages.get(row.type)
    return row.title or (str(kind.label) if kind else row.type)


def current_settings(row: CaseStage) -> dict:
    """Return the settings of the stage in the current format."""
    stage = kind_of(row)
    return stage.upgrade(row.spec.settings) if stage else row.spec.settings


def store_results(case: Case, **values) -> None:
    """Store results in the data of the case."""
    case.data |= values
    case.save(update_fields=["data"])


def result_key(key: str) -> str:
    """Return the key under which a stage stores its outcome in the data of the case."""
    return f"{key[:53]}_result"
