"""Connected systems, and what was transmitted to them."""

import uuid
from datetime import datetime
from typing import Self

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from eservices.accounts.fields import EmailAddressField
from eservices.cases.models import Case
from eservices.deliveries.models import Delivery
from home.encrypted_fields import EncryptedJSONField
from home.web.secret_links import secret_field

from ..business_system import BusinessSystem, Operation, TransmissionRecord, business_systems
from .logic.mapping import unpack_row
from .logic.sent_values import sent_values


class ConnectedSystem(models.Model):
    """A system of the commune, or of somebody else, that takes what was decided and answers with receipts."""

    class Rhythm(models.TextChoices):
        AT_ONCE = "at_once", _("each case at once")
        DAILY = "daily", _("collected, once a day")

    name = models.CharField(_("name"), max_length=80, unique=True, help_text=_("As agents call the system."))
    key = models.SlugField(
        _("key"),
        max_length=40,
        unique=True,
        help_text=_("Services name the system by it. It never changes."),
    )
    kind = models.CharField(_("connection"), max_length=20)
    configuration = EncryptedJSONField(_("settings of the connection"), default=dict, blank=True)
    rhythm = models.CharField(_("rhythm"), max_length=10, choices=Rhythm, default=Rhythm.AT_ONCE)
    hour = models.PositiveSmallIntegerField(
        _("hour of the day"),
        default=18,
        validators=[MaxValueValidator(23)],
        help_text=_("From when on the cases of the day are collected in one file."),
    )
    collect_up_to = models.PositiveIntegerField(
        _("or as soon as there are"),
        null=True,
        blank=True,
        validators=[MinValueValidator(2), MaxValueValidator(10_000)],
        help_text=_("Cases. If empty, only the hour counts."),
    )
    answers_within = models.PositiveSmallIntegerField(
        _("days to answer"),
        default=3,
        validators=[MinValueValidator(1), MaxValueValidator(365)],
        help_text=_("After this time without an answer, an agent is asked to look into it."),
    )
    told = EmailAddressField(
        _("who is told"),
        blank=True,
        help_text=_("Gets an e-mail when the system refuses something, asks back or stays silent."),
    )
    callback_secret = secret_field()
    is_enabled = models.BooleanField(_("in use"), default=True)
    collected_on = models.DateField(null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("connected system")
        verbose_name_plural = _("connected systems")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def connect(self) -> BusinessSystem:
        """Return a connection, which the caller closes. Raise InvalidConfiguration."""
        return business_systems[self.kind](self.configuration)


class TransmissionQuerySet(models.QuerySet["Transmission"]):
    def unanswered(self) -> Self:
        """Filter transmissions on which the system has not decided yet."""
        return self.filter(state__in=Transmission.OPEN)

    def of_stage(self, case: Case, stage: str) -> Self:
        return self.filter(case=case, stage=stage).order_by("number")

    def overdue(self, now: datetime) -> Self:
        """Filter transmissions whose system should have answered."""
        states = (Transmission.State.SENT, Transmission.State.RECEIVED)
        return self.filter(state__in=states, answer_due_at__lte=now)


class Transmission(models.Model):
    """The fields and rows of a case for a system, and what the system answered.

    It is never changed once it was sent: a correction is a new one with the next number.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("to send")
        SENT = "sent", _("sent, no answer yet")
        RECEIVED = "received", _("received, not decided yet")
        ACCEPTED = "accepted", _("accepted")
        REFUSED = "refused", _("refused")
        ASKED_BACK = "asked_back", _("asked back")
        SILENT = "silent", _("no answer in time")
        REPLACED = "replaced", _("replaced by a later one")

    OPEN = (State.WAITING, State.SENT, State.RECEIVED, State.SILENT)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="transmissions")
    stage = models.CharField(max_length=60)
    system = models.ForeignKey(ConnectedSystem, on_delete=models.PROTECT, related_name="transmissions")
    number = models.PositiveSmallIntegerField()
    operation = models.CharField(
        max_length=10,
        choices=[
            (Operation.NEW, _("new")),
            (Operation.CORRECTION, _("correction")),
            (Operation.WITHDRAWAL, _("withdrawal")),
        ],
        default=Operation.NEW,
    )
    delivery = models.ForeignKey(
        Delivery, on_delete=models.SET_NULL, null=True, blank=True, related_name="transmissions"
    )
    content = EncryptedJSONField(default=dict, blank=True, help_text="Fields and rows, as they were mapped.")
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    their_reference = models.CharField(max_length=200, blank=True)
    reasons = models.JSONField(
        default=list, blank=True, help_text="Field and text of each reason of a refusal."
    )
    question = models.CharField(max_length=1000, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    answer_due_at = models.DateTimeField(null=True, blank=True)

    objects = TransmissionQuerySet.as_manager()

    class Meta:
        verbose_name = _("transmission")
        verbose_name_plural = _("transmissions")
        ordering = ["case", "stage", "number"]
        constraints = [
            models.UniqueConstraint(fields=["case", "stage", "number"], name="transmission_number_once")
        ]
        indexes = [
            models.Index(fields=["state", "answer_due_at"], name="transmission_due"),
            models.Index(fields=["system", "state"], name="transmission_of_system"),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.stage} {self.number}"

    @property
    def is_open(self) -> bool:
        return self.state in self.OPEN

    @property
    def sent_fields(self) -> list[tuple[str, str]]:
        """The fields and, after them, those of the rows of each list, for agents; secret ones are masked."""
        return [(value.label, value.text) for value in sent_values(self.content)]

    def record(self) -> TransmissionRecord:
        """Return the transmission as its system gets it. ``case`` and its form are read."""
        rows = self.content.get("rows", {})
        return TransmissionRecord(
            key=str(self.pk),
            identity=f"{self.case_id}-{self.stage}",
            number=self.number,
            operation=Operation(self.operation),
            reference=self.case.reference,
            service=self.case.form.slug,
            created_at=self.created_at,
            fields=unpack_row(self.content.get("fields", [])),
            rows={name: [unpack_row(row) for row in items] for name, items in rows.items()},
        )
