"""Database expression for how well the title of an entry fits a query."""

from itertools import product

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


def _all_terms_sql(terms: Terms, holds: str) -> str:
    """Return SQL that requires every term in one of its variants, with all words of the variant."""
    alternatives = (
        " OR ".join(" AND ".join([f"({holds})"] * len(variant)) for variant in term) for term in terms
    )
    return " AND ".join(f"({term})" for term in alternatives)
