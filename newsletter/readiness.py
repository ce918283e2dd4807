"""What stands in the way of sending a campaign, and what its author may want to know before."""

from collections import Counter
from dataclasses import dataclass

from django.conf import settings
from django.utils import timezone
from django.utils.translation import get_language_info, ngettext
from django.utils.translation import gettext as _

from .composing import parts
from .items import items
from .matching import audience
from .models import Campaign
from .rendering import Ways, letter

LONG = 60  # signs of a subject that a telephone shows
CLIPPED = 102 * 1024  # bytes of HTML: senders found that Gmail shows no more; it tells no number


@dataclass(frozen=True)
class Remark:
    """One sentence; where it ``forbids``, the campaign is not sent."""

    text: str
    forbids: bool = False


@dataclass(frozen=True)
class Reach:
    """How many readers of a language get the letter, and in which language."""

    language: str
    name: str
    readers: int
    gets: str

    @property
    def translated(self) -> bool:
        return self.language == self.gets


def reach(campaign: Campaign) -> list[Reach]:
    """The readers by their language, as of now."""
    source = campaign.locale.language_code
    live = set(_translations(campaign).filter(live=True).values_list("locale__language_code", flat=True))
    counted = Counter(audience(campaign).values_list("language", flat=True))
    names = dict(settings.LANGUAGES)
    return [
        Reach(code, names[code], counted[code], code if code in live else source)
        for code in names
        if counted[code]
    ]


def remarks(campaign: Campaign, readers: list[Reach]) -> list[Remark]:
    """What forbids sending, and what does not."""
    return [*_forbidding(campaign, readers), *_hints(campaign, readers)]


def _forbidding(campaign, readers):
    if not campaign.live:
        yield Remark(_("It is not approved yet: publish it first."), forbids=True)
    elif campaign.has_unpublished_changes:
        yield Remark(_("There are changes that are not approved: publish them first."), forbids=True)
    if not parts(campaign, campaign.locale.language_code):
        yield Remark(_("It has no content."), forbids=True)
    if not readers:
        yield Remark(_("Nobody subscribed to these topics."), forbids=True)


def _hints(campaign, readers):
    code = campaign.locale.language_code
    shown = {part.place for part in parts(campaign, code)}
    for place, block in enumerate(campaign.body):
        if block.block_type in items and place not in shown:
            title = getattr(block.value, "title", "")
            yield Remark(_("“%(title)s” is not public: it is left out.") % {"title": title})
        if block.block_type == "picture" and not block.value["alt"]:
            yield Remark(_("A picture is not described: who does not see it misses it."))
    for one in readers:
        if not one.translated:
            words = ngettext(
                "%(number)d reader wants %(language)s: the letter is not translated, they get the original.",
                "%(number)d readers want %(language)s: the letter is not translated, they get the original.",
                one.readers,
            )
            language = get_language_info(one.language)["name_translated"]
            yield Remark(words % {"number": one.readers, "language": language})
    if len(campaign.title) > LONG:
        yield Remark(_("The subject is long: telephones show about 60 characters."))
    if not campaign.summary:
        yield Remark(_("The second line in the mailbox is empty: mail programs take the opening."))
    if shown and _weight(campaign, {code, *(one.gets for one in readers)}) > CLIPPED:
        yield Remark(
            _("It is very long: Gmail hides its end, with the link to unsubscribe. Say less, or send two.")
        )


def _weight(campaign: Campaign, languages: set[str]) -> int:
    """The bytes of the letter in the language in which it has most of them, for who gets all of it."""
    day = timezone.localdate()
    letters = (letter(campaign, code, Ways.of_ours(code), day=day) for code in languages)
    return max(len(one.html.encode()) for one in letters)


def _translations(campaign: Campaign):
    return Campaign.objects.of(campaign.translation_key)
