"""Ranks of entries: a database expression for how well a title fits a query, and an order if it fits in part only."""

from itertools import product
from math import log

from django.db.models import F, Func, IntegerField

from ..text.synonyms import Terms

BEST = 5  # the title has all words as typed


class TitleRank(Func):
    """Rank of an entry for the first of ``readings``, else for the next.

    ``BEST`` if the title has all words, one less if title and keywords have them, and so on; 1 if only the text has
    them. It is one expression, because with two per word Django takes longer to build the query than the database to
    run it.
    """

    output_field = IntegerField()

    def __init__(self, *readings: Terms):
        super().__init__(F("folded_title"), F("folded_keywords"))
        self.readings = readings

    def as_sql(self, compiler, connection, position="INSTR", **_context):
        title, keywords = (compiler.compile(name)[0] for name in self.get_source_expressions())
        cases, words = [], []
        for place, (terms, names) in enumerate(product(self.readings, ([title], [title, keywords]))):
            holds = " OR ".join(f"{position}({name}, %s) > 0" for name in names)
            cases.append(f"WHEN {_all_terms_sql(terms, holds)} THEN {BEST - place}")
            words += [word for term in terms for way in term for word in way for _name in names]
        return f"CASE {' '.join(cases)} ELSE 1 END", words

    def as_postgresql(self, compiler, connection, **context):
        return self.as_sql(compiler, connection, position="STRPOS", **context)


def by_matched_terms(complete: list, partial: list, terms: Terms) -> list:
    """Return entries by the terms that their titles and keywords have: a rare term counts more than a frequent one.

    ``complete``: entries whose text has all terms; each counts as half a keyword. Of the ``partial`` ones, beside
    complete ones only those count whose title or keywords have a term. Entries with equal scores keep their order.
    """
    full = {one.pk for one in complete}
    entries = [*complete, *(one for one in partial if one.pk not in full)]
    names = [(one.folded_title, f"{one.folded_title} {one.folded_keywords}") for one in entries]
    scores = [0.0] * len(entries)
    for term in terms:
        named = [_is_named(term, name) for _title, name in names]
        weight = log(1 + len(entries) / (sum(named) or 1))
        for place, (title, _name) in enumerate(names):
            in_name = 1.5 if _is_named(term, title) else 1 if named[place] else 0
            scores[place] += weight * max(in_name, 0.5 * (place < len(complete)))
    order = sorted(range(len(entries)), key=lambda place: -scores[place])
    return [entries[place] for place in order if scores[place] or not complete]


def _is_named(term, name: str) -> bool:
    return any(all(word in name for word in variant) for variant in term)


def _all_terms_sql(terms: Terms, holds: str) -> str:
    """Return SQL that requires every term in one of its variants, with all words of the variant."""
    alternatives = (
        " OR ".join(" AND ".join([f"({holds})"] * len(variant)) for variant in term) for term in terms
    )
    return " AND ".join(f"({term})" for term in alternatives)
