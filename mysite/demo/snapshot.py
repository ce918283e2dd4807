"""The contents of the demo, line by line, without random values."""

import json
import re
from collections.abc import Iterator

from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import OuterRef, Subquery
from wagtail.blocks import StreamValue
from wagtail.images import get_image_model
from wagtail.models import Page

from eservices.bookings.models import Booking
from eservices.cases.models import Case, CaseEvent, Message, Note, Team, TeamMember
from eservices.deliveries.models import Delivery
from eservices.documents.models import Document
from eservices.formbuilder.models import FormVersion
from eservices.payments.models import Charge, Payment, Refund
from eservices.reports.models import ProblemCategory, ProblemReport
from eservices.submissions.models import StoredFile
from home.alerts.models import Alert
from home.models import Contact, Person, SynonymGroup
from news.agenda.occurrences import EventDate
from news.articles.models import NewsPage
from news.directory.models import DirectoryEntry
from news.library.models import Publication
from news.official_notices.models import OfficialNoticeType, PostingRecord
from news.proposals.models import Proposal
from news.waste.models import WasteCollection
from newsletter.models import Subscriber

LINK = re.compile(r'<a (?=[^>]*linktype="page")[^>]*\bid="(\d+)"[^>]*>')
STREAMS = (
    "body",
    "agenda",
    "aside",
    "tasks",
    "form",
    "steps",
    "places",
    "fees",
    "stages",
    "next_steps",
    "good_to_know",
)
# Problem reports refer to their category by a random key.
CATEGORY = Subquery(
    ProblemCategory.objects.filter(translation_key=OuterRef("category"))
    .order_by("locale__language_code")
    .values("name")[:1]
)
READ = {
    Alert: ("level", "live", "began_at", "ended_at", "expire_at", "texts"),
    Person: ("name", "role", "text"),
    Contact: ("title", "text", "phone"),
    SynonymGroup: ("language", "words"),
    WasteCollection: ("title", "first_on", "weeks", "district__slug"),
    NewsPage: ("url_path", "date", "category__slug", "picture__title", "picture_alt"),
    EventDate: ("event__url_path", "start", "end", "cancelled"),
    OfficialNoticeType: ("name", "days", "law", "locale__language_code"),
    PostingRecord: ("title", "kind", "at", "actor_name", "last_day", "digest"),
    DirectoryEntry: (
        "slug",
        "name",
        "kind",
        "theme__slug",
        "summary",
        "description",
        "confirmed_at",
        "due_at",
    ),
    Proposal: ("title", "kind", "state", "email", "data__name", "sent_at", "decided_at", "reason"),
    Publication: ("title", "number", "kind__slug", "date"),
    Subscriber: ("email", "language", "state", "confirmed_at"),
    FormVersion: ("form__slug", "number", "digest"),
    Team: ("key", "name", "email", "phone"),
    TeamMember: ("team__key", "user__email", "role", "sees_protected", "function"),
    Case: (
        "reference",
        "state",
        "outcome",
        "reason",
        "opened_at",
        "deadline",
        "closed_at",
        "submission__answers__nom",
    ),
    CaseEvent: ("case__reference", "number", "kind", "at"),
    Message: ("case__reference", "kind", "text", "at"),
    Note: ("case__reference", "text", "at"),
    StoredFile: ("field", "name", "digest"),
    Document: ("number", "title", "state", "identity_check", "drawn_at"),
    Booking: (
        "resource__key",
        "count",
        "starts_at",
        "ends_at",
        "state",
        "title",
        "submission__case__reference",
    ),
    Charge: (
        "case__reference",
        "amount",
        "paid",
        "refunded",
        "currency",
        "state",
        "created_at",
        "expires_at",
    ),
    Payment: ("provider", "amount", "received", "currency", "state", "receipt", "settled_at"),
    Refund: ("payment__receipt", "amount", "currency", "state", "reason"),
    ProblemReport: (
        "case__reference",
        CATEGORY,
        "state",
        "title",
        "place",
        "public_place",
        "lat",
        "lon",
        "reported_at",
        "planned_for",
        "ended_at",
        "also",
        "published",
    ),
    Delivery: ("recipient", "title", "state", "created_at"),
}


def snapshot_lines() -> Iterator[str]:
    """Yield all contents as lines of JSON, in a stable order."""
    paths = dict(Page.objects.values_list("pk", "url_path"))
    for page in Page.objects.order_by("path").specific():
        streams = {n: _named(getattr(page, n).get_prep_value(), paths) for n in STREAMS if hasattr(page, n)}
        row = [
            page.url_path,
            page.title,
            page.live,
            page.locale.language_code,
            getattr(page, "lead", ""),
            streams,
        ]
        yield _json(row)
    for image in get_image_model().objects.order_by("pk"):
        yield _json([image.title, image.description, image.get_file_hash()])
    for model, names in READ.items():
        rows = model.objects.values_list(*names)
        yield from sorted(_json([model.__name__, *map(_plain, row)]) for row in rows)


def _plain(value):
    """Return a stream as types and values, because the ids of its blocks are random."""
    if isinstance(value, StreamValue):
        return [(block["type"], block["value"]) for block in value.get_prep_value()]
    return value


def _named(value, paths: dict[int, str]):
    """Return the JSON with the addresses of pages instead of their ids, which the database assigns."""
    if isinstance(value, list):
        return [_named(one, paths) for one in value]
    if isinstance(value, dict):
        if value.get("type") in ("contact", "person", "shared_notice"):
            return value["type"]
        known = {"page": paths.get, "image": bool}
        return {key: known.get(key, lambda v: _named(v, paths))(one) for key, one in value.items()}
    if isinstance(value, str):
        return LINK.sub(lambda found: f"<a {paths.get(int(found[1]))}>", value)
    return value


def _json(row) -> str:
    return json.dumps(row, ensure_ascii=False, cls=DjangoJSONEncoder, sort_keys=True) + "\n"
