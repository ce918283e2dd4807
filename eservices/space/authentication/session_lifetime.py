"""The ends of a session: the absolute time limit of staff, whatever their activity, and the end on request."""

from functools import partial

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

# In the session. Times are in seconds since 1970.
SIGNED_IN_AT = "signed_in_at"
ENDED_OTHERS_AT = "ended_others_at"  # when the user ended all sessions but this one
LISTED_KEY = "listed_key"  # the key of the session in the list of sessions


class StaffSessionMiddleware:
    """The middleware that ends staff sessions ``STAFF_SESSION_HOURS`` after the sign-in.

    Residents have no such limit, because they have no rights to lose. Any session ends if it began before
    ``User.sessions_ended_at``, whether it is listed or not.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        request.user = SimpleLazyObject(partial(_within_its_time, request, request.user))
        return self.get_response(request)


def begin(request) -> None:
    """Store the time of the sign-in and the key of the session in the session."""
    if not request.session.session_key:
        request.session.save()  # creates the key
    request.session[SIGNED_IN_AT] = timezone.now().timestamp()
    request.session[LISTED_KEY] = request.session.session_key


def _within_its_time(request, user):
    """Return the user; an anonymous user if the session was ended or the time of staff is over."""
    if not user.is_authenticated:
        return user
    if _was_ended(request.session, user) or _is_over(request.session, user):
        request.session.flush()
        return AnonymousUser()
    _list_again(request, user)
    # The user, not the lazy object around it: Wagtail's log looks up the model by the exact class.
    return getattr(user, "_wrapped", user)


def _was_ended(session, user) -> bool:
    if user.sessions_ended_at is None:
        return False
    ended_at = user.sessions_ended_at.timestamp()
    return session.get(SIGNED_IN_AT, 0) <= ended_at and session.get(ENDED_OTHERS_AT, 0) < ended_at


def _is_over(session, user) -> bool:
    signed_in_at, now = session.get(SIGNED_IN_AT), timezone.now().timestamp()
    if signed_in_at is None or now < signed_in_at + settings.STAFF_SESSION_HOURS * 3600:
        return False
    return user.works_here


def _list_again(request, user) -> None:
    """List a session under its new key, because Wagtail changes the key at each save of the account's settings."""
    before, key = request.session.get(LISTED_KEY), request.session.session_key
    if not before or before == key:
        return
    request.session[LISTED_KEY] = key
    if not UserSession.objects.filter(user=user.pk, session_key=before).update(session_key=key):
        UserSession.objects.create_from_request(request, user=user)
