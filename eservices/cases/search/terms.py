"""Search of cases by words, on SQLite and on PostgreSQL.

A case stores three lines of normalized words: its reference and applicant; its answers; and the filterable answers as
marks ``key=word``. SQLite searches for substrings. PostgreSQL has a ``search_vector`` of the lines (created by a
migration), in which the first has more weight and the second is stemmed in French, without stop words, because any of
them may be somebody's name.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator

import phonenumbers
from django.conf import settings
from django.db.models import BooleanField, F, FloatField, Func

MAX_QUERY_WORDS = 8  # words of a query; more do not narrow the result
MAX_WORD_LENGTH = 60
MAX_LINE_LENGTH = 100_000
MIN_PREFIX_LENGTH = 3  # shorter words must match a whole word
WORD = re.compile(r"[^\W_]+")
NOT_IN_MARKS = re.compile(r"[^\w.-]+")


# -- Words ---------------------------------------------------------------------------------------------------
def fold_text(text: str) -> str:
    """Return ``text`` in lower case without accents, so that “élodie” and “Elodie” are equal."""
    parts = unicodedata.normalize("NFKD", text.replace("\0", ""))
    return "".join(one for one in parts if not unicodedata.combining(one)).casefold()


def split_words(*values) -> Iterator[str]:
    """Yield every word of the texts and numbers in ``values``, at any depth, normalized by ``fold_text``."""
    for value in values:
        if isinstance(value, dict):
            yield from split_words(*value.values())
        elif isinstance(value, list | tuple):
            yield from split_words(*value)
        elif value is not None and not isinstance(value, bool):
            yield from (word[:MAX_WORD_LENGTH] for word in WORD.findall(fold_text(str(value))))


def filter_marks(key: str, answer, *, whole: bool) -> Iterator[str]:
    """Yield the marks of an answer to ``key``: one for each word, or for each ``whole`` value."""
    if not whole:
        yield from (f"{key}={word}" for word in split_words(answer))
    elif isinstance(answer, list | tuple):
        for one in answer:
            yield from filter_marks(key, one, whole=True)
    elif answer is not None and answer != "":
        yield f"{key}={NOT_IN_MARKS.sub('_', fold_text(str(answer)))[:MAX_WORD_LENGTH]}"


def search_lines(heading: Iterable, answers: Iterable = (), filters: Iterable[str] = ()) -> str:
    """Return the search text of a case. Each word and mark has a space on both sides."""
    three = (split_words(*heading), split_words(*answers), filters)
    return "\n".join(f" {' '.join(dict.fromkeys(line))}"[:MAX_LINE_LENGTH] + " " for line in three)


def parse_terms(text: str) -> list[str]:
    """Return the terms of a query: words, with ``*`` after those that may be the beginning of a word."""
    asked = list(dict.fromkeys(split_words(text)))[:MAX_QUERY_WORDS]
    return [f"{word}*" if len(word) >= MIN_PREFIX_LENGTH else word for word in asked]


def term_readings(text: str) -> list[list[str]]:
    """Return the terms of ``text`` as typed and, if it contains a telephone number, with that number in E.164.

    Cases store numbers in E.164, but “079 900 79 17” is four words. A case matches if it matches either list.
    """
    numbers = phonenumbers.PhoneNumberMatcher(text, settings.COUNTRY, phonenumbers.Leniency.POSSIBLE)
    whole = text
    for found in reversed(list(numbers)):
        number = phonenumbers.format_number(found.number, phonenumbers.PhoneNumberFormat.E164)
        whole = f"{whole[: found.start]} {number} {whole[found.end :]}"
    return [asked for asked in map(parse_terms, dict.fromkeys((text, whole))) if asked]


# -- Expressions ---------------------------------------------------------------------------------------------
class _TermsExpression(Func):
    """An expression on the search text of a case and the terms of a query."""

    def __init__(self, asked: list[str], **options):
        super().__init__(F("search_text"), **options)
        self.asked = asked

    def _vector(self, compiler) -> str:
        alias = compiler.quote_name(self.source_expressions[0].alias)
        return f"{alias}.search_vector"

    def _question(self) -> tuple[str, list[str]]:
        """Return the terms as a ``tsquery``.

        A word matches literally in the first line, by its stem in the second.
        """
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


class MatchesTerms(_TermsExpression):
    """An expression that is true if a case contains all the terms."""

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


class TermRank(_TermsExpression):
    """An expression for the relevance of a case; more is better. Always 0 on SQLite."""

    def __init__(self, asked: list[str]):
        super().__init__(asked, output_field=FloatField())

    def as_sql(self, compiler, connection):
        return "0.0", []

    def as_postgresql(self, compiler, connection):
        question, params = self._question()
        return f"ts_rank({self._vector(compiler)}, {question})", params


def _letters(term: str) -> str:
    """Return the substring for SQLite.

    A word matches at any position, a mark from its beginning; both match as a whole unless ``*`` follows.
    """
    beginning = " " if "=" in term else ""
    return f"{beginning}{term.removesuffix('*')}" if term.endswith("*") else f" {term} "
