"""System checks of ``manage.py check --deploy`` about the population register."""

from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import Error, Tags, Warning, register

HINT = "See “The population register” in docs/settings.md."


@register(Tags.security, "register", deploy=True)
def check_register(app_configs, **kwargs) -> list:
    """Check that residents are compared with a real register, over an encrypted and authenticated connection."""
    if settings.REGISTER == "demo":
        text = "Residents are compared with the invented register of the demo: set REGISTER to http or none."
        return [Warning(text, hint=HINT, id="register.W001")]
    return list(_http_faults()) if settings.REGISTER == "http" else []


def _http_faults():
    http = settings.REGISTER_HTTP
    place = urlsplit(http["URL"])
    if place.scheme != "https" or not place.hostname:
        yield Error(
            "REGISTER_URL must be an address as https://register.example/v1.", hint=HINT, id="register.E001"
        )
    if not (http["TOKEN"] or http["CERTIFICATE"]):
        text = (
            "The register cannot know who asks: set REGISTER_TOKEN, or REGISTER_CERTIFICATE and REGISTER_KEY."
        )
        yield Error(text, hint=HINT, id="register.E002")
    for name in ("CERTIFICATE", "KEY", "AUTHORITY"):
        if http[name] and not Path(http[name]).is_file():
            yield Error(f"There is no file {http[name]!r} for the register.", hint=HINT, id="register.E003")
