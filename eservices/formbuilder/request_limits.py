"""How many requests a service takes, when, and of whom. Installed apps offer limits in a file of this name.

In a definition they stand under ``settings.limits``: the key of a limit and its settings. A limit whose app
is gone limits nothing.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from wagtail import blocks

from home.extensions.registry import Registry


@dataclass(frozen=True)
class RequestContext:
    """Who asks for a request of a form, and when.

    ``user``: who files for themselves, where they are signed in. ``agent``: who files for somebody else;
    ``email`` is then that person's address, where one was given.
    """

    form: object  # formbuilder.models.Form
    now: datetime
    user: object = None
    agent: object = None
    email: str = ""


@dataclass(frozen=True)
class LimitRefusal:
    """Why no request is taken, for the applicant.

    ``sign_in``: it may be once they are signed in; ``prove``: once they have proven who they are.
    """

    text: str
    sign_in: bool = False
    prove: bool = False


class RequestLimit:
    """One kind of limit. Subclasses set ``key`` and ``label``, what the editor sets and whom it refuses."""

    key: str
    label: str
    icon = "no-view"
    personal = False  # whether it depends on who asks

    def settings_blocks(self) -> list[tuple[str, blocks.Block]]:
        """What the editor sets. Empty values are left out of the definition."""
        return []

    def block(self) -> blocks.StructBlock:
        return blocks.StructBlock(self.settings_blocks(), label=self.label, icon=self.icon)

    def faults(self, settings: dict) -> Iterable[str]:
        """What is wrong with the settings, in sentences, for the linter."""
        return []

    def announcement(self, settings: dict, form, now: datetime) -> str:
        """What the service's page says beforehand; empty where there is nothing to say."""
        return ""

    def refusal(self, settings: dict, asking: RequestContext) -> LimitRefusal | None:
        """Why this request is not taken now. Asked before the start, and under lock when it is sent."""
        return None


request_limits: Registry[RequestLimit] = Registry("limits")


def register_limit[Kind: type[RequestLimit]](cls: Kind) -> Kind:
    """Decorates a class: its only instance is offered under the class's ``key``."""
    request_limits.register(cls.key)(cls())
    return cls


def first_refusal(
    settings: dict[str, dict], asking: RequestContext, *, whoever: bool = False
) -> LimitRefusal | None:
    """The first reason to take no request under these limits. ``whoever``: only what holds for everybody."""
    found = (
        one.refusal(settings[key], asking)
        for key, one in request_limits.items()
        if key in settings and not (whoever and one.personal)
    )
    return next(filter(None, found), None)


def limit_announcements(settings: dict[str, dict], form, now: datetime) -> list[str]:
    """What there is to know before one starts."""
    said = (
        one.announcement(settings[key], form, now) for key, one in request_limits.items() if key in settings
    )
    return [text for text in said if text]


# -- For the editor ------------------------------------------------------------------------------------------
def limits_block() -> blocks.StreamBlock:
    """The limits that an installed app offers, each at most once."""
    counts = {key: {"max_num": 1} for key, _limit in request_limits.items()}
    return blocks.StreamBlock(
        [(key, one.block()) for key, one in request_limits.items()], required=False, block_counts=counts
    )
