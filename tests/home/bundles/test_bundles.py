"""Bundles: pages that are published together or not at all."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from bs4 import BeautifulSoup
from django.urls import reverse
from django.utils import timezone
from wagtail.models import GroupPagePermission, Page

from home.bundles import actions, jobs
from home.bundles.models import Bundle
from tests.factories import home as make
from tests.factories.accounts import EditorFactory, SuperuserFactory, UserFactory

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
SOON = NOW + timedelta(hours=2)


@pytest.fixture
def editor(client):
    user = SuperuserFactory()
    client.force_login(user)
    return user


def draft(parent, title: str, **fields):
    """Create a page that has a draft and was never published."""
    page = make.ContentPageFactory(parent=parent, title=title, live=False, **fields)
    page.save_revision()
    return page


def changed(parent, title: str, lead: str):
    """Create a published page with an unpublished new lead."""
    page = make.published(make.ContentPageFactory(parent=parent, title=title, lead="Autrefois."))
    page.lead = lead
    page.save_revision()
    return page


def live(*pages) -> list[bool]:
    return [Page.objects.get(pk=page.pk).live for page in pages]


def test_bundle_publishes_all_pages_together(client, home, editor):
    new, old = draft(home, "Plage"), changed(home, "Port", "Maintenant.")
    bundle = make.BundleFactory(pages=[new, old])
    screen = reverse("bundle", args=[bundle.pk])
    assert "Plage" in client.get(screen).content.decode()
    assert "Maintenant." not in client.get(old.url).content.decode()
    assert client.post(screen, {"deed": "publish"}).status_code == 302
    assert live(new, old) == [True, True]
    assert "Maintenant." in client.get(old.url).content.decode()
    bundle.refresh_from_db()
    assert (bundle.state, bundle.published_by) == ("published", editor)
    assert "Ce qui empêche" not in client.get(screen).text  # the bundle is published


def test_bundle_with_broken_link_is_not_published(home, editor):
    leads_nowhere = [("text", '<p><a linktype="page" id="999999">Le port</a></p>')]
    good, bad = draft(home, "Plage"), draft(home, "Port", body=leads_nowhere)
    with pytest.raises(actions.BundleBlocked) as hindered:
        actions.publish(make.BundleFactory(pages=[good, bad]), actor=editor)
    assert [title for title, _reason in hindered.value.reasons] == ["Port"]
    assert live(good, bad) == [False, False]


def test_bundle_with_warnings_shows_them_and_is_published(client, home, editor):
    sound, leadless, unchanged = (
        draft(home, "Plage"),
        draft(home, "Port", lead=""),
        draft(home, "Grue", lead=""),
    )
    unchanged.get_latest_revision().publish()
    bundle = make.BundleFactory(pages=[sound, leadless, unchanged])
    shown = BeautifulSoup(client.get(reverse("bundle", args=[bundle.pk])).content, "html.parser")
    rows = [row.get_text(" ", strip=True) for row in shown.select("tbody tr")]
    assert ["À regarder Le chapeau manque" in row for row in rows] == [False, True, False]
    client.post(reverse("bundle", args=[bundle.pk]), {"deed": "publish"})
    assert live(sound, leadless) == [True, True]


def test_bundle_with_blocked_page_is_refused_with_reasons(client, home, editor):
    good, locked, empty = draft(home, "Plage"), draft(home, "Port"), draft(home, "Grue")
    Page.objects.filter(pk=locked.pk).update(locked=True, locked_by=EditorFactory())
    empty.body = [("heading", "")]
    empty.save_revision(clean=False)
    bundle = make.BundleFactory(pages=[good, locked, empty])
    with pytest.raises(actions.BundleBlocked) as hindered:
        actions.publish(bundle, actor=editor)
    assert {title for title, _reason in hindered.value.reasons} == {"Port", "Grue"}
    assert live(good, locked, empty) == [False] * 3
    shown = client.post(reverse("bundle", args=[bundle.pk]), {"deed": "publish"}).content.decode()
    assert all(str(reason) in shown for _title, reason in hindered.value.reasons if "“" not in reason)
    bundle.refresh_from_db()
    assert bundle.state == "open"


def test_bundle_failing_midway_publishes_nothing(home, editor, monkeypatch):
    first, second = draft(home, "Plage"), draft(home, "Port")
    publish = actions._publish

    def fails_on_the_second(page, actor):
        if page.pk == second.pk:
            raise actions.BundleBlocked([("Port", "Non.")])
        publish(page, actor)

    monkeypatch.setattr(actions, "_publish", fails_on_the_second)
    with pytest.raises(actions.BundleBlocked):
        actions.publish(make.BundleFactory(pages=[first, second]), actor=editor)
    assert live(first, second) == [False, False]


def test_bundle_requires_publish_permission_for_all_pages(client, home):
    section, other = make.SectionPageFactory(parent=home), make.SectionPageFactory(parent=home, title="Autre")
    mine, theirs = draft(section, "Plage"), draft(other, "Port")
    user = UserFactory(is_staff=True, roles=("editors",))
    GroupPagePermission.objects.create(group=user.groups.get(), page=section, permission_type="publish")
    with pytest.raises(actions.BundleBlocked) as hindered:
        actions.publish(make.BundleFactory(pages=[mine, theirs]), actor=user)
    assert [title for title, _reason in hindered.value.reasons] == ["Port"]
    assert live(mine, theirs) == [False, False]
    actions.publish(make.BundleFactory(pages=[mine]), actor=user)
    assert live(mine) == [True]


def test_child_page_is_published_only_with_its_draft_parent(home, editor):
    section = make.SectionPageFactory(parent=home, live=False)
    section.save_revision()
    below = draft(section, "Plage")
    with pytest.raises(actions.BundleBlocked):
        actions.publish(make.BundleFactory(pages=[below]), actor=editor)
    actions.publish(make.BundleFactory(pages=[below, section]), actor=editor)
    assert live(section, below) == [True, True]


def test_bundle_does_not_warn_about_draft_parent_in_it(client, home, editor):
    above = draft(home, "Port")
    bundle = make.BundleFactory(pages=[above, draft(above, "Plage")])
    assert "au-dessus, n’est pas publiée" not in client.get(reverse("bundle", args=[bundle.pk])).text


def test_page_with_own_schedule_blocks_bundle(home, editor):
    own = draft(home, "Plage", go_live_at=timezone.now() + timedelta(days=3))
    with pytest.raises(actions.BundleBlocked):
        actions.publish(make.BundleFactory(pages=[own]), actor=editor)
    assert live(own) == [False]


def test_scheduled_bundle_is_published_by_job(client, home, editor):
    with time_machine.travel(NOW, tick=False):
        client.force_login(editor)
        page = draft(home, "Plage")
        bundle = make.BundleFactory(pages=[page])
        at = timezone.localtime(SOON).strftime("%Y-%m-%dT%H:%M")
        answer = client.post(reverse("bundle", args=[bundle.pk]), {"deed": "schedule", "at": at})
        assert answer.status_code == 302
        jobs.publish_bundles(timezone.now())
        assert live(page) == [False]
    with time_machine.travel(SOON, tick=False):
        jobs.publish_bundles(timezone.now())
        assert live(page) == [True]
        bundle.refresh_from_db()
        assert (bundle.state, bundle.published_at) == ("published", SOON)
        jobs.publish_bundles(timezone.now())


def test_blocked_scheduled_bundle_does_not_delay_others(client, home, editor):
    late, fine = draft(home, "Plage"), draft(home, "Port")
    first, second = make.BundleFactory(pages=[late]), make.BundleFactory(pages=[fine])
    at = timezone.now() + timedelta(hours=1)
    for bundle in (first, second):
        actions.schedule(bundle, at=at, actor=editor)
    Page.objects.filter(pk=late.pk).update(locked=True, locked_by=EditorFactory())
    jobs.publish_bundles(at)
    assert live(late, fine) == [False, True]
    first.refresh_from_db()
    assert first.state == "hindered"
    assert first.trouble[0][0] == "Plage"
    assert "Plage" in client.get(reverse("bundle", args=[first.pk])).content.decode()


def test_draft_changed_after_scheduling_blocks_bundle(client, home, editor):
    page, other = draft(home, "Plage"), draft(home, "Port")
    bundle = make.BundleFactory(pages=[page, other])
    at = timezone.now() + timedelta(hours=1)
    actions.schedule(bundle, at=at, actor=editor)
    page.title = "Autre chose"
    page.save_revision()
    screen = client.get(reverse("bundle", args=[bundle.pk])).text
    assert screen.count("planifiez de nouveau le lot") == 1
    jobs.publish_bundles(at)
    assert live(page, other) == [False, False]
    bundle.refresh_from_db()
    assert (bundle.state, [title for title, _why in bundle.trouble]) == ("hindered", ["Autre chose"])


def test_page_removed_after_scheduling_blocks_bundle(client, home, editor):
    page, other = draft(home, "Plage"), draft(home, "Port")
    bundle = make.BundleFactory(pages=[page, other])
    at = timezone.now() + timedelta(hours=1)
    actions.schedule(bundle, at=at, actor=editor)
    bundle.entries.filter(page=other).delete()
    client.force_login(editor)
    assert "retirée après la planification" in client.get(reverse("bundle", args=[bundle.pk])).text
    jobs.publish_bundles(at)
    assert live(page, other) == [False, False]


def test_scheduled_bundle_needs_permission_when_published(home):
    page, user = draft(home, "Plage"), SuperuserFactory()
    bundle = make.BundleFactory(pages=[page])
    at = timezone.now() + timedelta(hours=1)
    actions.schedule(bundle, at=at, actor=user)
    type(user).objects.filter(pk=user.pk).update(is_superuser=False)
    jobs.publish_bundles(at)
    assert live(page) == [False]


def test_bundle_list_shows_scheduled_time(client, home, editor):
    bundle = make.BundleFactory(title="Rentrée", pages=[draft(home, "Port")])
    with time_machine.travel(NOW, tick=False):
        actions.schedule(bundle, at=SOON, actor=editor)
        client.force_login(editor)
        assert "24.11.2026, 12\N{NO-BREAK SPACE}h" in client.get(reverse("bundles:index")).content.decode()


def test_bundle_schedule_is_cancelled(client, home, editor):
    page = draft(home, "Plage")
    bundle = make.BundleFactory(pages=[page])
    at = timezone.now() + timedelta(hours=1)
    actions.schedule(bundle, at=at, actor=editor)
    client.post(reverse("bundle", args=[bundle.pk]), {"deed": "unschedule"})
    jobs.publish_bundles(at)
    assert live(page) == [False]


@pytest.mark.parametrize("at", ["", "x", "2020-01-01T08:00", "\x00", "9" * 10_000])
def test_bundle_schedule_with_invalid_or_past_time_is_refused(client, home, editor, at):
    bundle = make.BundleFactory(pages=[draft(home, "Plage")])
    assert client.post(reverse("bundle", args=[bundle.pk]), {"deed": "schedule", "at": at}).status_code == 200
    bundle.refresh_from_db()
    assert bundle.state == "open"


def test_bundle_is_published_once(home, editor):
    bundle = make.BundleFactory(pages=[draft(home, "Plage")])
    actions.publish(bundle, actor=editor)
    with pytest.raises(actions.BundleBlocked):
        actions.publish(bundle, actor=editor)


def test_empty_bundle_is_not_published(home, editor):
    page = draft(home, "Plage")
    bundle = make.BundleFactory(pages=[page])
    page.delete()
    with pytest.raises(actions.BundleBlocked):
        actions.publish(bundle, actor=editor)


def test_bundle_is_created_by_editors_and_refused_to_agents(client, home, editor):
    page = draft(home, "Plage")
    data = {
        "title": "Rentrée",
        "note": "",
        "entries-TOTAL_FORMS": 1,
        "entries-INITIAL_FORMS": 0,
        "entries-MIN_NUM_FORMS": 1,
        "entries-MAX_NUM_FORMS": 1000,
        "entries-0-page": page.pk,
        "entries-0-id": "",
        "entries-0-DELETE": "",
    }
    assert client.get(reverse("bundles:add")).status_code == 200
    saved = client.post(reverse("bundles:add"), data)
    bundle = Bundle.objects.get()
    assert bundle.pages() == [Page.objects.get(pk=page.pk)]
    screen = reverse("bundle", args=[bundle.pk])
    assert (saved.status_code, saved.url) == (302, screen)  # where it is published
    again = data | {
        "title": "La rentrée",
        "entries-INITIAL_FORMS": 1,
        "entries-0-id": bundle.entries.get().pk,
    }
    assert client.post(reverse("bundles:edit", args=[bundle.pk]), again).url == screen
    assert "La rentrée" in client.get(screen).content.decode()
    assert screen in client.get(reverse("bundles:index")).content.decode()
    client.force_login(UserFactory(is_staff=True, roles=("agents",)))
    assert client.get(reverse("bundle", args=[bundle.pk])).status_code in (302, 403)
    assert client.post(reverse("bundle", args=[bundle.pk]), {"deed": "publish"}).status_code in (302, 403)
    assert live(page) == [False]
