"""``Proposal``: an event or directory entry that a visitor hands in, or a change to one, for editors to decide."""

import json
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from eservices.accounts.fields import EmailAddressField
from home.web.opt_ins import EmailedLinkQuerySet, OptIn

from .states import ProposalState


class ProposalQuerySet(EmailedLinkQuerySet["Proposal"]):
    def waiting(self) -> Self:
        return self.filter(state=ProposalState.WAITING)

    def undecided(self) -> Self:
        return self.filter(state__in=[ProposalState.ASKED, ProposalState.WAITING])

    def due_for_notification(self, now: datetime) -> Self:
        """Filter waiting proposals of which staff are due to be notified at ``now``."""
        return self.waiting().filter(tell_at__lte=now)

    def sent(self) -> Self:
        """Filter proposals that were sent, by a verified address."""
        return self.exclude(state=ProposalState.ASKED)

    def forgotten(self, now: datetime) -> Self:
        """Filter proposals that were not confirmed in time, and those decided long ago."""
        return self.expired(now) | self.filter(decided_at__lt=now - Proposal.KEPT_FOR)


class Proposal(OptIn):
    """A proposal of an event, of a new directory entry, or of changes to one."""

    KEPT_FOR = timedelta(days=365)  # after the decision
    UNCONFIRMED = {"state": ProposalState.ASKED}

    class Kind(models.TextChoices):
        ENTRY = "entry", _("directory")
        EVENT = "event", _("agenda")

    kind = models.CharField(_("purpose"), max_length=8, choices=Kind)
    state = models.CharField(_("state"), max_length=8, choices=ProposalState, default=ProposalState.ASKED)
    title = models.CharField(_("title"), max_length=200)
    entry = models.ForeignKey(
        "news_directory.DirectoryEntry",
        models.CASCADE,
        verbose_name=_("entry of the directory"),
        null=True,
        blank=True,
        related_name="proposals",
    )
    page = models.ForeignKey(
        "wagtailcore.Page",
        models.SET_NULL,
        verbose_name=_("page made of it"),
        null=True,
        blank=True,
        related_name="+",
    )
    data = models.JSONField(default=dict)
    before = models.JSONField(default=dict)
    email = EmailAddressField(_("proposed by"), max_length=254)
    # None: a keeper proposed it, whose address was verified before
    link_expires_at = models.DateTimeField(_("link valid until"), null=True, blank=True, db_index=True)
    sent_at = models.DateTimeField(_("received"), null=True, blank=True, db_index=True)
    tell_at = models.DateTimeField(null=True, editable=False)  # when staff are notified; empty afterwards
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        verbose_name=_("decided by"),
        null=True,
        blank=True,
        related_name="+",
    )
    reason = models.TextField(_("reason"), blank=True)

    objects = ProposalQuerySet.as_manager()

    class Meta:
        verbose_name = _("proposal")
        verbose_name_plural = _("proposals")
        ordering = ["-sent_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["entry"],
                condition=models.Q(state=ProposalState.WAITING, kind="entry"),
                name="one_waiting_proposal_per_entry",
            )
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def version(self) -> str:
        """A hash of the values, which the sender may change until the decision."""
        return blake2b(json.dumps(self.data, sort_keys=True).encode(), digest_size=8).hexdigest()

    @property
    def is_new(self) -> bool:
        """True if it proposes something new, not a change."""
        return not self.before

    @property
    def changed(self) -> list[str]:
        """The names of the values that differ from the previous ones."""
        return [name for name, value in self.data.items() if value != self.before.get(name)]
