"""A double of a network for the demo: it stores posts in the demo mailbox instead of publishing them."""

from django.urls import reverse
from django.utils.translation import gettext as _

from eservices.deliveries.models import MailboxEntry

from ..announcements import Announcement
from .base import PublishedPost, SocialNetwork


class DemoNetwork:
    """A double with the limits of the network, whose posts are stored in the demo mailbox."""

    is_double = True

    def __init__(self, network: SocialNetwork):
        self.network = network

    def __getattr__(self, name: str):
        return getattr(self.network, name)

    def publish(self, announcement: Announcement, key: str) -> PublishedPost:
        entry = self._keep(announcement.title, announcement.text, announcement)
        return PublishedPost(str(entry.pk), reverse("deliveries:letter", args=[entry.pk]))

    def edit(self, remote_id: str, announcement: Announcement) -> None:
        title = _("Changed: %(title)s") % {"title": announcement.title}
        self._keep(title[:255], announcement.text, announcement)

    def withdraw(self, remote_id: str) -> None:
        first = MailboxEntry.objects.filter(pk=remote_id).first()
        title = _("Withdrawn: %(title)s") % {"title": first or remote_id}
        self._keep(title[:255], _("The post is taken back."))

    def find(self, announcement: Announcement) -> None:
        return None

    def probe(self) -> None:
        """Do nothing: the double is always available."""

    def _keep(self, title: str, text: str, announcement: Announcement | None = None) -> MailboxEntry:
        picture = announcement and announcement.picture
        return MailboxEntry.objects.create(
            channel=self.network.key,
            recipient=self.network.label,
            subject=title,
            text=text,
            attachments=[picture.title] if picture else [],
        )
