"""Build of the demo commune Orvenay, if it is missing."""

import time
from datetime import date

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from ...demo import people


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser):
        parser.add_argument("--reset", action="store_true", help="Throw away what is there and build again.")
        parser.add_argument("--cases", type=int, default=150, help="How many cases (150).")
        parser.add_argument("--today", type=date.fromisoformat, help="Build as of this day, as 2026-11-24.")
        parser.add_argument("--sign-ins", action="store_true", help="Only print who can sign in.")
        parser.add_argument(
            "--contents", action="store_true", help="Only print all that is there, to compare two builds."
        )

    def handle(self, *, reset, cases, today, sign_ins, contents, **options):
        if sign_ins:
            self.stdout.write(people.sign_in_sheet(), ending="")
            return
        if contents:
            from ...demo.snapshot import snapshot_lines

            self.stdout.writelines(f"{line}\n" for line in snapshot_lines())
            return
        if not settings.DEMO:
            raise CommandError("This is not a demo: use the settings mysite.settings.dev.")
        if settings.LANGUAGE_CODE != "fr":
            raise CommandError("The demo commune begins in French: leave COMMUNE_LANGUAGE unset.")
        if self.stands() and not reset:
            self.stdout.write("The demo commune is already there.")
        else:
            self.build(cases=cases, today=today or timezone.localdate(), reset=reset)
        self.keep_sign_ins()

    def stands(self) -> bool:
        """Return whether the demo is completely built."""
        from ...demo.state import is_built

        return is_built()

    def build(self, *, cases, today, reset) -> None:
        from ...demo import builders, state

        began = time.monotonic()
        if state.has_data():
            state.reset_demo()
        self.stdout.write("Building the demo commune Orvenay")
        builders.build_demo(today, cases=cases, say=self.stdout.write)
        state.mark_built()
        self.stdout.write(f"Built in {time.monotonic() - began:.1f} s")

    def keep_sign_ins(self) -> None:
        """Write the list of accounts beside the database, to be printed when the site starts."""
        settings.VAR_DIR.mkdir(parents=True, exist_ok=True)
        (settings.VAR_DIR / "demo-sign-ins.txt").write_text(people.sign_in_sheet(), encoding="utf-8")
