"""Search entries of sent campaigns, by their subject and their own texts.

Pages in a campaign have their own search entries, because an official notice must disappear when its time is over.
"""

from django.urls import reverse
from django.utils.translation import override

from home.localization.dates import date_format
from home.search.index import index_object, unindex_object

from .content_types import content_types
from .models import Campaign, Mailing


def index_mailing(mailing: Mailing) -> None:
    """Index a mailing of the archive in each published language."""
    for campaign in Campaign.objects.of(mailing.campaign.translation_key):
        unindex_object(campaign)
        if mailing.number is not None and mailing.campaign.live and campaign.live:
            _keep(campaign, mailing)


def _keep(campaign: Campaign, mailing: Mailing) -> None:
    language = campaign.locale.language_code
    free = [block for block in campaign.body if block.block_type not in content_types]
    words = [str(part) for block in free for part in block.block.get_searchable_content(block.value)]
    with override(language):
        index_object(
            campaign,
            language,
            kind="letter",
            title=campaign.title,
            url=reverse("newsletter:archived", args=[mailing.number]),
            summary=campaign.summary or campaign.lead,
            text="\n".join([campaign.lead, *words]).strip(),
            trail=date_format(mailing.day),
            date=mailing.started_at,
        )


def index_all_mailings() -> None:
    for mailing in Mailing.objects.published().select_related("campaign"):
        index_mailing(mailing)
