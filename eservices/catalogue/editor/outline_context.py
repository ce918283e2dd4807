"""Shared data of the form editor's views: the outline, and links to it."""

from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _

from .. import access
from ..models import ServicePage
from .form_outline import FormReading
from .question_pickers import question_pickers
from .starters import SERVICES, list_starters

OUTLINE = "form-outline"  # id of the outline's element
LONG = 8  # number of steps from which the outline has a table of contents


def outline_context(page: ServicePage, user, earlier: bool = False) -> dict:
    """Return the context of the outline's template.

    ``earlier``: the page is an earlier revision, not the latest draft.
    """
    reading = FormReading(page)
    obstacle = access.edit_obstacle(user, page)
    if earlier and not obstacle:
        obstacle = _("This is an earlier version. Save it to bring it back, then change its form.")
    return {
        "page": page,
        "source": None if page.is_source else page.source,
        "outline": reading.outline,
        "contents": len(reading.tree) >= LONG,
        "editable": not obstacle,
        "obstacle": obstacle,
        "base": reverse("editor:outline", args=[page.pk]).removesuffix("outline/"),
        "pickers": question_pickers(reading),
        "starters": list_starters(SERVICES).values(),
        "revision": page.latest_revision,
    }


def form_url(page: ServicePage, step_id: str = "") -> str:
    """Return the URL of the form in the page's edit view, or of one of its steps."""
    place = f"step-{step_id}" if step_id else OUTLINE
    return f"{reverse('wagtailadmin_pages:edit', args=[page.pk])}#{place}"


def publication_refusal(page: ServicePage) -> str:
    """Return the message that a service is not published, with a link to each problem."""
    links = ((one.url, str(one)) for one in FormReading(page).outline.errors)
    told = format_html_join(" · ", '<a href="{}">{}</a>', links)
    return format_html("{} {}", _("Not published, saved as a draft. To correct:"), told)
