"""Random valid answers to any form, sent through the site's pages."""

from datetime import timedelta
from random import Random

from django.urls import reverse
from django.utils import timezone

from eservices.formbuilder.definition import FieldDefinition, StepDefinition
from eservices.formbuilder.field_types import field_types
from eservices.formbuilder.forms import answers_as_posted
from eservices.formbuilder.logic.conditions import parse_day, parse_number
from eservices.formbuilder.models import FormVersion
from eservices.formbuilder.reference_tables import lookup
from eservices.submissions.models import Draft, Submission
from tests.factories.submissions import pdf, picture

RIGHT = {
    "short_text": "Rochat",
    "long_text": "Deux\nlignes",
    "email": "lea.rochat@courriel.example",
    "phone": "+41791234567",
    "url": "https://orvenay.example",
    "time": "14:30",
    "consent": True,
    "map_point": {"lat": 46.39, "lon": 6.85},
    "country": "CH",
    "avs": "756.9217.0769.85",
    "nrn": "85.07.30-033.28",
    "matricule": "1893120105732",
    "company": "CHE-100.155.212",
    "iban": "CH9300762011623852957",
    "plate": "VD 123456",
    "microchip": "756098100123456",
}
TRIES = 40  # of a step, because random answers may break a validation rule


class Walker:
    """A visitor who fills in a form step by step through the test client."""

    def __init__(self, client, version: FormVersion, random: Random):
        self.client, self.version, self.random = client, version, random
        self.today, self.draft = timezone.localdate(), None
        self.steps: list[str] = []  # in the order in which they were asked

    def walk(self) -> Submission:
        """Fill in all steps, send the form and return the submission."""
        url = reverse("submissions:start", args=[self.version.form.slug])
        while not url.endswith(
            reverse("submissions:review", args=[self.draft.secret]) if self.draft else "/review"
        ):
            step = self._step(url)
            url = self._answer(step, url)
            self.steps.append(step.key)
        assert self.client.get(url).status_code == 200
        answer = self.client.post(reverse("submissions:send", args=[self.draft.secret]), {"declared": "1"})
        assert answer.status_code == 302, answer.content.decode()
        return Submission.objects.get(draft=self.draft)

    def _step(self, url: str) -> StepDefinition:
        shown = self.client.get(url)
        assert shown.status_code == 200, url
        return shown.context["step"]

    def _answer(self, step: StepDefinition, url: str) -> str:
        """Send answers until the step is accepted. Return the next address."""
        for _ in range(TRIES):
            answer = self.client.post(url, self.typed(step) | self.chosen(step))
            if answer.status_code == 302:
                self.draft = self.draft or Draft.objects.order_by("created_at").last()
                return answer.url
            assert answer.status_code == 200
        raise AssertionError(f"{step.key}: {answer.context['form'].errors}")

    def typed(self, step: StepDefinition) -> dict:
        """Return the values that are posted with a step, without files."""
        return dict(answers_as_posted(step, {field.key: self.draw(field) for field in step.fields}).lists())

    def chosen(self, step: StepDefinition) -> dict:
        """Return the files that are posted with a step."""
        return {one.key: _file(one) for one in step.fields if one.type == "files" and self._asks(one)}

    def _asks(self, field: FieldDefinition) -> bool:
        return field.required or self.random.random() < 0.5

    def draw(self, field: FieldDefinition):
        """Return a valid answer to a question, or None for an optional one."""
        if not self._asks(field) or not field_types[field.type].asks:
            return None
        drawn = getattr(self, f"_{field.type}", None)
        return drawn(field) if drawn else RIGHT.get(field.type)

    def _yes_no(self, field):
        return self.random.random() < 0.5

    def _choice(self, field):
        if field.table:
            return self.random.choice(lookup.table_rows(field.table)).value
        return self.random.choice(field.options).value

    def _choices(self, field):
        most = min(field.settings.get("max") or len(field.options), len(field.options))
        count = self.random.randint(field.settings.get("min") or 1, most)
        return [option.value for option in self.random.sample(field.options, count)]

    def _integer(self, field):
        least, most = (parse_number(field.settings.get(name)) for name in ("min", "max"))
        return int(least or 1) + self.random.randint(0, int(most - (least or 1)) if most is not None else 3)

    def _decimal(self, field):
        return str(self._integer(field))

    _money = _decimal

    def _date(self, field):
        least, most = (parse_day(field.settings.get(name), self.today) for name in ("min", "max"))
        first = least or (most or self.today) - timedelta(days=365 * 40)
        span = ((most or first + timedelta(days=300)) - first).days
        return (first + timedelta(days=self.random.randint(0, max(span, 0)))).isoformat()

    def _date_range(self, field):
        first = self._date(field)
        return {"from": first, "to": first}

    def _address(self, field):
        number = f"{self.random.randint(1, 99)} bis"
        return {"street": "Rue du Lac", "number": number, "postcode": "1199", "town": "Orvenay"}

    def _person(self, field):
        more = {"salutation": "mrs", "born": "1986-06-14", "nationality": "CH"}
        asked = {name: more[name] for name in field.settings.get("more", [])}
        return {"first_name": "Léa", "last_name": "Rochat"} | asked

    def _group(self, field):
        least, _most = field_types["group"].limits(field)
        rows = range(self.random.randint(max(least, 1), max(least, 1) + 1))
        return [{one.key: self.draw(one) for one in field.fields} for _ in rows]


class Thorough(Walker):
    """A visitor who answers every question, with yes if possible, so that nothing is left out."""

    def _asks(self, field: FieldDefinition) -> bool:
        return True

    def _yes_no(self, field):
        return True


def _file(field: FieldDefinition):
    accepted = field.settings.get("accept")
    return pdf() if accepted and "png" not in accepted else picture()
