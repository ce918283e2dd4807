"""The language of who works in the admin, for the whole of a request.

Wagtail speaks it while its view runs, and has left it again when a page is not found, when what was refused is
explained, and when messages are kept for the next page.
"""

from functools import wraps

from django.utils import translation


def with_staff_language(view):
    """Runs a view, and what follows it in the request, in the language that who is signed in works in."""

    @wraps(view)
    def wrapper(request, *args, **kwargs):
        profile = getattr(request.user, "wagtail_userprofile", None)
        if profile:
            translation.activate(profile.get_preferred_language())
        return view(request, *args, **kwargs)

    return wrapper
