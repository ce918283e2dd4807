"""Wagtail's search on SQLite, with a rank only where it is asked for: it takes half of the time to write a question."""

from django.db.models import Value
from modelsearch.backends.database.sqlite.sqlite import (
    SQLiteAutocompleteQueryCompiler,
    SQLiteSearchBackend,
    SQLiteSearchQueryCompiler,
)


class RankedIfAsked:
    """For a compiler of questions."""

    def _build_rank_expression(self, vectors, config):
        return super()._build_rank_expression(vectors, config) if self.order_by_relevance else Value(0.0)


class QueryCompiler(RankedIfAsked, SQLiteSearchQueryCompiler):
    pass


class AutocompleteQueryCompiler(RankedIfAsked, SQLiteAutocompleteQueryCompiler):
    pass


class SearchBackend(SQLiteSearchBackend):
    query_compiler_class = QueryCompiler
    autocomplete_query_compiler_class = AutocompleteQueryCompiler
