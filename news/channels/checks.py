"""System checks of the channels for ``manage.py check --deploy``."""

from django.conf import settings
from django.core.checks import Error, Tags, register

from .push import vapid_keys

MIN_SECRET_LENGTH = 20
OWN = {"URL", "VERSION"}  # have a default, except Mastodon's URL


@register(Tags.security, "channels", deploy=True)
def check_channel_settings(app_configs, **kwargs) -> list:
    """Check that each network, SMS and push have either all their settings or none."""
    networks = [fault for key, keys in settings.SOCIAL_NETWORKS.items() for fault in _half(key, keys)]
    return [*networks, *_sms(), *_push()]


def _sms():
    if settings.SMS_GATEWAY == "http" and not (settings.SMS_URL and settings.SMS_TOKEN):
        hint = "Set SMS_URL and SMS_TOKEN: docs/settings.md."
        yield Error("The gateway for SMS has no address.", hint=hint, id="news_channels.E002")
    if 0 < len(settings.SMS_WEBHOOK_SECRET) < MIN_SECRET_LENGTH:
        hint = f"Choose {MIN_SECRET_LENGTH} random letters and digits."
        yield Error("SMS_WEBHOOK_SECRET can be guessed.", hint=hint, id="news_channels.E003")


def _push():
    if not settings.VAPID_PRIVATE_KEY:
        return
    try:
        vapid_keys.public_key()
    except vapid_keys.InvalidVapidKey:
        hint = "Make one: manage.py shell -c 'from news.channels.push.vapid_keys import new; print(new())'"
        yield Error("VAPID_PRIVATE_KEY is no key.", hint=hint, id="news_channels.E004")
    if not settings.VAPID_SUBJECT.startswith(("mailto:", "https://")):
        hint = "Write it as mailto:web@commune.example."
        yield Error("VAPID_SUBJECT says not whom to tell.", hint=hint, id="news_channels.E005")


def _half(key: str, keys: dict):
    given = [name for name, value in keys.items() if value and (name not in OWN or key == "mastodon")]
    missing = [f"{key.upper()}_{name}" for name, value in keys.items() if not value]
    if given and missing:
        hint = f"Set {', '.join(missing)}, or none of its variables."
        yield Error(f"{key} is set by half: nothing can be posted there.", hint=hint, id="news_channels.E001")
