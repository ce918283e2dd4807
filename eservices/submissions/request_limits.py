"""Limits that need only submissions: opening period, total number, number per person, identity level."""

from datetime import datetime, time, timedelta

from django.db.models import Q
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from wagtail import blocks

from eservices.accounts.models import IdentityLevel
from eservices.formbuilder.blocks import PlainChoiceBlock
from eservices.formbuilder.request_limits import LimitRefusal, RequestContext, RequestLimit, register_limit
from home.localization.dates import date_format
from home.localization.times import format_time

from .models import Submission

FIRST, LAST = time(0, 0), time(23, 59)
MAX_REQUESTS, MAX_DAYS = 1_000_000, 3650  # requests, days


@register_limit
class OpeningPeriodLimit(RequestLimit):
    """A period in which submissions are accepted.

    Submissions that agents enter are exempt: they arrived in time on paper.
    """

    key, label, icon = "open", gettext_lazy("Open from, until"), "date"

    def settings_blocks(self):
        return [
            ("from", blocks.DateTimeBlock(required=False, label=gettext_lazy("From"))),
            ("until", blocks.DateTimeBlock(required=False, label=gettext_lazy("Until"))),
        ]

    def faults(self, settings):
        start, end = _moment(settings, "from"), _moment(settings, "until")
        if any(settings.get(name) and _moment(settings, name) is None for name in ("from", "until")):
            yield _("This moment does not exist.")
        elif start is None and end is None:
            yield _("Enter an opening or a closing date.")
        elif start and end and start >= end:
            yield _("The closing date is before the opening date.")

    def announcement(self, settings, form, now):
        end = _moment(settings, "until")
        return _("Open until %(moment)s.") % {"moment": _written(end, LAST)} if end else ""

    def refusal(self, settings, asking):
        start, end = _moment(settings, "from"), _moment(settings, "until")
        if asking.agent is not None:
            return None
        if start and asking.now < start:
            return LimitRefusal(_("Requests are taken from %(moment)s.") % {"moment": _written(start, FIRST)})
        if end and asking.now >= end:
            return LimitRefusal(_("Requests were taken until %(moment)s.") % {"moment": _written(end, LAST)})
        return None


@register_limit
class TotalLimit(RequestLimit):
    """A maximum number of submissions. Rehearsals do not count; those withdrawn or refused later do."""

    key, label, icon = "total", gettext_lazy("Most requests in all"), "group"

    def settings_blocks(self):
        return [
            ("most", blocks.IntegerBlock(min_value=1, max_value=MAX_REQUESTS, label=gettext_lazy("How many")))
        ]

    def faults(self, settings):
        if not settings.get("most"):
            yield _("Enter how many.")

    def announcement(self, settings, form, now):
        left = settings["most"] - _sent(form).count()
        text = ngettext("%(n)s place is left.", "%(n)s places are left.", left)
        return text % {"n": left} if left > 0 else ""

    def refusal(self, settings, asking):
        if _sent(asking.form).count() < settings["most"]:
            return None
        text = ngettext(
            "Full: the %(n)s request that could be taken has arrived.",
            "Full: the %(n)s requests that could be taken have arrived.",
            settings["most"],
        )
        return LimitRefusal(text % {"n": settings["most"]})


@register_limit
class PerPersonLimit(RequestLimit):
    """A maximum number of submissions per person, ever or in a number of days.

    Applicants must sign in: by an unproven address, a stranger could find out who requested what. If an agent applies
    for somebody, the given address counts.
    """

    key, label, icon = "per_person", gettext_lazy("Most requests of one person"), "user"
    personal = True

    def settings_blocks(self):
        return [
            (
                "most",
                blocks.IntegerBlock(
                    min_value=1, max_value=MAX_REQUESTS, default=1, label=gettext_lazy("How many")
                ),
            ),
            (
                "days",
                blocks.IntegerBlock(
                    required=False,
                    min_value=1,
                    max_value=MAX_DAYS,
                    label=gettext_lazy("Within so many days"),
                    help_text=gettext_lazy("Ever if empty."),
                ),
            ),
        ]

    def faults(self, settings):
        if not settings.get("most"):
            yield _("Enter how many.")

    def announcement(self, settings, form, now):
        return _("%(limit)s. You sign in with your e-mail address.") % {"limit": self._limit(settings)}

    def refusal(self, settings, asking):
        if asking.agent is None and asking.user is None:
            text = _("%(limit)s. Please sign in first: a code by e-mail is all it takes.")
            return LimitRefusal(text % {"limit": self._limit(settings)}, sign_in=True)
        if self._sent(settings, asking).count() < settings["most"]:
            return None
        return LimitRefusal(_("%(limit)s. We have already received it.") % {"limit": self._limit(settings)})

    def _limit(self, settings) -> str:
        words = {"n": settings["most"], "days": settings.get("days")}
        if settings.get("days"):
            return (
                ngettext(
                    "At most %(n)s request of one person in %(days)s days",
                    "At most %(n)s requests of one person in %(days)s days",
                    words["n"],
                )
                % words
            )
        text = ngettext(
            "At most %(n)s request of one person", "At most %(n)s requests of one person", words["n"]
        )
        return text % words

    def _sent(self, settings, asking: RequestContext):
        sent = _sent(asking.form)
        if days := settings.get("days"):
            sent = sent.filter(sent_at__gt=asking.now - timedelta(days=days))
        if asking.agent is None:
            filed_for = Q(agent__isnull=False, email=asking.user.email)
            return sent.filter(Q(user=asking.user) | filed_for)
        if not asking.email:
            return sent.none()
        return sent.filter(Q(email=asking.email) | Q(user__email=asking.email))


@register_limit
class IdentityLevelLimit(RequestLimit):
    """A minimum identity level of the applicant. If an agent applies for somebody, the agent checks the identity."""

    key, label, icon = "identity", gettext_lazy("Identity needed to file"), "user"
    personal = True

    def settings_blocks(self):
        return [
            (
                "level",
                PlainChoiceBlock(
                    choices=[(level.name.lower(), level.label) for level in IdentityLevel if level],
                    default=IdentityLevel.KNOWN.name.lower(),
                    label=gettext_lazy("At least"),
                ),
            )
        ]

    def faults(self, settings):
        if not settings.get("level"):
            yield _("Choose a level.")

    def announcement(self, settings, form, now):
        if _level(settings) <= IdentityLevel.EMAIL:
            return _("You sign in with your e-mail address.")
        return _("You sign in, and we must know who you are.")

    def refusal(self, settings, asking):
        if asking.agent is not None:
            return None
        if asking.user is None:
            return LimitRefusal(self.announcement(settings, asking.form, asking.now), sign_in=True)
        if asking.user.level >= _level(settings):
            return None
        return LimitRefusal(_("For this service we must know for sure who you are."), prove=True)


def _level(settings: dict) -> IdentityLevel:
    return IdentityLevel[settings["level"].upper()]


def _sent(form):
    return Submission.objects.real().filter(version__form=form)


def _moment(settings: dict, name: str) -> datetime | None:
    try:
        found = parse_datetime(settings.get(name) or "")
    except ValueError:
        return None
    return timezone.make_aware(found) if found and timezone.is_naive(found) else found


def _written(moment: datetime, silent: time) -> str:
    """Format a moment as its day, and its hour unless it is ``silent``: 1 March 2027, 8:00."""
    local = timezone.localtime(moment)
    day = date_format(local, "DATE_FORMAT")
    return day if local.time().replace(second=0, microsecond=0) == silent else f"{day}, {format_time(local)}"
