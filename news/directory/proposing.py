"""Entries as something that can be proposed: in words, and what happens when they are accepted."""

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from wagtail.log_actions import log

from ..proposals.kinds import Kind
from ..proposals.models import Proposal
from .forms import EntryForm
from .models import YEAR, DirectoryEntry, DirectoryTheme


def labels() -> dict[str, str]:
    return {name: str(EntryForm.base_fields[name].label) for name in DirectoryEntry.PROPOSED}


def words(name: str, value, language: str) -> str:
    """A value as an editor reads it."""
    if value in ("", None):
        return ""
    if name == "kind":
        return str(DirectoryEntry.Kind(value).label)
    if name == "theme":
        themes = DirectoryTheme.objects.in_language(language)
        return next((one.name for one in themes if str(one.translation_key) == value), "?")
    return str(value)


def current(proposal: Proposal) -> dict:
    return proposal.entry.values() if proposal.entry_id and not proposal.is_new else {}


def accept(*, proposal: Proposal, actor) -> DirectoryEntry:
    """Writes what its keeper changed, and nothing else: what editors changed meanwhile stays."""
    if proposal.is_new:
        entry = DirectoryEntry(language=proposal.language, keeper_email=proposal.email)
        names = list(proposal.data)
    else:
        entry = DirectoryEntry.objects.select_for_update().get(pk=proposal.entry_id)
        names = proposal.changed
    for name in names:
        setattr(entry, name, _theme(proposal) if name == "theme" else proposal.data[name])
    now = timezone.now()
    entry.confirmed_at, entry.due_at = now, now + YEAR
    entry.save()
    log(entry, "wagtail.create" if proposal.is_new else "wagtail.edit", user=actor)
    proposal.entry = entry
    return entry


def _theme(proposal: Proposal) -> DirectoryTheme:
    """The theme of that key; the first there is where it is gone meanwhile."""
    themes = DirectoryTheme.objects.order_by("order", "pk")
    same = themes.filter(translation_key=proposal.data["theme"]).order_by("pk").first()
    return same or themes.first()


def public_url(proposal: Proposal) -> str:
    shown = proposal.entry is not None and proposal.entry.shown
    return proposal.entry.get_url(get_language()) if shown else ""


def desk_url(proposal: Proposal) -> str:
    return reverse("directory_entries:edit", args=[proposal.entry_id]) if proposal.entry_id else ""


ENTRIES = Kind(
    labels=labels,
    words=words,
    current=current,
    accept=accept,
    may_decide=lambda user: user.is_active and user.has_perm("news.change_directoryentry"),
    public_url=public_url,
    desk_url=desk_url,
    again=lambda proposal: "news:directory_propose" if proposal.is_new else "news:directory_ask",
)
