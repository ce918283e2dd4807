"""Creation of a new commune's groups, home page, drafts and categories. Later calls only set the site's address."""

from django.core.management.base import BaseCommand

from ... import bootstrap


class Command(BaseCommand):
    help = __doc__
    requires_system_checks = ()  # migrate checks the database

    def handle(self, **options):
        bootstrap.bootstrap_site()
        bootstrap.set_site_address()
