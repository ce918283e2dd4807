"""Pages that belong together go out together, all or none."""

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
    """A page that was saved and never published."""
    page = make.ContentPageFactory(parent=parent, title=title, live=False, **fields)
    page.save_revision()
    return page


def changed(parent, title: str, lead: str):
    """A published page with a new lead that nobody sees yet."""
    page = make.published(make.ContentPageFactory(parent=parent, title=title, lead="Autrefois."))
    page.lead = lead
    page.save_revision()
    return page


def live(*pages) -> list[bool]:
    return [Page.objects.get(pk=page.pk).live for page in pages]


def test_all_pages_go_out_at_once(client, home, editor):
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
    assert "Ce qui empêche" not in client.get(screen).text  # it went out


def test_a_page_that_would_fail_a_reader_does_not_go_out_with_its_bundle(home, editor):
    leads_nowhere = [("text", '<p><a linktype="page" id="999999">Le port</a></p>')]
    good, bad = draft(home, "Plage"), draft(home, "Port", body=leads_nowhere)
    with pytest.raises(actions.BundleBlocked) as hindered:
        actions.publish(make.BundleFactory(pages=[good, bad]), actor=editor)
    assert [title for title, _reason in hindered.value.reasons] == ["Port"]
    assert live(good, bad) == [False, False]


def test_what_readers_may_stumble_over_is_said_beside_its_page_and_holds_back_nothing(client, home, editor):
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


def test_one_page_that_cannot_go_out_holds_back_all_and_each_reason_is_said(client, home, editor):
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


def test_what_fails_at_the_last_moment_takes_everything_back(home, editor, monkeypatch):
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


def test_who_may_not_publish_one_of_the_pages_publishes_none(client, home):
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


def test_a_page_below_another_goes_out_with_it_and_not_alone(home, editor):
    section = make.SectionPageFactory(parent=home, live=False)
    section.save_revision()
    below = draft(section, "Plage")
    with pytest.raises(actions.BundleBlocked):
        actions.publish(make.BundleFactory(pages=[below]), actor=editor)
    actions.publish(make.BundleFactory(pages=[below, section]), actor=editor)
    assert live(section, below) == [True, True]


def test_nothing_is_said_of_a_draft_above_that_goes_out_with_it(client, home, editor):
    above = draft(home, "Port")
    bundle = make.BundleFactory(pages=[above, draft(above, "Plage")])
    assert "au-dessus, n’est pas publiée" not in client.get(reverse("bundle", args=[bundle.pk])).text


def test_a_page_with_a_time_of_its_own_is_no_part_of_it(home, editor):
    own = draft(home, "Plage", go_live_at=timezone.now() + timedelta(days=3))
    with pytest.raises(actions.BundleBlocked):
        actions.publish(make.BundleFactory(pages=[own]), actor=editor)
    assert live(own) == [False]


def test_the_scheduler_publishes_it_at_its_moment(client, home, editor):
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


def test_what_is_hindered_at_its_moment_says_why_and_holds_up_no_other(client, home, editor):
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


def test_a_draft_that_changed_after_the_agreement_does_not_go_out_and_is_named_before(client, home, editor):
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


def test_of_a_bundle_that_was_scheduled_no_page_is_left_out_in_silence(client, home, editor):
    page, other = draft(home, "Plage"), draft(home, "Port")
    bundle = make.BundleFactory(pages=[page, other])
    at = timezone.now() + timedelta(hours=1)
    actions.schedule(bundle, at=at, actor=editor)
    bundle.entries.filter(page=other).delete()
    client.force_login(editor)
    assert "retirée après la planification" in client.get(reverse("bundle", args=[bundle.pk])).text
    jobs.publish_bundles(at)
    assert live(page, other) == [False, False]


def test_it_goes_out_only_in_the_name_of_somebody_who_still_may(home):
    page, user = draft(home, "Plage"), SuperuserFactory()
    bundle = make.BundleFactory(pages=[page])
    at = timezone.now() + timedelta(hours=1)
    actions.schedule(bundle, at=at, actor=user)
    type(user).objects.filter(pk=user.pk).update(is_superuser=False)
    jobs.publish_bundles(at)
    assert live(page) == [False]


def test_the_list_says_when_a_bundle_goes_out(client, home, editor):
    bundle = make.BundleFactory(title="Rentrée", pages=[draft(home, "Port")])
    with time_machine.travel(NOW, tick=False):
        actions.schedule(bundle, at=SOON, actor=editor)
        client.force_login(editor)
        assert "24.11.2026, 12\N{NO-BREAK SPACE}h" in client.get(reverse("bundles:index")).content.decode()


def test_a_schedule_is_taken_back(client, home, editor):
    page = draft(home, "Plage")
    bundle = make.BundleFactory(pages=[page])
    at = timezone.now() + timedelta(hours=1)
    actions.schedule(bundle, at=at, actor=editor)
    client.post(reverse("bundle", args=[bundle.pk]), {"deed": "unschedule"})
    jobs.publish_bundles(at)
    assert live(page) == [False]


@pytest.mark.parametrize("at", ["", "x", "2020-01-01T08:00", "\x00", "9" * 10_000])
def test_a_moment_that_is_none_to_come_is_refused(client, home, editor, at):
    bundle = make.BundleFactory(pages=[draft(home, "Plage")])
    assert client.post(reverse("bundle", args=[bundle.pk]), {"deed": "schedule", "at": at}).status_code == 200
    bundle.refresh_from_db()
    assert bundle.state == "open"


def test_it_goes_out_once(home, editor):
    bundle = make.BundleFactory(pages=[draft(home, "Plage")])
    actions.publish(bundle, actor=editor)
    with pytest.raises(actions.BundleBlocked):
        actions.publish(bundle, actor=editor)


def test_a_deleted_page_leaves_its_bundle_and_an_empty_one_does_not_go_out(home, editor):
    page = draft(home, "Plage")
    bundle = make.BundleFactory(pages=[page])
    page.delete()
    with pytest.raises(actions.BundleBlocked):
        actions.publish(bundle, actor=editor)


def test_a_bundle_is_made_in_the_admin_and_not_by_agents(client, home, editor):
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
    assert (saved.status_code, saved.url) == (302, screen)  # where it goes out
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
