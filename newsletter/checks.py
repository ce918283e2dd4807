"""System checks of ``manage.py check --deploy`` about the newsletter."""

import re
from contextlib import closing
from imaplib import IMAP4

from django.conf import settings
from django.core.checks import Error, Tags, Warning, register

from .bounces.bounce_mailbox import unread_messages

NEEDED = ("MAILCHIMP_API_KEY", "MAILCHIMP_LIST_ID", "MAILCHIMP_WEBHOOK_SECRET")
KEY = re.compile(r"[0-9a-f]{32}-[a-z]+\d+")


@register(Tags.security, "newsletter", deploy=True)
def check_newsletter_backend(app_configs, **kwargs) -> list:
    """Check that Mailchimp is fully configured and that bounces can be read."""
    return [*_mailchimp(), *_bounces()]


def _mailchimp():
    if settings.NEWSLETTER_BACKEND != "mailchimp":
        return
    if missing := [name for name in NEEDED if not getattr(settings, name)]:
        hint = f"Set {', '.join(missing)}, or NEWSLETTER_BACKEND=builtin."
        yield Error("Mailchimp is set by half: no campaign can be sent.", hint=hint, id="newsletter.E001")
    elif not KEY.fullmatch(settings.MAILCHIMP_API_KEY):
        hint = "It has 32 hexadecimal digits and the data centre: 0123…-us21."
        yield Error("MAILCHIMP_API_KEY is no key of Mailchimp’s.", hint=hint, id="newsletter.E002")


def _bounces():
    reads = settings.BOUNCE_MAILBOX_URL or settings.ANYMAIL.get("WEBHOOK_SECRET")
    if not reads:
        hint = "Set NEWSLETTER_BOUNCE_ADDRESS and BOUNCE_MAILBOX_URL, or ANYMAIL_WEBHOOK_SECRET."
        yield Warning("Nobody reads the letters that come back.", hint=hint, id="newsletter.W001")
    if settings.BOUNCE_MAILBOX_URL and not settings.NEWSLETTER_BOUNCE_ADDRESS:
        hint = "Set NEWSLETTER_BOUNCE_ADDRESS to the address whose mailbox that is."
        yield Warning("No letter comes back to BOUNCE_MAILBOX_URL.", hint=hint, id="newsletter.W002")
    if settings.BOUNCE_MAILBOX_URL and (fault := _unreadable()):
        hint = "Is BOUNCE_MAILBOX_URL right, and does the mailbox answer?"
        yield Warning(f"Letters that come back cannot be read: {fault}", hint=hint, id="newsletter.W003")


def _unreadable() -> str:
    """Return why the mailbox cannot be read; "" if it can. No message is marked as read."""
    try:
        with closing(unread_messages(settings.BOUNCE_MAILBOX_URL)) as messages:
            next(messages, None)
    except (OSError, IMAP4.error) as fault:
        return str(fault)
    return ""
