"""What stands in the way of sending a campaign, and what its author may want to know before."""

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

LONG = 60  # signs of a subject that a telephone shows
CLIPPED = 102 * 1024  # bytes of HTML: senders found that Gmail shows no more; it tells no number


@dataclass(frozen=True)
class SendRemark:
    """One sentence; where it ``forbids``, the campaign is not sent."""

    text: str
    forbids: bool = False


@dataclass(frozen=True)
class LanguageReach:
    """How many readers of a language get the letter, and in which language."""

    language: str
    name: str
    readers: int
    gets: str

    @property
    def translated(self) -> bool:
        return self.language == self.gets


def reach_by_language(campaign: Campaign) -> list[LanguageReach]:
    """The readers by their language, as of now."""
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
    """What forbids sending, and what does not."""
    return [*_forbidding(campaign, readers), *_hints(campaign, readers)]


def _forbidding(campaign, readers):
    if not campaign.live:
        yield SendRemark(_("It is not approved yet: publish it first."), forbids=True)
    elif campaign.has_unpublished_changes:
        yield SendRemark(_("There are changes that are not approved: publish them first."), forbids=True)
    if not campaign_parts(campaign, campaign.locale.language_code):
        yield SendRemark(_("It has no content."), forbids=True)
    if not readers:
        yield SendRemark(_("Nobody subscribed to these topics."), forbids=True)


def _hints(campaign, readers):
    code = campaign.locale.language_code
    shown = {part.place for part in campaign_parts(campaign, code)}
    for place, block in enumerate(campaign.body):
        if block.block_type in content_types and place not in shown:
            title = getattr(block.value, "title", "")
            yield SendRemark(_("“%(title)s” is not public: it is left out.") % {"title": title})
        if block.block_type == "picture" and not block.value["alt"]:
            yield SendRemark(_("A picture is not described: who does not see it misses it."))
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
        yield SendRemark(_("The second line in the mailbox is empty: mail programs take the opening."))
    if shown and _weight(campaign, {code, *(one.gets for one in readers)}) > CLIPPED:
        yield SendRemark(
            _("It is very long: Gmail hides its end, with the link to unsubscribe. Say less, or send two.")
        )


def _weight(campaign: Campaign, languages: set[str]) -> int:
    """The bytes of the letter in the language in which it has most of them, for who gets all of it."""
    day = timezone.localdate()
    letters = (render_letter(campaign, code, LetterLinks.of_ours(code), day=day) for code in languages)
    return max(len(one.html.encode()) for one in letters)


def _translations(campaign: Campaign):
    return Campaign.objects.of(campaign.translation_key)
