"""State of translations: missing, outdated, partial or complete, and the last editor.

All objects of a type are read in a fixed number of queries. A translation is outdated if its source was published or
saved later. It is partial if texts known to wagtail-localize have no translation. Translations of an unpublished source
are not missing.
"""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db.models import CharField, Count, Exists, F, OuterRef, Q, Subquery, Value
from django.db.models.functions import Cast, Coalesce, Concat, NullIf, Trim
from django.urls import NoReverseMatch, reverse
from django.utils.functional import cached_property
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.admin_url_finder import AdminURLFinder
from wagtail.models import ModelLogEntry, Page, PageLogEntry, get_translatable_models
from wagtail.snippets.models import get_snippet_models
from wagtail_localize.models import StringSegment, StringTranslation, Translation, TranslationSource

MISSING, OUTDATED, PART, COMPLETE, DRAFT = "missing", "outdated", "part", "complete", "draft"
STATES = {
    MISSING: gettext_lazy("missing"),
    OUTDATED: gettext_lazy("outdated"),
    PART: gettext_lazy("in part"),
    COMPLETE: gettext_lazy("complete"),
    DRAFT: gettext_lazy("source not published"),
}
ALL_PAGES = "pages"
# As Django's ``get_full_name``, or the e-mail address of a user without name.
FULL_NAME = Trim(Concat("user__first_name", Value(" "), "user__last_name"))
NAME = Coalesce(NullIf(FULL_NAME, Value("")), "user__email", output_field=CharField())
MAX_ITEMS = 2_000  # objects of a type that are read, per language


@dataclass
class TranslationCell:
    """The state of an object in one language."""

    state: str
    url: str = ""  # where it is translated
    who: str = ""
    when: datetime | None = None
    done: int = 0
    total: int = 0

    @property
    def label(self) -> str:
        return str(STATES[self.state])


@dataclass
class TranslationRow:
    """An object in its source language, with the states of its translations."""

    title: str
    language: str
    url: str
    cells: dict[str, TranslationCell]


def translatable_types() -> dict[str, tuple[str, type]]:
    """Return the translatable types by key: name and model."""
    models = get_translatable_models(include_subclasses=True)
    pages = [model for model in models if issubclass(model, Page) and model is not Page]
    snippets = [model for model in get_snippet_models() if model in models]
    named = {model._meta.label_lower: (_name(model), model) for model in [*pages, *snippets]}
    return {ALL_PAGES: (_("All pages"), Page)} | dict(sorted(named.items(), key=lambda item: item[1][0]))


def _name(model) -> str:
    return capfirst(str(model._meta.verbose_name))


class TranslationReport:
    """State of the translations of all objects of a type, with links for a user."""

    def __init__(self, model: type, user):
        self.model = model
        self.finder = AdminURLFinder(user)
        self.is_page = issubclass(model, Page)

    @cached_property
    def instances(self) -> list:
        """The objects in all languages, with their last editor and time."""
        if self.is_page:
            log = PageLogEntry.objects.filter(page=OuterRef("pk"))
            found = self.model.objects.filter(depth__gt=1, alias_of=None)
        else:
            log = ModelLogEntry.objects.filter(content_type__model=self.model._meta.model_name)
            log = log.filter(content_type__app_label=self.model._meta.app_label)
            log = log.filter(object_id=Cast(OuterRef("pk"), CharField()))
            found = self.model.objects.all()
        last = log.order_by("-timestamp", "-pk")
        touched = found.annotate(
            touched_at=Subquery(last.filter(content_changed=True).values("timestamp")[:1]),
            touched_by=Subquery(last.filter(user__isnull=False).annotate(who=NAME).values("who")[:1]),
        )
        return list(touched.select_related("locale").order_by("pk")[: MAX_ITEMS * len(settings.LANGUAGES)])

    @cached_property
    def by_key(self) -> dict:
        """The objects by translation key, then by language."""
        found: dict = {}
        for instance in self.instances:
            found.setdefault(instance.translation_key, {})[instance.locale.language_code] = instance
        return found

    @cached_property
    def origins(self) -> dict:
        """The source language of objects that were translated into the main language, by translation key."""
        into = Translation.objects.filter(target_locale__language_code=settings.LANGUAGE_CODE)
        found = into.filter(source__object__translation_key__in=self.by_key)
        return dict(found.values_list("source__object__translation_key", "source__locale__language_code"))

    @cached_property
    def sources(self) -> dict:
        """The translation sources of wagtail-localize, by translation key and language."""
        found = TranslationSource.objects.filter(object__translation_key__in=self.by_key)
        known = found.annotate(
            key=F("object__translation_key"), code=F("locale__language_code"), total=Count("stringsegment")
        )
        return {(source.key, source.code): source for source in known}

    @cached_property
    def translated(self) -> dict:
        """The number of translated texts, by source and language. One query per language."""
        found: dict = {}
        for code in self.languages:
            strings = StringTranslation.objects.filter(
                translation_of=OuterRef("string"), context=OuterRef("context"), has_error=False
            )
            strings = strings.filter(locale__language_code=code)
            segments = StringSegment.objects.filter(source__in=[one.pk for one in self.sources.values()])
            counts = segments.values("source").annotate(n=Count("pk", filter=Q(Exists(strings))))
            found |= {(row["source"], code): row["n"] for row in counts}
        return found

    @cached_property
    def languages(self) -> list[str]:
        return [code for code, _name in settings.LANGUAGES]

    def rows(self) -> list[TranslationRow]:
        return [self._row(key, versions) for key, versions in self.by_key.items()]

    def _row(self, key, versions: dict) -> TranslationRow:
        ours = versions.get(settings.LANGUAGE_CODE)
        source = versions.get(self.origins.get(key)) or ours or next(iter(versions.values()))
        language = source.locale.language_code
        others = [code for code in self.languages if code != language]
        cells = {code: self._cell(key, source, versions.get(code), code) for code in others}
        return TranslationRow(str(source), language, self.finder.get_edit_url(source) or "", cells)

    def _cell(self, key, source, translation, code: str) -> TranslationCell:
        known = self.sources.get((key, source.locale.language_code))
        unread = MISSING if _is_live(source) else DRAFT
        if translation is None:
            return TranslationCell(unread, self._submit_url(source, code))
        done, total = (self.translated.get((known.pk, code), 0), known.total) if known else (0, 0)
        url = self.finder.get_edit_url(translation) or ""
        cell = TranslationCell(
            COMPLETE, url, translation.touched_by or "", translation.touched_at, done, total
        )
        if not _is_live(translation):
            cell.state = unread
        elif _newer(source, translation):
            cell.state = OUTDATED
            cell.url = reverse("wagtail_localize:update_translations", args=[known.pk]) if known else url
        elif done < total:
            cell.state = PART
        return cell

    def _submit_url(self, source, code: str) -> str:
        """Return the address of the form that starts a translation, with the language selected; "" if there is none."""
        names = (self.model._meta.app_label, self.model._meta.model_name)
        kind, place = ("page", [source.pk]) if self.is_page else ("snippet", [*names, source.pk])
        try:
            return (
                f"{reverse(f'wagtail_localize:submit_{kind}_translation', args=place)}?select_locale={code}"
            )
        except NoReverseMatch:
            return ""


def _is_live(thing) -> bool:
    return getattr(thing, "live", True)


def _newer(source, translation) -> bool:
    """Return whether the source was published after its translation; without drafts, whether it was saved after it."""
    if hasattr(source, "last_published_at"):
        one, other = source.last_published_at, translation.last_published_at
    else:
        one, other = source.touched_at, translation.touched_at
    return bool(one and (other is None or one > other))
