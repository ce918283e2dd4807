"""Push notifications: the sign-up page, and the requests of its script."""

from django.http import Http404, JsonResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from home.web import rate_limits
from home.web.same_origin import is_same_origin
from newsletter.forms import TopicsMixin
from newsletter.signup_options import available_signup_options

from ..models.push import Device
from . import actions, vapid_keys
from .forms import DeviceForm, parse_json_form

PER_CLIENT = rate_limits.RateLimit("push-client", 60)


class TopicsForm(TopicsMixin):
    pass


@require_safe
def notifications_page(request):
    """Show the sign-up page. It is the same for everybody: its script requests what this browser chose."""
    if not vapid_keys.is_configured():
        raise Http404
    context = {
        "form": TopicsForm(),
        "key": vapid_keys.public_key(),
        "ways": available_signup_options(),
        "language": get_language(),
    }
    return render(request, "news/channels/push/page.html", context)


@csrf_exempt  # the page is cached and contains no token; the origin is checked instead
@never_cache
@require_POST
def subscribe(request):
    """Subscribe this browser to notifications, or change its topics."""
    if refused := _refused(request):
        return refused
    form = DeviceForm(parse_json_form(request.body))
    if not form.is_valid():
        return JsonResponse({"errors": sorted(form.errors)}, status=422)
    asked = form.cleaned_data
    actions.subscribe_device(
        endpoint=asked["endpoint"],
        p256dh=asked["p256dh"],
        auth=asked["auth"],
        language=asked["language"],
        topic_keys=asked["topics"],
    )
    return JsonResponse({"topics": asked["topics"]})


@csrf_exempt
@never_cache
@require_POST
def current_choice(request):
    """Return the topics of this browser, by its address at the push service, which nobody else knows."""
    if refused := _refused(request):
        return refused
    device = Device.objects.at(_endpoint(request)).first()
    if device is None:
        return JsonResponse({"known": False, "topics": []})
    topics = [str(key) for key in device.topics.values_list("topic_key", flat=True)]
    return JsonResponse({"known": True, "topics": topics})


@csrf_exempt
@never_cache
@require_POST
def unsubscribe(request):
    """Unsubscribe this browser from notifications."""
    if refused := _refused(request):
        return refused
    actions.unsubscribe_device(endpoint=_endpoint(request))
    return JsonResponse({"known": False, "topics": []})


def _endpoint(request) -> str:
    return str(parse_json_form(request.body).get("endpoint", ""))[:1000].replace("\0", "")


def _refused(request) -> JsonResponse | None:
    if not vapid_keys.is_configured() or not is_same_origin(request):
        return JsonResponse({}, status=403)
    if not PER_CLIENT.allows_client(request):
        return JsonResponse({}, status=429)
    return None
