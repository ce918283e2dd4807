"""Reliability for editors: redirects, scheduled times, preserved contents, and refused input."""

import io
import json
import re
from datetime import timedelta
from html import unescape

import pytest
import time_machine
from bs4 import BeautifulSoup
from django.contrib.auth.models import Permission
from django.core.files.storage import FileSystemStorage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone
from PIL import Image as Picture
from wagtail.admin.rich_text.converters.contentstate import ContentstateConverter
from wagtail.contrib.redirects.models import Redirect
from wagtail.images.models import Image
from wagtail.images.tests.utils import get_test_image_file
from wagtail.models import Comment, GroupPagePermission, Page, ReferenceIndex, Revision, Site
from wagtail_factories import DocumentFactory, ImageFactory

from home.management.commands import scheduler
from home.models import ContentPage
from news.editorial.actions import reviews
from news.editorial.redirects import is_redirect_loop
from tests.factories.accounts import SuperuserFactory, UserFactory
from tests.factories.home import (
    ContentPageFactory,
    OfficePageFactory,
    SectionPageFactory,
    WasteDistrictFactory,
    published,
    translated,
)
from tests.factories.news import (
    EventIndexPageFactory,
    NewsCategoryFactory,
    NewsIndexPageFactory,
    WasteCalendarPageFactory,
)
from tests.factories.wagtail_forms import page_form

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor(client):
    user = SuperuserFactory()
    client.force_login(user)
    return user


# -- Addresses ----------------------------------------------------------------------------------------------
def test_old_address_redirects_after_slug_change(client, home, django_capture_on_commit_callbacks):
    section = published(SectionPageFactory(parent=home, title="Vivre", slug="vivre"))
    ContentPageFactory(parent=section, title="Le port", slug="port")
    section.slug = "habiter"
    with django_capture_on_commit_callbacks(execute=True):
        published(section)
    for old, new in (("/vivre/", "/habiter/"), ("/vivre/port/", "/habiter/port/")):
        assert client.get(old).headers["Location"] == new
        assert client.get(new).status_code == 200


def test_address_too_long_for_redirect_is_followed(client, home, django_capture_on_commit_callbacks):
    section = published(SectionPageFactory(parent=home, title="Vivre", slug="vivre"))
    parent = ContentPageFactory(parent=section, title="Un", slug="reglement-" * 14)
    below = ContentPageFactory(parent=parent, title="Deux", slug="école-" * 20)
    draft = ContentPageFactory(parent=parent, title="Trois", slug="brouillon-" * 14, live=False)
    old, hidden = below.url, f"{parent.url}{draft.slug}/"
    section.slug = "habiter"
    with django_capture_on_commit_callbacks(execute=True):
        published(section)
    assert client.get(old, follow=True).context["page"] == below
    assert client.get(hidden).status_code == 404
    assert max(map(len, Redirect.objects.values_list("old_path", flat=True))) <= 255


def test_page_with_too_long_address_is_found_after_moves(client, editor, home):
    section = SectionPageFactory(parent=home, title="Vivre", slug="vivre")
    parent = ContentPageFactory(parent=home, title="Un", slug="reglement-" * 14)
    page = ContentPageFactory(parent=parent, title="Deux", slug="école-" * 20)
    old, beside = page.url, ContentPageFactory(parent=parent, title="Trois", slug="école-" * 21).url
    move = reverse("wagtailadmin_pages:move_confirm", args=[page.pk, section.pk])
    client.post(move)
    assert client.get(old, follow=True).context["page"] == page
    assert client.get(f"{old}?utm_source=lettre", follow=True).context["page"] == page
    client.post(reverse("wagtailadmin_pages:move_confirm", args=[page.pk, home.pk]))
    assert client.get(old, follow=True).context["page"] == page
    client.post(reverse("wagtailadmin_pages:move_confirm", args=[page.pk, parent.pk]))
    assert [client.get(address).status_code for address in (old, beside)] == [200, 200]
    assert client.get(f"{old}x/").status_code == 404


def test_old_address_redirects_after_move_and_return(client, editor, home):
    section = SectionPageFactory(parent=home, title="Vivre", slug="vivre")
    page = ContentPageFactory(parent=home, title="Le port", slug="port")
    client.post(reverse("wagtailadmin_pages:move_confirm", args=[page.pk, section.pk]))
    assert client.get("/port/").headers["Location"] == "/vivre/port/"
    client.post(reverse("wagtailadmin_pages:move_confirm", args=[page.pk, home.pk]))
    assert client.get("/port/").status_code == 200
    assert client.get("/vivre/port/").headers["Location"] == "/port/"


def test_redirect_of_moved_page_is_not_cached_by_browser(client, home, django_capture_on_commit_callbacks):
    page = published(EventIndexPageFactory(parent=home, slug="agenda"))
    moved(page, "fetes", django_capture_on_commit_callbacks)
    far = published(ContentPageFactory(parent=home, title="Loin", slug="règlement-" * 24))
    old = far.url
    moved(far, "pres", django_capture_on_commit_callbacks)
    for address in ("/agenda/", "/agenda/ics/", old):
        answer = client.get(address)
        assert (answer.status_code, answer.headers.get("Cache-Control")) == (301, "no-cache"), address


def test_move_confirmation_links_moving_back(client, editor, home):
    section = SectionPageFactory(parent=home, title="Vivre", slug="vivre")
    page = ContentPageFactory(parent=home, title="Le port", slug="port")
    answer = client.post(reverse("wagtailadmin_pages:move_confirm", args=[page.pk, section.pk]), follow=True)
    back = BeautifulSoup(answer.content, "html.parser").find("a", string=re.compile("Remettre"))
    client.post(back["href"])
    assert Page.objects.get(pk=page.pk).get_parent().pk == home.pk


def moved(page: Page, slug: str, on_commit) -> None:
    page.slug = slug
    with on_commit(execute=True):
        published(page)


@pytest.mark.parametrize(
    ("factory", "below"),
    [
        (EventIndexPageFactory, "ics/"),
        (NewsIndexPageFactory, "chantiers/rss/"),
        (OfficePageFactory, "horaires/"),
        (WasteCalendarPageFactory, "bourg/ics/"),
    ],
)
def test_feeds_and_calendars_redirect_after_slug_change(
    client, home, django_capture_on_commit_callbacks, factory, below
):
    NewsCategoryFactory()
    WasteDistrictFactory()
    page = factory(parent=home, slug="avant")
    assert client.get(f"/avant/{below}").status_code == 200
    moved(page, "apres", django_capture_on_commit_callbacks)
    answer = client.get(f"/avant/{below}?x=1")
    assert (answer.status_code, answer.headers["Location"]) == (301, f"/apres/{below}?x=1")
    assert client.get(f"/apres/{below}").status_code == 200
    assert client.get("/avant/inconnu/de/tous/").status_code == 404


def test_old_subpaths_redirect_without_loops(client, home, django_capture_on_commit_callbacks):
    was_there = EventIndexPageFactory(parent=home, slug="agenda")
    moved(was_there, "fetes", django_capture_on_commit_callbacks)
    assert client.get("/agenda/ics/").headers["Location"] == "/fetes/ics/"
    is_there = ContentPageFactory(parent=home, slug="sorties")
    moved(is_there, "agenda", django_capture_on_commit_callbacks)
    assert client.get("/agenda/").status_code == 200
    assert client.get("/agenda/ics/").status_code == 404
    was_there.unpublish()
    is_there.unpublish()
    assert client.get("/agenda/ics/").status_code == 404


def redirect(old: str, link: str) -> Redirect:
    return Redirect.objects.create(old_path=old, redirect_link=link)


def test_redirect_loop_returns_404(client, home):
    for old, link in (("/a", "/b"), ("/b", "/c/"), ("/c", "/a"), ("/self", "/self/"), ("/sound", "/port")):
        redirect(old, link)
    redirect("/port", "https://elsewhere.example/port")
    assert {client.get(path).status_code for path in ("/a/", "/b/", "/c/", "/self/")} == {404}
    assert client.get("/sound/").status_code == 301
    assert client.get("/port/").headers["Location"] == "https://elsewhere.example/port"


def test_redirect_to_published_page_is_no_loop(client, home):
    ContentPageFactory(parent=home, slug="port")
    redirect("/ancien", "/port/")
    redirect("/port", "/ancien/")
    assert client.get("/ancien/").headers["Location"] == "/port/"


def test_redirect_form_refuses_loop(client, editor, home):
    Site.objects.update(hostname="orvenay.example")
    kept = redirect("/b", "https://orvenay.example/c/")
    add, edit = reverse("wagtailredirects:add"), reverse("wagtailredirects:edit", args=[kept.pk])
    data = {"site": "", "is_permanent": "on", "redirect_page": ""}

    def send(address: str, old: str, to: str):
        return client.post(address, data | {"old_path": old, "redirect_link": f"https://orvenay.example{to}"})

    for old, to in (("/c", "/b/"), ("/x", "/x/")):
        assert "redirect_link" in send(add, old, to).context["form"].errors
    assert send(add, "/a", "/b/").status_code == 302
    assert "redirect_link" in send(edit, "/b", "/a").context["form"].errors
    assert send(edit, "/b", "/d").status_code == 302


def test_redirect_form_explains_absolute_addresses(client, editor, home):
    add = reverse("wagtailredirects:add")
    assert "https://www.exemple.ch/page" in client.get(add).text
    refused = client.post(add, {"old_path": "/x", "redirect_link": "/port/", "is_permanent": "on"})
    assert refused.context["form"].errors["redirect_link"] == [
        "Écrivez l’adresse entière, avec https://. Une page du site se choisit au-dessus."
    ]


def test_redirect_form_knows_site_by_configured_address(client, editor, home, settings):
    settings.WAGTAILADMIN_BASE_URL = "https://www.orvenay.example:8443"
    data = {"old_path": "/x", "redirect_link": "https://www.orvenay.example:8443/x/", "is_permanent": "on"}
    answer = client.post(reverse("wagtailredirects:add"), data)
    assert "redirect_link" in answer.context["form"].errors


def test_redirect_form_refuses_address_of_published_page(client, editor, home):
    page = ContentPageFactory(parent=home, title="Le port", slug="port")
    data = {"old_path": "/port/", "redirect_link": "https://elsewhere.example/", "is_permanent": "on"}
    refused = client.post(reverse("wagtailredirects:add"), data)
    assert "Le port" in refused.context["form"].errors["old_path"][0]
    page.unpublish()
    assert client.post(reverse("wagtailredirects:add"), data).status_code == 302
    page.get_latest_revision_as_object().save_revision().publish()
    kept = reverse("wagtailredirects:edit", args=[Redirect.objects.get().pk])
    assert (
        client.post(kept, data | {"is_permanent": ""}).status_code == 302
    )  # existing redirects may be changed


@pytest.mark.parametrize(
    ("ways", "circle"),
    [({"a": "b"}, False), ({"a": "a"}, True), ({"a": "b", "b": "c", "c": "b"}, True), ({}, False)],
)
def test_redirect_loops_are_detected(ways, circle):
    assert is_redirect_loop("a", ways.get) is circle


def test_endless_redirect_chain_is_a_loop():
    assert is_redirect_loop("a", lambda path: path + "a")


# -- Translations -------------------------------------------------------------------------------------------
def test_unpublish_offers_translations_and_delete_lists_them(client, editor, home):
    page = ContentPageFactory(parent=home, title="Le port", slug="port")
    german = translated(page, "de", title="Der Hafen")
    unpublish = reverse("wagtailadmin_pages:unpublish", args=[page.pk])
    assert "Dépublier aussi ses traductions\u00a0: Deutsch" in unescape(client.get(unpublish).text)
    client.post(unpublish)
    german.refresh_from_db()
    assert german.live
    assert "Toujours en ligne\u00a0: Deutsch" in unescape(
        client.get(reverse("wagtailadmin_pages:delete", args=[page.pk])).text
    )
    published(page)
    client.post(unpublish, {"translations": "on"})
    german.refresh_from_db()
    assert not german.live
    assert "translations" not in client.get(unpublish).text


@pytest.mark.parametrize("with_below", [True, False])
def test_unpublishing_translation_includes_descendants(client, editor, home, with_below):
    page = ContentPageFactory(parent=home, title="Le port", slug="port")
    below = ContentPageFactory(parent=page, title="Le quai", slug="quai")
    translated(page, "de", title="Der Hafen")
    german = translated(below, "de", title="Der Kai")
    ticked = {"include_descendants": "on"} if with_below else {}
    client.post(reverse("wagtailadmin_pages:unpublish", args=[page.pk]), {"translations": "on"} | ticked)
    assert [Page.objects.get(pk=one.pk).live for one in (below, german)] == [not with_below] * 2


def test_translation_without_permission_stays_published(client, home):
    page = ContentPageFactory(parent=home, title="Le port", slug="port")
    german = translated(page, "de", title="Der Hafen")
    publisher = UserFactory(is_staff=True, roles=["editors"])
    permission = Permission.objects.get(codename="publish_page")
    GroupPagePermission.objects.create(group=publisher.groups.get(), page=home, permission=permission)
    client.force_login(publisher)
    unpublish = reverse("wagtailadmin_pages:unpublish", args=[page.pk])
    assert "vous n’avez pas le droit de dépublier\u00a0: Deutsch" in unescape(client.get(unpublish).text)
    client.post(unpublish, {"translations": "on"})
    german.refresh_from_db()
    assert german.live


# -- Scheduled times ----------------------------------------------------------------------------------------
def test_failing_page_does_not_delay_other_publications(client, home, monkeypatch):
    monkeypatch.setattr(scheduler, "close_old_connections", lambda: None)
    begin = timezone.now().replace(microsecond=0) + timedelta(hours=1)
    bad, good = (ContentPageFactory(parent=home, title=title, live=False) for title in ("Fautive", "Saine"))
    for page in (bad, good):
        page.go_live_at, page.expire_at = begin, begin + timedelta(days=1)
        page.save_revision().publish()
    publish = Revision.publish

    def faulty(self, **arguments):
        if self.object_id == str(bad.pk):
            raise RuntimeError("a page that cannot be published")
        return publish(self, **arguments)

    monkeypatch.setattr(Revision, "publish", faulty)
    assert client.get(good.get_url()).status_code == 404
    with time_machine.travel(begin + timedelta(seconds=1)):
        call_command("scheduler", once=True)
        assert client.get(good.get_url()).status_code == 200
        assert not Page.objects.get(pk=bad.pk).live
    with time_machine.travel(begin + timedelta(days=1, seconds=1)):
        call_command("scheduler", once=True)
        assert client.get(good.get_url()).status_code == 404


# -- Preserved contents -------------------------------------------------------------------------------------
def test_moved_page_keeps_content_versions_and_comments(client, editor, home):
    section = SectionPageFactory(parent=home)
    page = published(ContentPageFactory(parent=home, title="Le port", body=[("heading", "Horaires")]))
    comment = Comment.objects.create(
        page=page, user=editor, text="Juste ?", contentpath=f"body.{page.body[0].id}"
    )
    care = reviews.get_or_create_review_plan(page)
    client.post(reverse("wagtailadmin_pages:move_confirm", args=[page.pk, section.pk]))
    moved = ContentPage.objects.get(pk=page.pk)
    assert moved.is_child_of(section)
    assert moved.body[0].id == page.body[0].id
    assert moved.revisions.exists()
    assert list(moved.wagtail_admin_comments.all()) == [comment]
    assert moved.care == care


def test_copied_page_leaves_original_unchanged(client, editor, home):
    page = published(
        ContentPageFactory(parent=home, title="Le port", slug="port", body=[("heading", "Horaires")])
    )
    reviews.get_or_create_review_plan(page)
    data = {"new_title": "Copie", "new_slug": "copie", "new_parent_page": home.pk}
    client.post(reverse("wagtailadmin_pages:copy", args=[page.pk]), data)
    copy = ContentPage.objects.get(slug="copie")
    assert copy.body[0].value == "Horaires"
    assert (copy.live, ContentPage.objects.get(pk=page.pk).live) == (False, True)
    assert not hasattr(copy, "care")


def test_reverting_to_earlier_version_keeps_later_one(client, editor, home):
    page = published(ContentPageFactory(parent=home, lead="Première"))
    first = page.latest_revision
    page.lead = "Deuxième"
    published(page)
    shown = client.get(reverse("wagtailadmin_pages:revisions_revert", args=[page.pk, first.pk]))
    assert shown.context["form"]["lead"].value() == "Première"
    leads = [one.as_object().lead for one in page.revisions.order_by("pk")]
    assert leads == ["Première", "Deuxième"]


def test_usage_is_shown_before_deletion(client, editor, home):
    image = ImageFactory(title="Vieux-Port")
    page = ContentPageFactory(parent=home, title="Le port", picture=image, picture_alt="Le port")
    ReferenceIndex.create_or_update_for_object(page)
    shown = client.get(reverse("wagtailimages:delete", args=[image.pk])).content.decode()
    usage = reverse("wagtailimages:image_usage", args=[image.pk])
    assert usage in shown
    assert "Le port" in client.get(usage).content.decode()


# -- Tools --------------------------------------------------------------------------------------------------
def test_page_editor_offers_comments_and_previews(client, editor, home):
    shown = client.get(reverse("wagtailadmin_pages:edit", args=[ContentPageFactory(parent=home).pk]))
    text = shown.content.decode()
    assert 'data-side-panel="comments"' in text
    assert {"375", "1280"} <= {part.split('"')[0] for part in text.split('data-device-width="')[1:]}


def test_images_are_uploaded_in_bulk_and_have_focal_points(client, editor):
    assert client.get(reverse("wagtailimages:add_multiple")).status_code == 200
    answer = upload(client, get_test_image_file(size=(1600, 1000)).file.getvalue(), "port.png")
    assert answer["success"], answer
    image = Image.objects.get()
    shown = client.get(reverse("wagtailimages:edit", args=[image.pk])).content.decode()
    assert 'name="focal_point_x"' in shown


# -- Invalid input ------------------------------------------------------------------------------------------
def upload(client, content: bytes, name: str) -> dict:
    data = {"title": name, "files[]": SimpleUploadedFile(name, content)}
    return client.post(
        reverse("wagtailimages:add_multiple"), data, headers={"X-Requested-With": "XMLHttpRequest"}
    ).json()


def test_too_large_image_is_refused_with_explanation(client, editor):
    file = io.BytesIO()
    Picture.new("1", (10_000, 6_000)).save(file, "PNG")
    answer = upload(client, file.getvalue(), "immense.png")
    assert not answer["success"]
    assert "51\N{NO-BREAK SPACE}mégapixels au plus" in answer["error_message"]
    assert "000000" not in answer["error_message"]
    assert not Image.objects.exists()


def test_svg_with_script_is_refused_as_image(client, editor):
    drawing = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
    for name in ("arms.svg", "arms.png"):
        assert not upload(client, drawing, name)["success"]
    assert not Image.objects.exists()


def test_svg_download_cannot_run_scripts(client, editor, monkeypatch, tmp_path):
    # Only for this field: with the setting, in-memory storages would be created again and lose the files of other
    # tests.
    field = DocumentFactory._meta.model._meta.get_field("file")
    monkeypatch.setattr(field, "storage", FileSystemStorage(location=tmp_path))
    drawing = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
    document = DocumentFactory(title="Plan", file=SimpleUploadedFile("plan.svg", drawing))
    answer = client.get(document.url)
    assert answer["Content-Disposition"].startswith("attachment")
    assert "default-src 'none'" in answer["Content-Security-Policy"]
    assert answer["X-Content-Type-Options"] == "nosniff"


def test_control_characters_are_removed_from_pasted_text(client, editor, home):
    """Word pastes a line break as a control character, which browsers draw as a box."""
    page = ContentPageFactory(parent=home, body=[("heading", "Port"), ("text", "<p>Un</p>")])
    url = reverse("wagtailadmin_pages:edit", args=[page.pk])
    shared = page_form(client, url)
    [heading] = [name for name, value in shared.items() if value == "Port"]
    text = json.dumps({"blocks": [block("attribuées\x0bpar \\u000b la commune\x0c")], "entityMap": {}})
    [written] = [name for name in shared if name.startswith("body-1-value")]
    pasted = {"title": "Le\x0bport", "lead": "Un\r\nDeux\x1f", heading: "Places\x02libres", written: text}
    client.post(url, shared | pasted)
    draft = ContentPage.objects.get(pk=page.pk).get_latest_revision_as_object()
    assert (draft.title, draft.lead) == ("Le port", "Un\r\nDeux")
    assert draft.body[0].value == "Places libres"
    assert "attribuées par \\u000b la commune" in draft.body[1].value.source
    assert not re.search("[\x0b\x0c]", draft.body[1].value.source)


def block(text: str) -> dict:
    """Build a paragraph as the rich text editor posts it."""
    return {
        "key": "a1",
        "text": text,
        "type": "unstyled",
        "depth": 0,
        "inlineStyleRanges": [],
        "entityRanges": [],
    }


def test_unknown_styles_of_pasted_text_are_dropped():
    """A rich text contains only the markup that its editor knows.

    All other markup is dropped, even if the request is forged.
    """
    styles = [
        {"offset": 0, "length": 7, "style": "BOLD"},
        {"offset": 8, "length": 6, "style": "MSO_COLOR_RED"},
    ]
    linked = [{"key": 0, "offset": 16, "length": 3}]
    marked = block("Bonjour à tous, ici") | {"inlineStyleRanges": styles, "entityRanges": linked}
    link = {"type": "LINK", "mutability": "MUTABLE", "data": {"url": "javascript:alert(1)", "onclick": "x()"}}
    posted = json.dumps({"blocks": [marked], "entityMap": {"0": link}})
    kept = ContentstateConverter(features=["bold", "link", "h2"]).to_database_format(posted)
    assert "<b>Bonjour</b> à tous" in kept
    assert not [sign for sign in ("style", "Mso", "MSO", "onclick", "javascript:") if sign in kept]


def test_taken_slug_is_numbered_and_reported(client, editor, home):
    ContentPageFactory(parent=home, slug="port")
    ContentPageFactory(parent=home, slug="port-2")
    page = ContentPageFactory(parent=home, slug="lac", live=False)
    url = reverse("wagtailadmin_pages:edit", args=[page.pk])
    shown = client.post(url, page_form(client, url) | {"slug": "port"}, follow=True)
    assert ContentPage.objects.get(pk=page.pk).get_latest_revision_as_object().slug == "port-3"
    assert "port-3" in "".join(map(str, shown.context["messages"]))
    saved = client.post(
        url, page_form(client, url) | {"slug": "port-2"}, headers={"Accept": "application/json"}
    )
    assert "port-2-2" in saved.json()["field_updates"]["numbered-slug"]
