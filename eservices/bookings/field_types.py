"""Field type for a booking: which room, equipment or appointment, and when."""

from django.forms import CheckboxSelectMultiple
from django.utils.text import capfirst
from django.utils.translation import gettext, override
from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from eservices.formbuilder.blocks import NotTranslatedMixin, QuestionKeyBlock
from eservices.formbuilder.field_types import FieldType, InputPart, register_field_type
from eservices.formbuilder.field_types.base import ABSENT, TIMES, WARNING
from home.blocks.base import KeyMultipleChoiceBlock
from home.localization.punctuation import labelled

from .bookable_resources import bookable_resource, extra_label, office_hours_warning, unknown_extras
from .models import Booking, Resource
from .question.answers import RequestedTimes, read_answer, write_answer
from .question.fee_lines import Tariff, booking_fee_lines
from .question.fields import BookingField
from .stages import may_stay_provisional, reveals_access_codes
from .states import ENDED_STATES
from .time_text import format_span

COLUMNS = ("resource", "count", "from", "to")


class ResourcesBlock(NotTranslatedMixin, KeyMultipleChoiceBlock):
    """The bookable resources of a question, as a list of keys."""


def resource_choices() -> list[tuple[str, str]]:
    return list(Resource.objects.values_list("key", "name"))


@register_field_type
class BookingFieldType(FieldType):
    """A room, equipment, an appointment or a day pass at a time; see ``question.answers``."""

    key, label, icon, compares = "booking", _("Booking"), "date", "given"
    says = _(
        "A room, equipment or an appointment: the applicant picks a free time, and the time is held for them."
    )
    group, form_class = TIMES, BookingField
    template = "bookings/fields/booking.html"
    columns = COLUMNS
    in_groups = correctable = False  # a booking is moved
    costs = True

    def settings_blocks(self):
        return [
            (
                "resources",
                ResourcesBlock(
                    choices=resource_choices,
                    widget=CheckboxSelectMultiple,
                    label=_("Resources that can be booked"),
                ),
            ),
            (
                "repeats",
                blocks.BooleanBlock(
                    required=False,
                    label=_("May be repeated every week"),
                    help_text=_("For associations, for example one request for all Tuesdays."),
                ),
            ),
            (
                "waiting",
                blocks.BooleanBlock(
                    required=False,
                    label=_("With a waiting list"),
                    help_text=_(
                        "A time that becomes free is offered to the people on the waiting list, one after the "
                        "other."
                    ),
                ),
            ),
            (
                "who",
                QuestionKeyBlock(
                    required=False,
                    label=_("Question who books"),
                    help_text=_("The answer determines which prices apply."),
                ),
            ),
        ]

    def arguments(self, field):
        named = field.settings.get("resources")
        keys = tuple(key for key in named if isinstance(key, str)) if isinstance(named, list) else ()
        return {"keys": keys, "repeats": bool(field.settings.get("repeats"))}

    def settings_faults(self, field):
        if not self.arguments(field)["keys"]:
            yield gettext("no resource is chosen that can be booked")

    def commune_problems(self, field, definition, today):
        keys = self.arguments(field)["keys"]
        named = [(key, bookable_resource(key)) for key in keys]
        for key, one in named:
            if one is None:
                yield ABSENT, gettext("There is no resource “%(key)s” here.") % {"key": key}
            elif not one.offered:
                yield WARNING, gettext("“%(name)s” is not offered at the moment.") % {"name": one.name}
            elif warning := office_hours_warning([one.rules]):
                yield WARNING, labelled(one.name, warning)
        found = [one for _key, one in named if one]
        for key in unknown_extras(found):
            yield (
                WARNING,
                gettext("There is no extra “%(key)s” here, so its price has no name.") % {"key": key},
            )
        tariff = Tariff(found, today)
        for entry in sorted(tariff.entries - tariff.prices.keys()):
            yield ABSENT, gettext("The fee schedule has no price for “%(key)s” today.") % {"key": entry}
        yield from self._codes_in_no_email(keys, definition)
        if may_stay_provisional(definition, field.condition):
            yield (
                WARNING,
                gettext(
                    "If the condition of the booking stage is not met, the booking stays provisional and its "
                    "time stays taken. Add a booking stage without a condition, or with the condition of the "
                    "question."
                ),
            )

    def _codes_in_no_email(self, keys, definition):
        """Yield warnings for access codes that no e-mail contains, or none for late bookings.

        A code is sent at once, by a stage, or in the reminder.
        """
        if reveals_access_codes(definition):
            return
        coded = Resource.objects.filter(key__in=keys).exclude(access_code="").select_related("timetable")
        never = gettext(
            "No e-mail contains the access code of “%(name)s”, because a payment or decision comes "
            "first. Add a booking stage after that, or set a reminder."
        )
        late = gettext(
            "People who book “%(name)s” after the time of the reminder get its access code in no "
            "e-mail, because a payment or decision comes first. Add a booking stage after that, or "
            "send the reminder later."
        )
        for one in coded:
            if one.remind_before == 0 or one.timetable.lead < one.remind_before:
                yield WARNING, (late if one.remind_before else never) % {"name": one.name}

    def inputs(self, field):
        return tuple(InputPart(name, "") for name in ("resource", "from", "to", "count", "until"))

    def is_browsed(self, name, data):
        return bool(data.get(f"{name}-go"))

    def to_json(self, value: RequestedTimes | None):
        return write_answer(value) if value else None

    def from_json(self, answer):
        wanted = read_answer(answer)
        if wanted is None:
            return None
        (start, end), *_others = write_answer(wanted)["times"]
        asked = (*BookingField.ANSWERED, *BookingField.REPEATED)
        return (
            dict.fromkeys(BookingField.PARTS, "")
            | {
                "resource": wanted.offer.key,
                "count": str(wanted.count),
                "from": start,
                "to": end,
                "series": str(wanted.series),
                "extras": " ".join(wanted.extras),
                "times": " ".join(f"{first}/{last}" for first, last in write_answer(wanted)["times"]),
            }
            | {part: str(text) for part, text in wanted.repeat.items() if part in asked}
        )

    def charges(self, field, answers, definition, language, today):
        return booking_fee_lines(field, answers, language, today)

    def answer_text(self, answer, field, definition, language):
        wanted = read_answer(answer)
        if wanted is None:
            return ""
        title = wanted.offer.texts_in(language).title
        if wanted.offer.counted:
            title = f"{wanted.count} × {title}"
        if wanted.extras:
            with override(language):
                title = gettext("%(title)s, with %(extras)s") % {
                    "title": title,
                    "extras": ", ".join(extra_label(key) for key in wanted.extras),
                }
        return "\n".join([title, *(capfirst(format_span(span)) for span in wanted.spans)])

    def remarks(self, field, answer, submission):
        ended = Booking.objects.of_submission(submission).filter(field=field.key, state__in=ENDED_STATES)
        return [labelled(capfirst(format_span(one.span)), one.get_state_display()) for one in ended]

    def cells(self, answer, field, definition, language):
        wanted = read_answer(answer)
        if wanted is None:
            return [str(answer), "", "", ""]
        times = write_answer(wanted)["times"]
        starts, ends = ("; ".join(column) for column in zip(*times, strict=True))
        return [wanted.offer.texts_in(language).title, wanted.count, starts, ends]
