"""Directory entries as a type of proposal: values as text, and what accepting one changes."""

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from wagtail.log_actions import log

from news.proposals.models import Proposal
from news.proposals.proposal_types import ProposalType

from .forms import EntryForm
from .models import YEAR, DirectoryEntry, DirectoryTheme


def entry_labels() -> dict[str, str]:
    return {name: str(EntryForm.base_fields[name].label) for name in DirectoryEntry.PROPOSED}


def entry_value_text(name: str, value, language: str) -> str:
    """Return a value as text for an editor."""
    if value in ("", None):
        return ""
    if name == "kind":
        return str(DirectoryEntry.Kind(value).label)
    if name == "theme":
        themes = DirectoryTheme.objects.in_language(language)
        return next((one.name for one in themes if str(one.translation_key) == value), "?")
    return str(value)


def current_entry_values(proposal: Proposal) -> dict:
    return proposal.entry.values() if proposal.entry_id and not proposal.is_new else {}


def apply_entry_proposal(*, proposal: Proposal, actor) -> DirectoryEntry:
    """Write the fields that the keeper changed, and only those. Changes that editors made since then stay."""
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
    """Return the theme with the proposal's key; the first theme if it was deleted since."""
    themes = DirectoryTheme.objects.order_by("order", "pk")
    same = themes.filter(translation_key=proposal.data["theme"]).order_by("pk").first()
    return same or themes.first()


def entry_public_url(proposal: Proposal) -> str:
    shown = proposal.entry is not None and proposal.entry.shown
    return proposal.entry.get_url(get_language()) if shown else ""


def entry_edit_url(proposal: Proposal) -> str:
    return reverse("directory_entries:edit", args=[proposal.entry_id]) if proposal.entry_id else ""


ENTRY_PROPOSALS = ProposalType(
    labels=entry_labels,
    words=entry_value_text,
    current=current_entry_values,
    accept=apply_entry_proposal,
    may_decide=lambda user: user.is_active and user.has_perm("news_directory.change_directoryentry"),
    public_url=entry_public_url,
    desk_url=entry_edit_url,
    again=lambda proposal: "news:directory_propose" if proposal.is_new else "news:directory_ask",
)
