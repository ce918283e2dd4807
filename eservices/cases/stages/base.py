"""What every stage is: the class to build on, its answers to the process, and the registry it is offered in."""

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

# Who a stage may wait for. OTHERS: other teams and authorities, asked by the commune.
AGENT, APPLICANT, SYSTEM, LEAD, OTHERS = "agent", "applicant", "system", "lead", "others"


# -- What a stage answers ------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Done:
    """The stage is over and never runs again; ``data`` is kept on its row."""

    data: dict | None = None


@dataclass(frozen=True)
class Waiting:
    """Somebody must act. The case is looked at again when woken, or at ``until``.

    While it is the applicant's turn the deadline of the case rests, and at a stage that ``rests`` while nobody can act.
    """

    who: str = AGENT
    until: datetime | None = None
    reason: str = ""


@dataclass(frozen=True)
class AskApplicant:
    """The applicant is asked ``text`` and has until ``term``; the case waits for the answer and is looked at again at
    ``until``."""

    text: str
    term: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True)
class Stop:
    """The process cannot go on by itself; a lead sees the reason."""

    reason: str


@dataclass(frozen=True)
class EndCase:
    """The case ends here, with a reason that the applicant reads."""

    outcome: CaseOutcome
    reason: str


type Answer = Done | Waiting | AskApplicant | Stop | EndCase


# -- What a stage leaves behind ------------------------------------------------------------------------------
@dataclass(frozen=True)
class StageResult:
    """A value that a stage leaves in the data of the case, for conditions of later stages and for agents.

    ``type``: key of a field type, which says how conditions compare it. ``options``: value and label.
    """

    key: str
    label: str
    type: str = "short_text"
    options: tuple[tuple[str, str], ...] = ()


class Stage:
    """A kind of stage.

    ``enter`` and ``resume`` run inside the transaction that keeps their answer, with the case's row locked:
    what they write happens exactly once. They never send or render; they write rows that others carry out.
    Settings stand in the definition with a ``format``; ``upgrade`` reads older ones.

    Where agents do something at it, ``form`` asks what and ``work`` keeps it: see ``actions.work``.
    """

    key = ""
    label = ""
    icon = "cog"
    format = 1
    former: Mapping[str, Shape] = {}  # what settings had in older formats: a definition may still say it
    # Drawn on the case's screen while the stage is active, with ``case``, ``row`` and ``stage``: its form, …
    agent_template = "cases/stages/task.html"
    applicant_template = ""  # drawn on the status page while it is active, with ``case`` and ``row``
    applicant_call = ""  # what the status page says first while the stage waits for the applicant
    filled: tuple[str, ...] = ()  # texts among the settings in which placeholders are replaced, as in letters
    for_editors = True  # whether editors lay it; what an app lays by itself is not offered
    by_person = False  # whether an agent looks at it, at least where it is not known who applies
    veiled = False  # whether how far it is would tell somebody who is not known what concerns others
    rests = False  # whether the deadline rests at it without a question, as long as the commune cannot act
    undated = False  # whether nobody can say how long it takes: no day is promised while it is active
    at_once = False  # whether it is over as soon as the case is at it, by nobody's hand
    collects = False  # whether it collects what the form says is due
    decides = False  # whether accepting or refusing is what ends it
    button = _("Save")  # of the form that agents fill in
    needs = "work"  # what an agent must be allowed to do on the case to fill it in: see ``access.NEEDED``

    def call(self, row) -> str:
        """What the status page says first of this stage, while it waits for the applicant."""
        return str(self.applicant_call)

    def block(self) -> blocks.StructBlock:
        """The editor's settings."""
        return blocks.StructBlock()

    def settings(self, value) -> dict:
        """The block's value as JSON for the definition."""
        return {"format": self.format, **{key: one for key, one in value.items() if key != "condition"}}

    def upgrade(self, settings: dict) -> dict:
        """Settings of an older format in today's. Pure."""
        return settings

    def words(self, case: Case, row: CaseStage, settings: dict, name: str, language: str = "") -> str:
        """A text among the settings, in the language of the case, or another, where it is translated."""
        text = case.version.definition.text(f"stage.{row.key}.{name}", language or case.language)
        return text or settings.get(name, "")

    def filled_words(self, case: Case, row: CaseStage, settings: dict, name: str) -> str:
        """Return a text of ``filled`` for the applicant, with its placeholders replaced."""
        from ..texts import letter_rendering  # which looks at what stages leave

        return letter_rendering.fill(
            self.words(case, row, settings, name), letter_rendering.letter_values(case, case.language)
        )

    def faults(self, settings: dict) -> Iterable[str]:
        """What is wrong with settings, in words, for the linter."""
        return []

    def conflicts(self, key: str, definition: FormDefinition) -> Iterable[str]:
        """Yield what the stage ``key`` lacks in its service, in words, for the linter: it would fail a resident."""
        return []

    def hints(self, key: str, definition: FormDefinition) -> Iterable[str]:
        """What an editor should think of about the stage ``key``, in words, for the linter."""
        return []

    def keeps(self, key: str, title: str, settings: dict) -> Iterable[StageResult]:
        """What the stage ``key`` leaves in the data of the case."""
        return []

    # -- the process -----------------------------------------------------------------------------------------
    def enter(self, case: Case, row: CaseStage, settings: dict) -> Answer:
        """The case reaches the stage for the first time."""
        raise NotImplementedError

    def resume(self, case: Case, row: CaseStage, settings: dict) -> Answer:
        """The case is looked at again while the stage is active."""
        return self.enter(case, row, settings)

    def stands(self, row: CaseStage) -> bool:
        """Return whether what the finished stage did still stands. If not, reopening the case lets it run again."""
        return True

    def take_up(self, row: CaseStage) -> None:
        """Prepare a stage that does not stand to run again. The case is locked."""

    def objection(self, case: Case, settings: dict) -> str:
        """Why accepting the case would lead to nothing at this stage, in words; empty where it would not. An agent who
        accepts it all the same tells the applicant why."""
        return ""

    def needs_registered(self, case: Case, settings: dict) -> bool:
        """Whether the stage can do nothing for somebody whom the register does not know."""
        return False

    def tells_acceptance(self, settings: dict) -> bool:
        """Whether this stage's letter announces the acceptance when the stage directly follows the decision.

        No separate letter is sent then. Its own letter says so by ``emails.acceptance``; where it writes none,
        ``emails.accepted`` does.
        """
        return False

    # -- agents ----------------------------------------------------------------------------------------------
    def form(self, case: Case, row: CaseStage, settings: dict, data=None) -> forms.Form | None:
        """What an agent fills in while the stage is active; None where there is nothing to do now."""
        return None

    def shown(self, case: Case, row: CaseStage, settings: dict) -> dict:
        """What ``agent_template`` needs as ``stage.shown``."""
        return {}

    def work(self, case: Case, row: CaseStage, settings: dict, actor: User, said: dict) -> dict:
        """Keeps what an agent filled in, on ``row.data`` or by ``keep``; answers what the trace keeps of it.

        The case's row is locked, and afterwards the process is looked at again.
        """
        raise NotImplementedError

    def situation(self, case: Case, row: CaseStage, settings: dict) -> str:
        """Why the case waits, in one sentence in the language at hand; empty: what the process says by itself."""
        return ""


def stages_for_editors() -> "dict[str, type[Stage]]":
    """The kinds of stage that editors lay, by key."""
    return {key: stage for key, stage in stages.items() if stage.for_editors}


def kind_of(row: CaseStage) -> Stage | None:
    """The stage that a row is of; None where its app is gone."""
    kind = stages.get(row.type)
    return kind() if kind else None


def stage_name(row: CaseStage) -> str:
    """What a stage is called: its title, or what its kind is called, or that kind's key where its app is gone."""
    kind = stages.get(row.type)
    return row.title or (str(kind.label) if kind else row.type)


def current_settings(row: CaseStage) -> dict:
    """The settings of a row's stage in today's format."""
    stage = kind_of(row)
    return stage.upgrade(row.spec.settings) if stage else row.spec.settings


def store_results(case: Case, **values) -> None:
    """Leaves values in the data of the case."""
    case.data |= values
    case.save(update_fields=["data"])


def result_key(key: str) -> str:
    """Under which key a stage leaves how it ended in the data of the case."""
    return f"{key[:53]}_result"
