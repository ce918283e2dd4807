"""The webhook of Mailchimp.

Its calls have no signature, so its address is secret, and a call only causes a lookup.
"""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from eservices.accounts.fields import validate_email_address

from . import members

NAME, OLD, NEW = "data[email]", "data[old_email]", "data[new_email]"


@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def webhook(request, secret):
    """Queue lookups of the members named in a POST. Mailchimp tests the address by GET."""
    ours = settings.MAILCHIMP_WEBHOOK_SECRET
    if not ours or not constant_time_compare(secret, ours):
        raise Http404
    if request.method == "POST" and request.POST.get("data[list_id]") == settings.MAILCHIMP_LIST_ID:
        named = {name: email for name in (NAME, OLD, NEW) if _is_address(email := request.POST.get(name, ""))}
        for email in set(named.values()):
            members.queue_member_lookup(email)
        if OLD in named and NEW in named:
            members.queue_address_change_lookup(named[OLD], named[NEW])
    return HttpResponse(status=200)


def _is_address(text: str) -> bool:
    try:
        validate_email_address(text)
    except ValidationError:
        return False
    return len(text) <= 254
