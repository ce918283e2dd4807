"""Command that tries the contract of a connection at the address of another system, and writes a report to sign."""

import os
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from eservices.connectors.bench.clauses import Verdict
from eservices.connectors.bench.runs import SUITES, CannotTry, Target, read_object, run_bench
from eservices.connectors.bench.signed_report import Report, report_json, report_markdown, summary_of

from ... import __version__

UNUSABLE = 2  # exit code if nothing could be tried; 1 if a clause is broken


class Command(BaseCommand):
    help = (
        "Try our contract at the test system of a supplier, and write a report. Exits with 1 if a clause is broken, "
        "with 2 if nothing could be tried. docs/connectors.md describes the clauses."
    )
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("kind", choices=list(SUITES))
        parser.add_argument("urls", nargs="+", metavar="URL")
        parser.add_argument(
            "--token", default="", help="bearer token, or key of a payment provider for tests"
        )
        parser.add_argument("--credentials", metavar="FILE", help="JSON with the values of a REST connection")
        parser.add_argument("--sample", metavar="FILE", help="JSON with the data of the test system")
        parser.add_argument("--provider", default="stripe_card", help="payment provider")
        parser.add_argument(
            "--internal", action="store_true", help="allow addresses of your own network, and http"
        )
        parser.add_argument("--wait", type=float, default=60, help="seconds until a decision must come")
        parser.add_argument(
            "--report", metavar="PATH", help="where the report is written, without its ending"
        )

    def handle(self, *args, **options):
        try:
            reports = [self.tried(url, options) for url in options["urls"]]
            base = Path(options["report"] or f"bench-{options['kind']}-{timezone.now():%Y%m%d-%H%M%S}")
            for number, report in enumerate(reports, 1):
                self.save(report, base if len(reports) == 1 else Path(f"{base}-{number}"))
        except CannotTry as fault:
            raise CommandError(str(fault), returncode=UNUSABLE) from fault
        except OSError as fault:
            raise CommandError(f"The report cannot be written: {fault}.", returncode=UNUSABLE) from fault
        if not all(report.is_passed for report in reports):
            raise CommandError("The contract is not kept.")

    def tried(self, url: str, options) -> Report:
        """Try the contract at one address, and show each result as soon as it is known."""
        given = read_object(options["credentials"]) if options["credentials"] else {}
        target = Target(
            options["kind"],
            url,
            credentials=given | ({"token": options["token"]} if options["token"] else {}),
            sample=read_object(options["sample"]) if options["sample"] else {},
            provider=options["provider"],
            internal=options["internal"],
            wait=options["wait"],
        )
        self.stdout.write(f"{SUITES[target.kind].name} at {target.shown_address}")
        return run_bench(target, __version__, self.show)

    def show(self, result) -> None:
        """Write a line about a clause."""
        reason = f" {result.reason}" if result.reason else ""
        style = self.style.ERROR if result.verdict == Verdict.BROKEN else str
        self.stdout.write(style(f"{result.clause.key:4} {result.verdict:9}  {result.clause.text}{reason}"))
        self.stdout.flush()

    def save(self, report: Report, base: Path) -> None:
        """Write both files of a report. Only their owner reads them: they contain what the other system answered."""
        data, page = Path(f"{base}.json"), Path(f"{base}.md")
        text = report_json(report)
        write_private(data, text)
        write_private(page, report_markdown(report, text, data.name))
        self.stdout.write(f"{summary_of(report)}. Report: {page}, {data}")


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner reads."""
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
