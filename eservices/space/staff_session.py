"""The absolute end of a session of staff, however busy it is."""

from functools import partial

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

SIGNED_IN_AT = "signed_in_at"  # in the session: seconds since 1970


class StaffSessionMiddleware:
    """Ends the session of staff ``STAFF_SESSION_HOURS`` after they signed in. Residents have no rights to lose."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        request.user = SimpleLazyObject(partial(_within_its_time, request, request.user))
        return self.get_response(request)


def _within_its_time(request, user):
    """Return the user, or nobody if the time of a member of staff is over."""
    signed_in_at = request.session.get(SIGNED_IN_AT) if user.is_authenticated else None
    if (
        signed_in_at is None
        or timezone.now().timestamp() < signed_in_at + settings.STAFF_SESSION_HOURS * 3600
    ):
        return user
    if not user.works_here:
        return user
    request.session.flush()
    return AnonymousUser()
