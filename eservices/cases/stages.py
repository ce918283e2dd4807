"""Stages: what may happen to a case after sending, one after the other. Other apps offer more in their own
``stages.py``; this one holds the base and those that need nobody else."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from home.registry import Registry

from . import emails
from .models import Case, CaseStage

stages: "Registry[type[Stage]]" = Registry("stages")

# Who a stage may wait for.
AGENT, APPLICANT, SYSTEM, LEAD = "agent", "applicant", "system", "lead"


@dataclass(frozen=True)
class Done:
    """The stage is over and never runs again; ``data`` is kept on its row."""

    data: dict | None = None


@dataclass(frozen=True)
class Waiting:
    """Somebody must act. The case is looked at again when woken, or at ``until``."""

    who: str = AGENT
    until: datetime | None = None
    reason: str = ""


@dataclass(frozen=True)
class Stop:
    """The process cannot go on by itself; a lead sees the reason."""

    reason: str


type Answer = Done | Waiting | Stop


class Stage:
    """A kind of stage.

    ``enter`` and ``resume`` run inside the transaction that keeps their answer, with the case's row locked:
    what they write happens exactly once. They never send or render; they write rows that others carry out.
    Settings stand in the definition with a ``format``; ``upgrade`` reads older ones.
    """

    key = ""
    label = ""
    icon = "cog"
    format = 1
    agent_template = ""  # drawn on the case's screen while the stage is active, with ``case`` and ``row``
    applicant_template = ""  # drawn on the status page under the same conditions
    decides = False  # whether accepting or refusing is what ends it

    def block(self) -> blocks.StructBlock:
        """The editor's settings."""
        return blocks.StructBlock()

    def settings(self, value) -> dict:
        """The block's value as JSON for the definition."""
        return {"format": self.format, **{key: one for key, one in value.items() if key != "condition"}}

    def upgrade(self, settings: dict) -> dict:
        """Settings of an older format in today's. Pure."""
        return settings

    def words(self, case: Case, row: CaseStage, settings: dict, name: str) -> str:
        """A text among the settings, in the language of the case where it is translated."""
        return case.version.definition.text(f"stage.{row.key}.{name}", case.language) or settings.get(
            name, ""
        )

    def enter(self, case: Case, row: CaseStage, settings: dict) -> Answer:
        """The case reaches the stage for the first time."""
        raise NotImplementedError

    def resume(self, case: Case, row: CaseStage, settings: dict) -> Answer:
        """The case is looked at again while the stage is active."""
        return self.enter(case, row, settings)


def decides(row: CaseStage) -> bool:
    """Whether this stage of a case ends by an agent's decision."""
    kind = stages.get(row.type)
    return bool(kind and kind.decides)


@stages.register("decision")
class DecisionStage(Stage):
    """An agent accepts or refuses."""

    key = "decision"
    label = _("Decision by an agent")
    icon = "check"
    decides = True

    def enter(self, case, row, settings):
        return Done() if case.outcome else Waiting(AGENT)


@stages.register("notify")
class NotifyStage(Stage):
    """The applicant is told something by e-mail."""

    key = "notify"
    label = _("Message to the applicant")
    icon = "mail"

    def block(self):
        return blocks.StructBlock(
            [
                ("subject", blocks.CharBlock(label=_("Subject"), max_length=120)),
                ("text", blocks.TextBlock(label=_("Text"))),
            ],
            icon=self.icon,
            label=self.label,
        )

    def enter(self, case, row, settings):
        subject, text = (self.words(case, row, settings, name) for name in ("subject", "text"))
        emails.notice(case, subject=subject, text=text)
        return Done()
