"""How well the name of an entry fits a query, said to the database."""

from itertools import product

from django.db.models import F, Func, IntegerField

from ..text.synonyms import Terms

BEST = 5  # named so, as typed


class TitleRank(Func):
    """How well the name fits the first of ``readings``, else the next: named with all words, then with its keywords
    too; 1 is found by its text.

    One expression: of two for each word Django takes longer to write the question than the database to answer it.
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
            cases.append(f"WHEN {_said(terms, holds)} THEN {BEST - place}")
            words += [word for term in terms for way in term for word in way for _name in names]
        return f"CASE {' '.join(cases)} ELSE 1 END", words

    def as_postgresql(self, compiler, connection, **context):
        return self.as_sql(compiler, connection, position="STRPOS", **context)


def _said(terms: Terms, holds: str) -> str:
    """Every term in one of its ways, which is said with all its words."""
    ways = (" OR ".join(" AND ".join([f"({holds})"] * len(way)) for way in term) for term in terms)
    return " AND ".join(f"({term})" for term in ways)
