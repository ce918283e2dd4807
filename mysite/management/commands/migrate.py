"""Migration of the database, which does not stop the site that runs meanwhile."""

from django.core.management.commands.migrate import Command as Migrate
from django.db import connections

from mysite.upgrades.schema_locks import migrate_with_lock_timeout


class Command(Migrate):
    help = Migrate.help

    def handle(self, *args, **options):
        def migrate() -> None:
            super(Command, self).handle(*args, **options)

        migrate_with_lock_timeout(migrate, connections[options["database"]], self.stderr.write)
