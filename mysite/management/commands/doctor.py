"""Examination of this installation: settings, servers, disk, clock, names, certificate, background, outbox."""

import sys

from django.core.management.base import BaseCommand, no_translations

from ...doctor.examination import examine_installation
from ...doctor.findings import EXIT_CODES, as_json, as_text, worst_level


class Command(BaseCommand):
    help = __doc__
    requires_system_checks = ()  # they are part of the examination

    def add_arguments(self, parser):
        parser.add_argument("--json", action="store_true", help="Print the findings for a monitor.")

    @no_translations
    def handle(self, **options):
        findings = examine_installation()
        self.stdout.write(as_json(findings) if options["json"] else as_text(findings), ending="")
        if code := EXIT_CODES[worst_level(findings)]:
            sys.exit(code)
