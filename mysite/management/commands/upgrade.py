"""Upgrade to the installed version: check, backup, prepare, restart, verify; back to what was, where a step fails."""

import shlex

from django.conf import settings
from django.core.management import CommandError, call_command
from django.core.management.base import BaseCommand, SystemCheckError

from mysite import __version__
from mysite.databases.direct_connection import DirectConnectionMixin
from mysite.upgrades import migration_rollback, running_site
from mysite.upgrades.migration_rollback import Key

NOTHING_CHANGED = "Nothing was changed: the version that runs goes on."
RESTART_BY_HAND = "restart site, worker and scheduler as you started them: HUP to serve loads the code again."
WAY_BACK = """The version before runs with the tables and files of this one. To go back, install the version before:
  a package:   commune upgrade --back
  a tarball:   /usr/share/commune-VERSION/deploy/install
  a checkout:  git checkout VERSION, then systemctl reload-or-restart 'commune-*.service'
No request is lost by this. The backup is only for data that are damaged: restoring it loses what came in since."""


class Command(DirectConnectionMixin, BaseCommand):
    help = __doc__
    requires_system_checks = ()  # the first step runs them

    def add_arguments(self, parser):
        parser.add_argument("--no-backup", action="store_true", help="Make no backup: there is a fresh one.")
        parser.add_argument(
            "--prepare-only", action="store_true", help="End before the restart, which the caller does."
        )
        parser.add_argument("--restart", metavar="COMMAND", help="Command that restarts the processes.")
        parser.add_argument(
            "--address", default=settings.WAGTAILADMIN_BASE_URL, help="Address at which the site is asked."
        )
        parser.add_argument(
            "--verify", action="store_true", help="Only ask whether the installed version answers."
        )

    def handle(self, *, no_backup, prepare_only, restart, address, verify, **options):
        if verify:
            self.verify(address)
            return
        self.check_settings()
        if not no_backup:
            self.back_up()
        self.prepare()
        if prepare_only:
            return
        words = tuple(shlex.split(restart or "")) or running_site.RESTART
        if restart or running_site.may_restart():
            self.restart(words)
            self.verify(address)
        else:
            how = f"restart, as root: {shlex.join(words)}" if running_site.has_systemd() else RESTART_BY_HAND
            self.say(
                f"Prepared. Now {how}\nThen: manage.py upgrade --verify. Until then the version before answers."
            )

    def check_settings(self) -> None:
        self.say("Checking the settings")
        try:
            call_command("check", deploy=True, fail_level="ERROR", stdout=self.stdout, stderr=self.stderr)
        except SystemCheckError as error:
            raise CommandError(f"{error}\n{NOTHING_CHANGED}") from None

    def back_up(self) -> None:
        self.say("Making a backup")
        try:
            call_command("backup", stdout=self.stdout, stderr=self.stderr)
        except Exception as error:  # whatever it is: without a backup nothing is changed
            raise CommandError(
                f"No backup could be made: {error}\nIf there is a fresh one, add --no-backup. {NOTHING_CHANGED}"
            ) from error

    def prepare(self) -> None:
        """Migrate and collect static files. Where that fails, undo the migrations of this upgrade."""
        self.say("Preparing the database and the static files")
        before = migration_rollback.applied_migrations()
        try:
            call_command("prepare", stdout=self.stdout, stderr=self.stderr)
        except Exception as error:  # whatever it is: the tables go back, and the operator reads it
            raise CommandError(f"{error}\n{self.undo(before)}") from error
        done = migration_rollback.applied_migrations() - before
        self.say(f"{len(done)} migrations applied{''.join(f', {app}.{name}' for app, name in sorted(done))}")

    def undo(self, before: set[Key]) -> str:
        """Undo the migrations since ``before``. Return a sentence about what is the case now."""
        done = migration_rollback.applied_migrations() - before
        names = ", ".join(f"{app}.{name}" for app, name in sorted(done))
        if not done:
            return NOTHING_CHANGED
        if migration_rollback.irreversible_migrations(done):
            return (
                f"Applied and not undone, because not all can be: {names}. The version that runs goes on with them. "
                "Run the upgrade again when the cause is mended; only if data are damaged, restore the backup."
            )
        try:
            migration_rollback.undo_migrations(before, done)
        except Exception as error:  # the first fault is shown too
            return f"Undoing {names} failed: {error}. The version that runs goes on with what is applied."
        return f"Undone again: {names}. The version that runs goes on."

    def restart(self, words: tuple[str, ...]) -> None:
        self.say(f"Restarting: {shlex.join(words)}")
        if fault := running_site.restart_processes(words):
            raise CommandError(f"The restart failed: {fault}\n{WAY_BACK}")

    def verify(self, address: str) -> None:
        self.say(f"Asking {address}/health/ for version {__version__}")
        state, fault = running_site.wait_for_version(__version__, address)
        if fault:
            raise CommandError(f"The new version is not seen: {fault}.\n{WAY_BACK}")
        self.say(f"Version {__version__} answers: {state['status']}")
        for name, part in state.items():
            if isinstance(part, dict) and not part.get("alive", True):
                self.stderr.write(f"Not well: {name}")

    def say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()
