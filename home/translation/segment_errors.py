"""Marking of the invalid texts of a translation that cannot be published.

wagtail-localize marks the text of the invalid field and expects exactly one. A rich text has one per paragraph: there
it raises an exception, and the translator would see a server error.
"""

from collections.abc import Iterator
from functools import wraps

from django.core.exceptions import ValidationError
from wagtail_localize.models import StringSegment, StringTranslation, TranslationSource


def patch_segment_errors() -> None:
    """Make wagtail-localize mark the texts of such fields. It has no setting for this."""
    publish = TranslationSource.create_or_update_translation
    if hasattr(publish, "__wrapped__"):
        return

    @wraps(publish)
    def create_or_update_translation(source, locale, *args, **options):
        try:
            return publish(source, locale, *args, **options)
        except StringTranslation.MultipleObjectsReturned as several:
            refusal = several.__context__  # the validation error during whose handling it failed
            for text, faults in _refused(source, locale, refusal.error_dict):
                text.set_field_error(faults)
            raise refusal from None

    TranslationSource.create_or_update_translation = create_or_update_translation


def _refused(source, locale, faults: dict) -> Iterator[tuple[StringTranslation, list[ValidationError]]]:
    """Yield the texts that are invalid by themselves, with their errors.

    If no paragraph of an invalid field is, yield all its texts with the errors of the field.
    """
    for field, together in faults.items():
        texts = _texts(source, locale, field)
        paragraphs = texts if len(texts) > 1 else []
        alone = [(text, _faults_alone(source, field, text.data)) for text in paragraphs]
        yield from [one for one in alone if one[1]] or [(text, together) for text in texts]


def _texts(source, locale, field: str) -> list[StringTranslation]:
    segments = StringSegment.objects.filter(source=source, context__path=field)
    return list(
        StringTranslation.objects.filter(
            locale=locale,
            context__in=segments.values("context"),
            translation_of__in=segments.values("string"),
            has_error=False,
        )
    )


def _faults_alone(source, field: str, text: str) -> list[ValidationError]:
    """Return the errors of the object if the rich text ``field`` consisted of this paragraph only."""
    instance = source.as_instance()
    setattr(instance, field, f"<p>{text}</p>")
    try:
        instance.clean()
    except ValidationError as refusal:
        return refusal.update_error_dict({}).get(field, [])
    return []
