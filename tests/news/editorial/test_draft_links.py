"""Draft links: a draft is shown to those who have the link, until it expires or is revoked."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone
from wagtail.models import Page

from news.editorial.actions import draft_links
from news.editorial.models import DraftLink
from tests.factories.accounts import AgentFactory, SuperuserFactory
from tests.factories.home import ContentPageFactory, make_site

pytestmark = pytest.mark.django_db


@pytest.fixture
def page():
    page = ContentPageFactory(parent=make_site(), title="Le port", live=False)
    draft(page, "Première version")
    return page


def draft(page, lead: str) -> None:
    page.lead = lead
    page.save_revision()


def share(page, **fields) -> DraftLink:
    return draft_links.create_draft_link(
        actor=SuperuserFactory(),
        page=page,
        **({"for_whom": "Huguette Perrin", "days": 14, "follows": False} | fields),
    )


def shown(client, link):
    return client.get(reverse("shared_draft", args=[link.secret]))


def test_draft_link_shows_draft_without_login(client, page):
    answer = shown(client, share(page))
    text = answer.content.decode()
    assert answer.status_code == 200
    assert "Première version" in text
    assert "Huguette Perrin" in text
    assert "draft-banner" in text
    assert "noindex" in answer["X-Robots-Tag"]
    assert "no-store" in answer["Cache-Control"]
    assert answer["Referrer-Policy"] == "no-referrer"


def test_draft_never_published_shows_no_modification_date(client, page):
    assert "Dernière modification" not in shown(client, share(page)).content.decode()
    page.get_latest_revision().publish()
    assert "Dernière modification" in client.get(page.get_url()).content.decode()


def test_draft_link_does_not_publish_draft(client, page):
    shown(client, share(page))
    assert not Page.objects.get(pk=page.pk).live
    assert client.get(page.get_url()).status_code == 404
    assert "draft-banner" not in client.get("/").content.decode()


@pytest.mark.parametrize(("follows", "seen"), [(False, "Première version"), (True, "Deuxième version")])
def test_draft_link_shows_later_draft_only_if_chosen(client, page, follows, seen):
    link = share(page, follows=follows)
    draft(page, "Deuxième version")
    assert seen in shown(client, link).content.decode()


def test_expired_revoked_and_unknown_draft_links_look_alike(client, page):
    expired, revoked = share(page), share(page)
    draft_links.revoke_draft_link(actor=SuperuserFactory(), link=revoked)
    DraftLink.objects.filter(pk=expired.pk).update(expires_at=timezone.now())
    answers = [shown(client, expired), shown(client, revoked)]
    answers += [
        client.get(reverse("shared_draft", args=[secret])) for secret in ("x" * 22, "x" * 9_000, "%00")
    ]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content.partition(b"<main")[2].partition(b"</main>")[0] for answer in answers}) == 1
    assert "Première version" not in answers[0].content.decode()


def test_opening_draft_link_is_counted(client, page):
    link = share(page)
    client.head(reverse("shared_draft", args=[link.secret]))
    shown(client, link), shown(client, link)
    link.refresh_from_db()
    assert link.opened == 2
    assert link.opened_at
    assert client.post(reverse("shared_draft", args=[link.secret])).status_code == 405


def test_draft_link_works_until_it_expires(client, page):
    with time_machine.travel("2026-11-23T10:00:00+01:00", tick=False):
        link = share(page, days=3)
    for moment, status in (("2026-11-26T09:59:59+01:00", 200), ("2026-11-26T10:00:00+01:00", 404)):
        with time_machine.travel(moment, tick=False):
            assert shown(client, link).status_code == status


def test_editor_creates_and_revokes_draft_links(client, page):
    client.force_login(SuperuserFactory())
    address = reverse("editing:share", args=[page.pk])
    client.post(address, {"for_whom": "Huguette Perrin", "days": "14"})
    link = DraftLink.objects.get()
    assert len(link.secret) == 22
    assert link.expires_at - timezone.now() > timedelta(days=13)
    listed = client.get(address).content.decode()
    assert link.url in listed
    assert re.search(r"\d{4}, \d+\sh\b", listed)
    client.get(address, {"revoke": link.secret})
    assert shown(client, link).status_code == 200
    client.post(address, {"revoke": link.secret})
    assert shown(client, link).status_code == 404


@pytest.mark.parametrize(
    "faulty", [{"for_whom": ""}, {"for_whom": "x" * 10_000}, {"days": "900"}, {"for_whom": "\x00"}]
)
def test_invalid_draft_link_is_not_created(client, page, faulty):
    client.force_login(SuperuserFactory())
    data = {"for_whom": "Huguette Perrin", "days": "14"} | faulty
    assert client.post(reverse("editing:share", args=[page.pk]), data).status_code == 200
    assert not DraftLink.objects.exists()


def test_draft_links_require_permission_to_edit_page(client, page):
    link = share(page)
    client.force_login(AgentFactory())
    address = reverse("editing:share", args=[page.pk])
    assert client.get(address).status_code == 404
    assert client.post(address, {"revoke": link.secret}).status_code == 404
    assert shown(client, link).status_code == 200


def test_draft_link_of_other_page_is_not_revoked(client, page):
    client.force_login(SuperuserFactory())
    other = ContentPageFactory(parent=page.get_parent(), title="Autre")
    link = share(page)
    client.post(reverse("editing:share", args=[other.pk]), {"revoke": link.secret})
    assert shown(client, link).status_code == 200
