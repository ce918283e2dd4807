"""Gives a new commune its groups, a home page, drafts and usual kinds; one that has begun only its address."""

from django.core.management.base import BaseCommand

from ... import bootstrap


class Command(BaseCommand):
    help = __doc__
    requires_system_checks = ()  # migrate checks the database

    def handle(self, **options):
        bootstrap.bootstrap_site()
        bootstrap.set_site_address()
