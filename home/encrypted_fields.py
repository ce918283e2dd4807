"""A JSON column that is encrypted in the database, with a ring of keys: the first encrypts, all of them decrypt."""

import json
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.apps import apps
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import models

MARK = "$fernet"  # key of an encrypted value; no key of a question has a dollar


class EncryptedJSONField(models.JSONField):
    """A JSONField whose values are encrypted if ``ANSWER_KEYS`` has a key. Empty values stay as they are.

    Values stored before the first key are read as they are, until ``manage.py encrypt_answers`` writes them anew.
    Migrations see a JSONField, because the column is the same. The database cannot search in encrypted values.
    """

    def deconstruct(self) -> Any:
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.JSONField", args, kwargs

    def clone(self) -> "EncryptedJSONField":
        """Clone the field. Django clones from ``deconstruct``, which names another class."""
        _name, _path, args, kwargs = self.deconstruct()
        return type(self)(*args, **kwargs)

    def get_db_prep_save(self, value: Any, connection: Any) -> Any:
        return super().get_db_prep_save(encrypt_value(value, self.encoder), connection)

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        return decrypt_value(super().from_db_value(value, expression, connection))


class LostKey(ImproperlyConfigured):
    """No key in ``ANSWER_KEYS`` decrypts a stored value."""


def encrypt_value(value: Any, encoder: type[json.JSONEncoder] | None = None) -> Any:
    """Return the value under the first key; as it is if it is empty, an expression, or there is no key."""
    if not value or hasattr(value, "resolve_expression") or not settings.ANSWER_KEYS:
        return value
    text = json.dumps(value, cls=encoder, ensure_ascii=False)
    return {MARK: key_ring(*settings.ANSWER_KEYS).encrypt(text.encode()).decode()}


def decrypt_value(value: Any) -> Any:
    """Return the encrypted value in plain; any other value as it is."""
    if not is_encrypted(value):
        return value
    try:
        return json.loads(key_ring(*settings.ANSWER_KEYS).decrypt(value[MARK]))
    except (InvalidToken, ValueError):
        raise LostKey("ANSWER_KEYS lacks the key of stored answers: add it at the end of the list.") from None


def is_encrypted(value: Any) -> bool:
    return isinstance(value, dict) and value.keys() == {MARK}


def is_current(value: Any) -> bool:
    """Return whether a stored value is as it would be stored now: empty, or under the first key."""
    if not value or not settings.ANSWER_KEYS:
        return not is_encrypted(value)
    if not is_encrypted(value):
        return False
    try:
        Fernet(settings.ANSWER_KEYS[0]).decrypt(value[MARK])
    except InvalidToken:
        return False
    return True


@lru_cache(maxsize=4)
def key_ring(*keys: str) -> MultiFernet:
    """Return the keys as one. Raise ``ValueError`` without any."""
    return MultiFernet([Fernet(key) for key in keys])


def encrypted_columns() -> Iterator[tuple[type[models.Model], list[str]]]:
    """Yield each model with such fields, and their names."""
    for model in apps.get_models():
        names = [field.name for field in model._meta.fields if isinstance(field, EncryptedJSONField)]
        if names:
            yield model, names
