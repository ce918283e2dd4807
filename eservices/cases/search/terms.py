"""How cases are found by their words: the same asked of SQLite and of PostgreSQL.

A case keeps three lines of folded words: which it is and who asks; what was answered; and the answers that agents
filter by, as marks ``key=word``. SQLite looks for the letters. PostgreSQL keeps a ``search_vector`` of the lines
(written by migration), where the first weighs more and the second is stemmed in French without stop words, so that
nobody's name is one.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator

import phonenumbers
from django.conf import settings
from django.db.models import BooleanField, F, FloatField, Func

MAX_QUERY_WORDS = 8  # of a question; more narrow nothing
MAX_WORD_LENGTH = 60
MAX_LINE_LENGTH = 100_000
MIN_PREFIX_LENGTH = 3  # what is shorter must be the whole word
WORD = re.compile(r"[^\W_]+")
NOT_IN_MARKS = re.compile(r"[^\w.-]+")


# -- Words ---------------------------------------------------------------------------------------------------
def fold_text(text: str) -> str:
    """``text`` in lower case without accents, so that “élodie” and “Elodie” are the same word."""
    parts = unicodedata.normalize("NFKD", text.replace("\0", ""))
    return "".join(one for one in parts if not unicodedata.combining(one)).casefold()


def split_words(*values) -> Iterator[str]:
    """Every word of the texts and numbers in ``values``, however deep, folded."""
    for value in values:
        if isinstance(value, dict):
            yield from split_words(*value.values())
        elif isinstance(value, list | tuple):
            yield from split_words(*value)
        elif value is not None and not isinstance(value, bool):
            yield from (word[:MAX_WORD_LENGTH] for word in WORD.findall(fold_text(str(value))))


def filter_marks(key: str, answer, *, whole: bool) -> Iterator[str]:
    """What a case is filtered by for the answer to ``key``: its words, or the ``whole`` of each value."""
    if not whole:
        yield from (f"{key}={word}" for word in split_words(answer))
    elif isinstance(answer, list | tuple):
        for one in answer:
            yield from filter_marks(key, one, whole=True)
    elif answer is not None and answer != "":
        yield f"{key}={NOT_IN_MARKS.sub('_', fold_text(str(answer)))[:MAX_WORD_LENGTH]}"


def search_lines(heading: Iterable, answers: Iterable = (), filters: Iterable[str] = ()) -> str:
    """What a case keeps to be found by. A blank stands around every word and mark."""
    three = (split_words(*heading), split_words(*answers), filters)
    return "\n".join(f" {' '.join(dict.fromkeys(line))}"[:MAX_LINE_LENGTH] + " " for line in three)


def parse_terms(text: str) -> list[str]:
    """What ``text``, as somebody typed it, asks for: words, ``*`` after those that only begin one."""
    asked = list(dict.fromkeys(split_words(text)))[:MAX_QUERY_WORDS]
    return [f"{word}*" if len(word) >= MIN_PREFIX_LENGTH else word for word in asked]


def term_readings(text: str) -> list[list[str]]:
    """The ``terms`` of ``text`` as it was typed and, where a telephone number stands in it, with that number as cases
    keep it, E.164: “079 900 79 17” is four words. A case is found by any of them."""
    numbers = phonenumbers.PhoneNumberMatcher(text, settings.COUNTRY, phonenumbers.Leniency.POSSIBLE)
    whole = text
    for found in reversed(list(numbers)):
        number = phonenumbers.format_number(found.number, phonenumbers.PhoneNumberFormat.E164)
        whole = f"{whole[: found.start]} {number} {whole[found.end :]}"
    return [asked for asked in map(parse_terms, dict.fromkeys((text, whole))) if asked]


# -- Expressions ---------------------------------------------------------------------------------------------
class _OfWords(Func):
    """An expression over the words of a case and the ``terms`` that are asked for."""

    def __init__(self, asked: list[str], **options):
        super().__init__(F("search_text"), **options)
        self.asked = asked

    def _vector(self, compiler) -> str:
        alias = compiler.quote_name(self.source_expressions[0].alias)
        return f"{alias}.search_vector"

    def _question(self) -> tuple[str, list[str]]:
        """The terms as a ``tsquery``. A word is found as it is in the first line, by its stem in the second."""
        parts, params = [], []
        for term in self.asked:
            lexeme = f"'{term.removesuffix('*')}'" + (":*" if term.endswith("*") else "")
            if "=" in term:
                parts.append("%s::tsquery")
                params.append(lexeme)
            else:
                parts.append("(to_tsquery('simple', %s) || to_tsquery('commune', %s))")
                params += [lexeme, lexeme]
        return " && ".join(parts), params


class MatchesTerms(_OfWords):
    """Whether a case holds all the terms."""

    def __init__(self, asked: list[str]):
        super().__init__(asked, output_field=BooleanField())

    def as_sql(self, compiler, connection):
        text, _params = compiler.compile(self.source_expressions[0])
        return " AND ".join(f"INSTR({text}, %s) > 0" for _term in self.asked), [
            _letters(term) for term in self.asked
        ]

    def as_postgresql(self, compiler, connection):
        question, params = self._question()
        return f"{self._vector(compiler)} @@ ({question})", params


class TermRank(_OfWords):
    """How well a case fits the terms: more is better. SQLite finds all of them equal."""

    def __init__(self, asked: list[str]):
        super().__init__(asked, output_field=FloatField())

    def as_sql(self, compiler, connection):
        return "0.0", []

    def as_postgresql(self, compiler, connection):
        question, params = self._question()
        return f"ts_rank({self._vector(compiler)}, {question})", params


def _letters(term: str) -> str:
    """What SQLite looks for: a word anywhere, a mark from its beginning, and to its end unless ``*`` stands there."""
    beginning = " " if "=" in term else ""
    return f"{beginning}{term.removesuffix('*')}" if term.endswith("*") else f" {term} "
