"""Wagtail's search on SQLite, with a rank only where it is asked for: it takes half of the time to write a question."""

from django.db.models import Value
from modelsearch.backends.database.sqlite.sqlite import (
    SQLiteAutocompleteQueryCompiler,
    SQLiteSearchBackend,
    SQLiteSearchQueryCompiler,
)


class RankOnDemandMixin:
    """For a compiler of questions."""

    def _build_rank_expression(self, vectors, config):
        return super()._build_rank_expression(vectors, config) if self.order_by_relevance else Value(0.0)


class QueryCompiler(RankOnDemandMixin, SQLiteSearchQueryCompiler):
    pass


class AutocompleteQueryCompiler(RankOnDemandMixin, SQLiteAutocompleteQueryCompiler):
    pass


class SearchBackend(SQLiteSearchBackend):
    query_compiler_class = QueryCompiler
    autocomplete_query_compiler_class = AutocompleteQueryCompiler
