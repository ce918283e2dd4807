"""Events as a type of proposal: values as text, and the draft made from an accepted proposal."""

from datetime import date, datetime, time, timedelta

from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone
from django.utils.html import linebreaks
from django.utils.text import slugify
from django.utils.translation import gettext as _
from wagtail.log_actions import log
from wagtail.permissions import page_permission_policy
from wagtail.rich_text import RichText

from home.caching.cached_attributes import cached_attribute
from home.localization.dates import date_format
from home.localization.times import format_time
from news.proposals.models import Proposal
from news.proposals.proposal_types import ProposalNotAcceptable, ProposalType

from .forms import EventProposalForm

TEXTS = ("title", "lead", "place", "address", "price", "access", "organiser", "phone", "repeats")


def event_labels() -> dict[str, str]:
    return {name: str(field.label) for name, field in EventProposalForm.base_fields.items()}


def event_value_text(name: str, value, language: str) -> str:
    """Return a value as text for an editor."""
    from news.directory.models import DirectoryEntry

    from .models import REPEATS

    if name == "repeats":
        return str(dict(REPEATS).get(value or "", value))
    if value in ("", None):
        return ""
    if name in ("day", "until"):
        return date_format(date.fromisoformat(value), "l j F Y")
    if name in ("starts", "ends"):
        return format_time(time.fromisoformat(value))
    if name == "host":
        return next(iter(DirectoryEntry.objects.filter(pk=value).values_list("name", flat=True)), "")
    return str(value)


def create_event_draft(*, proposal: Proposal, actor):
    """Create a draft below the agenda, for an editor to finish and publish.

    Raise ProposalNotAcceptable without an agenda or if the values make no valid event.
    """
    from .models import EventPage

    index = agenda_of(proposal.language)
    if index is None:
        raise ProposalNotAcceptable(_("There is no agenda to put it into: publish one first."))
    said = proposal.data
    start, end = _span(said)
    page = EventPage(
        start=start,
        end=end,
        until=date.fromisoformat(said["until"]) if said["until"] else None,
        host=_host(proposal),
        locale=index.locale,
        live=False,
        slug="" if slugify(said["title"]) else f"evenement-{proposal.pk}",
        **{name: said[name] or "" for name in TEXTS},
    )
    if said["text"]:
        page.body = [("text", RichText(linebreaks(said["text"], autoescape=True)))]
    try:
        index.add_child(instance=page)
    except ValidationError as fault:  # such as an event that ends before it begins because the clocks change
        raise ProposalNotAcceptable(" ".join(fault.messages)) from fault
    log(page, "wagtail.create", user=actor)
    page.save_revision(user=actor, log_action=True)
    proposal.page = page
    return page


def agenda_of(language: str):
    """Return the agenda in ``language``, else in any language; None if there is none."""
    from .models import EventIndexPage

    found = list(EventIndexPage.objects.live().select_related("locale").order_by("path"))
    same = (page for page in found if page.locale.language_code == language)
    return next(same, None) or next(iter(found), None)


def may_decide_events(user) -> bool:
    if not user.is_active or not user.has_perm("wagtailadmin.access_admin"):
        return False
    if not page_permission_policy.user_has_permission(user, "add"):  # most agents end here
        return False

    def compute() -> bool:
        from .models import EventIndexPage

        pages = EventIndexPage.objects.live().order_by("path")
        return any(page.permissions_for_user(user).can_add_subpage() for page in pages[:4])

    return cached_attribute(user, "_decides_events", compute)  # the menu and the dashboard need it


def _span(said: dict) -> tuple[datetime, datetime | None]:
    """Return start and end.

    An end before the start is on the next day; an end equal to the start counts as unknown (None).
    """
    day, starts = date.fromisoformat(said["day"]), time.fromisoformat(said["starts"])
    start = timezone.make_aware(datetime.combine(day, starts))
    if said["ends"] in ("", None, said["starts"]):
        return start, None
    ends = time.fromisoformat(said["ends"])
    last = day if ends > starts else day + timedelta(days=1)
    return start, timezone.make_aware(datetime.combine(last, ends))


def _host(proposal: Proposal):
    from news.directory.models import DirectoryEntry

    return DirectoryEntry.objects.filter(pk=proposal.data["host"] or None).first()


def event_public_url(proposal: Proposal) -> str:
    return proposal.page.get_url() or "" if proposal.page_id and proposal.page.live else ""


def event_edit_url(proposal: Proposal) -> str:
    return reverse("wagtailadmin_pages:edit", args=[proposal.page_id]) if proposal.page_id else ""


EVENT_PROPOSALS = ProposalType(
    labels=event_labels,
    words=event_value_text,
    current=lambda proposal: {},
    accept=create_event_draft,
    may_decide=may_decide_events,
    public_url=event_public_url,
    desk_url=event_edit_url,
    again=lambda proposal: "news:event_propose",
)
