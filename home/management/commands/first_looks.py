"""Looks at all that was published and that nobody of ours has looked at: its pictures are cut."""

from django.core.management.base import BaseCommand

from home import first_looks


class Command(BaseCommand):
    help = __doc__

    def handle(self, **options):
        while pages := first_looks.due():
            for pk in first_looks.with_those_above(pages):
                first_looks.look_at(pk)
            first_looks.saw(pages)
