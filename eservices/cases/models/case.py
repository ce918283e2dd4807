"""Cases, their status links and their stages."""

import uuid
from datetime import datetime, timedelta
from functools import reduce
from operator import or_
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.fields.json import KeyTransform
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from eservices.accounts.models import IdentityLevel, User
from eservices.formbuilder.models import Form, FormVersion
from eservices.submissions.models import StoredFile, Submission
from home.encrypted_fields import EncryptedJSONField
from home.localization import phone_numbers
from home.web.secret_links import secret_field

from ..search.terms import MatchesTerms, term_readings
from ..states import CaseOutcome, CaseState
from .queue_settings import CaseTag
from .teams import Team

REHEARSAL_DAYS = 30
LINK_DAYS = 365


class CaseQuerySet(models.QuerySet["Case"]):
    def real(self) -> Self:
        """Leave out rehearsals, which queue, figures, numbers and retention do not count."""
        return self.filter(rehearsal=False)

    def rehearsed(self) -> Self:
        """Filter the rehearsals of editors."""
        return self.filter(rehearsal=True)

    def to_discard(self, now: datetime) -> Self:
        """Filter rehearsals that are older than ``REHEARSAL_DAYS``."""
        return self.rehearsed().filter(opened_at__lte=now - timedelta(days=REHEARSAL_DAYS))

    def open(self) -> Self:
        return self.exclude(state=CaseState.CLOSED)

    def free(self) -> Self:
        """Filter open, unassigned cases that wait neither for the applicant nor for others or the system."""
        elsewhere = CaseStage.objects.filter(case=OuterRef("pk"), waiting_for__in=["others", "system"])
        return self.real().filter(~Exists(elsewhere), assignee=None, closed_at=None, paused_at=None)

    def by_urgency(self) -> Self:
        """Order by deadline; then cases without one, paused ones and closed ones.

        Of paused or closed cases the latest comes first. The index ``case_urgency`` has this order.
        """
        return self.order_by(
            F("closed_at").desc(nulls_first=True),
            F("paused_at").desc(nulls_first=True),
            F("deadline").asc(nulls_last=True),
            "opened_at",
            "reference",
        )

    def due(self, now: datetime) -> Self:
        """Filter cases whose process is due by ``now``."""
        return self.open().filter(due_at__lte=now)

    def search(self, text: str):
        """Filter cases that contain every word of ``text`` in reference, applicant or answers.

        A text without letters and digits matches no case.
        """
        if not text.strip():
            return self
        asked = [Q(MatchesTerms(terms)) for terms in term_readings(text)]
        return self.filter(reduce(or_, asked)) if asked else self.none()

    def holding(self, asked: list[str]) -> Self:
        """Filter cases that contain all of these terms: see ``search.terms``."""
        return self.filter(MatchesTerms(asked)) if asked else self

    def newest_first(self) -> Self:
        return self.order_by("-opened_at", "reference")

    def of_subject(self, subject: str) -> Self:
        """Filter the case that a delivery is about, by the delivery's subject."""
        kind, _colon, key = subject.partition(":")
        return self.filter(pk=key) if kind == "case" else self.none()

    def with_file(self, stored: StoredFile) -> Self:
        """Filter the case whose submission or messages contain the file."""
        return self.filter(Q(submission=stored.submission_id) | Q(messages__files=stored)).distinct()

    def of_applicant(self, user: User) -> Self:
        """Filter the cases of ``user`` as the applicant.

        These are cases sent while signed in, joined by a code, or with an e-mail address that both the case and the
        account proved.
        """
        own = [Q(submission__user=user), Q(owner=user)]
        if user.address_is_proven:
            own += [Q(email_confirmed_at__isnull=False) & one for one in _with_address(user.email)]
        return self._of_any(own)

    def with_address(self, address: str) -> Self:
        """Filter the cases whose applicant is reached at this address (normalized), proven or not."""
        return self._of_any(_with_address(address)) if address else self.none()

    def _of_any(self, conditions: list[Q]) -> Self:
        """Filter by a union, which uses the index of each part; a single condition would read every case."""
        first, *others = (self.model.objects.filter(one).order_by().values("pk") for one in conditions)
        return self.filter(pk__in=first.union(*others))


def _with_address(address: str) -> list[Q]:
    return [Q(submission__email=address, contact__email__isnull=True), Q(contact__email=address)]


# The order of the queue, followed by the columns that decide on access, so that counting reads only the index.
BY_URGENCY = ["-closed_at", "-paused_at", "deadline", "opened_at", "reference", "team", "protected"]


class Case(models.Model):
    """A submission and all that happens to it until it is closed."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    reference = models.CharField(_("reference"), max_length=24, unique=True)
    submission = models.OneToOneField(Submission, on_delete=models.PROTECT, related_name="case")
    version = models.ForeignKey(FormVersion, on_delete=models.PROTECT, related_name="cases")
    form = models.ForeignKey(Form, on_delete=models.PROTECT, related_name="cases")
    language = models.CharField(_("language"), max_length=5, choices=settings.LANGUAGES)
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="cases", verbose_name=_("team"))
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="cases",
        verbose_name=_("agent"),
    )
    state = models.CharField(_("state"), max_length=12, choices=CaseState, default=CaseState.RECEIVED)
    outcome = models.CharField(_("outcome"), max_length=12, choices=CaseOutcome, blank=True)
    reason = models.TextField(_("reason of the decision"), blank=True)
    data = models.JSONField(
        _("data of the case"),
        default=dict,
        blank=True,
        help_text=_("Entries of agents and results of stages."),
    )
    rehearsal = models.BooleanField(_("rehearsal"), default=False)
    opened_at = models.DateTimeField(_("opened"), default=timezone.now)
    deadline = models.DateTimeField(_("deadline"), null=True, blank=True)
    due_at = models.DateTimeField(_("process due"), null=True, blank=True, default=timezone.now)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    paused_at = models.DateTimeField(
        _("deadline paused"),
        null=True,
        blank=True,
        help_text=_("Start of the time in which the applicant must act."),
    )
    by_sms = models.BooleanField(
        _("notified by SMS too"), default=False, help_text=_("The applicant wants an SMS for every message.")
    )
    email_confirmed_at = models.DateTimeField(_("address confirmed"), null=True, blank=True)
    identity_level = models.PositiveSmallIntegerField(
        _("identity level"), choices=IdentityLevel, default=IdentityLevel.NONE
    )
    protected = models.BooleanField(
        _("protected"),
        default=False,
        help_text=_(
            "The address of a person is protected. Only members who treat these people see the case."
        ),
    )
    unscreened = models.BooleanField(
        _("not screened yet"),
        default=False,
        help_text=_(
            "It is not known yet whether an address is protected. Until then, the case is treated as "
            "protected."
        ),
    )
    amended = EncryptedJSONField(
        _("corrected answers"), default=dict, blank=True, help_text=_("Question → answer in force.")
    )
    contact = models.JSONField(
        default=dict, blank=True, editable=False, help_text=_("Changes to the applicant by corrections.")
    )
    duplicate_of = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="duplicates"
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="joined_cases",
        help_text=_("The account that was joined to it later."),
    )
    search_text = models.TextField(
        blank=True, editable=False, help_text=_("Words that a search finds the case by: see ``searching``.")
    )

    tags = models.ManyToManyField(CaseTag, related_name="cases", blank=True, verbose_name=_("tags"))

    objects = CaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("case")
        verbose_name_plural = _("cases")
        ordering = ["deadline", "opened_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="closed", closed_at__isnull=False)
                | Q(~Q(state="closed"), closed_at__isnull=True),
                name="closed_cases_have_their_day",
            ),
            models.CheckConstraint(
                condition=Q(unscreened=False) | Q(protected=True), name="unscreened_cases_are_protected"
            ),
        ]
        indexes = [
            models.Index(fields=["due_at"], name="case_due", condition=~Q(state="closed")),
            models.Index(KeyTransform("email", "contact"), name="case_contact_email"),
            # The queue: its order, for all cases, unassigned ones, by agent and by service; its counts, whose
            # columns are all in the index. A migration adds one for ``search_text`` on PostgreSQL.
            models.Index(fields=BY_URGENCY, name="case_urgency", condition=Q(rehearsal=False)),
            models.Index(
                fields=BY_URGENCY,
                name="case_free",
                condition=Q(rehearsal=False, assignee=None),
            ),
            models.Index(
                fields=["assignee", *BY_URGENCY],
                name="case_by_agent",
                condition=Q(rehearsal=False),
            ),
            models.Index(
                fields=["form", *BY_URGENCY],
                name="case_by_form",
                condition=Q(rehearsal=False),
            ),
            models.Index(
                fields=["team", "closed_at", "paused_at", "deadline", "protected", "assignee"],
                name="case_by_team",
                condition=Q(rehearsal=False),
            ),
            models.Index(
                fields=["outcome", *BY_URGENCY],
                name="case_by_outcome",
                condition=Q(rehearsal=False) & ~Q(outcome=""),
            ),
            models.Index(fields=["form", "team"], name="case_services", condition=Q(rehearsal=False)),
            models.Index(fields=["-opened_at"], name="case_by_day", condition=Q(rehearsal=False)),
            models.Index(fields=["opened_at"], name="case_rehearsed", condition=Q(rehearsal=True)),
            models.Index(fields=["team"], name="case_unscreened", condition=Q(unscreened=True)),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def subject(self) -> str:
        """The name of this case in deliveries."""
        return f"case:{self.pk}"

    @property
    def is_open(self) -> bool:
        return self.state != CaseState.CLOSED

    @property
    def is_known_protected(self) -> bool:
        """True if an address is known to be protected, and not only hidden until screening."""
        return self.protected and not self.unscreened

    @property
    def answers(self) -> dict:
        """The current answers: those of the submission with the corrections."""
        return self.submission.answers | self.amended

    @property
    def applicant(self) -> str:
        return self.contact.get("applicant_name", self.submission.applicant_name)

    @property
    def email(self) -> str:
        """The e-mail address for messages; "" if the applicant can only be reached by telephone or post."""
        return self.contact.get("email", self.submission.email)

    @property
    def phone(self) -> str:
        return self.contact.get("phone", self.submission.phone)

    @property
    def takes_sms(self) -> bool:
        return phone_numbers.can_receive_sms(self.phone)

    @property
    def is_anonymous(self) -> bool:
        """True if no applicant is named: messages then appear only on the status page."""
        return not self.email and not self.applicant

    @property
    def service(self) -> str:
        """The service's title in the language of the case."""
        return self.version.definition.title(self.language)


def status_link_expiry():
    return timezone.now() + timedelta(days=LINK_DAYS)


class StatusLink(models.Model):
    """A private link to the status page of a case. One sent by e-mail proves the address."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="links")
    secret = secret_field()
    mailed = models.BooleanField(_("mailed"), default=False)
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(default=status_link_expiry)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("private link")
        verbose_name_plural = _("private links")

    def __str__(self) -> str:
        return f"{self.case} {self.created_at:%Y-%m-%d}"


class CaseStage(models.Model):
    """A stage of one case. A finished stage never runs again unless the case is reopened."""

    class Progress(models.TextChoices):
        TODO = "todo", _("to come")
        ACTIVE = "active", _("now")
        DONE = "done", _("done")
        SKIPPED = "skipped", _("not needed")

    FINISHED = (Progress.DONE, Progress.SKIPPED)

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="stages")
    position = models.PositiveSmallIntegerField()
    key = models.CharField(max_length=60, help_text=_("Key of the stage in the form version."))
    type = models.CharField(max_length=40, help_text=_("Key of the stage's class."))
    progress = models.CharField(max_length=10, choices=Progress, default=Progress.TODO)
    waiting_for = models.CharField(
        max_length=12, blank=True, help_text=_("Person or system that must act: see ``Waiting``.")
    )
    reason = models.TextField(blank=True, help_text=_("Reason for waiting or stopping, for agents."))
    data = models.JSONField(
        default=dict, blank=True, help_text=_("Data that the stage stores about its work.")
    )
    entered_at = models.DateTimeField(null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("stage")
        verbose_name_plural = _("stages")
        ordering = ["case", "position"]
        constraints = [models.UniqueConstraint(fields=["case", "key"], name="one_stage_per_key")]
        indexes = [
            models.Index(
                fields=["waiting_for", "case"],
                name="stage_held_up",
                condition=Q(waiting_for__in=["lead", "others"]),
            ),
            models.Index(fields=["case"], name="stage_proposed", condition=Q(data__has_key="proposal")),
        ]

    def __str__(self) -> str:
        return self.key

    @property
    def finished(self) -> bool:
        return self.progress in self.FINISHED

    @property
    def spec(self):
        """The stage as defined in the case's form version."""
        return next(spec for spec in self.case.version.definition.stages if spec.key == self.key)

    @property
    def title(self) -> str:
        """The title of the stage in the active language, which is the agent's or the message's."""
        return self.case.version.definition.text(f"stage.{self.key}", get_language() or self.case.language)
