"""Subscriptions beside e-mail, as the sign-up page offers them."""

from home.extensions.base import merged

from .extension_points import NewsletterExtension, SignupOption


def available_signup_options() -> list[tuple[str, SignupOption]]:
    options = merged(NewsletterExtension, lambda one: one.signup_options())
    return [(key, way) for key, way in options.items() if way.offered()]
