"""Preview of a letter template on a real case, before it is saved."""

from wagtail.snippets.views.snippets import PreviewOnCreateView, PreviewOnEditView

from .. import access, emails
from ..models import LetterTemplate
from ..texts.letter_rendering import GIVEN, RenderedLetter, fill_placeholders, render_letter

MAX_SAMPLE_CASES = 30  # most cases among the choices


class _OnRealCase:
    """A preview that shows the letter as the applicant of a case would get it."""

    def get_extra_request_attrs(self) -> dict:
        return super().get_extra_request_attrs() | preview_context(self.object, self.request)


class NewLetterPreview(_OnRealCase, PreviewOnCreateView):
    """The preview while a letter template is added."""


class LetterPreview(_OnRealCase, PreviewOnEditView):
    """The preview while a letter template is edited."""


def preview_context(letter: LetterTemplate, request) -> dict:
    """Return the letter for the requested case, or the newest; with labels for values if there is no case."""
    cases = access.cases_for(request.user).real().select_related(*access.RELATED).order_by("-opened_at")
    choices = list(cases[:MAX_SAMPLE_CASES])
    asked = request.GET.get("case", "")
    case = next((one for one in choices if one.reference == asked), next(iter(choices), None))
    found = render_letter(case, letter) if case else _fill_with_labels(letter)
    return {
        "letter": found,
        "case": case,
        "choices": choices,
        "kept": [(name, value) for name, value in request.GET.items() if name != "case"],
        "html": emails.render_letter_preview(found, case, letter.locale.language_code),
    }


def _fill_with_labels(letter: LetterTemplate) -> RenderedLetter:
    return fill_placeholders(letter, {key: f"[{label}]" for key, label in GIVEN.items()})
