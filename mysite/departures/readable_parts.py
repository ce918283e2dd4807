"""Parts of a departure for people and other programs: services, cases, books, people, subscriptions, pages.

Each is written by the serializer that the site has for it already.
"""

import csv
import io
import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from tempfile import SpooledTemporaryFile
from typing import Any, BinaryIO

from django.apps import apps
from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.utils.translation import override
from wagtail.fields import StreamField
from wagtail.models import COMMENTS_RELATION_NAME, Page

from eservices.accounts.models import User
from eservices.cases.models import Case
from eservices.cases.retention.archive import write_package
from eservices.catalogue.definition.compiler import export_definition
from eservices.catalogue.definition.files import serialize_definition
from eservices.catalogue.models import ServicePage
from eservices.formbuilder.models import FormVersion, ReferenceTable
from eservices.formbuilder.reference_tables.files import write_table_file
from eservices.payments.journal_export import totals_by_account, write_accounts_csv, write_rows_csv
from eservices.payments.models import JournalRow
from eservices.space.export import person_data
from home.extensions.personal_data import personal_data_holdings
from home.formats.spreadsheets import unescape_cell
from home.links.page_links import full_page_url
from home.web.opt_ins import OptIn

from ..backups.backup_store import IN_MEMORY
from .departure_pack import DeparturePack
from .exceptions import DepartureError

AS_LINE: dict[str, Any] = {"ensure_ascii": False, "sort_keys": True}
CHUNK = 100  # rows that are read at a time
DEBIT, CREDIT, AMOUNT, CURRENCY = 2, 3, 4, 5  # columns of the journal as CSV


class ReadableParts:
    """Writer of these parts. ``faults``: what could not be written, in sentences."""

    def __init__(self, pack: DeparturePack):
        self.pack, self.faults = pack, []

    def write_all(self) -> dict:
        """Write all parts, in the first language of the site. Return their counts and totals."""
        parts: dict[str, Callable[[], object]] = {
            "services": self.write_services,
            "cases": self.write_cases,
            "books": self.write_books,
            "people": self.write_people,
            "subscriptions": self.write_subscriptions,
            "pages": self.write_pages,
        }
        with override(settings.LANGUAGE_CODE):
            return {name: write() for name, write in parts.items()}

    # -- Services ------------------------------------------------------------------------------------------------
    def write_services(self) -> int:
        """Write the services as they are published, all versions, and the tables they refer to."""
        used: Counter[str] = Counter()
        for page in ServicePage.objects.order_by("pk").iterator(chunk_size=CHUNK):
            if page.is_source:
                used[page.slug] += 1
                name = page.slug if used[page.slug] == 1 else f"{page.slug}-{page.pk}"
                shown = page if page.live else page.get_latest_revision_as_object()
                self._add_text(f"services/{name}.json", serialize_definition(export_definition(shown)))
        for version in FormVersion.objects.select_related("form").order_by("pk").iterator(chunk_size=CHUNK):
            name = f"services/versions/{version.form.slug}-{version.number:03}.json"
            self._add_text(name, serialize_definition(version.content))
        for table in ReferenceTable.objects.order_by("key"):
            self._add_text(
                f"services/tables/{table.key}.csv", write_table_file(table.rows.order_by("order", "pk"))
            )
        return used.total()

    # -- Cases -----------------------------------------------------------------------------------------------------
    def write_cases(self) -> int:
        """Write every case as an archive package, dated by its latest event so that equal cases give equal files."""
        written = 0
        cases = Case.objects.select_related("submission", "version", "form", "team").order_by("reference")
        for case in cases.iterator(chunk_size=CHUNK):
            last = case.events.order_by("-number").values_list("at", flat=True).first()
            with SpooledTemporaryFile(IN_MEMORY, dir=settings.VAR_DIR) as package:
                try:
                    write_package(case, package, last or case.opened_at)
                except FileNotFoundError as error:
                    self.faults.append(
                        f"cases/{case.reference}.zip is not there, because a file is missing: {error}"
                    )
                    continue
                self.pack.add(f"cases/{case.reference}.zip", package)
            written += 1
        return written

    # -- Books -----------------------------------------------------------------------------------------------------
    def write_books(self) -> dict:
        """Write journal and accounts by year. Raise ``DepartureError`` if the CSV does not add up to the journal."""
        totals = {}
        for first_day in JournalRow.objects.order_by().dates("day", "year"):
            year = first_day.year
            rows = JournalRow.objects.filter(day__year=year).order_by("number")
            accounts = totals_by_account(rows)
            with _spooled(write_rows_csv(rows.select_related("payment", "charge__case"))) as journal:
                if (sums := _sum_accounts(journal)) != accounts:
                    raise DepartureError(
                        f"The journal of {year} adds up to {accounts}, and as CSV to {sums}: run verify_journal."
                    )
                self.pack.add(f"books/journal-{year}.csv", journal)
            with _spooled(write_accounts_csv(rows)) as balances:
                self.pack.add(f"books/accounts-{year}.csv", balances)
            totals[str(year)] = {"rows": rows.count(), "accounts": accounts}
        return totals

    # -- People, subscriptions, pages --------------------------------------------------------------------------------
    def write_people(self) -> int:
        """Write accounts with what the own data shows of them; cases are in ``cases/``."""
        people = User.objects.order_by("pk").prefetch_related("groups").iterator(chunk_size=CHUNK)
        return self._add_rows("people.jsonl", (_person_row(user) for user in people))

    def write_subscriptions(self) -> int:
        """Write what the owner of an address subscribed to or wrote, besides cases."""
        models = [model for model in apps.get_models() if issubclass(model, OptIn)]
        emails = [model.objects.order_by().values("email") for model in models]
        found = emails[0].union(*emails[1:]).order_by("email").values_list("email", flat=True)
        return self._add_rows("subscriptions.jsonl", map(_subscriptions_of, found.iterator(chunk_size=CHUNK)))

    def write_pages(self) -> int:
        """Write the fields of all pages, also of drafts."""
        pages = Page.objects.filter(depth__gt=1).select_related("locale").order_by("pk")
        return self._add_rows("pages.jsonl", (_page_row(page) for page in pages.iterator(chunk_size=CHUNK)))

    # -- Writing ---------------------------------------------------------------------------------------------------
    def _add_text(self, name: str, text: str) -> None:
        self.pack.add(name, io.BytesIO(text.encode()))

    def _add_rows(self, name: str, rows: Iterable[dict]) -> int:
        counted = _Counted(rows)
        with _spooled(json.dumps(row, cls=DjangoJSONEncoder, **AS_LINE) + "\n" for row in counted) as content:
            self.pack.add(name, content)
        return counted.number


class _Counted:
    """Rows that are counted while they are read."""

    def __init__(self, rows: Iterable[dict]):
        self.rows, self.number = rows, 0

    def __iter__(self) -> Iterator[dict]:
        for row in self.rows:
            self.number += 1
            yield row


@contextmanager
def _spooled(lines: Iterable[str]) -> Iterator[BinaryIO]:
    with SpooledTemporaryFile(IN_MEMORY, dir=settings.VAR_DIR) as content:
        for line in lines:
            content.write(line.encode())
        content.seek(0)
        yield content


def _sum_accounts(journal: BinaryIO) -> list[dict]:
    """Return the totals of a journal as CSV, in the shape of ``totals_by_account``."""
    sums: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    lines = csv.reader((line.decode() for line in journal), delimiter=";")
    next(lines)
    for row in lines:
        amount = int(Decimal(row[AMOUNT].replace(",", ".")) * 100)
        for column, side in ((DEBIT, "debit"), (CREDIT, "credit")):
            sums[unescape_cell(row[CURRENCY]), unescape_cell(row[column])][side] += amount
    return [
        {
            "currency": currency,
            "account": account,
            "debit": both["debit"],
            "credit": both["credit"],
            "balance": both["debit"] - both["credit"],
        }
        for (currency, account), both in sorted(sums.items())
    ]


def _person_row(user: User) -> dict:
    groups = sorted(group.name for group in user.groups.all())
    return person_data(user) | {"staff": user.is_staff, "active": user.is_active, "groups": groups}


def _subscriptions_of(email: str) -> dict:
    found = {key: holding.export(email) for key, holding in personal_data_holdings.items()}
    return {"email": email} | {key: rows for key, rows in found.items() if rows}


def _page_row(page: Page) -> dict:
    own = page.specific
    fields = own.serializable_data()
    fields.pop(COMMENTS_RELATION_NAME, None)  # of editors, and not a part of the page
    for field in own._meta.get_fields():
        if isinstance(field, StreamField):
            fields[field.name] = json.loads(fields[field.name])
    return {
        "type": own._meta.label,
        "language": page.locale.language_code,
        "url": full_page_url(page),
        "fields": fields,
    }
