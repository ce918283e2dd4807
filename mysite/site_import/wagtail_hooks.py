"""Old addresses that differ from the home page by a number only, as ``/?p=12`` of WordPress."""

from django.http import HttpResponsePermanentRedirect
from wagtail import hooks
from wagtail.contrib.redirects.middleware import get_redirect
from wagtail.contrib.redirects.models import Redirect

from home.models import HomePage

NUMBERS = {"p", "page_id", "attachment_id", "id"}


@hooks.register("before_serve_page")
def lead_on_from_numbered_address(page, request, args, kwargs):
    """Redirect from a number of the old site. The home page would answer, whatever the number."""
    if not isinstance(page, HomePage) or not NUMBERS.intersection(request.GET):
        return None
    path = Redirect.normalise_path(request.get_full_path(), decode_unicode=False)
    redirect = get_redirect(request, path)
    return HttpResponsePermanentRedirect(redirect.link) if redirect and redirect.link else None
