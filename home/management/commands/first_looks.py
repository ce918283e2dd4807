"""Looks at all that was published and that nobody of ours has looked at: its pictures are cut."""

from django.core.management.base import BaseCommand

from home import first_looks


class Command(BaseCommand):
    help = __doc__

    def handle(self, **options):
        before = None
        while (pages := first_looks.due()) and pages != before:  # the same again where a cache keeps nothing
            before = pages
            for pk in first_looks.with_those_above(pages):
                first_looks.look_at(pk)
            first_looks.saw(pages)
