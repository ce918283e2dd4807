"""Every write of the catalogue that means something."""

from django.db import transaction

from eservices.formbuilder import actions as formbuilder
from eservices.formbuilder.models import Form, FormVersion

from . import importing
from .compile import definition_of
from .models import ServicePage


@transaction.atomic
def publish_form(*, actor, page: ServicePage) -> FormVersion | None:
    """Freezes what is live of the service that ``page`` belongs to; None while its source is not live.

    Content that did not change makes no new version.
    """
    source = ServicePage.objects.source_of(page.translation_key)
    if source is None or not source.live:
        return None
    translations = source.get_translations().live().specific().order_by("locale__language_code")
    content = definition_of(source, translations)
    form = _form(source)
    formbuilder.offer(actor=actor, form=form, offered=True)
    _follow(source, translations)
    return formbuilder.freeze(actor=actor, form=form, content=content)


@transaction.atomic
def withdraw_form(*, actor, page: ServicePage) -> None:
    """No new requests: the source page is no longer live. What was begun may be finished."""
    form = Form.objects.filter(key=page.translation_key).first()
    if form is not None and page.is_source:
        formbuilder.offer(actor=actor, form=form, offered=False)


def import_service(*, actor, index, definition: dict, page_fields: dict | None = None) -> ServicePage:
    """Makes or changes the service that a definition describes, as an editor would, and publishes it.

    ``page_fields``: see ``importing.write_service``.
    """
    return importing.write_service(index, definition, page_fields or {}, user=actor)


def _form(source: ServicePage) -> Form:
    """The form of a service, found under the page's address as long as no other has it."""
    form, _made = Form.objects.get_or_create(key=source.translation_key, defaults={"slug": _slug(source)})
    if form.slug != source.slug and form.slug != (slug := _slug(source)):
        form.slug = slug
        form.save(update_fields=["slug"])
    return form


def _slug(source: ServicePage) -> str:
    wanted = source.slug[:90]
    others = set(Form.objects.exclude(key=source.translation_key).values_list("slug", flat=True))
    candidates = (wanted if number == 1 else f"{wanted}-{number}" for number in range(1, len(others) + 2))
    return next(slug for slug in candidates if slug not in others)


def _follow(source: ServicePage, translations) -> None:
    """Translations stand under the same life situations as the source."""
    situations = list(source.situations.all())
    for page in translations:
        page.situations.set(situations)
        page.save(update_fields=["situations"], clean=False)
