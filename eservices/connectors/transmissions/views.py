"""The address at which business software sends receipts."""

import time

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from ..business_system import UnreadableReceipt
from ..receipt_calls import is_authentic, receipts_of_call
from . import incoming_receipts

MAX_BYTES = 1_000_000  # of a call


@csrf_exempt  # the caller is a program, with a token or a signature
@never_cache
@require_POST
def receive_receipts(request: HttpRequest, secret: str) -> HttpResponse:
    """Store receipts that a system sends. Its address contains a secret, and the call is signed or has a token.

    The answer names receipts that belong to nothing, or contradict what is known, with the reason.
    """
    system = incoming_receipts.system_of_callback(secret)
    if system is None:
        raise Http404
    try:
        body = request.read(MAX_BYTES + 1)
    except OSError:  # the caller has gone away
        return HttpResponse(status=400)
    if len(body) > MAX_BYTES:
        return HttpResponse(status=413)
    if not is_authentic(system.configuration, request.headers, body, time.time()):
        return HttpResponse(status=401)
    try:
        found = receipts_of_call(body)
    except UnreadableReceipt as fault:
        return JsonResponse({"error": str(fault)}, status=400)
    aside = [(one.key, incoming_receipts.record_receipt(system, one)) for one in found]
    refused = [{"key": key, "reason": reason} for key, reason in aside if reason]
    return JsonResponse({"set_aside": refused}) if refused else HttpResponse(status=204)
