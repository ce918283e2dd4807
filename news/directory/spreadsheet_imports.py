"""Directory entries as a kind of object that is imported from spreadsheets."""

from collections.abc import Iterable, Mapping

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from eservices.accounts.models import User
from home.extensions.import_kinds import (
    NUMBER,
    TEXT,
    YES_NO,
    ImportKind,
    LineRefused,
    TargetField,
    Written,
    import_kinds,
)

from . import actions
from .forms import ImportedEntryForm
from .models import DirectoryEntry, DirectoryTheme


class DirectoryImport(ImportKind):
    """Associations and companies, each in the language of the person who imports them."""

    label = _("Associations and companies")

    def may_import(self, user: User) -> bool:
        return user.has_perm("news_directory.add_directoryentry")

    def fields(self, target: str) -> list[TargetField]:
        return [_target_field(name) for name in ImportedEntryForm.base_fields]

    def write(
        self, *, actor: User | None, target: str, origin: str, key: str, values: Mapping[str, str]
    ) -> Written:
        form = ImportedEntryForm(values)
        if not form.is_valid():
            raise LineRefused(form.sentences())
        entry = actions.create_entry(actor=actor, **form.cleaned_data)
        return Written(str(entry.pk), entry.name)

    def admin_urls(self, pks: Iterable[str]) -> dict[str, str]:
        found = DirectoryEntry.objects.filter(pk__in=pks).values_list("pk", flat=True)
        return {str(pk): reverse("directory_entries:edit", args=[pk]) for pk in found}


def _target_field(name: str) -> TargetField:
    field = ImportedEntryForm.base_fields[name]
    types = {"lat": NUMBER, "lon": NUMBER, "shown": YES_NO}
    choices = {"kind": _kinds, "theme": _themes}
    return TargetField(
        name,
        field.label,
        types.get(name, TEXT),
        required=field.required,
        max_length=getattr(field, "max_length", None),
        choices=choices[name]() if name in choices else None,
        help=field.help_text,
    )


def _kinds() -> dict[str, str]:
    """Return the kinds by what people write: in the languages of the site."""
    words = {}
    for language, _name in settings.LANGUAGES:
        with override(language):
            words |= {str(label): value for value, label in DirectoryEntry.Kind.choices}
    return words


def _themes() -> dict[str, str]:
    """Return the keys of the themes by their names in all languages."""
    themes = DirectoryTheme.objects.order_by("order", "pk").values_list("name", "translation_key")
    return {name: str(key) for name, key in reversed(themes)}


import_kinds.register("directory")(DirectoryImport())
