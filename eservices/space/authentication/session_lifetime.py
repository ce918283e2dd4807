"""The ends of a session: the absolute one of staff, however busy it is, and the one that somebody asked for."""

from functools import partial

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

# In the session. Times are in seconds since 1970.
SIGNED_IN_AT = "signed_in_at"
ENDED_OTHERS_AT = "ended_others_at"  # when the person ended all sessions but this one
LISTED_KEY = "listed_key"  # under which the session stands in the list of sessions


class StaffSessionMiddleware:
    """Ends the session of staff ``STAFF_SESSION_HOURS`` after they signed in. Residents have no rights to lose.

    Sessions of anybody end if they began before ``User.sessions_ended_at``, listed or not.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        request.user = SimpleLazyObject(partial(_within_its_time, request, request.user))
        return self.get_response(request)


def begin(request) -> None:
    """Start the clock of a session that was just signed in."""
    if not request.session.session_key:
        request.session.save()  # gives it the key
    request.session[SIGNED_IN_AT] = timezone.now().timestamp()
    request.session[LISTED_KEY] = request.session.session_key


def _within_its_time(request, user):
    """Return the user, or nobody if the session was ended or the time of a member of staff is over."""
    if not user.is_authenticated:
        return user
    if _was_ended(request.session, user) or _is_over(request.session, user):
        request.session.flush()
        return AnonymousUser()
    _list_again(request, user)
    # The person, and not the lazy object around them: Wagtail's log takes its model by the very class.
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
    """List a session under its new key: Wagtail changes the key at each save of the account's settings."""
    before, key = request.session.get(LISTED_KEY), request.session.session_key
    if not before or before == key:
        return
    request.session[LISTED_KEY] = key
    if not UserSession.objects.filter(user=user.pk, session_key=before).update(session_key=key):
        UserSession.objects.create_from_request(request, user=user)
