"""What the administration does with a request."""

import uuid
from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel
from wagtail.admin.panels import FieldPanel, InlinePanel

from eservices.formbuilder.models import Form, FormVersion
from eservices.submissions.models import StoredFile, Submission, new_secret

from .searching import folded
from .states import Outcome, State


class Team(ClusterableModel):
    """Agents who treat the same services. Found by key from definitions."""

    key = models.SlugField(_("key"), unique=True)
    name = models.CharField(_("name"), max_length=100)
    email = models.EmailField(_("e-mail address"), blank=True)
    phone = models.CharField(_("telephone"), max_length=32, blank=True)
    members = models.ManyToManyField(
        settings.AUTH_USER_MODEL, through="TeamMember", related_name="teams", verbose_name=_("members")
    )

    panels = [
        FieldPanel("name"),
        FieldPanel("key", help_text=_("Services name their team by this key: do not change it.")),
        FieldPanel("email"),
        FieldPanel("phone"),
        InlinePanel("memberships", heading=_("Members"), label=_("Member")),
    ]

    class Meta:
        verbose_name = _("team")
        verbose_name_plural = _("teams")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Role(models.IntegerChoices):
    """What a member of a team may do. Higher roles include the lower ones."""

    READ = 10, _("read")
    TREAT = 20, _("treat")
    DECIDE = 30, _("decide")
    LEAD = 40, _("lead")


class TeamMember(models.Model):
    """A person's role in a team."""

    team = ParentalKey(Team, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships")
    role = models.PositiveSmallIntegerField(_("role"), choices=Role, default=Role.TREAT)

    panels = [FieldPanel("user"), FieldPanel("role")]

    class Meta:
        verbose_name = _("member")
        verbose_name_plural = _("members")
        constraints = [models.UniqueConstraint(fields=["team", "user"], name="one_role_per_member")]

    def __str__(self) -> str:
        return f"{self.user}, {self.get_role_display()}"


class NumberSeries(models.Model):
    """The last number drawn of a series. Drawn under lock, in the transaction of what bears it."""

    key = models.CharField(max_length=60, primary_key=True)
    last = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("number series")
        verbose_name_plural = _("number series")

    def __str__(self) -> str:
        return f"{self.key} {self.last}"


class CaseQuerySet(models.QuerySet):
    def real(self):
        """Without rehearsals: what queues, figures, numbers and retention count."""
        return self.filter(rehearsal=False)

    def open(self):
        return self.exclude(state=State.CLOSED)

    def unassigned(self):
        return self.open().filter(assignee=None)

    def overdue(self, now):
        return self.open().filter(deadline__lt=now, paused_at=None)

    def due(self, now):
        """Cases whose process should be looked at by ``now``."""
        return self.open().filter(due_at__lte=now)

    def search(self, words: str):
        """Cases in which every word stands: reference, applicant, answers. Accents and case do not matter."""
        found = self
        for word in folded(words).split()[:8]:
            found = found.filter(search_text__contains=word)
        return found

    def of_applicant(self, user):
        """What this person filed signed in, or earlier where the mailed link confirmed the address."""
        return self.filter(
            Q(submission__user=user)
            | Q(submission__email__iexact=user.email, email_confirmed_at__isnull=False)
        )


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
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.RECEIVED)
    outcome = models.CharField(_("outcome"), max_length=12, choices=Outcome, blank=True)
    reason = models.TextField(_("reason of the decision"), blank=True)
    rehearsal = models.BooleanField(_("rehearsal"), default=False)
    opened_at = models.DateTimeField(_("opened"), default=timezone.now)
    deadline = models.DateTimeField(_("deadline"), null=True, blank=True)
    due_at = models.DateTimeField(_("process due"), null=True, blank=True, default=timezone.now)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    paused_at = models.DateTimeField(
        _("deadline paused"), null=True, blank=True, help_text=_("Since when the applicant has the ball.")
    )
    email_confirmed_at = models.DateTimeField(_("address confirmed"), null=True, blank=True)
    search_text = models.TextField(
        blank=True, editable=False, help_text=_("Folded words that a search finds the case by.")
    )

    objects = CaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("case")
        verbose_name_plural = _("cases")
        ordering = ["deadline", "opened_at"]
        indexes = [
            models.Index(fields=["team", "state", "deadline"], name="case_queue"),
            models.Index(fields=["due_at"], name="case_due", condition=~Q(state="closed")),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def subject(self) -> str:
        """How deliveries name this case."""
        return f"case:{self.pk}"

    @property
    def is_open(self) -> bool:
        return self.state != State.CLOSED

    @property
    def applicant(self) -> str:
        return self.submission.applicant_name

    @property
    def service(self) -> str:
        """The service's title in the language of the case."""
        return self.version.definition.title(self.language)


LINK_DAYS = 365


def link_expiry():
    return timezone.now() + timedelta(days=LINK_DAYS)


class CaseLink(models.Model):
    """A private link to a case's status page. One that was mailed proves the address it was mailed to."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="links")
    secret = models.CharField(max_length=32, unique=True, default=new_secret, editable=False)
    mailed = models.BooleanField(_("mailed"), default=False)
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(default=link_expiry)
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

    def __str__(self) -> str:
        return self.key

    @property
    def finished(self) -> bool:
        return self.progress in (self.Progress.DONE, self.Progress.SKIPPED)

    @property
    def spec(self):
        """The stage as the editor laid it, frozen with the case's version."""
        return next(spec for spec in self.case.version.definition.stages if spec.key == self.key)

    @property
    def title(self) -> str:
        """What the stage is called, in the language at hand: the agent's, or the letter's."""
        return self.case.version.definition.text(f"stage.{self.key}", get_language() or self.case.language)


class CaseEvent(models.Model):
    """One thing that happened to a case. Append-only."""

    class ActorKind(models.TextChoices):
        AGENT = "agent", _("agent")
        APPLICANT = "applicant", _("applicant")
        SYSTEM = "system", _("system")

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="events")
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=40)
    actor_kind = models.CharField(max_length=10, choices=ActorKind)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    data = models.JSONField(default=dict)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        ordering = ["case", "number"]
        constraints = [models.UniqueConstraint(fields=["case", "number"], name="one_event_per_number")]

    def __str__(self) -> str:
        return f"{self.case} {self.number} {self.kind}"


class Note(models.Model):
    """What agents write for agents: never shown to the applicant."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="notes")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    text = models.TextField(_("note"))
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("note")
        verbose_name_plural = _("notes")
        ordering = ["at"]

    def __str__(self) -> str:
        return self.text[:60]


class Message(models.Model):
    """What the commune and the applicant write to each other on a case."""

    class Kind(models.TextChoices):
        MESSAGE = "message", _("message")
        QUESTION = "question", _("question")
        ANSWER = "answer", _("answer")
        DECISION = "decision", _("decision")

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="messages")
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.MESSAGE)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text=_("The agent; empty where the applicant wrote."),
    )
    text = models.TextField(_("text"))
    files = models.ManyToManyField(StoredFile, related_name="messages", blank=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        ordering = ["at"]

    def __str__(self) -> str:
        return self.text[:60]
