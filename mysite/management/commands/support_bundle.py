"""A file to send when asking for help: versions, masked settings, findings, masked log. No row of the database."""

import json
import sys
from pathlib import Path

from django.core.management.base import BaseCommand, no_translations

from ...doctor.examination import examine_installation
from ...doctor.support_bundle import build_bundle


class Command(BaseCommand):
    help = __doc__
    requires_system_checks = ()  # they are part of the examination

    def add_arguments(self, parser):
        parser.add_argument(
            "--logs", metavar="FILE", help="A log to add; - reads it from the standard input."
        )

    @no_translations
    def handle(self, *, logs, **options):
        log = []
        if logs:
            log = (
                sys.stdin.readlines() if logs == "-" else Path(logs).read_text(errors="replace").splitlines()
            )
        bundle = build_bundle(examine_installation(), log)
        self.stdout.write(json.dumps(bundle, ensure_ascii=False, indent=1))
