"""Checks before a campaign is sent: problems that prevent it, and hints for its author."""

from collections import Counter
from dataclasses import dataclass

from django.conf import settings
from django.utils import timezone
from django.utils.translation import get_language_info, ngettext
from django.utils.translation import gettext as _

from .audience import audience_of
from .content_types import content_types
from .letters.campaign_parts import campaign_parts
from .letters.rendering import LetterLinks, render_letter
from .models import Campaign

LONG = 60  # characters of a subject that a telephone shows
CLIPPED = 102 * 1024  # bytes of HTML: Gmail shows no more, as senders found; it publishes no number


@dataclass(frozen=True)
class SendRemark:
    """A problem or hint, as one sentence. If it ``forbids``, the campaign cannot be sent."""

    text: str
    forbids: bool = False


@dataclass(frozen=True)
class LanguageReach:
    """The number of subscribers with a language, and the language that they get."""

    language: str
    name: str
    readers: int
    gets: str

    @property
    def translated(self) -> bool:
        return self.language == self.gets


def reach_by_language(campaign: Campaign) -> list[LanguageReach]:
    """Return the current audience by language."""
    source = campaign.locale.language_code
    live = set(_translations(campaign).filter(live=True).values_list("locale__language_code", flat=True))
    counted = Counter(audience_of(campaign).values_list("language", flat=True))
    names = dict(settings.LANGUAGES)
    return [
        LanguageReach(code, names[code], counted[code], code if code in live else source)
        for code in names
        if counted[code]
    ]


def send_remarks(campaign: Campaign, readers: list[LanguageReach]) -> list[SendRemark]:
    """Return the problems that prevent sending, then hints."""
    return [*_forbidding(campaign, readers), *_hints(campaign, readers)]


def _forbidding(campaign, readers):
    if not campaign.live:
        yield SendRemark(_("The campaign is not approved yet. Publish it first."), forbids=True)
    elif campaign.has_unpublished_changes:
        yield SendRemark(_("There are changes that are not approved: publish them first."), forbids=True)
    if not campaign_parts(campaign, campaign.locale.language_code):
        yield SendRemark(_("The newsletter has no content."), forbids=True)
    if not readers:
        yield SendRemark(_("There are no subscribers to these topics."), forbids=True)


def _hints(campaign, readers):
    code = campaign.locale.language_code
    shown = {part.place for part in campaign_parts(campaign, code)}
    for place, block in enumerate(campaign.body):
        if block.block_type in content_types and place not in shown:
            title = getattr(block.value, "title", "")
            yield SendRemark(_("“%(title)s” is not public and is left out.") % {"title": title})
        if block.block_type == "picture" and not block.value["alt"]:
            yield SendRemark(_("A picture has no description. People who cannot see it miss its content."))
    for one in readers:
        if not one.translated:
            words = ngettext(
                "%(number)d reader wants %(language)s: the letter is not translated, they get the original.",
                "%(number)d readers want %(language)s: the letter is not translated, they get the original.",
                one.readers,
            )
            language = get_language_info(one.language)["name_translated"]
            yield SendRemark(words % {"number": one.readers, "language": language})
    if len(campaign.title) > LONG:
        yield SendRemark(_("The subject is long: telephones show about 60 characters."))
    if not campaign.summary:
        yield SendRemark(
            _(
                "The second line in the mailbox is empty. E-mail programs show the beginning of the text "
                "instead."
            )
        )
    if shown and _weight(campaign, {code, *(one.gets for one in readers)}) > CLIPPED:
        yield SendRemark(
            _(
                "The newsletter is very long. Gmail hides its end with the link to unsubscribe. Shorten "
                "it, or send two."
            )
        )


def _weight(campaign: Campaign, languages: set[str]) -> int:
    """Return the size of the largest language version in bytes, for a recipient of all parts."""
    day = timezone.localdate()
    letters = (render_letter(campaign, code, LetterLinks.of_ours(code), day=day) for code in languages)
    return max(len(one.html.encode()) for one in letters)


def _translations(campaign: Campaign):
    return Campaign.objects.of(campaign.translation_key)
