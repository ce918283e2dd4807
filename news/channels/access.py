"""Access of staff to the channel posts of a page."""

from django.http import Http404
from wagtail.models import Page

from eservices.accounts.models import User
from eservices.deliveries.models import Delivery
from home.web.shortcuts import get_or_404

from .models import ChannelPost


def page_for(user: User, pk: int) -> Page:
    """Return the page for a user who may edit or publish it. Raise Http404 otherwise."""
    page = get_or_404(Page, pk=pk)
    allowed = page.permissions_for_user(user)
    if not (allowed.can_edit() or allowed.can_publish()):
        raise Http404
    return page


def posts_of_page(user: User, page: Page) -> list[ChannelPost]:
    """Return the posts of ``page``, each with its deliveries and their events.

    ``page`` must come from ``page_for``.
    """
    posts = list(ChannelPost.objects.of(page).order_by("pk"))
    subjects = {post.subject: post for post in posts}
    for post in posts:
        post.deliveries = []
    found = (
        Delivery.objects.filter(subject__in=subjects).prefetch_related("events").order_by("created_at", "pk")
    )
    for delivery in found:
        subjects[delivery.subject].deliveries.append(delivery)
    return posts


def post_for(user: User, page: Page, pk: int) -> ChannelPost:
    """Return a post of ``page`` for a user who may publish it. Raise Http404 otherwise."""
    post = ChannelPost.objects.of(page).filter(pk=pk).first()
    if post is None or not page.permissions_for_user(user).can_publish():
        raise Http404
    return post
