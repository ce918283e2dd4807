"""Opt-ins: what somebody asks for at an e-mail address counts once its owner has opened the e-mailed link.

Anybody can type an address. Therefore a request only sends the link, the answer is the same for every address, and
what was not confirmed is deleted after the link has expired.
"""

from datetime import datetime, timedelta
from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from eservices.accounts.fields import EmailAddressField

from .secret_links import LinkExpired, secret_field
from .shortcuts import get_or_404


class EmailedLinkQuerySet[L: EmailedLink](models.QuerySet[L]):
    def of_address(self, email: str) -> Self:
        """Filter those of a verified address, confirmed or not."""
        return self.filter(email=email)

    def expired(self, now: datetime) -> Self:
        """Filter those whose link expired before it was confirmed."""
        return self.filter(**self.model.UNCONFIRMED, link_expires_at__lt=now)


class EmailedLink(models.Model):
    """A link that was e-mailed to one address. The owner of the address acts through its secret."""

    LINK_LIFETIME = timedelta(days=7)
    UNCONFIRMED: ClassVar[
        dict[str, Any]
    ] = {}  # values of fields until the link is confirmed; {}: it always expires

    email = EmailAddressField(_("e-mail address"), max_length=254)
    secret = secret_field()
    created_at = models.DateTimeField(_("first asked"), default=timezone.now)
    link_expires_at = models.DateTimeField(_("link valid until"), db_index=True)

    objects = EmailedLinkQuerySet.as_manager()

    class Meta:
        abstract = True

    def renew_link(self) -> None:
        """Let the link be valid for its whole lifetime from now on. Does not save."""
        self.link_expires_at = timezone.now() + self.LINK_LIFETIME

    def is_confirmed(self) -> bool:
        return any(getattr(self, name) != value for name, value in self.UNCONFIRMED.items())

    def check_not_expired(self, now: datetime) -> None:
        """Raise LinkExpired if the link is too old and not confirmed."""
        if self.link_expires_at <= now and not self.is_confirmed():
            raise LinkExpired


class OptIn(EmailedLink):
    """A request of a visitor, in a language. One secret serves to confirm, to change and to end it."""

    language = models.CharField(_("language"), max_length=5, choices=settings.LANGUAGES)

    class Meta:
        abstract = True


def find_by_link[L: EmailedLink](rows: type[L] | models.QuerySet[L], secret: str, now: datetime) -> L:
    """Return the row of an e-mailed link. ``rows``: a model of EmailedLink, or a queryset of it.

    Raise Http404 if it is unknown, LinkExpired if it is too old and not confirmed.
    """
    found = get_or_404(rows, secret=secret)
    found.check_not_expired(now)
    return found
