"""Gives a new commune its groups, their rights and a home page; changes nothing where it has begun."""

from django.core.management.base import BaseCommand

from mysite import beginning


class Command(BaseCommand):
    help = __doc__
    requires_system_checks = ()  # migrate checks the database

    def handle(self, **options):
        beginning.begin()
