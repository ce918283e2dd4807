"""Approval workflows of editors, and a bundle of pages."""

from django.contrib.auth.models import Group
from wagtail.models import GroupApprovalTask, Page, Workflow, WorkflowPage, WorkflowTask

from eservices.accounts import roles
from home.bundles import actions
from home.bundles.models import Bundle, BundleEntry
from home.models import ContentPage

from ... import clock
from ...typography import typeset
from ..context import DemoContext
from .commune import as_stream

# section → (name of the workflow, its steps: name and group); "site" applies to all other sections
WORKFLOWS = {
    "site": ("Secrétariat", [("Relecture par le secrétariat", roles.MODERATORS)]),
    "actualites": ("Actualités", [("Relecture par le secrétariat", roles.MODERATORS)]),
    "autorites": (
        "Autorités",
        [("Relecture par le secrétariat", roles.MODERATORS), ("Accord du chef de service", roles.LEADS)],
    ),
}
# key → (section, title, lead, text)
WINTER = {
    "patinoire": (
        "sport",
        "Patinoire de la place de l’Orme",
        "Gratuite, tous les jours de 10 h à 20 h, patins à louer sur place.",
        "<p>La glace tient du premier samedi de décembre à la mi-février, si le froid le veut.</p>",
    ),
    "deneigement": (
        "mobilite",
        "Déneigement",
        "Les routes de bus d’abord, puis les écoles, puis les quartiers.",
        "<p>Déneigez votre trottoir jusqu’à 8 h. Du gravier est à disposition au dépôt de la Râpe.</p>",
    ),
}


def build(world: DemoContext) -> None:
    root = Page.get_first_root_node()
    # Wagtail's default workflow, whose group has no members.
    Workflow.objects.filter(workflow_pages__page=root).delete()
    GroupApprovalTask.objects.filter(workflow_tasks=None).delete()
    for key, (name, steps) in WORKFLOWS.items():
        workflow = Workflow.objects.create(name=name)
        for order, (title, group) in enumerate(steps):
            task, _made = GroupApprovalTask.objects.get_or_create(name=title)
            task.groups.add(Group.objects.get(name=group))
            WorkflowTask.objects.create(workflow=workflow, task=task, sort_order=order)
        page = root.pk if key == "site" else world.pages[key]
        WorkflowPage.objects.create(workflow=workflow, page_id=page)
    create_winter_bundle(world)


def create_winter_bundle(world: DemoContext) -> None:
    """Create a bundle of two drafts for the first day of winter."""
    with clock.clock_at(clock.local_moment(clock.parse_day("-2d", world.today))):
        drafts = [_draft(key, *texts, world) for key, texts in WINTER.items()]
        bundle = Bundle(title="Pages d’hiver", note="À publier ensemble quand le froid arrive.")
        bundle.entries = [BundleEntry(page_id=page.pk) for page in drafts]
        bundle.save()
        actions.schedule(
            bundle, at=clock.local_moment(clock.parse_day("+9d", world.today), 7), actor=world.editor
        )


def _draft(key: str, parent: str, title: str, lead: str, text: str, world: DemoContext) -> ContentPage:
    page = ContentPage(
        title=title, slug=key, lead=typeset(lead, "fr"), locale=world.locales["fr"], live=False
    )
    page.body = as_stream(page, "body", [{"type": "text", "value": typeset(text, "fr")}])
    Page.objects.get(pk=world.pages[parent]).add_child(instance=page)
    page.save_revision(user=world.editor)
    world.pages[key] = page.pk
    return page
