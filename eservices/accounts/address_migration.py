"""Bringing the stored e-mail addresses of a table into their normal form, for migrations."""

import logging

from django.db import IntegrityError, transaction

from .email_addresses import NoNormalForm, normal_form

logger = logging.getLogger(__name__)


def store_normal_forms(rows, field: str = "email") -> None:
    """Store the normal form of ``field`` in each of ``rows``, a queryset of a historical model.

    No row is lost: one that has no normal form, or that would be the same as another, keeps its address as it is and
    is named in the log, by its key and not by its address. Such a row equals no other address any more.
    """
    found = rows.exclude(**{field: ""}).order_by("pk").values_list("pk", field)
    for key, address in found.iterator(chunk_size=2000):
        name = f"{rows.model._meta.label} {key}"
        try:
            form = normal_form(address)
        except NoNormalForm:
            logger.warning("%s: %s is no address that can be used; it stays as it is", name, field)
            continue
        if form == address:
            continue
        try:
            with transaction.atomic(using=rows.db):
                rows.model._base_manager.using(rows.db).filter(pk=key).update(**{field: form})
        except IntegrityError:
            logger.warning("%s: another row has the same %s; both stay as they are", name, field)


def normalising(app_label: str, **fields: tuple[str, ...]):
    """Return a function for ``RunPython``: ``fields`` names the fields of each model."""

    def run(apps, schema_editor):
        for name, of_model in fields.items():
            rows = apps.get_model(app_label, name)._base_manager.using(schema_editor.connection.alias)
            for field in of_model:
                store_normal_forms(rows, field)

    return run
