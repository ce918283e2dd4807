"""Language of the staff member, for the whole of an admin request.

Wagtail activates it only while its view runs: not when a page is not found, when a refusal is explained or when
messages are stored for the next page.
"""

from functools import wraps

from django.utils import translation


def with_staff_language(view):
    """Wrap a view so that the rest of the request runs in the language of the signed-in user."""

    @wraps(view)
    def wrapper(request, *args, **kwargs):
        profile = getattr(request.user, "wagtail_userprofile", None)
        if profile:
            translation.activate(profile.get_preferred_language())
        return view(request, *args, **kwargs)

    return wrapper
