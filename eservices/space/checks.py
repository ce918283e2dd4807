"""What ``manage.py check --deploy`` says about signing in."""

from django.conf import settings
from django.core.checks import Tags, Warning, register


@register(Tags.security, "space", deploy=True)
def staff_show_two_factors(app_configs, **kwargs) -> list:
    """Whoever reads the mailbox of an agent would read the files of residents."""
    if settings.STAFF_SECOND_FACTOR:
        return []
    hint = "Leave STAFF_SECOND_FACTOR unset, unless all staff sign in through a provider that asks for two."
    return [Warning("Staff sign in with one factor.", hint=hint, id="space.W001")]
