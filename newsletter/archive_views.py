"""The public archive of mailings.

Pages are rendered at each request, so that contents that are not public any more disappear.
"""

from dataclasses import dataclass
from itertools import groupby

from django.core.paginator import InvalidPage, Paginator
from django.db.models import F
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from . import access
from .content_types import PageTitle
from .letters.campaign_parts import campaign_parts, campaign_titles
from .models import Campaign, Mailing

PER_PAGE = 20
NAMED = 4  # titles of a digest
# A transparent picture of one pixel.
PIXEL = (
    b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff!\xf9\x04\x01\x00\x00\x00\x00"
    b",\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;"
)


@dataclass(frozen=True)
class ArchiveRow:
    """A mailing in the list; an automatic digest with the titles of its pages."""

    mailing: Mailing
    campaign: Campaign
    held: tuple[PageTitle, ...]

    @property
    def first(self) -> tuple[PageTitle, ...]:
        return self.held[:NAMED]

    @property
    def others(self) -> int:
        return len(self.held) - len(self.first)


@require_safe
def archive_index(request):
    """Show all mailings, newest first, by month."""
    try:
        page = Paginator(Mailing.objects.published().select_related("campaign__locale"), PER_PAGE).page(
            request.GET.get("page") or 1
        )
    except InvalidPage:
        raise Http404 from None
    keys = [mailing.campaign.translation_key for mailing in page]
    translated = Campaign.objects.filter(
        translation_key__in=keys, live=True, locale__language_code=get_language()
    ).select_related("locale")
    own = {one.translation_key: one for one in translated}
    letters = [(mailing, own.get(mailing.campaign.translation_key, mailing.campaign)) for mailing in page]
    unsaid = [one for _mailing, one in letters if not one.summary and (one.digest_id or not one.lead)]
    held = campaign_titles(unsaid, get_language()) if unsaid else {}
    rows = [ArchiveRow(mailing, one, tuple(held.get(one.pk, ()))) for mailing, one in letters]
    context = {
        "pages": page,
        "page_numbers": page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1),
        "months": [
            (month, list(some)) for month, some in groupby(rows, lambda row: row.mailing.day.replace(day=1))
        ],
    }
    return render(request, "newsletter/archive/index.html", context)


@require_safe
def archived(request, number: int):
    """Show one mailing, in the language of the page if it was translated."""
    mailing = access.archived_campaign(number)
    language = get_language()
    translations = {
        one.locale.language_code: one
        for one in Campaign.objects.of(mailing.campaign.translation_key).filter(live=True)
    }
    campaign = translations.get(language, mailing.campaign)
    context = {
        "campaign": campaign,
        "written_in": campaign.locale.language_code,
        "parts": campaign_parts(campaign, language),
        "number": mailing.number,
        "day": mailing.day,
    }
    return render(request, "newsletter/archive/letter.html", context)


@never_cache
@require_safe
def count_opening(request, number: int):
    """Count one opening of a mailing, if it counts openings. The reader is neither identified nor recorded."""
    if request.method == "GET":
        counted = Mailing.objects.filter(number=number, counts_openings=True)
        counted.update(openings=F("openings") + 1)
    # Mail programs in a browser show the letter from a site of theirs.
    return HttpResponse(
        PIXEL, content_type="image/gif", headers={"Cross-Origin-Resource-Policy": "cross-origin"}
    )
