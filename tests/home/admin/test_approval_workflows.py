"""Sections have their own way of approval, and its letters come in the commune's hand."""

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
    """A section whose pages are approved by the moderators; editors write there."""
    return SectionPage.objects.get(pk=made.pk)


def start(page):
    """Sends a page to approval."""
    page.get_workflow().start(page, UserFactory(is_staff=True, roles=("editors",)))
    return Page.objects.get(pk=page.pk).current_workflow_task_state


@pytest.fixture
def approve(client, section):
    """What a moderator's approval of a page answers: asked from the list, from Wagtail's dialog or in the editor."""
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
def test_an_approval_publishes_nothing_that_leads_nowhere_and_says_what_to_mend(
    client, section, approve, door
):
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
    """The screen that asks before an approval."""
    state = Page.objects.get(pk=page.pk).current_workflow_task_state
    return reverse("editing:before_approval", args=[page.pk, state.pk])


@pytest.fixture
def hasty(section):
    """A page of which the checks warn: it has no lead."""
    page = make.ContentPageFactory(parent=section, live=False, lead="")
    page.save_revision()
    return page


@pytest.mark.parametrize("door", ["list", "dialog", "editor"])
def test_an_approval_asks_about_warnings_as_the_publish_button_does(client, approve, hasty, door):
    asked = approve(hasty, door)
    assert asked == screen(hasty)
    assert "chapeau" in client.get(asked).content.decode()
    assert not Page.objects.get(pk=hasty.pk).live
    client.post(asked, {"comment": ""})
    page = Page.objects.get(pk=hasty.pk)
    assert (page.live, page.workflow_in_progress) == (True, False)
    entry = PageLogEntry.objects.get(action="editing.published_anyway")
    assert entry.data["rules"] == ["no_lead"]


def test_what_was_written_with_an_approval_is_still_there_when_it_asks(client, approve, hasty):
    state = start(hasty)
    address = reverse("wagtailadmin_pages:workflow_action", args=[hasty.pk, "approve", state.pk])
    asked = client.post(address, {"comment": "Merci, Ada & Co."}).url
    assert "Merci, Ada &amp; Co.</textarea>" in client.get(asked).content.decode()
    client.post(asked, {"comment": "Merci, Ada & Co. !"})
    state.refresh_from_db()
    assert (state.comment, state.status) == ("Merci, Ada & Co. !", state.STATUS_APPROVED)


def test_only_who_may_approve_is_asked_and_only_as_long_as_it_waits(client, approve, hasty):
    asked = approve(hasty, "list")
    client.force_login(UserFactory(is_staff=True, roles=("editors",)))
    client.post(asked, {"comment": ""})
    assert not Page.objects.get(pk=hasty.pk).live
    client.force_login(UserFactory(is_staff=True, roles=("moderators",)))
    client.post(asked, {"comment": ""})
    said = client.post(asked, {"comment": ""}, follow=True)
    assert said.status_code == 200
    assert "plus votre approbation" in said.content.decode()


def test_what_an_editor_submits_goes_out_when_a_moderator_approves(
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


# -- What comes of it ----------------------------------------------------------------------------------------
@pytest.fixture
def sent_back(client, section, django_capture_on_commit_callbacks):
    """A page that a moderator asked its author to change, with the letter of it: ``sent_back(comment)``."""
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


def test_an_author_reads_in_the_editor_what_a_moderator_wants_changed_until_it_is_sent_again(
    client, sent_back
):
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


def test_an_author_reads_that_something_is_to_be_changed_where_no_reason_was_given(client, sent_back):
    page, author, _letter = sent_back("")
    client.force_login(author)
    shown = client.get(reverse("wagtailadmin_pages:edit", args=[page.pk])).content.decode()
    assert "Daniel Keller demande des modifications." in shown


def test_the_letter_that_asks_for_changes_is_polite_and_in_our_words(sent_back):
    _page, _author, letter = sent_back("Il manque le prix.")
    assert letter.subject == "Des modifications sont demandées : « Plage »"
    for text in (letter.body, unescape(letter.alternatives[0].content)):
        assert "Bonjour Julie Perret," in text
        assert "Daniel Keller demande des modifications de la page « Plage »" in text
        assert "Il manque le prix." in text
        assert "rejet" not in text


def test_who_asked_for_changes_reads_that_the_author_is_told(client, sent_back):
    sent_back("Il manque le prix.")
    shown = client.get(reverse("wagtailadmin_home")).content.decode()
    assert "« Plage » attend des modifications. La personne qui l’a soumise est avertie." in shown


@pytest.mark.parametrize("door", ["list", "dialog", "editor"])
def test_who_approved_reads_that_the_page_is_published(client, section, approve, door):
    page = make.ContentPageFactory(parent=section, title="Plage", live=False)
    page.save_revision()
    shown = client.get(approve(page, door)).content.decode()
    assert "« Plage » est publiée" in shown


def test_who_approved_reads_for_whom_the_page_waits_next(client, section, approve):
    task = GroupApprovalTask.objects.create(name="Municipalité")
    task.groups.add(*ensure_roles("moderators").values())
    WorkflowTask.objects.create(workflow=Workflow.objects.get(name="Vivre ici"), task=task, sort_order=1)
    page = make.ContentPageFactory(parent=section, title="Plage", live=False)
    page.save_revision()
    shown = client.get(approve(page, "list")).content.decode()
    assert "« Plage » a votre approbation. Étape suivante : Municipalité." in shown
    assert "est publié" not in shown
