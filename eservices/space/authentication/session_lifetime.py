"""The ends of a session: the two time limits of staff, since the sign-in and since the last use, and on request."""

from functools import partial

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

# In the session. Times are in seconds since 1970.
SIGNED_IN_AT = "signed_in_at"
USED_AT = "used_at"  # the last use by a person; only of staff
ENDED_OTHERS_AT = "ended_others_at"  # when the user ended all sessions but this one
LISTED_KEY = "listed_key"  # the key of the session in the list of sessions
USE_NOTED_AFTER = 5 * 60  # seconds; noted at each request, the session would be written at each


class StaffSessionMiddleware:
    """The middleware that ends staff sessions ``STAFF_SESSION_HOURS`` after the sign-in, or unused for an hour.

    The hour is ``STAFF_IDLE_MINUTES``. Residents have no such limits, because they have no rights to lose. Any
    session ends if it began before ``User.sessions_ended_at``, whether it is listed or not.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        request.user = SimpleLazyObject(partial(_within_its_time, request, request.user))
        return self.get_response(request)


def begin(request, user) -> None:
    """Store the time of the sign-in, that of the last use by staff and the key of the session in the session."""
    if not request.session.session_key:
        request.session.save()  # creates the key
    request.session[SIGNED_IN_AT] = timezone.now().timestamp()
    request.session[LISTED_KEY] = request.session.session_key
    if user.works_here:
        request.session[USED_AT] = request.session[SIGNED_IN_AT]


def _within_its_time(request, user):
    """Return the user; an anonymous user if the session was ended or the time of staff is over."""
    if not user.is_authenticated:
        return user
    if _was_ended(request.session, user) or _is_over(request.session, user):
        request.session.flush()
        return AnonymousUser()
    _note_use(request, user)
    _list_again(request, user)
    # The user, not the lazy object around it: Wagtail's log looks up the model by the exact class.
    return getattr(user, "_wrapped", user)


def _was_ended(session, user) -> bool:
    if user.sessions_ended_at is None:
        return False
    ended_at = user.sessions_ended_at.timestamp()
    return session.get(SIGNED_IN_AT, 0) <= ended_at and session.get(ENDED_OTHERS_AT, 0) < ended_at


def _is_over(session, user) -> bool:
    now, signed_in_at = timezone.now().timestamp(), session.get(SIGNED_IN_AT, 0)
    used_at = session.get(USED_AT, signed_in_at)
    is_long = now >= signed_in_at + settings.STAFF_SESSION_HOURS * 3600
    is_idle = now >= used_at + settings.STAFF_IDLE_MINUTES * 60
    return (is_long or is_idle) and user.works_here


def _note_use(request, user) -> None:
    """Note the time in the session of staff. A page that is open and asks by itself is not used by anybody."""
    now, used_at, path = timezone.now().timestamp(), request.session.get(USED_AT), request.path
    admin = reverse("wagtailadmin_home")
    if path.startswith(f"{admin}editing-sessions/") or (used_at and now < used_at + USE_NOTED_AFTER):
        return
    # Without a time, whoever opens the admin may have become staff after the sign-in.
    if used_at or (path.startswith(admin) and user.works_here):
        request.session[USED_AT] = now


def _list_again(request, user) -> None:
    """List a session under its new key, because Wagtail changes the key at each save of the account's settings."""
    before, key = request.session.get(LISTED_KEY), request.session.session_key
    if not before or before == key:
        return
    request.session[LISTED_KEY] = key
    if not UserSession.objects.filter(user=user.pk, session_key=before).update(session_key=key):
        UserSession.objects.create_from_request(request, user=user)
