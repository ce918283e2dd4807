"""What a decision that may be appealed says."""

from django.utils.translation import gettext as _
from django.utils.translation import override

from eservices.cases.letters import content
from eservices.cases.letters.rich import paragraphs
from eservices.cases.models import Case, Letter, Remedies
from eservices.cases.states import Outcome
from eservices.deliveries.paper.paragraphs import each_text, from_plain
from eservices.formbuilder import placeholders


def decision(case: Case, remedies: Remedies) -> content.Written:
    """Title and paragraphs, in the language of the case: what was decided, why, and what can be done about it.

    Where the service names a letter for the outcome, it stands in place of our own words.
    """
    with override(case.language):
        title = _("Decision on your request %(reference)s") % {"reference": case.reference}
        return content.Written(
            title, [*_decided(case), {"heading": _("Legal remedies")}, *_against(remedies)]
        )


def _decided(case: Case) -> list:
    settings = case.version.definition.settings
    letter = Letter.objects.best(settings.get("letters", {}).get(case.outcome, ""), case.language)
    if letter:
        return content.written(case, letter).paragraphs
    accepted = case.outcome == Outcome.ACCEPTED
    text = (
        _("Your request “%(service)s” is accepted.")
        if accepted
        else _("Your request “%(service)s” is refused.")
    )
    reasons = [{"heading": _("Reasons")}, *from_plain(case.reason)] if case.reason else []
    return [text % {"service": case.service}, *reasons]


def _against(remedies: Remedies) -> list:
    said = {"authority": remedies.authority, "days": str(remedies.days)}
    return each_text(paragraphs(remedies.text), lambda text: placeholders.fill(text, said))
