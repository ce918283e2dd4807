"""Page for inspectors to check on a phone whether a vehicle has a permit."""

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from eservices.formbuilder.fields import PlateField

from . import rate_limits
from .actions import permits as permitting


class PlateForm(forms.Form):
    plate = PlateField(
        label=_("Plate"),
        widget=forms.TextInput(
            attrs={
                "class": "in code",
                "autocapitalize": "characters",
                "autocomplete": "off",
                "spellcheck": "false",
                "maxlength": 16,
            }
        ),
        help_text=_("For example VD 123456. The canton may be left out."),
    )


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def check_plate(request):
    """Look up a plate, for users with the permission. Sent by POST, so that no plate is in a URL or log."""
    if not request.user.has_perm("eservices_documents.inspect_permits"):
        raise Http404
    form = PlateForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return render(request, "documents/inspect.html", {"form": form}, status=422 if form.errors else 200)
    if rate_limits.is_plate_limit_reached(request):
        return render(request, "documents/inspect.html", {"form": form, "wait": True}, status=429)
    plate = form.cleaned_data["plate"]
    permits = permitting.look_up_plate(actor=request.user, plate=plate)
    plates = list(dict.fromkeys(permit.written_plate for permit in permits))
    context = {
        "form": PlateForm(),
        "plate": plate,
        "plates": plates,
        "differs": plates != [plate],
        "permits": permits,
    }
    return render(request, "documents/inspect.html", context)
