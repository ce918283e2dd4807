"""Admin home page: work that waits for an editor."""

from datetime import timedelta

import pytest
import time_machine
from bs4 import BeautifulSoup
from django.contrib.auth import get_user
from django.contrib.auth.models import Permission
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override
from wagtail.admin.menu import admin_menu
from wagtail.models import (
    Comment,
    CommentReply,
    GroupApprovalTask,
    GroupPagePermission,
    PageSubscription,
    Revision,
    Workflow,
    WorkflowPage,
    WorkflowTask,
)

from home import jobs as home_jobs
from home.alerts.models import Alert
from home.bundles import actions as bundles
from home.bundles import jobs as bundles_jobs
from home.bundles.models import Bundle
from news.editorial.actions import page_checks, reviews
from news.editorial.models import PageCheck, ReviewPlan
from news.editorial.tasks import run_due_page_checks
from news.editorial.wagtail_hooks import add_waiting_panel
from tests.factories.accounts import AgentFactory, EditorFactory, SuperuserFactory
from tests.factories.catalogue import make_counter, make_service
from tests.factories.formbuilder import when
from tests.factories.home import AlertFactory, BundleFactory, ContentPageFactory, published

pytestmark = pytest.mark.django_db
HOME = "wagtailadmin_home"


@pytest.fixture
def me(client):
    user = SuperuserFactory()
    client.force_login(user)
    return user


def groups(client) -> dict[str, list[str]]:
    """Return the titles in the panel of the admin home page, by group, without the rest of the page."""
    panels, request = [], type("Request", (), {"user": get_user(client)})
    add_waiting_panel(request, panels)
    (panel,) = panels
    found = panel.get_context_data({"request": request})["groups"]
    return {group.key: [row.title for row in group.rows] for group in found}


def page(home, title: str = "Le port", **fields):
    return ContentPageFactory(parent=home, title=title, **fields)


def dated(page, when):
    """Schedule the draft of the page for a time."""
    page.go_live_at = when
    revision = page.save_revision()
    revision.publish()
    if when <= timezone.now():  # its time has passed without publication
        revision.approved_go_live_at = when
        revision.save(update_fields=["approved_go_live_at"])


def test_admin_home_without_waiting_work_is_empty(client, me, home):
    assert groups(client) == {}
    assert client.get(reverse(HOME)).status_code == 200


def test_admin_home_lists_own_drafts(client, me, home):
    page(home, "Mon brouillon").save_revision(user=me)
    page(home, "D’un autre").save_revision(user=EditorFactory())
    assert groups(client) == {"drafts": ["Mon brouillon"]}


def test_admin_home_lists_own_pages_due_for_review(client, me, home):
    today = timezone.localdate()
    for title, owner, days in (("Due", me, 0), ("Plus tard", me, 1), ("D’un autre", EditorFactory(), 0)):
        ReviewPlan.objects.create(
            page_id=page(home, title, owner=owner).pk, due_on=today + timedelta(days=days)
        )
    assert groups(client) == {"review": ["Due"]}


def test_admin_home_lists_own_pages_with_warnings_only(client, me, home):
    published(page(home, "Sans chapeau", owner=me, lead=""))
    published(page(home, "Sans contact", owner=me))
    for check in PageCheck.objects.all():
        page_checks.run_page_checks(actor=None, check=check, now=timezone.now())
    assert groups(client) == {"mend": ["Sans chapeau"]}


def test_admin_home_lists_comments_on_own_and_followed_pages(client, me, home):
    other = EditorFactory()
    own, followed, strange = page(home, "Mienne", owner=me), page(home, "Suivie"), page(home, "Étrangère")
    PageSubscription.objects.create(page=followed, user=me, comment_notifications=True)
    for one in (own, followed, strange):
        Comment.objects.create(page=one, user=other, text="Juste ?", contentpath="lead")
    Comment.objects.create(page=own, user=me, text="Ma note", contentpath="lead")
    Comment.objects.create(page=own, user=other, text="Réglé", contentpath="lead", resolved_at=timezone.now())
    assert sorted(groups(client)["comments"]) == ["Mienne", "Suivie"]


def test_comment_waits_for_user_without_last_reply(client, me, home):
    mine, other = page(home, title="Mienne", owner=me), EditorFactory()
    asked = Comment.objects.create(page=mine, user=other, text="Juste ?", contentpath="lead")
    own = Comment.objects.create(page=page(home, title="Autre"), user=me, text="Et là ?", contentpath="lead")
    assert groups(client)["comments"] == ["Mienne"]
    CommentReply.objects.create(comment=asked, user=me, text="Oui.")
    CommentReply.objects.create(comment=own, user=other, text="Non.")
    assert groups(client)["comments"] == ["Autre"]
    CommentReply.objects.create(comment=own, user=me, text="Pourquoi ?")
    assert "comments" not in groups(client)
    CommentReply.objects.create(comment=own, user=other, text="Parce que.")
    assert groups(client)["comments"] == ["Autre"]


def test_admin_home_lists_pages_to_approve(client, me, home):
    group = EditorFactory().groups.get()
    task = GroupApprovalTask.objects.create(name="Relire")
    task.groups.add(group)
    flow = Workflow.objects.create(name="Rubrique")
    WorkflowTask.objects.create(workflow=flow, task=task, sort_order=0)
    WorkflowPage.objects.create(workflow=flow, page=home)
    draft = page(home, "À approuver", live=False)
    draft.save_revision(user=EditorFactory())
    flow.start(draft, EditorFactory())
    assert groups(client)["approve"] == ["À approuver"]


def test_admin_home_lists_upcoming_publications_in_order(client, me, home):
    now = timezone.now()
    dated(page(home, "Dans trois jours", live=False), now + timedelta(days=3))
    dated(page(home, "Dans un mois", live=False), now + timedelta(days=30))
    page(home, "Finit demain", expire_at=now + timedelta(days=1))
    assert groups(client) == {"soon": ["Finit demain", "Dans trois jours"]}


def test_admin_home_lists_missed_publications(client, me, home):
    now = timezone.now()
    dated(page(home, "Manquée", live=False), now - timedelta(hours=1))
    page(home, "Aurait dû finir", expire_at=now - timedelta(hours=2))
    assert groups(client) == {"missed": ["Aurait dû finir", "Manquée"]}


def late(client) -> str:
    """Return the text of the admin home page about missed publications."""
    shown = BeautifulSoup(client.get(reverse(HOME)).content, "html.parser")
    return " ".join(shown.select_one("#waiting-missed").get_text().split())


def test_missed_publication_shows_problem_until_corrected(client, me, home):
    now = timezone.now()
    service = make_service(make_counter(home))
    service.form[1].value["fields"][1].value["condition"] = when("inconnu")
    dated(service, now + timedelta(hours=1))
    holed = page(home, "Le port", live=False)
    dated(holed, now + timedelta(hours=1))
    holed.scheduled_revision.content["title"] = ""
    holed.scheduled_revision.save()
    with time_machine.travel(now + timedelta(hours=2)):
        client.force_login(me)
        home_jobs.publish_scheduled(timezone.now())
        assert "inconnu" in late(client)
        assert "Titre : Ce champ ne peut pas être vide." in late(client)
        service.form[1].value["fields"][1].value["condition"] = {}
        service.save_revision().publish()
        assert "inconnu" not in late(client)


def test_missed_publication_with_unknown_error_names_server_log(client, me, home, monkeypatch):
    now = timezone.now()
    dated(page(home, "Le port", live=False), now - timedelta(hours=1))
    unforeseen = "Cela a échoué pour une raison que seul le journal du serveur connaît"
    assert unforeseen not in late(client)  # nothing was tried, because the scheduler is not running
    monkeypatch.setattr(Revision, "publish", lambda *_args, **_options: 1 / 0)
    home_jobs.publish_scheduled(now)
    assert unforeseen in late(client)


def test_published_page_with_broken_link_is_listed_to_owner(client, me, home):
    port = published(page(home, "Le port"))
    leads_there = [("text", f'<p><a linktype="page" id="{port.pk}">Le port</a></p>')]
    going = page(home, "La plage", live=False, owner=me, body=leads_there)
    dated(going, timezone.now() + timedelta(hours=1))
    port.delete()
    with time_machine.travel(timezone.now() + timedelta(hours=2)):
        home_jobs.publish_scheduled(timezone.now())
        run_due_page_checks.func()
        assert groups(client) == {"mend": ["La plage"]}


def test_blocked_bundle_shows_reason(client, me, home):
    now = timezone.now()
    holed = page(home, "Horaires", live=False)
    bundle = BundleFactory(title="Rentrée", pages=[holed])
    bundles.schedule(bundle, at=now + timedelta(minutes=10), actor=me)
    holed.save_revision()
    Bundle.objects.update(publish_at=now)
    bundles_jobs.publish_bundles(now)
    assert "Elle a changé depuis que le lot a été planifié" in late(client)


def test_scheduled_bundle_is_listed_as_upcoming_then_missed(client, me, home):
    now = timezone.now()
    bundle = BundleFactory(title="Rentrée", pages=[page(home, "Horaires", live=False)])
    bundles.schedule(bundle, at=now + timedelta(minutes=10), actor=me)
    assert groups(client) == {"soon": ["Rentrée"]}
    me.is_active = me.is_superuser = False  # the user who scheduled it loses the permission
    me.save()
    client.force_login(SuperuserFactory())
    Bundle.objects.update(publish_at=now)
    bundles_jobs.publish_bundles(now)
    assert groups(client) == {"missed": ["Rentrée"]}
    assert reverse("bundle", args=[bundle.pk]) in client.get(reverse(HOME)).content.decode()


def alert(when, **fields):
    """Create an alert scheduled to begin or to end."""
    made = AlertFactory(publish=False, **fields)
    if when:
        made.latest_revision.approved_go_live_at = when
        made.latest_revision.save(update_fields=["approved_go_live_at"])
    return made


def test_alert_is_listed_as_upcoming_then_missed(client, me, home):
    now = timezone.now()
    alert(now + timedelta(days=2), title="Coupure d’eau")
    AlertFactory(title="Verglas", expire_at=now + timedelta(days=1))
    late = alert(now - timedelta(hours=1), title="Crue")
    assert groups(client) == {"missed": ["Crue"], "soon": ["Verglas", "Coupure d’eau"]}
    shown = client.get(reverse(HOME)).content.decode()
    assert reverse(Alert.snippet_viewset.get_url_name("edit"), args=[late.pk]) in shown
    assert "publiez de nouveau" in shown


def test_alerts_are_listed_only_with_permission(client, home):
    person = EditorFactory()
    person.groups.get().permissions.remove(*Permission.objects.filter(content_type__model="alert"))
    GroupPagePermission.objects.create(group=person.groups.get(), page=home, permission_type="change")
    client.force_login(person)
    alert(timezone.now() - timedelta(hours=1), title="Crue")
    AlertFactory(title="Verglas", expire_at=timezone.now() + timedelta(days=1))
    assert groups(client) == {}


def test_admin_home_query_count_is_bounded(client, me, home, django_assert_max_num_queries):
    client.get(reverse(HOME))
    for number in range(9):
        one = published(page(home, f"Page {number}", owner=me, lead=""))
        Comment.objects.create(page=one, user=EditorFactory(), text="Juste ?", contentpath="lead")
        one.save_revision(user=me)
        ReviewPlan.objects.filter(pk=reviews.get_or_create_review_plan(one).pk).update(
            due_on=timezone.localdate()
        )
        dated(page(home, f"Datée {number}", live=False), timezone.now() + timedelta(days=3))
        alert(timezone.now() + timedelta(days=3))
    for check in PageCheck.objects.all():
        page_checks.run_page_checks(actor=None, check=check, now=timezone.now())
    with django_assert_max_num_queries(54):
        shown = client.get(reverse(HOME)).content.decode()
    assert shown.count("waiting-group ") + shown.count('waiting-group"') == 5


def test_agent_sees_no_panel_for_editors(client, home):
    client.force_login(AgentFactory())
    assert "commune-waiting" not in client.get(reverse(HOME)).content.decode()


@pytest.mark.parametrize("language", ["fr", "de"])
def test_admin_menu_names_are_not_prefixes_of_each_other(rf, home, language):
    """Wagtail marks every menu item whose name is a prefix of the current one's name."""
    request = rf.get(reverse(HOME))
    request.user = SuperuserFactory()
    with override(language):
        names = [item.name for item in admin_menu.menu_items_for_request(request)]
    both = [(one, other) for one in names for other in names if one != other and other.startswith(one)]
    assert "subscribers" in names
    assert both == []
