"""Search for a person's data in every table, index, session and stored file."""

import json
import re
from collections.abc import Iterable, Iterator

from django.apps import apps
from django.contrib.sessions.models import Session
from django.core.files.storage import Storage, storages
from django.db import connection

from eservices.deliveries.models import MailboxEntry


def everywhere(words: str) -> list[str]:
    """Return the names of the models with a row that contains these words."""
    found = []
    for model in apps.get_models(include_auto_created=True):
        if model is MailboxEntry:  # the demo's mailbox does not exist in a real commune
            continue
        for row in model.objects.values():
            if words.lower() in json.dumps(row, default=str, ensure_ascii=False).lower():
                found.append(model.__name__)
    return found


def places_with(marks: Iterable[str]) -> dict[str, set[str]]:
    """Return the places that contain any of the marks, each with those it contains.

    Places are the columns of all tables of the database, those of the search index and of no model too, the decoded
    sessions, and all files of the storages, by name and content. Spaces and capitals make no difference.
    """
    found: dict[str, set[str]] = {}
    for place, text in _texts():
        small = re.sub(r"\s", "", text.lower())
        if here := {mark for mark in marks if mark in small}:
            found.setdefault(place, set()).update(here)
    return found


def private_files() -> set[str]:
    """Return the paths of all private files."""
    return {place for place, _text in _files(storages["private"], "private")}


def _texts() -> Iterator[tuple[str, str]]:
    mailbox = MailboxEntry._meta.db_table
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            if table == mailbox:
                continue
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            names = [column[0] for column in cursor.description]
            for row in cursor.fetchall():
                yield from (
                    (f"{table}.{name}", _as_text(value)) for name, value in zip(names, row, strict=True)
                )
    for session in Session.objects.all():
        yield "sessions", json.dumps(session.get_decoded(), default=str, ensure_ascii=False)
    for alias in ("default", "private"):
        yield from _files(storages[alias], alias)


def _as_text(value) -> str:
    """Return a value as text; of JSON, what it says, without escapes."""
    text = bytes(value).decode("utf-8", "replace") if isinstance(value, bytes | memoryview) else str(value)
    return text.encode().decode("unicode_escape", "replace") + text if "\\u" in text else text


def _files(storage: Storage, alias: str, folder: str = "") -> Iterator[tuple[str, str]]:
    try:
        folders, names = storage.listdir(folder)
    except FileNotFoundError:
        return
    for name in names:
        path = f"{folder}/{name}".lstrip("/")
        with storage.open(path) as content:
            yield f"{alias}: {path}", f"{path} {content.read().decode('latin-1')}"
    for name in folders:
        yield from _files(storage, alias, f"{folder}/{name}".lstrip("/"))
