"""Teams, their members, roles and absences."""

from datetime import date
from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel
from wagtail import blocks
from wagtail.admin.panels import FieldPanel, HelpPanel, TitleFieldPanel
from wagtail.admin.widgets.slug import SlugInput

from eservices.accounts.fields import EmailAddressField
from home.fields import LiveStreamField


class TranslatedNamesBlock(blocks.StreamBlock):
    """A name in the other languages of the site, each at most once."""

    def __init__(self, local_blocks=None, **options):
        names = [(code, blocks.CharBlock(label=name, max_length=100)) for code, name in settings.LANGUAGES]
        once = {code: {"max_num": 1} for code, _name in settings.LANGUAGES}
        super().__init__([*names, *(local_blocks or [])], **({"block_counts": once} | options))

    def ordered_child_blocks(self):
        """Return what editors may add: the main language has the name itself."""
        return [block for block in super().ordered_child_blocks() if block.name != settings.LANGUAGE_CODE]


class NamePanel(TitleFieldPanel):
    """The name of a team, from which the key of a new team is derived.

    The key of an existing team stays, because services may refer to it.
    """

    class BoundPanel(TitleFieldPanel.BoundPanel):
        def get_should_apply(self):
            return self.instance is None or self.instance.pk is None


class Team(ClusterableModel):
    """Agents who work on the same services. Service definitions refer to it by key."""

    key = models.SlugField(_("key"), unique=True)
    name = models.CharField(_("name"), max_length=100)
    names = LiveStreamField(
        TranslatedNamesBlock(),
        verbose_name=_("name in other languages"),
        blank=True,
        default=list,
        help_text=_(
            "Shown to applicants on their page, in letters and on documents. If empty, the name above."
        ),
    )
    email = EmailAddressField(_("e-mail address"), blank=True)
    phone = models.CharField(_("telephone"), max_length=32, blank=True)
    authority = models.CharField(
        _("authority that decides"),
        max_length=150,
        blank=True,
        help_text=_("Shown under appealable decisions. If empty, the commune."),
    )
    members = models.ManyToManyField(
        settings.AUTH_USER_MODEL, through="TeamMember", related_name="teams", verbose_name=_("members")
    )

    objects: ClassVar[models.Manager["Team"]]

    panels = [
        NamePanel("name", targets=["key"], classname="", placeholder=False),
        FieldPanel("names"),
        FieldPanel(
            "key", widget=SlugInput, help_text=_("Services name their team by this key: do not change it.")
        ),
        FieldPanel("email"),
        FieldPanel("phone"),
        FieldPanel("authority"),
        HelpPanel(_("Members and their roles are set on the screen of the team, under “My teams”.")),
    ]

    class Meta:
        verbose_name = _("team")
        verbose_name_plural = _("teams")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name_in(get_language())

    def name_in(self, language: str | None) -> str:
        """Return the name in ``language``; the main name if it is not translated."""
        names = {block["type"]: block["value"] for block in self.names.raw_data}
        return names.get(language) or self.name


class Role(models.IntegerChoices):
    """The role of a team member. Higher roles include the lower ones."""

    READ = 10, _("read")
    TREAT = 20, _("treat")
    DECIDE = 30, _("decide")
    LEAD = 40, _("lead")
    CONFIGURE = 50, _("configure")


class TeamMember(models.Model):
    """The membership of a user in a team, with their role."""

    team = ParentalKey(Team, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships")
    role = models.PositiveSmallIntegerField(_("role"), choices=Role, default=Role.TREAT)

    function = models.CharField(
        _("function"), max_length=120, blank=True, help_text=_("Shown under the name on decisions.")
    )
    sees_protected = models.BooleanField(
        _("treats people with a protected address"),
        default=False,
        help_text=_("The cases of these people are shown to no other member of the team."),
    )

    class Meta:
        verbose_name = _("member")
        verbose_name_plural = _("members")
        constraints = [models.UniqueConstraint(fields=["team", "user"], name="one_role_per_member")]

    def __str__(self) -> str:
        return f"{self.user}, {self.get_role_display()}"


class AbsenceQuerySet(models.QuerySet["Absence"]):
    def on(self, day: date) -> Self:
        """Filter absences that include ``day``."""
        return self.filter(first_day__lte=day, last_day__gte=day)

    def between(self, first, last) -> Self:
        """Filter absences with at least one day between ``first`` and ``last``, both included."""
        return self.filter(first_day__lte=last, last_day__gte=first)

    def to_come(self, day: date) -> Self:
        """Filter absences that are not over on ``day``, the nearest first."""
        return self.filter(last_day__gte=day).order_by("first_day", "pk")


class Absence(models.Model):
    """The days on which a team member is away, both included, and the deputy."""

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="absences")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="absences", verbose_name=_("agent")
    )
    first_day = models.DateField(_("first day"))
    last_day = models.DateField(_("last day"))
    deputy = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("deputy"),
    )

    objects = AbsenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("absence")
        verbose_name_plural = _("absences")
        ordering = ["first_day", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(first_day__lte=F("last_day")), name="absence_ends_after_start"
            ),
            models.CheckConstraint(
                condition=Q(deputy=None) | ~Q(deputy=F("user")), name="nobody_stands_in_for_oneself"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}, {self.first_day} – {self.last_day}"

    @property
    def days(self) -> dict[str, str]:
        """The first and last day as texts."""
        return {"first": date_format(self.first_day, "j.m.Y"), "last": date_format(self.last_day, "j.m.Y")}
