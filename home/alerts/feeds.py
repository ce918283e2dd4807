"""Feed of the alerts that are active now."""

from django.contrib.syndication.views import Feed
from django.urls import reverse
from django.utils import timezone
from django.utils.feedgenerator import Rss201rev2Feed
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from ..links.page_links import absolute_url
from ..localization.punctuation import labelled
from ..models import CommuneSettings
from ..text.cleaning import strip_control_characters
from . import current


class AlertFeed(Feed):
    feed_type = Rss201rev2Feed

    def get_object(self, request):
        return request

    def title(self, request) -> str:
        return labelled(CommuneSettings.current(request), _("Alerts"))

    def link(self, request) -> str:
        return absolute_url(reverse("home:alerts"), request)

    def description(self) -> str:
        return _("Urgent information.")

    @property
    def language(self) -> str:
        return get_language()

    def items(self, request):
        return [(alert, request) for alert in current.current_alerts(request)]

    def item_title(self, item) -> str:
        return strip_control_characters(labelled(item[0].level.label, item[0].heading))

    def item_description(self, item) -> str:
        return strip_control_characters(item[0].text)

    def item_link(self, item) -> str:
        alert, request = item
        return f"{absolute_url(reverse('home:alerts'), request)}#a-{alert.key}"

    def item_guid(self, item) -> str:
        return f"{item[0].key}-{item[0].version}"

    item_guid_is_permalink = False

    def item_pubdate(self, item):
        return item[0].began or timezone.now()
