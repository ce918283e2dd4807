"""Shapes of what the API answers, for its OpenAPI document."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from ninja import Field, Header, Schema

# What PostgreSQL can look up: no NUL, no endless text.
Reference = Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,40}$")]

Day = date  # in a class that has a field of this name

# The names as programs send them: the description would name them as Python does.
IdempotencyKey = Annotated[
    str, Header(alias="Idempotency-Key", description="Of your own, 1 to 100 visible ASCII characters.")
]
IfMatch = Annotated[str | None, Header(alias="If-Match", description="The ETag of the case as you read it.")]

StageKey = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,100}$")]
ServiceKey = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,100}$")]


class Problem(Schema):
    """An error (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str = ""


class Written(Schema):
    """The key of a new row."""

    id: str


class DraftOut(Schema):
    """The private address at which a person reads, completes and sends the draft, and until when."""

    url: str
    expires_at: datetime


class CaseRow(Schema):
    """A case in a list."""

    reference: str
    service: str
    state: str
    opened_at: datetime
    deadline: datetime | None


class CasePage(Schema):
    """Cases, and the cursor of those after them; null at the end."""

    cases: list[CaseRow]
    next: str | None


class Change(Schema):
    """A case that changed, and when."""

    reference: str
    at: datetime


class ChangePage(Schema):
    """Changes, the cursor to ask with the next time, and whether there are more now."""

    changes: list[Change]
    next: str
    more: bool


class Applicant(Schema):
    """The applicant."""

    name: str
    email: str
    phone: str


class FileRow(Schema):
    """A file of a case."""

    id: UUID
    question: str
    name: str
    content_type: str
    size: int
    sha256: str


class DocumentRow(Schema):
    """A document that the commune issued."""

    id: UUID
    number: str
    title: str
    state: str = Field(description="issued or revoked.")
    issued_at: datetime | None
    valid_until: date | None
    replaces: str = Field(description="Number of the revoked document that it replaces, or empty.")
    size: int = Field(description="0 once its content is erased.")
    sha256: str


class MessageOut(Schema):
    """A message between the commune and the applicant."""

    id: int
    kind: str
    sender: str = Field(alias="from")
    text: str
    at: datetime


class ExternalHandling(Schema):
    """The stage at which the case is handled outside now."""

    stage: str
    reference: str = Field(description="Their reference, or empty.")


class CaseOut(Schema):
    """A case."""

    reference: str
    service: str
    version: int
    language: str
    state: str
    outcome: str
    reason: str
    opened_at: datetime
    deadline: datetime | None
    closed_at: datetime | None
    team: str
    applicant: Applicant
    answers: dict[str, Any]
    files: list[FileRow]
    documents: list[DocumentRow]
    messages: list[MessageOut]
    external_handling: ExternalHandling | None


class JournalLine(Schema):
    """A row of the journal: ``amount`` moves from the account ``credit`` to the account ``debit``."""

    number: int
    day: date
    kind: str
    debit: str
    credit: str
    amount: str = Field(description="With two decimals, as 12.00.")
    currency: str
    vat: str
    vat_amount: str
    cost_centre: str
    text: str
    receipt: str
    case: str


class JournalPage(Schema):
    """Rows, the cursor to ask with the next time, and whether there are more now."""

    rows: list[JournalLine]
    next: str
    more: bool


class AllocationRow(Schema):
    """The part of a payment that pays for a case."""

    case: str
    amount: str


class PaymentRow(Schema):
    """A payment that was received."""

    id: UUID
    receipt: str
    means: str
    amount: str = Field(description="With two decimals, as 12.00.")
    currency: str
    received_at: datetime | None
    allocations: list[AllocationRow]


class PaymentPage(Schema):
    """Payments, the cursor to ask with the next time, and whether there are more now."""

    payments: list[PaymentRow]
    next: str
    more: bool


class BookingRow(Schema):
    """A booking of a case."""

    id: UUID
    resource: str
    count: int
    starts_at: datetime
    ends_at: datetime
    state: str
    title: str
    case: str


class BookingPage(Schema):
    """Bookings, and the cursor of those after them; null at the end."""

    bookings: list[BookingRow]
    next: str | None


class ServiceRow(Schema):
    """A service of the online counter."""

    service: str
    title: str
    lead: str
    url: str
    version: int | None


class ServiceList(Schema):
    services: list[ServiceRow]


class PageRow(Schema):
    """A published page."""

    title: str
    lead: str
    url: str
    date: Day | None = None


class PageList(Schema):
    items: list[PageRow]


class EventRow(Schema):
    """A date of an event."""

    title: str
    place: str
    start: datetime
    end: datetime | None
    cancelled: bool
    url: str


class EventList(Schema):
    items: list[EventRow]


class NoticeRow(Schema):
    """An official notice that is posted now."""

    title: str
    kind: str
    number: str
    first_day: date
    last_day: date
    url: str


class NoticeList(Schema):
    items: list[NoticeRow]


class CollectionRow(Schema):
    """A collection of waste on a day."""

    day: date
    title: str
    place: str
    district: UUID | None
    out_before: str = Field(description="Local time, as 07:00:00.")


class CollectionList(Schema):
    items: list[CollectionRow]


class Opening(Schema):
    """A time at which the counter is open."""

    opens: datetime
    closes: datetime


class OpeningList(Schema):
    items: list[Opening]
