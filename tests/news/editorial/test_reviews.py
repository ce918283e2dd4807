"""Reviews of pages: reminders, escalation, and recording a review."""

from datetime import date, datetime, timedelta

import pytest
import time_machine
from django.contrib.auth.models import Group
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone
from wagtail.models import GroupPagePermission, PageLogEntry

from news.editorial import jobs
from news.editorial.actions import reviews
from news.editorial.models import ReviewPlan
from tests.factories.accounts import AgentFactory, EditorFactory, SuperuserFactory, UserFactory
from tests.factories.home import ContentPageFactory, SectionPageFactory, published
from tests.factories.news import NewsCategoryFactory, NewsIndexPageFactory, NewsPageFactory

pytestmark = pytest.mark.django_db
MONDAY = datetime(2026, 11, 23, 8, tzinfo=timezone.get_fixed_timezone(60))

DAY = MONDAY.date()


def cared_for(home, *, owner=None, due_on=DAY, **page) -> ReviewPlan:
    page = ContentPageFactory(parent=home, owner=owner, **page)
    return ReviewPlan.objects.create(page_id=page.pk, due_on=due_on)


def editor_of(page):
    """Create a user whose group edits the page and its descendants."""
    group = Group.objects.create(name=f"Rédaction de {page.title}")
    GroupPagePermission.objects.create(group=group, page=page, permission_type="change")
    user = UserFactory(is_staff=True)
    user.groups.add(group)
    return user


def chief_of(page, **fields):
    """Create a chief editor who edits the page and its descendants."""
    user = EditorFactory(**fields)
    user.groups.add(editor_of(page).groups.get())
    return user


def sweep(after: timedelta = timedelta()) -> list[str]:
    """Run the reminders some time after Monday and return the recipients of the queued e-mails."""
    from eservices.deliveries.models import Delivery

    before = set(Delivery.objects.values_list("pk", flat=True))
    with time_machine.travel(MONDAY + after, tick=False):
        cache.delete("reviews-told")
        reviews.send_review_reminders(timezone.now())
    return sorted(Delivery.objects.exclude(pk__in=before).values_list("recipient", flat=True))


def test_lasting_page_gets_review_date_and_article_none(home):
    with time_machine.travel(MONDAY, tick=False):
        lasting = published(ContentPageFactory(parent=home))
        NewsPageFactory(parent=NewsIndexPageFactory(parent=home), category=NewsCategoryFactory())
        cache.clear()
        jobs.send_review_reminders(timezone.now())
    assert ReviewPlan.objects.get(page=lasting).due_on == date(2027, 11, 23)
    assert not ReviewPlan.objects.filter(page__content_type__model="newspage").exists()


def test_owner_is_reminded_twice_then_chief_editors(home):
    owner, chief = SuperuserFactory(email="julie@orvenay.example"), chief_of(home)
    care = cared_for(home, owner=owner)
    assert sweep(-timedelta(days=1)) == []
    assert sweep() == [owner.email]
    assert sweep(timedelta(days=13)) == []
    assert sweep(timedelta(days=14)) == [owner.email]
    assert sweep(timedelta(days=27)) == []
    assert sweep(timedelta(days=28)) == [chief.email]
    assert sweep(timedelta(days=90)) == []
    care.refresh_from_db()
    assert care.escalated_at


def test_review_reminder_lists_all_pages_of_a_person(home):
    from eservices.deliveries.models import Delivery

    owner = SuperuserFactory()
    for title in ("Port", "Plage"):
        cared_for(home, owner=owner, title=title)
    assert sweep() == [owner.email]
    text = Delivery.objects.get().payload["text"]
    assert "Port" in text
    assert "Plage" in text


def test_review_reminder_goes_to_chosen_keeper(home):
    chosen = editor_of(home)
    care = cared_for(home, owner=SuperuserFactory())
    ReviewPlan.objects.filter(pk=care.pk).update(keeper=chosen)
    assert sweep() == [chosen.email]


def test_review_of_page_without_active_owner_goes_to_chief(home):
    chief = chief_of(home)
    cared_for(home, owner=SuperuserFactory(is_active=False))
    assert sweep() == [chief.email]


def test_review_of_owner_without_permission_goes_to_chief(home):
    chief = chief_of(home)
    cared_for(home, owner=UserFactory(is_staff=True))
    assert sweep() == [chief.email]
    assert sweep(timedelta(days=14)) == [chief.email]
    assert sweep(timedelta(days=28)) == [chief.email]


def test_review_without_chief_editor_goes_to_section_editors(home):
    EditorFactory()
    section = published(SectionPageFactory(parent=home))
    writer = editor_of(section)
    cared_for(section, owner=UserFactory(is_staff=True))
    assert sweep() == [writer.email]


def test_report_shows_keeper_without_permission(client, home):
    client.force_login(SuperuserFactory())
    cared_for(home, owner=UserFactory(is_staff=True, first_name="Ada", last_name="Partie"), title="Port")
    shown = client.get(reverse("editing:reviews")).content.decode()
    assert "Ada Partie ne peut plus la modifier" in shown


def test_admin_home_hides_reviews_without_permission(client, home):
    section = published(SectionPageFactory(parent=home))
    gone = EditorFactory()
    gone.groups.add(editor_of(section).groups.get())
    cared_for(home, owner=gone, title="Fermée", due_on=timezone.localdate())
    cared_for(section, owner=gone, title="Ouverte", due_on=timezone.localdate())
    client.force_login(gone)
    shown = client.get(reverse("wagtailadmin_home")).content.decode()
    assert ("Ouverte" in shown, "Fermée" in shown) == (True, False)


def test_draft_sends_no_review_reminder(home):
    cared_for(home, owner=SuperuserFactory(), live=False)
    assert sweep() == []


def test_review_is_recorded_by_one_click(client, home):
    editor = SuperuserFactory()
    client.force_login(editor)
    with time_machine.travel(MONDAY, tick=False):
        care = cared_for(home, owner=editor)
        client.post(reverse("editing:review", args=[care.page_id]), {"reviewed": "1"})
    care.refresh_from_db()
    assert (care.due_on, care.reviewed_by, care.told_at) == (date(2027, 11, 23), editor, None)
    assert PageLogEntry.objects.get(action="editing.reviewed").user == editor


def test_opening_review_page_records_nothing(client, home):
    client.force_login(SuperuserFactory())
    care = cared_for(home)
    client.get(reverse("editing:review", args=[care.page_id]), {"reviewed": "1"})
    care.refresh_from_db()
    assert care.reviewed_at is None


def test_editor_chooses_keeper_interval_and_date_of_review(client, home):
    client.force_login(SuperuserFactory())
    keeper, care = editor_of(home), cared_for(home)
    address = reverse("editing:review", args=[care.page_id])
    client.post(address, {"keeper": keeper.pk, "months": "3", "due_on": "2027-01-31"})
    care.refresh_from_db()
    assert (care.keeper, care.months, care.due_on) == (keeper, 3, date(2027, 1, 31))


def test_user_without_permission_cannot_be_keeper(client, home):
    client.force_login(SuperuserFactory())
    care, elsewhere = cared_for(home), editor_of(published(SectionPageFactory(parent=home)))
    for stranger in (AgentFactory(), elsewhere):
        answer = client.post(
            reverse("editing:review", args=[care.page_id]),
            {"keeper": stranger.pk, "months": "3", "due_on": "2027-01-31"},
        )
        assert answer.context["form"].errors.keys() == {"keeper"}


@pytest.mark.parametrize(
    "faulty",
    [{"months": "0"}, {"months": "x"}, {"due_on": "9999-12-31"}, {"due_on": "\x00"}, {"keeper": "9" * 400}],
)
def test_invalid_review_plan_shows_error(client, home, faulty):
    client.force_login(SuperuserFactory())
    care = cared_for(home)
    answer = client.post(
        reverse("editing:review", args=[care.page_id]),
        {"keeper": "", "months": "3", "due_on": "2027-01-31"} | faulty,
    )
    assert (answer.status_code, answer.context["form"].is_valid()) == (200, False)


def test_review_requires_permission_to_edit_page(client, home):
    care = cared_for(home)
    client.force_login(AgentFactory())
    assert client.post(reverse("editing:review", args=[care.page_id]), {"reviewed": "1"}).status_code == 404
    assert client.get(reverse("editing:reviews")).status_code == 200
    care.refresh_from_db()
    assert care.reviewed_at is None


def test_review_report_is_filtered_by_due_date(client, home, django_assert_max_num_queries):
    editor = SuperuserFactory()
    client.force_login(editor)
    cared_for(home, title="Due", owner=editor, due_on=timezone.localdate())
    for number in range(8):
        cared_for(home, title=f"Later{number}", due_on=timezone.localdate() + timedelta(days=9))
    client.get(reverse("editing:reviews"))
    with django_assert_max_num_queries(20):
        everything = client.get(reverse("editing:reviews")).content.decode()
    due = client.get(reverse("editing:reviews"), {"due": "on", "mine": "on"}).content.decode()
    assert "Later3" in everything
    assert "Due" in due
    assert "Later3" not in due
