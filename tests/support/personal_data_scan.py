"""Search for a person's data in every table."""

import json

from django.apps import apps

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
