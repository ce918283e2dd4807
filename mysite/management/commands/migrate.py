"""Migration of the database, which does not stop the site that runs meanwhile."""

from django.core.management.commands.migrate import Command as Migrate
from django.db import connections

from mysite.databases.direct_connection import DirectConnectionMixin
from mysite.databases.session_defaults import disable_jit
from mysite.upgrades.schema_locks import migrate_with_lock_timeout


class Command(DirectConnectionMixin, Migrate):
    help = Migrate.help

    def handle(self, *args, **options):
        def migrate() -> None:
            super(Command, self).handle(*args, **options)

        connection = connections[options["database"]]
        migrate_with_lock_timeout(migrate, connection, self.stderr.write)
        disable_jit(connection, self.stderr.write)
