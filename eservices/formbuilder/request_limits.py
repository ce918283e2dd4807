"""Request limits: whose submissions a service accepts, how many and when.

Installed apps add limits in a module of this name.

In a definition they are under ``settings.limits``: the key of a limit and its settings. A limit whose app is not
installed has no effect.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from wagtail import blocks

from home.extensions.registry import Registry


@dataclass(frozen=True)
class RequestContext:
    """The person who wants to use a form, and when.

    ``user``: the signed-in person who applies for themselves. ``agent``: an agent who applies for somebody else;
    ``email`` is then that person's address, if it was given.
    """

    form: object  # formbuilder.models.Form
    now: datetime
    user: object = None
    agent: object = None
    email: str = ""


@dataclass(frozen=True)
class LimitRefusal:
    """The reason why no submission is accepted, for the applicant.

    ``sign_in``: it may be accepted after signing in; ``prove``: after proving the identity.
    """

    text: str
    sign_in: bool = False
    prove: bool = False


class RequestLimit:
    """A type of limit. Subclasses set ``key`` and ``label``, and override settings and refusals."""

    key: str
    label: str
    icon = "no-view"
    personal = False  # whether it depends on the applicant

    def settings_blocks(self) -> list[tuple[str, blocks.Block]]:
        """Return the editor's settings. Empty values are left out of the definition."""
        return []

    def block(self) -> blocks.StructBlock:
        return blocks.StructBlock(self.settings_blocks(), label=self.label, icon=self.icon)

    def faults(self, settings: dict) -> Iterable[str]:
        """Return what is wrong with the settings, as sentences for the linter."""
        return []

    def announcement(self, settings: dict, form, now: datetime) -> str:
        """Return what the service's page announces beforehand; "" if there is nothing."""
        return ""

    def refusal(self, settings: dict, asking: RequestContext) -> LimitRefusal | None:
        """Return why the submission is not accepted now; None if it is.

        Called before the start, and under lock when sending.
        """
        return None


request_limits: Registry[RequestLimit] = Registry("request_limits")


def register_limit[Kind: type[RequestLimit]](cls: Kind) -> Kind:
    """Register an instance of the decorated class under the class's ``key``."""
    request_limits.register(cls.key)(cls())
    return cls


def first_refusal(
    settings: dict[str, dict], asking: RequestContext, *, whoever: bool = False
) -> LimitRefusal | None:
    """Return the first reason to refuse the applicant under these limits.

    ``whoever``: only limits that do not depend on the applicant.
    """
    found = (
        one.refusal(settings[key], asking)
        for key, one in request_limits.items()
        if key in settings and not (whoever and one.personal)
    )
    return next(filter(None, found), None)


def needs_sign_in(settings: dict[str, dict]) -> bool:
    """Return whether applicants must sign in, because a limit depends on who they are."""
    return any(one.personal for key, one in request_limits.items() if key in settings)


def limit_announcements(settings: dict[str, dict], form, now: datetime) -> list[str]:
    """Return what applicants should know before they start."""
    said = (
        one.announcement(settings[key], form, now) for key, one in request_limits.items() if key in settings
    )
    return [text for text in said if text]


# -- For the editor ------------------------------------------------------------------------------------------
def limits_block() -> blocks.StreamBlock:
    """Return a block of the limits of installed apps, each allowed once."""
    counts = {key: {"max_num": 1} for key, _limit in request_limits.items()}
    return blocks.StreamBlock(
        [(key, one.block()) for key, one in request_limits.items()], required=False, block_counts=counts
    )
