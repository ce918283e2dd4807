"""Problems of a mapping: what it names that is gone, and what cannot fit the target's types and lengths. Pure."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from . import mapping
from .mapping import MappedField
from .transformations import DATE_FORMATS, NUMBER_FORMATS

# Kinds of values by which a source is compared with its target.
TEXTS, NUMBERS, DAYS, FLAGS, PARTS, ROWS, NO_VALUE = (
    "text",
    "number",
    "date",
    "yes_no",
    "parts",
    "rows",
    "none",
)
NEEDED = {  # the kind of source that each type of target can always take
    mapping.INTEGER: (NUMBERS,),
    mapping.DECIMAL: (NUMBERS,),
    mapping.DATE: (DAYS,),
    mapping.DATETIME: (),
    mapping.YES_NO: (FLAGS,),
}
ISO_LENGTH = 10
NUMBER_LENGTH = 19  # a sign, 15 digits, a mark and two more
LENGTHENED = 2  # times: letters of Latin scripts that become two as capitals or without accents: ß, œ


@dataclass(frozen=True)
class SourceFacts:
    """The facts about a source that are known when a service is published.

    ``most``: the longest text; None if nothing limits it. ``parts``: of a compound answer. ``group``: of a question in
    a repeating group.
    """

    label: str
    kind: str = TEXTS
    most: int | None = None
    parts: tuple[str, ...] = ()
    group: str = ""


@dataclass(frozen=True)
class KnownSources:
    """All that a mapping of a service can use. ``codes``: the length of the longest code by table."""

    questions: Mapping[str, SourceFacts]
    results: Mapping[str, SourceFacts]
    codes: Mapping[str, int]


def mapping_problems(settings: Mapping[str, Any], known: KnownSources) -> Iterator[str]:
    """Yield the problems of the mapping in the settings of a stage, as sentences."""
    lines, lists = mapping.read_mapping(settings), mapping.read_lists(settings)
    if not lines:
        yield _("The mapping has no fields.")
    for (place, target), number in Counter((line.list, line.target) for line in lines).items():
        if number > 1:
            yield _("“%(field)s” is filled more than once.") % {"field": _named(place, target)}
    for name, group in lists.items():
        facts = known.questions.get(group)
        if facts is None or facts.kind != ROWS:
            yield _("The list “%(list)s” refers to the repeating group “%(group)s”, which is gone.") % {
                "list": name,
                "group": group,
            }
    for line in lines:
        for problem in _line_problems(line, lists, known):
            yield f"{_named(line.list, line.target)}: {problem}"


def _named(place: str, target: str) -> str:
    return f"{place}.{target}" if place else target


def _line_problems(line: MappedField, lists: Mapping[str, str], known: KnownSources) -> Iterator[str]:
    if line.list and line.list not in lists:
        yield _("there is no list “%(list)s”") % {"list": line.list}
        return
    sources, gone = _sources_of(line, lists, known)
    yield from gone
    if line.table and line.table not in known.codes:
        yield _("the code table “%(table)s” is gone") % {"table": line.table}
    elif sources and not gone:
        yield from _type_problems(line, sources)
        yield from _length_problems(line, sources, known)


def _sources_of(
    line: MappedField, lists: Mapping[str, str], known: KnownSources
) -> tuple[list[SourceFacts], list[str]]:
    """Return the facts of the line's sources, and what is gone."""
    match line.source:
        case "fixed":
            return ([SourceFacts(line.text, TEXTS, len(line.text))] if line.text else []), (
                [] if line.text else [_("the fixed text is missing")]
            )
        case "result":
            facts = known.results.get(line.text)
            missing = _("the result “%(key)s” of a stage is gone") % {"key": line.text}
            return ([facts], []) if facts else ([], [missing])
        case "answer":
            return _questions_of(line, lists, known)
    if line.source in mapping.PROPERTIES:
        label, kind = mapping.PROPERTIES[line.source]
        days = kind in (mapping.DATE, mapping.DATETIME)
        return [SourceFacts(str(label), kind if days else TEXTS, ISO_LENGTH if days else None)], []
    return [], [_("“%(key)s” is no source") % {"key": line.source}]


def _questions_of(
    line: MappedField, lists: Mapping[str, str], known: KnownSources
) -> tuple[list[SourceFacts], list[str]]:
    found, gone = [], []
    for key in line.questions:
        facts = known.questions.get(key)
        if facts is None:
            gone.append(_("the question “%(key)s” is gone") % {"key": key})
        elif facts.kind == NO_VALUE or (facts.kind == ROWS and not line.list):
            gone.append(_("“%(question)s” has no value that can be sent") % {"question": facts.label})
        elif facts.group and facts.group != lists.get(line.list):
            gone.append(
                _("“%(question)s” is asked several times: put it into a list") % {"question": facts.label}
            )
        elif line.detail and line.detail not in facts.parts:
            gone.append(
                _("“%(question)s” has no part “%(part)s”") % {"question": facts.label, "part": line.detail}
            )
        else:
            found.append(facts)
    return found, gone or ([] if line.questions else [_("no question is chosen")])


def _type_problems(line: MappedField, sources: list[SourceFacts]) -> Iterator[str]:
    if line.format in NUMBER_FORMATS and not line.table:
        for facts in sources:
            if facts.kind != NUMBERS:
                yield _("“%(question)s” is no number and cannot be written like one") % {
                    "question": facts.label
                }
    if line.type == mapping.TEXT or line.table:
        return
    if line.source == mapping.FIXED:
        yield from _fixed_problems(line)
        return
    if len(sources) > 1:
        yield _("several answers can only become a text")
    for facts in sources:
        fits = facts.kind in NEEDED[line.type] or facts.kind == line.type
        fits = fits or (line.type == mapping.DATE and facts.kind == mapping.DATETIME)
        if not fits:
            yield _("“%(question)s” cannot become the type “%(type)s”") % {
                "question": facts.label,
                "type": mapping.TARGET_TYPES[line.type],
            }


def _fixed_problems(line: MappedField) -> Iterator[str]:
    try:
        mapping.map_value(line, mapping.CaseValues(answers={}), {})
    except mapping.DoesNotFit as fault:
        yield str(fault)


def _length_problems(line: MappedField, sources: list[SourceFacts], known: KnownSources) -> Iterator[str]:
    if not line.max_length or line.cut or line.type != mapping.TEXT:
        return
    longest = _longest(line, sources, known)
    if longest is None:
        yield _(
            "the length of the text is not limited, and the field takes %(most)s: cut it, or limit it"
        ) % {"most": line.max_length}
    elif longest > line.max_length:
        yield _("up to %(length)s characters, and the field takes %(most)s: cut it, or limit it") % {
            "length": longest,
            "most": line.max_length,
        }


def _longest(line: MappedField, sources: list[SourceFacts], known: KnownSources) -> int | None:
    """Return the length of the longest text that the line can make; None if nothing limits it."""
    lengths = [_longest_of(line, facts, known) for facts in sources]
    if any(length is None for length in lengths):
        return None
    longer = LENGTHENED if (line.upper or line.without_accents) and line.source == mapping.ANSWER else 1
    return sum(filter(None, lengths)) * longer + len(line.joined_by) * (len(lengths) - 1)


def _longest_of(line: MappedField, facts: SourceFacts, known: KnownSources) -> int | None:
    if line.table:
        return known.codes[line.table]
    if line.format in DATE_FORMATS and facts.kind in (DAYS, mapping.DATE, mapping.DATETIME):
        return len(DATE_FORMATS[line.format][0])
    if line.format in NUMBER_FORMATS:
        return NUMBER_LENGTH
    if facts.kind == PARTS and not line.detail and facts.most is not None:
        return (facts.most + len(line.joined_by)) * max(len(facts.parts), 1)
    return facts.most
