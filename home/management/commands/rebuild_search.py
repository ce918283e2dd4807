"""Rebuild of the search index, for a restored backup or a change of how pages are read."""

from django.core.management.base import BaseCommand

from ...search import index


class Command(BaseCommand):
    help = __doc__

    def handle(self, **options):
        self.stdout.write(f"Search finds {index.rebuild_index()} pages.")
