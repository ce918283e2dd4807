"""Rules of the content checks, one function each: what they find in a page, and where. Pure.

An *error* would fail a reader and prevents publishing; a *warning* must be confirmed; an *advice* is only shown
beside the page.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.utils.text import Truncator
from django.utils.translation import get_language_info
from django.utils.translation import gettext_lazy as _

from . import readability
from .page_content import Link, PageContent

ERROR, WARNING, ADVICE = "error", "warning", "advice"
GRAVITIES = {ERROR: _("To mend"), WARNING: _("To look at"), ADVICE: _("Advice")}

FILE_NAME = re.compile(
    r"^(?:(?:img|dsc|dscn|pxl|image|photo|bild|foto)[\s_-]*\d+|.*\.(?:jpe?g|png|webp|gif|avif|heic))$", re.I
)
EMPTY_WORDS = {
    *("ici", "cliquez ici", "cliquer ici", "lien", "ce lien", "en savoir plus", "lire la suite", "plus"),
    *("hier", "klicken sie hier", "link", "mehr", "mehr erfahren", "weiterlesen"),
    *("qui", "clicca qui", "di più", "leggi tutto"),
    *("here", "click here", "more", "read more", "this link"),
}
MAX_LISTED_SENTENCES = 3  # long sentences listed per page
MAX_CAPITAL_LETTERS = 12  # letters of a text in capitals; abbreviations are shorter


@dataclass(frozen=True)
class Finding:
    """A finding of a rule. ``values`` are inserted into its sentence."""

    rule: str
    gravity: str
    path: str = ""
    values: dict[str, Any] = field(default_factory=dict)

    @property
    def sentence(self) -> str:
        """The problem and what to do, in the active language."""
        values = self.values
        if "languages" in values:
            names = [str(get_language_info(code)["name_translated"]) for code in values["languages"]]
            values = values | {"languages": ", ".join(names)}
        return str(SENTENCES[self.rule]) % values

    @property
    def is_of_its_place(self) -> bool:
        """True if the finding concerns the place of the page instead of its content.

        Such a page may still be published with others, or moved.
        """
        return self.rule == "draft_above"

    @property
    def gravity_words(self) -> str:
        return str(GRAVITIES[self.gravity])


type Rule = Callable[[PageContent], Iterator[Finding]]


def shorten(text: str) -> str:
    return Truncator(" ".join(text.split())).chars(60)


def find_undescribed_pictures(content: PageContent) -> Iterator[Finding]:
    for picture in content.pictures:
        if picture.alt is not None and not picture.alt.strip():
            yield Finding("no_alt", WARNING, picture.path, {"picture": shorten(picture.name)})


def find_file_name_descriptions(content: PageContent) -> Iterator[Finding]:
    for picture in content.pictures:
        if picture.alt and FILE_NAME.match(picture.alt.strip()):
            yield Finding("alt_is_file", WARNING, picture.path, {"alt": shorten(picture.alt)})


def find_small_pictures(content: PageContent) -> Iterator[Finding]:
    for picture in content.pictures:
        if 0 < picture.width < picture.least_width:
            values = {"picture": shorten(picture.name), "width": picture.width, "least": picture.least_width}
            yield Finding("small_picture", ADVICE, picture.path, values)


def find_skipped_heading_levels(content: PageContent) -> Iterator[Finding]:
    above = 1  # the title of the page
    for heading in content.headings:
        if heading.level > above + 1:
            yield Finding("heading_order", WARNING, heading.path, {"heading": shorten(heading.text)})
        above = heading.level


def find_empty_headings(content: PageContent) -> Iterator[Finding]:
    for heading in content.headings:
        if not heading.text.strip():
            yield Finding("empty_heading", WARNING, heading.path)


def find_capitalized_headings(content: PageContent) -> Iterator[Finding]:
    """Find texts in capitals. Short ones are left out, because they may be abbreviations."""
    said = [(heading.path, heading.text) for heading in content.headings]
    said += [(passage.path, passage.text) for passage in content.passages]
    said += [(link.path, link.words) for link in content.links]
    for path, words in [("title", content.title), *said]:
        if words.isupper() and sum(map(str.isalpha, words)) > MAX_CAPITAL_LETTERS:
            yield Finding("capitals", ADVICE, path, {"words": shorten(words)})


def find_broken_links(content: PageContent) -> Iterator[Finding]:
    found = {
        Link.GONE: ("link_gone", ERROR),
        Link.DRAFT: ("link_draft", WARNING),
        Link.SILENT: ("link_silent", WARNING),
        Link.ADMIN: ("link_admin", ERROR),
        Link.WRAPPED: ("link_wrapped", WARNING),
    }
    for link in content.links:
        if link.state in found:
            rule, gravity = found[link.state]
            yield Finding(
                rule, gravity, link.path, {"words": shorten(link.words), "target": shorten(link.target)}
            )


def find_vague_links(content: PageContent) -> Iterator[Finding]:
    for link in content.links:
        said = " ".join(link.words.lower().split()).strip(" .…:→>»")
        if said in EMPTY_WORDS or said.startswith(("http://", "https://", "www.")):
            yield Finding("empty_words", ADVICE, link.path, {"words": shorten(link.words)})


def find_unpublished_ancestors(content: PageContent) -> Iterator[Finding]:
    if content.draft_above:
        key, title = content.draft_above
        yield Finding("draft_above", WARNING, "", {"key": key, "page": title})


def page_may_be_published(content: PageContent) -> Iterator[Finding]:
    for path, sentence in content.problems:
        yield Finding("refused", ERROR, path, {"sentence": sentence})


def find_slug_conflict(content: PageContent) -> Iterator[Finding]:
    if content.taken_address:
        yield Finding("address_taken", ERROR, "slug", {"address": content.taken_address})


def find_missing_lead(content: PageContent) -> Iterator[Finding]:
    if content.wants_lead and not content.lead.strip():
        yield Finding("no_lead", WARNING, "lead")


def find_missing_description(content: PageContent) -> Iterator[Finding]:
    if not content.wants_lead and not content.description.strip():
        yield Finding("no_description", ADVICE, "search_description")


def find_difficult_text(content: PageContent) -> Iterator[Finding]:
    passages = [passage.text for passage in content.passages]
    ease = readability.reading_ease(passages, content.language)
    hardest = readability.DIFFICULT_BELOW.get(content.language, readability.DIFFICULT_BELOW["fr"])
    if ease is not None and ease < hardest:
        path = content.passages[0].path
        yield Finding("hard_to_read", ADVICE, path, {"ease": max(ease, 0), "least": hardest})


def find_long_sentences(content: PageContent) -> Iterator[Finding]:
    found = [
        (passage.path, *one)
        for passage in content.passages
        for one in readability.long_sentences(passage.text)
    ]
    for path, number, sentence in sorted(found, key=lambda one: -one[1])[:MAX_LISTED_SENTENCES]:
        yield Finding("long_sentence", ADVICE, path, {"sentence": shorten(sentence), "number": number})


def find_missing_translations(content: PageContent) -> Iterator[Finding]:
    if content.missing_languages:
        yield Finding("no_translation", ADVICE, "", {"languages": content.missing_languages})


def find_missing_contact(content: PageContent) -> Iterator[Finding]:
    if content.wants_contact and not content.has_contact:
        yield Finding("no_contact", ADVICE)


def find_missing_keeper(content: PageContent) -> Iterator[Finding]:
    if not content.has_owner:
        yield Finding("no_owner", ADVICE)


RULES: tuple[Rule, ...] = (
    find_slug_conflict,
    page_may_be_published,
    find_broken_links,
    find_undescribed_pictures,
    find_file_name_descriptions,
    find_skipped_heading_levels,
    find_empty_headings,
    find_capitalized_headings,
    find_unpublished_ancestors,
    find_missing_lead,
    find_missing_description,
    find_vague_links,
    find_difficult_text,
    find_long_sentences,
    find_small_pictures,
    find_missing_contact,
    find_missing_keeper,
    find_missing_translations,
)

SENTENCES = {
    "no_alt": _(
        "The picture “%(picture)s” has no description. Describe in one sentence what it shows, "
        "for people who cannot see it."
    ),
    "alt_is_file": _("“%(alt)s” is the name of a file. Describe what the picture shows."),
    "small_picture": _(
        "The picture “%(picture)s” is %(width)s pixels wide and will look blurred: take one of at least %(least)s."
    ),
    "heading_order": _(
        "The heading “%(heading)s” skips a level. People who use a screen reader will look for "
        "the missing level."
    ),
    "empty_heading": _("A heading is empty: write it or remove it."),
    "capitals": _(
        "“%(words)s” is written in capitals: hard to read, and read out as letters. Write it as in a sentence."
    ),
    "link_gone": _(
        "The link “%(words)s” leads to a page or file that no longer exists: choose another or remove it."
    ),
    "link_draft": _(
        "The link “%(words)s” leads to “%(target)s”, which is not published. Readers cannot open it."
    ),
    "link_silent": _("The address %(target)s of the link “%(words)s” does not answer: check it."),
    "link_admin": _(
        "The link “%(words)s” leads to the administration (%(target)s), which readers cannot "
        "open. Choose the page instead."
    ),
    "link_wrapped": _(
        "The link “%(words)s” leads through the filter of a mail program (%(target)s): write the real address."
    ),
    "empty_words": _("“%(words)s” does not describe where the link leads. Name the page or the action."),
    "draft_above": _(
        "“%(page)s” above it is not published, so readers cannot find this page in menus and "
        "lists. Publish both."
    ),
    "address_taken": _(
        "The address %(address)s is used by the site itself, so readers would not see the page. "
        "Enter another address under Promote."
    ),
    "refused": "%(sentence)s",  # by the page's own model, in the active language
    "no_lead": _(
        "The lead is missing. Write one or two sentences that give the answer. Search engines show them too."
    ),
    "no_description": _("The description for search engines is missing. Write one or two sentences."),
    "hard_to_read": _(
        "The text is hard to read (%(ease)s of 100, aim for %(least)s): shorter sentences and simpler words help."
    ),
    "long_sentence": _("This sentence has %(number)s words: “%(sentence)s”. Make two of it."),
    "no_translation": _("The page is not published in: %(languages)s."),
    "no_contact": _("No contact is named for questions. Add a contact."),
    "no_owner": _("Nobody is responsible for this page. Choose who is notified when it is due for review."),
}

RULE_LABELS = {
    "no_alt": _("Picture without a description"),
    "alt_is_file": _("File name as description"),
    "small_picture": _("Picture too small"),
    "heading_order": _("Skipped heading level"),
    "empty_heading": _("Empty heading"),
    "capitals": _("Words in capitals"),
    "link_gone": _("Broken link"),
    "link_draft": _("Link to an unpublished page"),
    "link_silent": _("Address that does not answer"),
    "link_admin": _("Link into the administration"),
    "link_wrapped": _("Link through a mail program"),
    "empty_words": _("Link without a meaning"),
    "draft_above": _("Unpublished page above"),
    "address_taken": _("Address taken"),
    "refused": _("Do not publish it in this state"),
    "no_lead": _("Missing lead"),
    "no_description": _("Missing description"),
    "hard_to_read": _("Hard to read"),
    "long_sentence": _("Long sentence"),
    "no_translation": _("Missing translation"),
    "no_contact": _("Missing contact"),
    "no_owner": _("Nobody is responsible"),
}


def run_rules(content: PageContent) -> list[Finding]:
    """Return all findings of the rules, the gravest first."""
    found = [finding for rule in RULES for finding in rule(content)]
    return sorted(found, key=lambda one: list(GRAVITIES).index(one.gravity))


def filter_by_gravity(findings: Iterable[Finding], gravity: str) -> list[Finding]:
    return [one for one in findings if one.gravity == gravity]
