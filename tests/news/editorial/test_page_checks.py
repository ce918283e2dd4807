"""Page checks: findings for editors, before and after publication."""

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape
from wagtail.images.tests.utils import get_test_image_file
from wagtail.models import Page, PageLogEntry
from wagtail_factories import ImageFactory
from wagtail_localize.models import Translation, TranslationSource

from home.models import ContentPage
from news.editorial import jobs
from news.editorial.actions import page_checks as actions
from news.editorial.content_checks.rules import SENTENCES
from news.editorial.models import ExternalLink, PageCheck
from tests.factories.accounts import AgentFactory, EditorFactory, SuperuserFactory, UserFactory
from tests.factories.catalogue import make_counter, make_service
from tests.factories.directory import GuidePageFactory
from tests.factories.formbuilder import when
from tests.factories.home import (
    ContactFactory,
    ContentPageFactory,
    OfficePageFactory,
    SectionPageFactory,
    locale,
    published,
    translated,
)
from tests.factories.wagtail_forms import page_form

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor(client):
    user = SuperuserFactory()
    client.force_login(user)
    return user


def text(html: str) -> list:
    return [("text", html)]


def sentences(client, page) -> str:
    return client.get(edit(page)).content.decode()


def edit(page) -> str:
    return reverse("wagtailadmin_pages:edit", args=[page.pk])


def ask(page) -> str:
    return reverse("editing:before_publication", args=[page.pk])


def examined(page) -> PageCheck:
    check = PageCheck.objects.get(page=page)
    return actions.run_page_checks(actor=None, check=check, now=timezone.now())


def rules(page) -> set[str]:
    return {one.rule for one in examined(page).findings}


# -- Beside the page ----------------------------------------------------------------------------------------
def test_finding_is_shown_beside_page_and_links_its_field(client, editor, home):
    image = ImageFactory(title="Vieux-Port", file=get_test_image_file(size=(640, 400)))
    page = ContentPageFactory(parent=home, body=[("picture", {"image": image, "alt": "", "caption": ""})])
    shown = sentences(client, page)
    assert "Vieux-Port" in shown
    assert f"#:w:contentpath=body.{page.body[0].id}.alt" in shown
    assert 'data-findings="1"' in shown


def test_page_without_findings_shows_none(client, editor, home):
    page = ContentPageFactory(parent=home, owner=editor, aside=[("contact", ContactFactory())])
    assert 'data-findings="0"' in sentences(client, page)


def test_unsaved_page_has_findings_panel(client, editor, home):
    address = reverse("wagtailadmin_pages:add", args=["home", "contentpage", home.pk])
    assert 'data-side-panel="findings"' in client.get(address).content.decode()


@pytest.mark.parametrize("kind", ["home", "section", "office", "questions", "news", "event", "service"])
def test_every_page_type_has_findings_panel(client, editor, home, kind):
    from tests.factories import catalogue, news
    from tests.factories import home as pages

    page = {
        "home": lambda: home,
        "section": lambda: pages.SectionPageFactory(parent=home),
        "office": lambda: pages.OfficePageFactory(parent=home),
        "questions": lambda: home.add_child(
            instance=pages.HomePage._meta.apps.get_model("home", "QuestionsPage")(title="FAQ")
        ),
        "news": lambda: news.NewsPageFactory(
            parent=news.NewsIndexPageFactory(parent=home), category=news.NewsCategoryFactory()
        ),
        "event": lambda: news.EventPageFactory(parent=news.EventIndexPageFactory(parent=home)),
        "service": lambda: catalogue.make_service(catalogue.make_counter(home)),
    }[kind]()
    assert "data-findings" in sentences(client, page)


# -- Before publication -------------------------------------------------------------------------------------
def publish(client, page, **changes):
    return client.post(edit(page), page_form(client, edit(page), **{"action-publish": "1"} | changes))


def test_page_without_findings_is_published_directly(client, editor, home):
    page = ContentPageFactory(parent=home, live=False)
    answer = publish(client, page)
    assert answer.url == reverse("wagtailadmin_explore", args=[home.pk])
    assert ContentPage.objects.get(pk=page.pk).live


def test_warning_asks_before_publication_and_keeps_draft(client, editor, home):
    page = ContentPageFactory(parent=home, live=False)
    answer = publish(client, page, lead="", title="Le port, nouveau")
    assert answer.url == ask(page)
    page.refresh_from_db()
    assert not page.live
    assert page.get_latest_revision_as_object().title == "Le port, nouveau"
    assert "nouveau" in client.get(ask(page)).content.decode()


def test_page_is_published_despite_warnings_and_logged(client, editor, home):
    page = ContentPageFactory(parent=home, live=False)
    publish(client, page, lead="")
    client.post(ask(page))
    page.refresh_from_db()
    assert page.live
    entry = PageLogEntry.objects.get(action="editing.published_anyway")
    assert (entry.user, entry.data["rules"]) == (editor, ["no_lead"])


def test_opening_confirmation_page_publishes_nothing(client, editor, home):
    page = ContentPageFactory(parent=home, live=False)
    publish(client, page, lead="")
    client.get(ask(page))
    assert not ContentPage.objects.get(pk=page.pk).live


def test_page_with_broken_link_cannot_be_published(client, editor, home):
    gone = ContentPageFactory(parent=home, title="Ancien")
    html = f'<p><a linktype="page" id="{gone.pk}">Ancien port</a></p>'
    page = ContentPageFactory(parent=home, title="Neuf", live=False, body=text(html))
    gone.delete()
    assert publish(client, page).url == ask(page)
    assert "Ancien port" in client.get(ask(page)).content.decode()
    client.post(ask(page))
    assert not ContentPage.objects.get(pk=page.pk).live


def being_translated(page) -> ContentPage:
    """Create a German draft of the page, open in the translation editor."""
    source, _new = TranslationSource.update_or_create_from_instance(page)
    Translation.objects.create(source=source, target_locale=locale("de")).save_target(publish=False)
    return page.get_translation(locale("de"))


def before_translation(page) -> str:
    return reverse("editing:before_translation", args=[page.pk])


def test_translation_with_broken_link_cannot_be_published(
    client, editor, home, django_capture_on_commit_callbacks
):
    translated(home, "de", title="Startseite")
    gone = ContentPageFactory(parent=home, title="Ancien")
    html = f'<p><a linktype="page" id="{gone.pk}">Ancien port</a></p>'
    broken = being_translated(ContentPageFactory(parent=home, slug="rives", body=text(html)))
    sound = being_translated(ContentPageFactory(parent=home, slug="quais"))
    gone.delete()
    before = ContentPage.objects.get(pk=broken.pk).latest_revision_id
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post(edit(broken), {"action": "publish"})
        client.post(edit(sound), {"action": "publish"})
        assert answer.url == before_translation(broken)
        assert "Ancien port" in client.get(answer.url).content.decode()
        client.post(answer.url)
    broken, sound = (ContentPage.objects.get(pk=one.pk) for one in (broken, sound))
    assert (broken.live, broken.latest_revision_id) == (False, before)
    assert sound.live


def test_translation_warning_asks_before_publication(
    client, editor, home, django_capture_on_commit_callbacks
):
    translated(home, "de", title="Startseite")
    page = being_translated(ContentPageFactory(parent=home, slug="quais", lead=""))
    with django_capture_on_commit_callbacks(execute=True):
        asked = client.post(edit(page), {"action": "publish"}).url
    assert asked == before_translation(page)
    assert "chapeau" in client.get(asked).content.decode()
    assert not ContentPage.objects.get(pk=page.pk).live
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post(asked).url == edit(page)
    assert ContentPage.objects.get(pk=page.pk).live
    entry = PageLogEntry.objects.get(action="editing.published_anyway")
    assert (entry.page_id, entry.user, entry.data["rules"]) == (page.pk, editor, ["no_lead"])


def test_untranslated_page_has_no_translation_confirmation(client, editor, home):
    page = ContentPageFactory(parent=home, live=False, lead="")
    assert client.get(before_translation(page)).status_code == 404
    assert client.post(before_translation(page)).status_code == 404
    assert not ContentPage.objects.get(pk=page.pk).live


def test_new_page_with_warning_asks_before_publication(client, editor, home):
    address = reverse("wagtailadmin_pages:add", args=["home", "contentpage", home.pk])
    data = page_form_of_new(client, address) | {
        "title": "Neuf",
        "slug": "neuf",
        "lead": "",
        "action-publish": "1",
    }
    answer = client.post(address, data)
    page = ContentPage.objects.get(slug="neuf")
    assert (answer.url, page.live) == (ask(page), False)


def page_form_of_new(client, address: str) -> dict:
    from wagtail.test.utils.form_data import querydict_from_html

    shown = client.get(address)
    data = querydict_from_html(shown.content.decode(), form_id="page-edit-form").dict()
    return data | {"body-count": "0", "aside-count": "0"}


# -- Publication of copies ----------------------------------------------------------------------------------
def copy(client, page, **more):
    address = reverse("wagtailadmin_pages:copy", args=[page.pk])
    words = {"new_title": "Copie", "new_slug": "copie", "new_parent_page": page.get_parent().pk}
    assert client.post(address, words | {"publish_copies": "on"} | more).status_code == 302
    return Page.objects.get(slug="copie")


def test_copy_without_findings_is_published_if_requested(client, editor, home):
    assert copy(client, published(ContentPageFactory(parent=home, lead="Court."))).live


def test_copies_with_warnings_stay_drafts(client, editor, home):
    section = published(SectionPageFactory(parent=home, lead="Court."))
    published(ContentPageFactory(parent=section, lead="", slug="sans-chapeau"))
    made = copy(client, section, copy_subpages="on")
    assert not made.live
    assert not made.get_descendants().live().exists()
    assert "Les copies sont des brouillons" in client.get(reverse("wagtailadmin_home")).content.decode()


# -- Bulk publication ---------------------------------------------------------------------------------------
def several(*pages) -> str:
    """Return the address that publishes these pages in bulk."""
    address = reverse("wagtail_bulk_action", args=["wagtailcore", "page", "publish"])
    return f"{address}?{'&'.join(f'id={page.pk}' for page in pages)}"


def draft(home, title: str, **fields):
    page = ContentPageFactory(parent=home, title=title, live=False, **fields)
    page.save_revision()
    return page


def is_live(*pages) -> list[bool]:
    return [ContentPage.objects.get(pk=page.pk).live for page in pages]


def test_pages_without_findings_are_published_in_bulk(client, editor, home):
    pages = draft(home, "Le port"), draft(home, "La digue")
    client.post(several(*pages))
    assert is_live(*pages) == [True, True]


def test_bulk_publication_with_broken_link_is_refused(client, editor, home):
    html = '<p><a linktype="page" id="987654">Ancien port</a></p>'
    pages = draft(home, "Le port", body=text(html)), draft(home, "La digue")
    for pressed in ({}, {"anyway": "on"}):
        shown = client.post(several(*pages), pressed).content.decode()
        assert "Le port" in shown
        assert "Ancien port" in shown
        assert "La digue" not in shown
        assert 'name="anyway"' not in shown
        assert is_live(*pages) == [False, False]


def test_bulk_publication_lists_pages_with_warnings(client, editor, home):
    sound, leadless = draft(home, "Le port"), draft(home, "La digue", lead="")
    heading = [("heading", ""), ("text", "<p>Ouvert.</p>")]
    headless = draft(home, "Le phare", body=heading)
    shown = client.post(several(sound, leadless, headless)).content.decode()
    assert is_live(sound, leadless, headless) == [False, False, False]
    assert "La digue" in shown
    assert "Le phare" in shown
    assert "Le port" not in shown
    assert escape(str(SENTENCES["no_lead"])) in shown
    assert escape(str(SENTENCES["empty_heading"])) in shown
    assert f"#:w:contentpath=body.{headless.body[0].id}" in shown
    assert shown.count('name="anyway"') == 1


def test_bulk_publication_despite_warnings_is_logged(client, editor, home):
    sound, leadless = draft(home, "Le port"), draft(home, "La digue", lead="")
    here = several(sound, leadless)
    form = BeautifulSoup(client.post(here).content, "html.parser").select_one("form:has([name=anyway])")
    assert form["action"] == here
    client.post(form["action"], {one["name"]: one.get("value", "on") for one in form.select("[name]")})
    assert is_live(sound, leadless) == [True, True]
    entry = PageLogEntry.objects.get(action="editing.published_anyway")
    assert (entry.page_id, entry.user, entry.data["rules"]) == (leadless.pk, editor, ["no_lead"])


def test_bulk_publication_with_locked_page_is_refused(client, editor, home):
    sound, locked = draft(home, "Le port"), draft(home, "La digue")
    Page.objects.filter(pk=locked.pk).update(locked=True, locked_by=EditorFactory())
    answer = client.post(f"{several(sound, locked)}&next=/admin/", follow=True)
    assert "«\xa0La digue\xa0» est verrouillée" in answer.text
    assert is_live(sound, locked) == [False, False]


@pytest.mark.parametrize("deed", ["publish", "unpublish"])
def test_bulk_action_labels_descendants_in_user_language(client, editor, home, deed):
    above = published(ContentPageFactory(parent=home, title="Le port"))
    for live in (True, False):
        ContentPageFactory(parent=above, title=f"Dessous {live}", live=live)
    address = reverse("wagtail_bulk_action", args=["wagtailcore", "page", deed])
    shown = BeautifulSoup(client.get(f"{address}?id={above.pk}").content, "html.parser")
    assert (
        shown.select_one("[for=id_include_descendants]").get_text(strip=True) == "Avec les pages en dessous"
    )


def test_bulk_publication_checks_draft_descendants(client, editor, home):
    above = published(ContentPageFactory(parent=home, title="Le port"))
    below = draft(above, "La digue", lead="")
    shown = client.post(several(above), {"include_descendants": "on"}).content.decode()
    assert "La digue" in shown
    assert is_live(below) == [False]
    form = BeautifulSoup(shown, "html.parser").select_one("form:has([name=anyway])")
    client.post(form["action"], {one["name"]: one.get("value", "on") for one in form.select("[name]")})
    assert is_live(below) == [True]


def test_page_below_draft_warns_unless_both_are_published(client, editor, home):
    above = draft(home, "Le port")
    below = draft(above, "La digue")
    shown = client.post(several(below)).content.decode()
    assert "«\xa0Le port\xa0», au-dessus, n’est pas publiée" in shown
    assert is_live(below) == [False]
    client.post(several(above), {"include_descendants": "on"})
    assert is_live(above, below) == [True, True]
    assert "draft_above" not in rules(below)


def test_page_below_draft_warns_if_parent_is_not_selected(client, editor, home):
    top = draft(home, "Le port")
    middle = draft(top, "La digue")
    low = draft(middle, "Le phare")
    shown = client.post(several(top, low)).content.decode()
    assert "«\xa0La digue\xa0», au-dessus" in shown
    assert is_live(top, low) == [False, False]


def test_page_at_address_of_site_itself_is_not_published(client, editor, home):
    office = published(OfficePageFactory(parent=home, title="Greffe", slug="greffe"))
    for above, slug, address in (
        (home, "recherche", "/recherche/"),
        (office, "horaires", "/greffe/horaires/"),
    ):
        page = draft(above, "Une page", slug=slug)
        answer = client.post(several(page), follow=True)
        assert f"À l’adresse {address}" in answer.text
        assert is_live(page) == [False]
        assert "address_taken" not in rules(published(ContentPageFactory(parent=above, slug=f"{slug}-2")))


def test_page_is_checked_again_when_its_parent_changes(client, editor, home):
    above = draft(home, "Le port")
    below = published(ContentPageFactory(parent=above, title="La digue"))
    assert "draft_above" in rules(below)
    above.get_latest_revision().publish()
    assert PageCheck.objects.due(timezone.now()).filter(page=below).exists()
    assert "draft_above" not in rules(below)
    above.refresh_from_db()
    above.unpublish()
    assert PageCheck.objects.due(timezone.now()).filter(page=below).exists()


def test_unchanged_live_page_is_not_checked_in_bulk(client, editor, home):
    old, new = published(ContentPageFactory(parent=home, lead="")), draft(home, "La digue")
    client.post(several(old, new))
    assert is_live(new) == [True]


def test_bulk_publication_refuses_invalid_service_first(client, editor, home):
    service = make_service(make_counter(home))
    service.form[1].value["fields"][1].value["condition"] = when("inconnu")
    service.save_revision()
    leadless = draft(home, "La digue", lead="")
    answer = client.post(several(leadless, service))
    assert answer.url == edit(service)
    assert is_live(leadless) == [False]


def test_confirmation_page_requires_permission_to_edit(client, home):
    page = ContentPageFactory(parent=home, live=False)
    for user in (AgentFactory(), UserFactory()):
        client.force_login(user)
        assert client.get(ask(page)).status_code in (302, 404)
        assert client.post(ask(page)).status_code in (302, 404)
    assert not ContentPage.objects.get(pk=page.pk).live


# -- Findings -----------------------------------------------------------------------------------------------
def test_link_to_draft_is_found(home):
    draft = ContentPageFactory(parent=home, title="Brouillon", live=False)
    live = ContentPageFactory(parent=home, title="En ligne")
    page = ContentPageFactory(
        parent=home, body=text(f'<p><a linktype="page" id="{draft.pk}">Brouillon</a></p>')
    )
    PageCheck.make_missing()
    assert "link_draft" in rules(page)
    page.body = text(f'<p><a linktype="page" id="{live.pk}">En ligne</a></p>')
    published(page)
    assert "link_draft" not in rules(page)


def test_button_to_deleted_page_is_found(home):
    other = ContentPageFactory(parent=home, title="Ancien")
    page = ContentPageFactory(
        parent=home, aside=[("button", {"label": "Commander", "page": other, "url": ""})]
    )
    other.delete()
    page = published(ContentPage.objects.get(pk=page.pk))
    assert "link_gone" in rules(page)


def test_guide_step_to_draft_is_found(home):
    draft = ContentPageFactory(parent=home, title="Brouillon", live=False)
    steps = [("step", {"title": "Annoncer", "page": draft})]
    page = published(GuidePageFactory(parent=home, steps=steps))
    assert "link_draft" in rules(page)
    published(draft)
    assert "link_draft" not in rules(page)


def test_block_of_deleted_service_is_found(home):
    service = make_service(make_counter(home))
    page = published(
        ContentPageFactory(parent=home, body=[("service", {"page": service, "label": "Commander"})])
    )
    assert not {"link_gone", "link_draft"} & rules(page)
    service.delete()
    assert "link_gone" in rules(ContentPage.objects.get(pk=page.pk))


def test_missing_translation_is_found(home):
    translated(home, "de")
    page = published(ContentPageFactory(parent=home))
    assert "no_translation" in rules(page)
    translated(page, "de")
    assert "no_translation" not in rules(page)


def test_published_page_is_checked_by_job(home):
    page = published(ContentPageFactory(parent=home, lead=""))
    jobs.wake_page_checks(timezone.now())
    check = PageCheck.objects.get(page=page)
    assert (check.warnings, check.errors) == (1, 0)
    assert check.due_at > timezone.now()
    page.unpublish()
    assert not PageCheck.objects.filter(page=page).exists()


def test_pages_without_check_are_checked_by_job(home):
    pages = [home, ContentPageFactory(parent=home)]
    jobs.wake_page_checks(timezone.now())
    assert PageCheck.objects.filter(page__in=pages, checked_at__isnull=False).count() == 2


# -- The report ---------------------------------------------------------------------------------------------
REPORT = "editing:report"


def test_report_lists_findings_of_published_pages(client, editor, home):
    page = published(ContentPageFactory(parent=home, title="Sans chapeau", lead=""))
    ContentPageFactory(parent=home, title="Encore brouillon", lead="", live=False)
    examined(page)
    shown = client.get(reverse(REPORT)).content.decode()
    assert "Sans chapeau" in shown
    assert "Encore brouillon" not in shown


def test_report_is_filtered_by_rule_and_owner(client, editor, home):
    mine = published(ContentPageFactory(parent=home, title="La mienne", lead="", owner=editor))
    other = published(ContentPageFactory(parent=home, title="Une autre", lead=""))
    examined(mine), examined(other)
    shown = client.get(reverse(REPORT), {"rule": "no_owner"}).content.decode()
    assert "Une autre" in shown
    assert "La mienne" not in shown
    shown = client.get(reverse(REPORT), {"mine": "on"}).content.decode()
    assert "La mienne" in shown
    assert "Une autre" not in shown


@pytest.mark.parametrize("query", [{"rule": "\x00"}, {"rule": "x" * 10_000}, {"p": "\x00"}, {"p": "9" * 400}])
def test_report_accepts_invalid_filters(client, editor, home, query):
    assert client.get(reverse(REPORT), query).status_code == 200


def test_report_has_bounded_query_count(client, editor, home, django_assert_max_num_queries):
    for number in range(12):
        examined(published(ContentPageFactory(parent=home, title=f"Page {number}", lead="")))
    client.get(reverse(REPORT))
    with django_assert_max_num_queries(20):
        client.get(reverse(REPORT))


def test_report_shows_agent_no_pages(client, home):
    examined(published(ContentPageFactory(parent=home, title="Sans chapeau", lead="")))
    client.force_login(AgentFactory())
    assert escape("Sans chapeau") not in client.get(reverse(REPORT)).content.decode()


# -- External addresses -------------------------------------------------------------------------------------
def leading_to(home, *urls: str):
    html = "".join(f'<p><a href="{url}">Canton</a></p>' for url in urls)
    page = published(ContentPageFactory(parent=home, body=text(html)))
    examined(page)
    return page


def test_external_link_is_stored_until_its_last_page(home, settings):
    settings.LINK_CHECKS = True
    page = leading_to(home, "https://vd.example/a", "mailto:x@y.example", "http://testserver/port/")
    assert list(ExternalLink.objects.values_list("url", flat=True)) == ["https://vd.example/a"]
    page.body = []
    published(page)
    examined(page)
    actions.delete_unused_links()
    assert not ExternalLink.objects.exists()


def test_link_is_silent_after_two_failures_until_it_answers(home, monkeypatch):
    page = leading_to(home, "https://vd.example/a", "https://vd.example/b")
    answers = {"https://vd.example/a": "HTTP 404", "https://vd.example/b": ""}
    monkeypatch.setattr(actions.link_checker, "link_error", answers.get)
    links = list(ExternalLink.objects.order_by("url"))
    actions.check_links(links, timezone.now())
    assert "link_silent" not in rules(page)
    actions.check_links(links, timezone.now())
    assert PageCheck.objects.get(page=page).due_at <= timezone.now()
    assert "link_silent" in rules(page)
    answers["https://vd.example/a"] = ""
    actions.check_links(links, timezone.now())
    assert "link_silent" not in rules(page)


def test_removed_video_is_found(home):
    video = {"url": "https://player.vimeo.com/video/1084537?h=1", "title": "Le port"}
    page = published(ContentPageFactory(parent=home, body=[("video", video)]))
    examined(page)
    (link,) = ExternalLink.objects.all()
    assert (link.url, "link_silent" in rules(page)) == ("https://vimeo.com/1084537", False)
    ExternalLink.objects.update(failures=2)
    assert "link_silent" in rules(page)


def test_video_is_checked_by_oembed_of_its_host(home, monkeypatch):
    gone, there = "https://www.youtube.com/watch?v=dQw4w9WgXcQ", "https://vimeo.com/1084537"
    page = leading_to(home, gone, there, "https://vd.example/a")
    answers = {
        "https://www.youtube.com/oembed?format=json&url=https%3A%2F%2Fwww.youtube.com%2Fwatch%3Fv%3DdQw4w9WgXcQ": "404",
        "https://vimeo.com/api/oembed.json?url=https%3A%2F%2Fvimeo.com%2F1084537": "",
        "https://vd.example/a": "",
    }
    monkeypatch.setattr(actions.link_checker, "link_error", answers.__getitem__)
    for _try in range(2):
        actions.check_links(list(ExternalLink.objects.order_by("url")), timezone.now())
    assert [link.url for link in ExternalLink.objects.all() if link.is_silent] == [gone]
    assert "link_silent" in rules(page)


def test_links_count_no_failure_if_none_answers(home, monkeypatch):
    leading_to(home, "https://vd.example/a", "https://vd.example/b")
    monkeypatch.setattr(actions.link_checker, "link_error", lambda url: "no route")
    for _try in range(3):
        actions.check_links(list(ExternalLink.objects.order_by("url")), timezone.now())
    assert ExternalLink.objects.filter(failures=0).count() == 2


def test_links_are_checked_by_job_only_if_enabled(home, settings, monkeypatch):
    leading_to(home, "https://vd.example/a")
    asked = []
    monkeypatch.setattr(actions.link_checker, "link_error", lambda url: asked.append(url) or "")
    jobs.wake_link_checks(timezone.now())
    assert asked == []
    settings.LINK_CHECKS = True
    jobs.wake_link_checks(timezone.now())
    assert asked == ["https://vd.example/a"]
