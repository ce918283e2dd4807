"""A case, its private links and its stages."""

import uuid
from datetime import timedelta
from functools import reduce
from operator import or_

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.fields.json import KeyTransform
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from eservices.accounts.models import IdentityLevel
from eservices.formbuilder.models import Form, FormVersion
from eservices.submissions.models import StoredFile, Submission
from home.localization import phone_numbers
from home.web.secret_links import new_secret

from ..search.terms import MatchesTerms, term_readings
from ..states import CaseOutcome, CaseState
from .queue_settings import CaseTag
from .teams import Team

REHEARSAL_DAYS = 30
LINK_DAYS = 365


class CaseQuerySet(models.QuerySet):
    def real(self):
        """Without rehearsals: what queues, figures, numbers and retention count."""
        return self.filter(rehearsal=False)

    def rehearsed(self):
        """What editors tried."""
        return self.filter(rehearsal=True)

    def to_discard(self, now):
        """Rehearsals that were kept long enough."""
        return self.rehearsed().filter(opened_at__lte=now - timedelta(days=REHEARSAL_DAYS))

    def open(self):
        return self.exclude(state=CaseState.CLOSED)

    def free(self):
        """What an agent may take: nobody has it, and nobody else has the ball."""
        elsewhere = CaseStage.objects.filter(case=OuterRef("pk"), waiting_for__in=["others", "system"])
        return self.real().filter(~Exists(elsewhere), assignee=None, closed_at=None, paused_at=None)

    def by_urgency(self):
        """The nearest deadline first, then those without, what waits for the applicant, and closed ones.

        What was paused or closed last comes first: the index ``case_urgency`` has this order.
        """
        return self.order_by(
            F("closed_at").desc(nulls_first=True),
            F("paused_at").desc(nulls_first=True),
            F("deadline").asc(nulls_last=True),
            "opened_at",
            "reference",
        )

    def due(self, now):
        """Cases whose process should be looked at by ``now``."""
        return self.open().filter(due_at__lte=now)

    def search(self, text: str):
        """Cases in which every word of ``text`` stands: reference, applicant, answers. Signs alone stand in none."""
        if not text.strip():
            return self
        asked = [Q(MatchesTerms(terms)) for terms in term_readings(text)]
        return self.filter(reduce(or_, asked)) if asked else self.none()

    def holding(self, asked: list[str]):
        """Cases that hold all of these terms: see ``searching``."""
        return self.filter(MatchesTerms(asked)) if asked else self

    def newest_first(self):
        return self.order_by("-opened_at", "reference")

    def of_subject(self, subject: str):
        """The case that a delivery is about, by the name that deliveries give it."""
        kind, _colon, key = subject.partition(":")
        return self.filter(pk=key) if kind == "case" else self.none()

    def with_file(self, stored: StoredFile):
        """The case that the applicant sent the file for, with the request or with a message."""
        return self.filter(Q(submission=stored.submission_id) | Q(messages__files=stored)).distinct()

    def of_applicant(self, user):
        """What this person filed signed in or joined by a code that was handed over; and earlier, where both
        the case and the person proved the address."""
        own = [Q(submission__user=user), Q(owner=user)]
        if user.address_is_proven:
            proven = Q(email_confirmed_at__isnull=False)
            own.append(proven & Q(submission__email=user.email, contact__email__isnull=True))
            own.append(proven & Q(contact__email=user.email))
        first, *others = (self.model.objects.filter(one).order_by().values("pk") for one in own)
        return self.filter(
            pk__in=first.union(*others)
        )  # each by its index; one condition would read every case


# The order of the queue, and after it who may see a case, so that counting reads the index alone.
BY_URGENCY = ["-closed_at", "-paused_at", "deadline", "opened_at", "reference", "team", "protected"]


class Case(models.Model):
    """A request on its way through the administration."""

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
        help_text=_("What agents filled in, and how stages ended."),
    )
    rehearsal = models.BooleanField(_("rehearsal"), default=False)
    opened_at = models.DateTimeField(_("opened"), default=timezone.now)
    deadline = models.DateTimeField(_("deadline"), null=True, blank=True)
    due_at = models.DateTimeField(_("process due"), null=True, blank=True, default=timezone.now)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    paused_at = models.DateTimeField(
        _("deadline paused"), null=True, blank=True, help_text=_("Since when the applicant has the ball.")
    )
    by_sms = models.BooleanField(
        _("told by SMS too"), default=False, help_text=_("The applicant wants one whenever we write.")
    )
    email_confirmed_at = models.DateTimeField(_("address confirmed"), null=True, blank=True)
    identity_level = models.PositiveSmallIntegerField(
        _("identity level"), choices=IdentityLevel, default=IdentityLevel.NONE
    )
    protected = models.BooleanField(
        _("protected"),
        default=False,
        help_text=_("Somebody’s address is protected: only members who treat such people see the case."),
    )
    unscreened = models.BooleanField(
        _("not screened yet"),
        default=False,
        help_text=_("Nobody knows yet whether an address is protected: treated as protected until then."),
    )
    amended = models.JSONField(
        _("corrected answers"), default=dict, blank=True, help_text=_("Question → answer in force.")
    )
    contact = models.JSONField(
        default=dict, blank=True, editable=False, help_text=_("What corrections changed of the applicant.")
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
        blank=True, editable=False, help_text=_("What a search finds the case by: see ``searching``.")
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
            # The queue: its order, for all, for what is free, by agent and by service; its counts, whose columns
            # stand in the index itself. PostgreSQL keeps one more, of ``search_text``.
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
        """How deliveries name this case."""
        return f"case:{self.pk}"

    @property
    def is_open(self) -> bool:
        return self.state != CaseState.CLOSED

    @property
    def is_known_protected(self) -> bool:
        """True if an address is known to be protected, and not only hidden until the case is screened."""
        return self.protected and not self.unscreened

    @property
    def answers(self) -> dict:
        """The answers in force: what was declared, with what agents put right."""
        return self.submission.answers | self.amended

    @property
    def applicant(self) -> str:
        return self.contact.get("applicant_name", self.submission.applicant_name)

    @property
    def email(self) -> str:
        """Where we write to; empty where we can only telephone or post."""
        return self.contact.get("email", self.submission.email)

    @property
    def phone(self) -> str:
        return self.contact.get("phone", self.submission.phone)

    @property
    def takes_sms(self) -> bool:
        return phone_numbers.can_receive_sms(self.phone)

    @property
    def is_anonymous(self) -> bool:
        """Whether nobody is named to write to: what we say stands on the private page alone."""
        return not self.email and not self.applicant

    @property
    def service(self) -> str:
        """The service's title in the language of the case."""
        return self.version.definition.title(self.language)


def status_link_expiry():
    return timezone.now() + timedelta(days=LINK_DAYS)


class StatusLink(models.Model):
    """A private link to a case's status page. One that was mailed proves the address it was mailed to."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="links")
    secret = models.CharField(max_length=32, unique=True, default=new_secret, editable=False)
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
    """One stage of one case. A row that is done is never run again."""

    class Progress(models.TextChoices):
        TODO = "todo", _("to come")
        ACTIVE = "active", _("now")
        DONE = "done", _("done")
        SKIPPED = "skipped", _("not needed")

    FINISHED = (Progress.DONE, Progress.SKIPPED)

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="stages")
    position = models.PositiveSmallIntegerField()
    key = models.CharField(max_length=60, help_text=_("Of the stage in the form version."))
    type = models.CharField(max_length=40, help_text=_("Key of the stage's class."))
    progress = models.CharField(max_length=10, choices=Progress, default=Progress.TODO)
    waiting_for = models.CharField(max_length=12, blank=True, help_text=_("Who must act: see ``Waiting``."))
    reason = models.TextField(blank=True, help_text=_("Why it waits or was stopped, for the agents."))
    data = models.JSONField(default=dict, blank=True, help_text=_("What the stage keeps of what it did."))
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
        """The stage as the editor laid it, frozen with the case's version."""
        return next(spec for spec in self.case.version.definition.stages if spec.key == self.key)

    @property
    def title(self) -> str:
        """What the stage is called, in the language at hand: the agent's, or the letter's."""
        return self.case.version.definition.text(f"stage.{self.key}", get_language() or self.case.language)
