"""Editorial work of the demo: reviews, page checks, a shared draft, a comment, a scheduled page."""

from datetime import timedelta

from wagtail.models import Comment, Page

from news.editorial.actions import draft_links, page_checks, reviews
from news.editorial.models import PageCheck

from ... import clock
from ...typography import typeset
from ..context import DemoContext


def build(world: DemoContext) -> None:
    julie, daniel = world.user("julie.perret@orvenay.example"), world.editor
    Page.objects.filter(depth__gt=1, owner=None).update(owner=daniel)
    with clock.clock_at(clock.local_moment(world.today, 4)):
        reviews.create_missing_review_plans()
        french = Page.objects.filter(depth=4, live=True, locale=world.locales["fr"]).order_by("path")
        for number, page in enumerate(french[:4]):
            care = reviews.get_or_create_review_plan(page)
            due_on = world.today + timedelta(days=(-9, -2, 5, 12)[number])
            reviews.plan_reviews(
                actor=daniel, care=care, keeper=julie if number % 2 else daniel, months=6, due_on=due_on
            )
        create_dated_draft(french[4].specific, julie, daniel, world)
        PageCheck.make_missing()
        for check in PageCheck.objects.order_by("page__path").select_related("page"):
            page_checks.run_page_checks(actor=None, check=check, now=clock.local_moment(world.today, 4))


def create_dated_draft(page: Page, julie, daniel, world: DemoContext) -> None:
    """Create a scheduled draft by Julie, shared with the mayor, with a comment for the chief editor."""
    comment = Comment.objects.create(
        page=page,
        user=julie,
        contentpath="lead",
        text=typeset("Daniel, la syndique propose « dès janvier ». D’accord ?", "fr"),
    )
    page = Page.objects.get(pk=page.pk).specific
    page.go_live_at = clock.local_moment(world.today + timedelta(days=6), 7)
    revision = page.save_revision(user=julie, clean=False)
    Comment.objects.filter(pk=comment.pk).update(revision_created=revision)
    draft_links.create_draft_link(
        actor=julie, page=page, for_whom="Huguette Perrin, syndique", days=14, follows=False
    )
    revision.publish(user=daniel)
