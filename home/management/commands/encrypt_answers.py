"""Writes stored answers anew under the first key of ANSWER_KEYS: after the first key was set, or a new one."""

from collections.abc import Iterator

from cryptography.fernet import Fernet
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, no_translations
from django.db import models, transaction
from django.db.models.functions import Cast

from ...encrypted_fields import LostKey, encrypted_columns, is_current

AT_ONCE = 200


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser):
        parser.add_argument("--new-key", action="store_true", help="Only print the line of a new key.")
        parser.add_argument(
            "--check", action="store_true", help="Only count what is under no or another key."
        )

    @no_translations
    def handle(self, *, new_key, check, **options):
        if new_key:
            keys = ",".join([Fernet.generate_key().decode(), *settings.ANSWER_KEYS])
            self.stdout.write(f"ANSWER_KEYS={keys}")
            return
        old = 0
        for model, names in encrypted_columns():
            try:
                found = count_outdated(model, names) if check else encrypt_rows(model, names)
            except LostKey as error:
                raise CommandError(f"{model._meta.label}: {error}") from error
            self.stdout.write(f"{model._meta.label}: {found} {'to write' if check else 'written'}")
            old += found
        if check and old:
            raise CommandError(f"{old} rows are not under the first key: run this without --check.")
        if not settings.ANSWER_KEYS:
            self.stdout.write("ANSWER_KEYS is not set: answers are stored in plain.")


def count_outdated(model: type[models.Model], names: list[str]) -> int:
    return sum(len(outdated_keys(model, names, keys)) for keys in key_batches(model))


def encrypt_rows(model: type[models.Model], names: list[str]) -> int:
    """Write the outdated rows of the table, some at a time, so that the site goes on. Return their number."""
    written = 0
    for keys in key_batches(model):
        with transaction.atomic():
            rows = model._base_manager.select_for_update(of=("self",)).in_bulk(
                outdated_keys(model, names, keys)
            )
            for row in rows.values():
                model._base_manager.filter(pk=row.pk).update(**{name: getattr(row, name) for name in names})
        written += len(rows)
    return written


def key_batches(model: type[models.Model]) -> Iterator[list]:
    """Yield the primary keys of the table, some at a time."""
    last, rows = None, model._base_manager.order_by("pk").values_list("pk", flat=True)
    while keys := list((rows if last is None else rows.filter(pk__gt=last))[:AT_ONCE]):
        yield keys
        last = keys[-1]


def outdated_keys(model: type[models.Model], names: list[str], keys: list) -> list:
    """Return those of ``keys`` whose stored values are in plain or under another key."""
    raw = {f"stored_{name}": Cast(name, models.JSONField()) for name in names}
    rows = model._base_manager.filter(pk__in=keys).values("pk", **raw)
    return [row["pk"] for row in rows if not all(is_current(row[name]) for name in raw)]
