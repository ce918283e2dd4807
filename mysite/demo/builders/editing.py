"""What editors find when they come in: pages to review and to mend, a draft that is shared, a comment, a date."""

from datetime import timedelta

from wagtail.models import Comment, Page

from editing.actions import checks, reviews, sharing
from editing.models import PageCheck

from .. import clock
from ..typography import set_in_type
from .world import World


def build(world: World) -> None:
    julie, daniel = world.user("julie.perret@orvenay.example"), world.editor
    Page.objects.filter(depth__gt=1, owner=None).update(owner=daniel)
    with clock.set_to(clock.at(world.today, 4)):
        reviews.take_care_of_new_pages()
        french = Page.objects.filter(depth=4, live=True, locale=world.locales["fr"]).order_by("path")
        for number, page in enumerate(french[:4]):
            care = reviews.care_of(page)
            due_on = world.today + timedelta(days=(-9, -2, 5, 12)[number])
            reviews.arrange(
                actor=daniel, care=care, keeper=julie if number % 2 else daniel, months=6, due_on=due_on
            )
        write(french[4].specific, julie, daniel, world)
        PageCheck.make_missing()
        for check in PageCheck.objects.order_by("page__path").select_related("page"):
            checks.examine(actor=None, check=check, now=clock.at(world.today, 4))


def write(page: Page, julie, daniel, world: World) -> None:
    """A draft that Julie dated and showed to the mayor, with a word of hers to the chief editor."""
    comment = Comment.objects.create(
        page=page,
        user=julie,
        contentpath="lead",
        text=set_in_type("Daniel, la syndique propose « dès janvier ». D’accord ?", "fr"),
    )
    page = Page.objects.get(pk=page.pk).specific
    page.go_live_at = clock.at(world.today + timedelta(days=6), 7)
    revision = page.save_revision(user=julie, clean=False)
    Comment.objects.filter(pk=comment.pk).update(revision_created=revision)
    sharing.share(actor=julie, page=page, for_whom="Huguette Perrin, syndique", days=14, follows=False)
    revision.publish(user=daniel)
