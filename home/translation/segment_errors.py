"""Which text of a translation is at fault, where publishing it is refused.

wagtail-localize marks the one text of the field that the refusal names. A rich text is several, one a paragraph:
there it failed, and the translator saw a fault of the server.
"""

from collections.abc import Iterator
from functools import wraps

from django.core.exceptions import ValidationError
from wagtail_localize.models import StringSegment, StringTranslation, TranslationSource


def patch_segment_errors() -> None:
    """Has wagtail-localize mark the texts of such fields. It offers no setting for it."""
    publish = TranslationSource.create_or_update_translation
    if hasattr(publish, "__wrapped__"):
        return

    @wraps(publish)
    def create_or_update_translation(source, locale, *args, **options):
        try:
            return publish(source, locale, *args, **options)
        except StringTranslation.MultipleObjectsReturned as several:
            refusal = several.__context__  # in whose handling it failed
            for text, faults in _refused(source, locale, refusal.error_dict):
                text.set_field_error(faults)
            raise refusal from None

    TranslationSource.create_or_update_translation = create_or_update_translation


def _refused(source, locale, faults: dict) -> Iterator[tuple[StringTranslation, list[ValidationError]]]:
    """Each text that is refused by itself, and why; all texts of a field that is refused for what they say together."""
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
    """Why the object would be refused if the rich text ``field`` were this one paragraph."""
    instance = source.as_instance()
    setattr(instance, field, f"<p>{text}</p>")
    try:
        instance.clean()
    except ValidationError as refusal:
        return refusal.update_error_dict({}).get(field, [])
    return []
