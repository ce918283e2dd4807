"""Notifications: the page where they are asked for, and what its script asks."""

from django.http import Http404, JsonResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from home import limits
from home.origin import comes_from_here
from newsletter.forms import TopicsMixin
from newsletter.ways import offered

from . import actions, keys
from .forms import DeviceForm, posted
from .models import Device

PER_CLIENT = limits.Rate("push-client", 60)


class TopicsForm(TopicsMixin):
    pass


@require_safe
def page(request):
    """The page. What it shows depends on nobody: its script asks for what this browser chose."""
    if not keys.ready():
        raise Http404
    context = {"form": TopicsForm(), "key": keys.public(), "ways": offered(), "language": get_language()}
    return render(request, "channels/push/page.html", context)


@csrf_exempt  # the page is cacheable and carries no token; where it came from is checked
@never_cache
@require_POST
def keep(request):
    """This browser wants notifications, or others than before."""
    if refused := _refused(request):
        return refused
    form = DeviceForm(posted(request.body))
    if not form.is_valid():
        return JsonResponse({"errors": sorted(form.errors)}, status=422)
    asked = form.cleaned_data
    actions.keep(
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
def chosen(request):
    """What this browser chose, by its address at the push service, which nobody else knows."""
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
def end(request):
    """This browser wants no more notifications."""
    if refused := _refused(request):
        return refused
    actions.end(endpoint=_endpoint(request))
    return JsonResponse({"known": False, "topics": []})


def _endpoint(request) -> str:
    return str(posted(request.body).get("endpoint", ""))[:1000].replace("\0", "")


def _refused(request) -> JsonResponse | None:
    if not keys.ready() or not comes_from_here(request):
        return JsonResponse({}, status=403)
    if not PER_CLIENT.allows(limits.caller(request)):
        return JsonResponse({}, status=429)
    return None
