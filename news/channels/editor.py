"""Channels in the page editor: what is ticked, the own texts, and previews of each channel."""

from dataclasses import dataclass

from django import forms
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.panels import Panel

from home.links.page_links import full_page_url
from home.localization.slugs import NumberedSlugForm

from . import announcements, lookup
from .announcements import Announcement
from .states import PostState

MAX_TEXT_LENGTH = 5000  # characters of an own text, whatever the channel's limit


class PanelOnlyBoundField(forms.BoundField):
    """A bound field that only the panel renders, with ``as_widget``.

    Wagtail renders a field that no panel claims again at the end of the form. Of two inputs with one name the last is
    taken: the empty one.
    """

    def __str__(self):
        return ""


class ChannelTextField(forms.CharField):
    """The text that the editor writes for one channel instead of title and lead."""

    def __init__(self, channel):
        self.channel = channel
        super().__init__(
            label=gettext_lazy("Own text"),
            required=False,
            max_length=MAX_TEXT_LENGTH,
            bound_field_class=PanelOnlyBoundField,
            widget=forms.Textarea(attrs={"rows": 3, "data-channel-text": channel.key}),
        )

    def clean(self, value):
        """Check the length as the channel counts it."""
        text = super().clean(value)
        length = self.channel.measure(text)
        if length > self.channel.limit:
            words = {"network": self.channel.label, "limit": self.channel.limit, "length": length}
            raise forms.ValidationError(
                _("%(network)s takes %(limit)s characters: this has %(length)s.") % words
            )
        return text


class ChannelsForm(NumberedSlugForm):
    """A page form with a tick and an own text for each channel that is configured."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.channels = lookup.configured_channels()
        self.posts = _posts(self.instance)
        for channel in self.channels:
            post = self.posts.get(channel.key)
            tick = forms.BooleanField(
                label=channel.label, required=False, bound_field_class=PanelOnlyBoundField
            )
            tick.initial = bool(post and post.is_selected)
            tick.disabled = bool(post and not post.may_choose)
            self.fields[_tick(channel)] = tick
            self.fields[_text(channel)] = ChannelTextField(channel)
            self.fields[_text(channel)].initial = post.text if post else ""

    def save(self, commit=True):
        self.instance.channel_choices = {
            channel.key: (self.cleaned_data[_tick(channel)], self.cleaned_data[_text(channel)])
            for channel in self.channels
            if _tick(channel) in self.cleaned_data
        }
        self.instance.channel_chooser = self.for_user
        return super().save(commit)


class ChannelsPanel(Panel):
    """A panel with the channels, their previews, and the state of each post."""

    class BoundPanel(Panel.BoundPanel):
        template_name = "news/channels/panel.html"

        @property
        def media(self):
            return forms.Media(js=["js/channels.js"], css={"all": ["css/channels.css"]})

        def get_context_data(self, parent_context=None):
            return super().get_context_data(parent_context) | {
                "rows": self.rows,
                "page": self.instance,
                "above": full_page_url(self.form.parent_page),
                "occasion": announcements.occasion_sentence(self.instance) if self.instance.pk else "",
                "digests": _digests(self.instance),
                "any_double": any(row.channel.is_double for row in self.rows),
            }

        @cached_property
        def rows(self) -> list["ChannelRow"]:
            announcement = announcements.announcement_from_page(self.instance)
            posts = self.form.posts
            return [self._row(one, posts.get(one.key), announcement) for one in self.form.channels]

        def _row(self, channel, post, announcement) -> "ChannelRow":
            text = self.form[_text(channel)]
            return ChannelRow(
                channel,
                post,
                self.form[_tick(channel)],
                text,
                channel_preview(channel, announcement, text.value()),
            )


@dataclass(frozen=True)
class ChannelPreview:
    """The text that a channel would show, its length, and what prevents posting it (``faults``)."""

    said: Announcement
    length: int
    faults: list[str]
    notes: list[str]


@dataclass(frozen=True)
class ChannelRow:
    """The row of a channel in the panel."""

    channel: object
    post: object
    tick: forms.BoundField
    text: forms.BoundField
    preview: ChannelPreview

    @cached_property
    def waiting(self) -> list[str]:
        """The texts of messages that are not sent yet, if publishing the draft would change them."""
        if self.channel.key not in lookup.READERS or not self.post or self.post.state != PostState.OUT:
            return []
        texts = self.post.waiting_texts
        return [] if self.preview.said.text in texts else texts


def channel_preview(channel, announcement: Announcement, own: str | None) -> ChannelPreview:
    said = announcement.with_text(channel.compose(announcement, (own or "").strip()))
    return ChannelPreview(said, channel.measure(said.text), channel.faults(said), channel.notes(said))


def _posts(page) -> dict:
    from .models import ChannelPost  # imported late: the model of the page uses this form

    return {post.channel: post for post in ChannelPost.objects.of(page)} if page.pk else {}


def _digests(page) -> list:
    """Return the digests that will include the page, by its topics as last saved."""
    from newsletter.models import Digest

    own = {topic.translation_key for topic in page.matched_topics()} if page.pk else set()
    found = []
    for digest in Digest.objects.in_force().prefetch_related("topics"):
        wanted = {topic.translation_key for topic in digest.topics.all()}
        if not wanted or wanted & own:
            found.append(digest)
    return found


def _tick(channel) -> str:
    return f"channel_{channel.key}"


def _text(channel) -> str:
    return f"channel_{channel.key}_text"
