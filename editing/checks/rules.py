"""The rules, one function each: what they find in a page, why it matters, and where. Pure.

An *error* would fail a reader and keeps the page from being published; a *warning* asks before; an *advice* only
stands beside the page.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from django.utils.text import Truncator
from django.utils.translation import get_language_info
from django.utils.translation import gettext_lazy as _

from . import readability
from .content import Content, Link

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
MOST_SENTENCES = 3  # long sentences named at a time
MOST_CAPITALS = 12  # letters of what is written in nothing else


@dataclass(frozen=True)
class Finding:
    """What a rule found. ``values`` go into its sentence."""

    rule: str
    gravity: str
    path: str = ""
    values: dict = field(default_factory=dict)

    @property
    def sentence(self) -> str:
        """What is wrong and what to do, in the language at hand."""
        values = self.values
        if "languages" in values:
            names = [str(get_language_info(code)["name_translated"]) for code in values["languages"]]
            values = values | {"languages": ", ".join(names)}
        return str(SENTENCES[self.rule]) % values

    @property
    def is_of_its_place(self) -> bool:
        """Whether it is about where the page stands, and not what it says: it may go out with others, or elsewhere."""
        return self.rule == "draft_above"

    @property
    def gravity_words(self) -> str:
        return str(GRAVITIES[self.gravity])


type Rule = Callable[[Content], Iterator[Finding]]


def short(text: str) -> str:
    return Truncator(" ".join(text.split())).chars(60)


def pictures_are_described(content: Content) -> Iterator[Finding]:
    for picture in content.pictures:
        if picture.alt is not None and not picture.alt.strip():
            yield Finding("no_alt", WARNING, picture.path, {"picture": short(picture.name)})


def descriptions_are_no_file_names(content: Content) -> Iterator[Finding]:
    for picture in content.pictures:
        if picture.alt and FILE_NAME.match(picture.alt.strip()):
            yield Finding("alt_is_file", WARNING, picture.path, {"alt": short(picture.alt)})


def pictures_are_large_enough(content: Content) -> Iterator[Finding]:
    for picture in content.pictures:
        if 0 < picture.width < picture.least_width:
            values = {"picture": short(picture.name), "width": picture.width, "least": picture.least_width}
            yield Finding("small_picture", ADVICE, picture.path, values)


def headings_follow_each_other(content: Content) -> Iterator[Finding]:
    above = 1  # the title of the page
    for heading in content.headings:
        if heading.level > above + 1:
            yield Finding("heading_order", WARNING, heading.path, {"heading": short(heading.text)})
        above = heading.level


def headings_say_something(content: Content) -> Iterator[Finding]:
    for heading in content.headings:
        if not heading.text.strip():
            yield Finding("empty_heading", WARNING, heading.path)


def nothing_is_shouted(content: Content) -> Iterator[Finding]:
    """Of abbreviations, which a heading may consist of, there are a few letters."""
    said = [(heading.path, heading.text) for heading in content.headings]
    said += [(passage.path, passage.text) for passage in content.passages]
    said += [(link.path, link.words) for link in content.links]
    for path, words in [("title", content.title), *said]:
        if words.isupper() and sum(map(str.isalpha, words)) > MOST_CAPITALS:
            yield Finding("capitals", ADVICE, path, {"words": short(words)})


def links_lead_somewhere(content: Content) -> Iterator[Finding]:
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
                rule, gravity, link.path, {"words": short(link.words), "target": short(link.target)}
            )


def links_say_where_they_lead(content: Content) -> Iterator[Finding]:
    for link in content.links:
        said = " ".join(link.words.lower().split()).strip(" .…:→>»")
        if said in EMPTY_WORDS or said.startswith(("http://", "https://", "www.")):
            yield Finding("empty_words", ADVICE, link.path, {"words": short(link.words)})


def nothing_above_is_a_draft(content: Content) -> Iterator[Finding]:
    if content.draft_above:
        key, title = content.draft_above
        yield Finding("draft_above", WARNING, "", {"key": key, "page": title})


def page_may_be_published(content: Content) -> Iterator[Finding]:
    for path, sentence in content.problems:
        yield Finding("refused", ERROR, path, {"sentence": sentence})


def address_is_free(content: Content) -> Iterator[Finding]:
    if content.taken_address:
        yield Finding("address_taken", ERROR, "slug", {"address": content.taken_address})


def page_has_a_lead(content: Content) -> Iterator[Finding]:
    if content.wants_lead and not content.lead.strip():
        yield Finding("no_lead", WARNING, "lead")


def page_has_a_description(content: Content) -> Iterator[Finding]:
    if not content.wants_lead and not content.description.strip():
        yield Finding("no_description", ADVICE, "search_description")


def text_is_easy_to_read(content: Content) -> Iterator[Finding]:
    passages = [passage.text for passage in content.passages]
    ease = readability.ease(passages, content.language)
    hardest = readability.HARD.get(content.language, readability.HARD["fr"])
    if ease is not None and ease < hardest:
        path = content.passages[0].path
        yield Finding("hard_to_read", ADVICE, path, {"ease": max(ease, 0), "least": hardest})


def sentences_end_in_time(content: Content) -> Iterator[Finding]:
    found = [
        (passage.path, *one) for passage in content.passages for one in readability.too_long(passage.text)
    ]
    for path, number, sentence in sorted(found, key=lambda one: -one[1])[:MOST_SENTENCES]:
        yield Finding("long_sentence", ADVICE, path, {"sentence": short(sentence), "number": number})


def page_is_translated(content: Content) -> Iterator[Finding]:
    if content.missing_languages:
        yield Finding("no_translation", ADVICE, "", {"languages": content.missing_languages})


def somebody_answers(content: Content) -> Iterator[Finding]:
    if content.wants_contact and not content.has_contact:
        yield Finding("no_contact", ADVICE)


def somebody_looks_after_it(content: Content) -> Iterator[Finding]:
    if not content.has_owner:
        yield Finding("no_owner", ADVICE)


RULES: tuple[Rule, ...] = (
    address_is_free,
    page_may_be_published,
    links_lead_somewhere,
    pictures_are_described,
    descriptions_are_no_file_names,
    headings_follow_each_other,
    headings_say_something,
    nothing_is_shouted,
    nothing_above_is_a_draft,
    page_has_a_lead,
    page_has_a_description,
    links_say_where_they_lead,
    text_is_easy_to_read,
    sentences_end_in_time,
    pictures_are_large_enough,
    somebody_answers,
    somebody_looks_after_it,
    page_is_translated,
)

SENTENCES = {
    "no_alt": _(
        "Nobody is told what the picture “%(picture)s” shows: write it in one sentence for who does not see it."
    ),
    "alt_is_file": _("“%(alt)s” is the name of a file: say what the picture shows."),
    "small_picture": _(
        "The picture “%(picture)s” is %(width)s pixels wide and will look blurred: take one of at least %(least)s."
    ),
    "heading_order": _(
        "A level is skipped before the heading “%(heading)s”: who listens to the page looks for what is missing."
    ),
    "empty_heading": _("A heading is empty: write it or remove it."),
    "capitals": _(
        "“%(words)s” is written in capitals: hard to read, and read out as letters. Write it as in a sentence."
    ),
    "link_gone": _(
        "The link “%(words)s” leads to a page or file that no longer exists: choose another or remove it."
    ),
    "link_draft": _(
        "The link “%(words)s” leads to “%(target)s”, which is not published: readers will not get there."
    ),
    "link_silent": _("The address %(target)s of the link “%(words)s” does not answer: check it."),
    "link_admin": _(
        "The link “%(words)s” leads into the administration (%(target)s), which readers may not enter: choose the page."
    ),
    "link_wrapped": _(
        "The link “%(words)s” leads through the filter of a mail program (%(target)s): write the real address."
    ),
    "empty_words": _("“%(words)s” does not say where the link leads: name the page or the act."),
    "draft_above": _(
        "“%(page)s” above it is not published: no menu and no list leads readers here. Publish both."
    ),
    "address_taken": _(
        "At %(address)s the site itself answers, and nobody would see the page: write another address under Promote."
    ),
    "refused": "%(sentence)s",  # by the page itself, which writes it in the language at hand
    "no_lead": _(
        "The lead is missing: one or two sentences that give the answer, also shown by search engines."
    ),
    "no_description": _("Search engines find no description: write one or two sentences."),
    "hard_to_read": _(
        "The text is hard to read (%(ease)s of 100, aim for %(least)s): shorter sentences and simpler words help."
    ),
    "long_sentence": _("This sentence has %(number)s words: “%(sentence)s”. Make two of it."),
    "no_translation": _("The page is not published in: %(languages)s."),
    "no_contact": _("Nobody is named who answers questions: add a contact."),
    "no_owner": _("Nobody looks after this page: choose who is told when it is to be reviewed."),
}

NAMES = {
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
    "empty_words": _("Link that says nothing"),
    "draft_above": _("Unpublished page above"),
    "address_taken": _("Address taken"),
    "refused": _("Not to be published like this"),
    "no_lead": _("Missing lead"),
    "no_description": _("Missing description"),
    "hard_to_read": _("Hard to read"),
    "long_sentence": _("Long sentence"),
    "no_translation": _("Missing translation"),
    "no_contact": _("Missing contact"),
    "no_owner": _("Nobody looks after it"),
}


def examine(content: Content) -> list[Finding]:
    """All that the rules find, the gravest first."""
    found = [finding for rule in RULES for finding in rule(content)]
    return sorted(found, key=lambda one: list(GRAVITIES).index(one.gravity))


def of_gravity(findings: Iterable[Finding], gravity: str) -> list[Finding]:
    return [one for one in findings if one.gravity == gravity]
