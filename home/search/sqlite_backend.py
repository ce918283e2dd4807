"""Wagtail's search on SQLite, with a rank only on demand: computing it doubles the time to build a query."""

from django.db.models import Value
from modelsearch.backends.database.sqlite.sqlite import (
    SQLiteAutocompleteQueryCompiler,
    SQLiteSearchBackend,
    SQLiteSearchQueryCompiler,
)


class RankOnDemandMixin:
    """Mixin for query compilers that omits an unused rank."""

    def _build_rank_expression(self, vectors, config):
        return super()._build_rank_expression(vectors, config) if self.order_by_relevance else Value(0.0)


class QueryCompiler(RankOnDemandMixin, SQLiteSearchQueryCompiler):
    pass


class AutocompleteQueryCompiler(RankOnDemandMixin, SQLiteAutocompleteQueryCompiler):
    pass


class SearchBackend(SQLiteSearchBackend):
    query_compiler_class = QueryCompiler
    autocomplete_query_compiler_class = AutocompleteQueryCompiler
