"""Approval workflows of sections, and their e-mails."""

from html import unescape

import pytest
from django.core import mail
from django.urls import reverse
from wagtail.models import (
    GroupApprovalTask,
    GroupPagePermission,
    Page,
    PageLogEntry,
    Workflow,
    WorkflowPage,
    WorkflowTask,
)

from eservices.accounts.roles import ensure_roles
from home.models import SectionPage
from tests.factories import home as make
from tests.factories.accounts import UserFactory
from tests.factories.wagtail_forms import page_form

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def made(module_db):
    make.CommuneSettingsFactory()
    section = make.published(make.SectionPageFactory(parent=make.make_site()))
    groups = ensure_roles("editors", "moderators")
    for name, rights in (
        ("editors", ("add", "change")),
        ("moderators", ("change", "publish")),
    ):
        for right in rights:
            GroupPagePermission.objects.create(group=groups[name], page=section, permission_type=right)
    workflow = Workflow.objects.create(name="Vivre ici")
    task = GroupApprovalTask.objects.create(name="Relecture")
    task.groups.add(groups["moderators"])
    WorkflowTask.objects.create(workflow=workflow, task=task, sort_order=0)
    WorkflowPage.objects.create(workflow=workflow, page=section)
    return section


@pytest.fixture
def section(made, db):
    """A section whose pages editors write and moderators approve."""
    return SectionPage.objects.get(pk=made.pk)


def start(page):
    """Submit the page for approval and return its task state."""
    page.get_workflow().start(page, UserFactory(is_staff=True, roles=("editors",)))
    return Page.objects.get(pk=page.pk).current_workflow_task_state


@pytest.fixture
def approve(client, section):
    """Function that approves a page as a moderator and returns the next address.

    The page is approved from the list, from Wagtail's dialog or in the editor.
    """
    client.force_login(UserFactory(is_staff=True, roles=("moderators",)))

    def approve(page, door):
        state = start(page)
        address = reverse("wagtailadmin_pages:workflow_action", args=[page.pk, "approve", state.pk])
        if door == "editor":
            address = reverse("wagtailadmin_pages:edit", args=[page.pk])
            names = {"action-workflow-action": "1", "workflow-action-name": "approve"}
            return client.post(address, page_form(client, address, **names)).url
        if door == "dialog":
            headers = {"x-requested-with": "XMLHttpRequest"}
            return client.post(address, {"comment": ""}, headers=headers).json()["redirect"]
        return client.post(address, {"comment": ""}).url

    return approve


@pytest.mark.parametrize("door", ["list", "dialog", "editor"])
def test_approval_refuses_page_with_broken_link(client, section, approve, door):
    gone = make.ContentPageFactory(parent=section, slug="ancien")
    link = f'<p><a linktype="page" id="{gone.pk}">Ancien port</a></p>'
    page = make.ContentPageFactory(parent=section, live=False, body=[("text", link)])
    page.save_revision()
    gone.delete()
    asked = approve(page, door)
    assert asked == screen(page)
    assert "Ancien port" in client.get(asked).content.decode()
    client.post(asked, {"comment": ""})
    page = Page.objects.get(pk=page.pk)
    assert (page.live, page.workflow_in_progress) == (False, True)


def screen(page) -> str:
    """Return the address of the confirmation page before an approval."""
    state = Page.objects.get(pk=page.pk).current_workflow_task_state
    return reverse("editing:before_approval", args=[page.pk, state.pk])


@pytest.fixture
def hasty(section):
    """A page without a lead, about which the publish checks warn."""
    page = make.ContentPageFactory(parent=section, live=False, lead="")
    page.save_revision()
    return page


@pytest.mark.parametrize("door", ["list", "dialog", "editor"])
def test_approval_asks_for_confirmation_of_warnings(client, approve, hasty, door):
    asked = approve(hasty, door)
    assert asked == screen(hasty)
    assert "chapeau" in client.get(asked).content.decode()
    assert not Page.objects.get(pk=hasty.pk).live
    client.post(asked, {"comment": ""})
    page = Page.objects.get(pk=hasty.pk)
    assert (page.live, page.workflow_in_progress) == (True, False)
    entry = PageLogEntry.objects.get(action="editing.published_anyway")
    assert entry.data["rules"] == ["no_lead"]


def test_approval_comment_is_kept_on_confirmation_page(client, approve, hasty):
    state = start(hasty)
    address = reverse("wagtailadmin_pages:workflow_action", args=[hasty.pk, "approve", state.pk])
    asked = client.post(address, {"comment": "Merci, Ada & Co."}).url
    assert "Merci, Ada &amp; Co.</textarea>" in client.get(asked).content.decode()
    client.post(asked, {"comment": "Merci, Ada & Co. !"})
    state.refresh_from_db()
    assert (state.comment, state.status) == ("Merci, Ada & Co. !", state.STATUS_APPROVED)


def test_approval_confirmation_requires_pending_approval(client, approve, hasty):
    asked = approve(hasty, "list")
    client.force_login(UserFactory(is_staff=True, roles=("editors",)))
    client.post(asked, {"comment": ""})
    assert not Page.objects.get(pk=hasty.pk).live
    client.force_login(UserFactory(is_staff=True, roles=("moderators",)))
    client.post(asked, {"comment": ""})
    said = client.post(asked, {"comment": ""}, follow=True)
    assert said.status_code == 200
    assert "plus votre approbation" in said.content.decode()


def test_page_submitted_by_editor_is_published_when_approved(
    client, section, django_capture_on_commit_callbacks
):
    editor = UserFactory(is_staff=True, roles=("editors",))
    moderator = UserFactory(is_staff=True, roles=("moderators",), email="relecture@orvenay.example")
    page = make.ContentPageFactory(parent=section, title="Plage", live=False)
    page.save_revision(user=editor)
    client.force_login(editor)
    edit = reverse("wagtailadmin_pages:edit", args=[page.pk])
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post(edit, page_form(client, edit, **{"action-submit": "1"}))
    assert answer.status_code == 302
    assert not Page.objects.get(pk=page.pk).live
    [letter] = [one for one in mail.outbox if one.to == ["relecture@orvenay.example"]]
    html = letter.alternatives[0].content
    assert "Plage" in html
    assert "Orvenay" in html
    assert "email-header.jpg" not in html
    assert "<img" not in html
    client.force_login(moderator)
    state = Page.objects.get(pk=page.pk).current_workflow_task_state
    address = reverse("wagtailadmin_pages:workflow_action", args=[page.pk, "approve", state.pk])
    client.post(address, {"comment": ""})
    assert Page.objects.get(pk=page.pk).live


# -- Results -------------------------------------------------------------------------------------------------
@pytest.fixture
def sent_back(client, section, django_capture_on_commit_callbacks):
    """Function that rejects a page with a comment as a moderator, and returns the page, its author and the e-mail."""
    author = UserFactory(is_staff=True, roles=("editors",), first_name="Julie", last_name="Perret")
    moderator = UserFactory(
        is_staff=True,
        roles=("moderators",),
        first_name="Daniel",
        last_name="Keller",
        email="dk@orvenay.example",
    )
    page = make.ContentPageFactory(parent=section, title="Plage", live=False)
    page.save_revision(user=author)

    def send_back(comment):
        page.get_workflow().start(page, author)
        state = Page.objects.get(pk=page.pk).current_workflow_task_state
        client.force_login(moderator)
        address = reverse("wagtailadmin_pages:workflow_action", args=[page.pk, "reject", state.pk])
        with django_capture_on_commit_callbacks(execute=True):
            client.post(address, {"comment": comment, "next": reverse("wagtailadmin_home")})
        [letter] = [one for one in mail.outbox if one.to == [author.email]]
        return page, author, letter

    return send_back


def test_requested_changes_are_shown_to_author_until_resubmitted(client, sent_back):
    page, author, _letter = sent_back("Il manque le prix & l’horaire.")
    edit = reverse("wagtailadmin_pages:edit", args=[page.pk])
    client.force_login(author)
    said = "Daniel Keller demande des modifications : « Il manque le prix &amp; l’horaire. »"
    for _time in range(2):
        assert said in client.get(edit).content.decode()
    waiting = client.get(reverse("wagtailadmin_home")).content.decode()
    assert "Modifications demandées" in waiting
    assert "Il manque le prix &amp; l’horaire." in waiting
    client.post(edit, page_form(client, edit, **{"action-submit": "1"}))
    assert "demande des modifications" not in client.get(edit, follow=True).content.decode()
    assert "Modifications demandées" not in client.get(reverse("wagtailadmin_home")).content.decode()


def test_requested_changes_are_shown_without_reason(client, sent_back):
    page, author, _letter = sent_back("")
    client.force_login(author)
    shown = client.get(reverse("wagtailadmin_pages:edit", args=[page.pk])).content.decode()
    assert "Daniel Keller demande des modifications." in shown


def test_email_requesting_changes_is_polite(sent_back):
    _page, _author, letter = sent_back("Il manque le prix.")
    assert letter.subject == "Des modifications sont demandées : « Plage »"
    for text in (letter.body, unescape(letter.alternatives[0].content)):
        assert "Bonjour Julie Perret," in text
        assert "Daniel Keller demande des modifications de la page « Plage »" in text
        assert "Il manque le prix." in text
        assert "rejet" not in text


def test_moderator_sees_that_author_is_notified(client, sent_back):
    sent_back("Il manque le prix.")
    shown = client.get(reverse("wagtailadmin_home")).content.decode()
    assert "« Plage » attend des modifications. La personne qui l’a soumise est avertie." in shown


@pytest.mark.parametrize("door", ["list", "dialog", "editor"])
def test_moderator_sees_that_page_is_published(client, section, approve, door):
    page = make.ContentPageFactory(parent=section, title="Plage", live=False)
    page.save_revision()
    shown = client.get(approve(page, door)).content.decode()
    assert "« Plage » est publiée" in shown


def test_moderator_sees_next_approval_task(client, section, approve):
    task = GroupApprovalTask.objects.create(name="Municipalité")
    task.groups.add(*ensure_roles("moderators").values())
    WorkflowTask.objects.create(workflow=Workflow.objects.get(name="Vivre ici"), task=task, sort_order=1)
    page = make.ContentPageFactory(parent=section, title="Plage", live=False)
    page.save_revision()
    shown = client.get(approve(page, "list")).content.decode()
    assert "« Plage » a votre approbation. Étape suivante : Municipalité." in shown
    assert "est publié" not in shown
