"""Who of the staff may see and repeat what went out of a page."""

from django.http import Http404
from wagtail.models import Page

from eservices.deliveries.models import Delivery
from home.web.shortcuts import get_or_404

from .models import ChannelPost


def page_for(user, pk: int) -> Page:
    """The page, for who may edit or publish it. Raises Http404."""
    page = get_or_404(Page, pk=pk)
    allowed = page.permissions_for_user(user)
    if not (allowed.can_edit() or allowed.can_publish()):
        raise Http404
    return page


def posts_of_page(user, page: Page) -> list[ChannelPost]:
    """The posts of a page that ``page_for`` gave, each with its deliveries and what happened to them."""
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


def post_for(user, page: Page, pk: int) -> ChannelPost:
    """One of a page, for who may publish it. Raises Http404."""
    post = ChannelPost.objects.of(page).filter(pk=pk).first()
    if post is None or not page.permissions_for_user(user).can_publish():
        raise Http404
    return post
