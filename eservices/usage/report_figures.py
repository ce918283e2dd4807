"""Figures of usage for editors. Counts of what people did in forms are shown from ``FEWEST`` only.

A smaller count is left out of every sum too, so that none can be computed from the others.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Sum
from django.utils import timezone
from wagtail.models import Page

from eservices.formbuilder.definition import FormDefinition
from eservices.formbuilder.models import FormVersion
from eservices.submissions.models import Submission, SubmissionChannel

from .models import AbandonedForms, PageVisits, RequestRating

FEWEST = 10
MAX_PAGES, MAX_TEXTS = 200, 100
DAILY = 31  # longest period in days that is drawn by days


@dataclass(frozen=True)
class PageFigures:
    """A page with its visits by readers of one language."""

    page: Page
    language: str
    visits: int


@dataclass(frozen=True)
class Span:
    """The visits from a day on, for a day or a week."""

    start: date
    visits: int


@dataclass(frozen=True)
class RatingFigures:
    """The ratings of a service, with their texts in an order that is not that of their arrival."""

    yes: int
    partly: int
    no: int
    texts: list[str]

    @property
    def answers(self) -> int:
        return self.yes + self.partly + self.no

    @property
    def yes_percent(self) -> int:
        return round(100 * self.yes / self.answers)


@dataclass(frozen=True)
class ServiceFigures:
    """Visits of a service's page, requests sent online, forms left by step, ratings. None: fewer than ``FEWEST``."""

    title: str
    visits: int
    sent: int | None
    left: list[tuple[str, int]]  # title of the step, "" for sending
    ratings: RatingFigures | None


def visits_by_page(since: date) -> list[PageFigures]:
    """Return the most visited pages, by language."""
    counted = PageVisits.objects.since(since).values("page", "language").annotate(visits=Sum("number"))
    rows = list(counted.order_by("-visits", "page", "language")[:MAX_PAGES])
    pages = Page.objects.in_bulk([row["page"] for row in rows])
    return [PageFigures(pages[row["page"]], row["language"], row["visits"]) for row in rows]


def visits_by_span(since: date, until: date) -> list[Span]:
    """Return the visits by day, or by week if the period is longer than a month."""
    length = 1 if (until - since).days <= DAILY else 7
    found: dict[int, int] = defaultdict(int)
    counted = PageVisits.objects.since(since).values_list("day").annotate(visits=Sum("number"))
    for day, visits in counted.order_by():
        found[(day - since).days // length] += visits
    spans = range((until - since).days // length + 1)
    return [Span(since + timedelta(days=n * length), found[n]) for n in spans]


def figures_by_service(since: date, language: str) -> list[ServiceFigures]:
    """Return the services with any figure in the period, the most visited first."""
    start = datetime.combine(since, time(), timezone.get_current_timezone())
    online = Submission.objects.real().filter(
        sent_at__gte=start, channel=SubmissionChannel.ONLINE, agent=None
    )
    sent = dict(online.order_by().values_list("version__form").annotate(Count("pk")))
    left, ratings = _left(since), _ratings(since)
    definitions = _definitions()
    counted = PageVisits.objects.since(since).filter(page__translation_key__in=definitions)
    visits = dict(counted.order_by().values_list("page__translation_key").annotate(Sum("number")))
    services = [
        ServiceFigures(
            title=definition.title(language),
            visits=visits.get(form, 0),
            sent=_enough(sent.get(form, 0)),
            left=_named(left[form], definition, language),
            ratings=ratings.get(form),
        )
        for form, definition in definitions.items()
        if form in visits or form in sent or form in left or form in ratings
    ]
    return sorted(services, key=lambda one: (-one.visits, one.title))


def _left(since: date) -> dict[UUID, dict[str, int]]:
    """Return the number of forms left, by form and step."""
    found: dict[UUID, dict[str, int]] = defaultdict(dict)
    counted = AbandonedForms.objects.since(since).order_by().values_list("form", "step")
    for form, step, number in counted.annotate(left=Sum("number")):
        found[form][step] = number
    return found


def _named(left: dict[str, int], definition: FormDefinition, language: str) -> list[tuple[str, int]]:
    """Return the steps in the order of the form, with their titles. Steps that no longer exist are left out."""
    keys = [*(step.key for step in definition.steps), ""]
    shown = [(key, left[key]) for key in keys if _enough(left.get(key, 0))]
    return [(definition.text(f"step.{key}.title", language) or key if key else "", n) for key, n in shown]


def _ratings(since: date) -> dict[UUID, RatingFigures]:
    """Return the ratings by form, of forms with enough of them."""
    found: dict[UUID, dict[int, int]] = defaultdict(dict)
    counted = RequestRating.objects.since(since).order_by().values_list("form", "rating")
    for form, rating, number in counted.annotate(n=Count("pk")):
        found[form][rating] = number
    enough = [form for form, by_rating in found.items() if _enough(sum(by_rating.values()))]
    texts: dict[UUID, list[str]] = defaultdict(list)
    worded = RequestRating.objects.since(since).filter(form__in=enough).exclude(text="")
    for form, text in worded.order_by("text").values_list("form", "text")[:MAX_TEXTS]:
        texts[form].append(text)
    kind = RequestRating.Rating
    return {
        form: RatingFigures(
            *(found[form].get(one, 0) for one in (kind.YES, kind.PARTLY, kind.NO)), texts[form]
        )
        for form in enough
    }


def _enough(number: int) -> int | None:
    return number if number >= FEWEST else None


def _definitions() -> dict[UUID, FormDefinition]:
    """Return the newest published definition of each form."""
    published = FormVersion.objects.published()
    later = published.filter(form=OuterRef("form"), number__gt=OuterRef("number"))
    return {version.form_id: version.definition for version in published.filter(~Exists(later))}
