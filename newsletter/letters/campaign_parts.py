"""The parts of a campaign in one language, for e-mails, previews and the archive."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from uuid import UUID

from wagtail.models import Page

from home.localization.reader_language import url_for_reader

from ..content_types import LetterEntry, PageTitle, content_types
from ..models import Campaign


@dataclass(frozen=True)
class CampaignPart:
    """A block of a campaign.

    ``kind``: article, date, or the name of a free block. ``first``: whether it is the first article, which is shown
    large.
    """

    place: int  # index among the campaign's blocks
    kind: str
    value: object  # a ``LetterEntry``, or the value of a free block
    block: object = None
    topics: frozenset[UUID] = frozenset()
    first: bool = False


def campaign_parts(campaign: Campaign, language: str) -> list[CampaignPart]:
    """Return the parts of a campaign.

    A page that is not public any more is left out; one without a translation is shown in its original language.
    """
    blocks = list(campaign.body)
    entries = _entries(blocks, language)
    found, large = [], True
    for place, block in enumerate(blocks):
        if block.block_type not in content_types:
            found.append(CampaignPart(place, block.block_type, block.value, block))
        elif block.value is not None and (entry := entries.get(block.value.pk)):
            kind = "date" if entry.day else "article"
            first, large = kind == "article" and large, large and kind == "date"
            found.append(CampaignPart(place, kind, entry, None, entry.topics, first))
    return found


def campaign_titles(campaigns: Iterable[Campaign], language: str) -> dict[int, list[PageTitle]]:
    """Return the titles of public pages of campaigns, by campaign id. Queries all campaigns at once."""
    told = {one.pk: _named(one) for one in campaigns}
    keys = {key for rows in told.values() for _kind, key in rows}
    pages = Page.objects.only("translation_key").in_bulk(keys)
    found: dict[int, PageTitle] = {}
    for name, kind in content_types.items():
        wanted = {key for rows in told.values() for one, key in rows if one == name}
        if some := [pages[key] for key in wanted if key in pages]:
            found |= kind.titles(some, language)
    return {pk: [found[key] for _kind, key in rows if key in found] for pk, rows in told.items()}


def _named(campaign: Campaign) -> list[tuple[str, int]]:
    """Return content type and id of the campaign's pages, without loading them."""
    rows = ((block["type"], block["value"]) for block in campaign.body.raw_data)
    return [(kind, key) for kind, key in rows if kind in content_types and key]


def part_indexes_for(everything: Iterable[CampaignPart], topics: set[UUID]) -> tuple[int, ...]:
    """Return the indexes of the parts for a reader of these topics. Pure.

    A heading is left out if all parts below it are. Empty if the campaign had pages of the site and none of them is
    left.
    """
    everything = list(everything)
    kept = [part for part in everything if not part.topics or part.topics & topics]
    chosen = [part for part in everything if isinstance(part.value, LetterEntry)]
    if chosen and not any(part in kept for part in chosen):
        return ()
    return tuple(part.place for part in kept if part.kind != "heading" or _has_matter(part, everything, kept))


def _has_matter(heading: CampaignPart, everything: list[CampaignPart], kept: list[CampaignPart]) -> bool:
    """Return whether any part below a heading, up to the next one, is kept.

    A heading without parts from the start stays.
    """
    below = everything[everything.index(heading) + 1 :]
    ends = next((number for number, part in enumerate(below) if part.kind == "heading"), len(below))
    return not below[:ends] or any(part in kept for part in below[:ends])


def _entries(blocks, language: str) -> dict[int, LetterEntry]:
    """Return the entries by page id, with few queries per content type."""
    found: dict[int, LetterEntry] = {}
    for key, kind in content_types.items():
        pages = [block.value for block in blocks if block.block_type == key and block.value is not None]
        if pages:
            found |= kind.entries(pages, language)
    return {key: _told(entry, language) for key, entry in found.items()}


def _told(entry: LetterEntry, language: str) -> LetterEntry:
    """Return the entry; a link to a page in another language gets the reader's language.

    That page then shows a notice in the reader's language about its own.
    """
    return entry if entry.language == language else replace(entry, url=url_for_reader(entry.url, language))
