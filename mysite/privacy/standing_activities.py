"""Processing that the site does besides its services. Periods come from the code and the settings that delete."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from eservices.deliveries.actions import REMEMBERED
from eservices.usage.models import USAGE_RETENTION
from home.models.contact_form import RETENTION as MESSAGE_RETENTION
from news.participation.moderation.models import ADDRESS_RETENTION
from news.proposals.models import Proposal

UNTIL_LEFT = _("until the person unsubscribes or erases it")


@dataclass(frozen=True)
class StandingActivity:
    """An activity with its purpose, the people and data that it concerns, and how long data is kept."""

    key: str
    name: str | Promise
    purpose: str | Promise
    people: str | Promise
    categories: tuple[str | Promise, ...]
    retention: str | Promise


def format_period(period: timedelta | int) -> str:
    """Return a period in days as text."""
    n = period if isinstance(period, int) else period.days
    return ngettext("%(n)s day", "%(n)s days", n) % {"n": n}


def standing_activities() -> Iterator[StandingActivity]:
    residents, readers, staff = _("Residents"), _("Subscribers"), _("Staff")
    contact, content = _("Contact"), _("Texts that they send")
    yield StandingActivity(
        *("accounts", _("Accounts and sign-ins"), _("Access to own requests, and protection of accounts")),
        *(
            _("Residents and staff"),
            (_("Identity"), contact, _("Network address in short, browser and time of sign-ins")),
        ),
        _("account until it is erased; sign-ins for %(period)s")
        % {"period": format_period(settings.SIGN_IN_RECORD_DAYS)},
    )
    yield StandingActivity(
        *("newsletter", _("Newsletter"), _("Sending news by e-mail to those who want it")),
        *(readers, (contact, _("Chosen topics"), _("Consents")), UNTIL_LEFT),
    )
    yield StandingActivity(
        *("channels", _("SMS and notifications"), _("Sending news and alerts to those who want them")),
        *(readers, (contact, _("Chosen topics"), _("Consents")), UNTIL_LEFT),
    )
    yield StandingActivity(
        *("waste", _("Reminders of collections"), _("Reminding of waste collections")),
        *(readers, (contact, _("District")), UNTIL_LEFT),
    )
    yield StandingActivity(
        *("participation", _("Participation"), _("Consultations, surveys and comments of residents")),
        *(
            residents,
            (contact, content),
            _("addresses for %(period)s") % {"period": format_period(ADDRESS_RETENTION)},
        ),
    )
    yield StandingActivity(
        *(
            "proposals",
            _("Proposals and directory"),
            _("Events and entries that associations and companies propose"),
        ),
        *(
            residents,
            (contact, content),
            _("%(period)s after the decision") % {"period": format_period(Proposal.KEPT_FOR)},
        ),
    )
    yield StandingActivity(
        *("messages", _("Messages to the commune"), _("Answering messages of the contact page")),
        *(residents, (contact, content), format_period(MESSAGE_RETENTION)),
    )
    yield StandingActivity(
        *("deliveries", _("Outbox"), _("Sending e-mails, SMS and letters, with proof")),
        *(_("Residents and staff"), (contact, _("Content of messages"))),
        _("with the request; messages about none for %(period)s") % {"period": format_period(REMEMBERED)},
    )
    yield StandingActivity(
        *("usage", _("Usage of the site"), _("Improving pages and forms, without cookies")),
        *(
            readers,
            (_("Counts without persons; a hash of the day, erased after it"),),
            format_period(USAGE_RETENTION),
        ),
    )
    yield StandingActivity(
        *("audit", _("Audit log"), _("Proof of what staff did and read in requests")),
        *(staff, (_("Name, action and time"),), _("as long as the requests, then without contents")),
    )
    yield StandingActivity(
        *("backups", _("Backups"), _("Restoring the site after a loss")),
        *(_("Residents and staff"), (_("All data of the site, encrypted"),)),
        _("by the rule BACKUP_KEEP: %(rule)s (days, weeks, months)")
        % {
            "rule": f"{settings.BACKUP_KEEP.days}, {settings.BACKUP_KEEP.weeks}, {settings.BACKUP_KEEP.months}"
        },
    )
