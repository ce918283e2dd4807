"""What editors are told about their pages, before they are published and after."""

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
def test_the_editor_reads_beside_the_page_what_is_wrong_and_gets_to_the_field(client, editor, home):
    image = ImageFactory(title="Vieux-Port", file=get_test_image_file(size=(640, 400)))
    page = ContentPageFactory(parent=home, body=[("picture", {"image": image, "alt": "", "caption": ""})])
    shown = sentences(client, page)
    assert "Vieux-Port" in shown
    assert f"#:w:contentpath=body.{page.body[0].id}.alt" in shown
    assert 'data-findings="1"' in shown


def test_a_page_without_faults_says_so(client, editor, home):
    page = ContentPageFactory(parent=home, owner=editor, aside=[("contact", ContactFactory())])
    assert 'data-findings="0"' in sentences(client, page)


def test_a_new_page_is_told_that_it_is_looked_at_once_it_is_saved(client, editor, home):
    address = reverse("wagtailadmin_pages:add", args=["home", "contentpage", home.pk])
    assert 'data-side-panel="findings"' in client.get(address).content.decode()


@pytest.mark.parametrize("kind", ["home", "section", "office", "questions", "news", "event", "service"])
def test_every_kind_of_page_has_the_panel(client, editor, home, kind):
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


def test_a_sound_page_is_published_without_a_question(client, editor, home):
    page = ContentPageFactory(parent=home, live=False)
    answer = publish(client, page)
    assert answer.url == reverse("wagtailadmin_explore", args=[home.pk])
    assert ContentPage.objects.get(pk=page.pk).live


def test_a_warning_asks_first_and_nothing_of_the_draft_is_lost(client, editor, home):
    page = ContentPageFactory(parent=home, live=False)
    answer = publish(client, page, lead="", title="Le port, nouveau")
    assert answer.url == ask(page)
    page.refresh_from_db()
    assert not page.live
    assert page.get_latest_revision_as_object().title == "Le port, nouveau"
    assert "nouveau" in client.get(ask(page)).content.decode()


def test_it_is_published_all_the_same_by_one_press_and_the_history_says_so(client, editor, home):
    page = ContentPageFactory(parent=home, live=False)
    publish(client, page, lead="")
    client.post(ask(page))
    page.refresh_from_db()
    assert page.live
    entry = PageLogEntry.objects.get(action="editing.published_anyway")
    assert (entry.user, entry.data["rules"]) == (editor, ["no_lead"])


def test_looking_at_the_question_publishes_nothing(client, editor, home):
    page = ContentPageFactory(parent=home, live=False)
    publish(client, page, lead="")
    client.get(ask(page))
    assert not ContentPage.objects.get(pk=page.pk).live


def test_a_link_that_leads_nowhere_keeps_a_page_from_being_published(client, editor, home):
    gone = ContentPageFactory(parent=home, title="Ancien")
    html = f'<p><a linktype="page" id="{gone.pk}">Ancien port</a></p>'
    page = ContentPageFactory(parent=home, title="Neuf", live=False, body=text(html))
    gone.delete()
    assert publish(client, page).url == ask(page)
    assert "Ancien port" in client.get(ask(page)).content.decode()
    client.post(ask(page))
    assert not ContentPage.objects.get(pk=page.pk).live


def being_translated(page) -> ContentPage:
    """Its German draft, open in the editor of translations."""
    source, _new = TranslationSource.update_or_create_from_instance(page)
    Translation.objects.create(source=source, target_locale=locale("de")).save_target(publish=False)
    return page.get_translation(locale("de"))


def before_translation(page) -> str:
    return reverse("editing:before_translation", args=[page.pk])


def test_a_translation_that_leads_nowhere_is_not_published_from_its_own_editor(
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


def test_a_translation_asks_about_warnings_as_the_publish_button_does(
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


def test_a_page_that_is_no_translation_has_no_such_screen(client, editor, home):
    page = ContentPageFactory(parent=home, live=False, lead="")
    assert client.get(before_translation(page)).status_code == 404
    assert client.post(before_translation(page)).status_code == 404
    assert not ContentPage.objects.get(pk=page.pk).live


def test_a_new_page_is_asked_about_as_well(client, editor, home):
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


# -- Before copies are published ----------------------------------------------------------------------------
def copy(client, page, **more):
    address = reverse("wagtailadmin_pages:copy", args=[page.pk])
    words = {"new_title": "Copie", "new_slug": "copie", "new_parent_page": page.get_parent().pk}
    assert client.post(address, words | {"publish_copies": "on"} | more).status_code == 302
    return Page.objects.get(slug="copie")


def test_copies_that_are_sound_are_published_where_that_is_ticked(client, editor, home):
    assert copy(client, published(ContentPageFactory(parent=home, lead="Court."))).live


def test_copies_that_the_checks_have_a_question_about_stay_drafts_and_that_is_said(client, editor, home):
    section = published(SectionPageFactory(parent=home, lead="Court."))
    published(ContentPageFactory(parent=section, lead="", slug="sans-chapeau"))
    made = copy(client, section, copy_subpages="on")
    assert not made.live
    assert not made.get_descendants().live().exists()
    assert "Les copies sont des brouillons" in client.get(reverse("wagtailadmin_home")).content.decode()


# -- Before several are published at once -------------------------------------------------------------------
def several(*pages) -> str:
    """Where the list of pages publishes those that were ticked."""
    address = reverse("wagtail_bulk_action", args=["wagtailcore", "page", "publish"])
    return f"{address}?{'&'.join(f'id={page.pk}' for page in pages)}"


def draft(home, title: str, **fields):
    page = ContentPageFactory(parent=home, title=title, live=False, **fields)
    page.save_revision()
    return page


def is_live(*pages) -> list[bool]:
    return [ContentPage.objects.get(pk=page.pk).live for page in pages]


def test_several_that_are_sound_are_published_without_a_question(client, editor, home):
    pages = draft(home, "Le port"), draft(home, "La digue")
    client.post(several(*pages))
    assert is_live(*pages) == [True, True]


def test_several_are_not_published_at_once_where_one_would_fail_a_reader(client, editor, home):
    html = '<p><a linktype="page" id="987654">Ancien port</a></p>'
    pages = draft(home, "Le port", body=text(html)), draft(home, "La digue")
    for pressed in ({}, {"anyway": "on"}):
        shown = client.post(several(*pages), pressed).content.decode()
        assert "Le port" in shown
        assert "Ancien port" in shown
        assert "La digue" not in shown
        assert 'name="anyway"' not in shown
        assert is_live(*pages) == [False, False]


def test_several_are_asked_about_on_one_screen_which_names_the_pages_and_their_warnings(client, editor, home):
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


def test_several_are_published_all_the_same_by_one_press_and_the_history_of_each_says_so(
    client, editor, home
):
    sound, leadless = draft(home, "Le port"), draft(home, "La digue", lead="")
    here = several(sound, leadless)
    form = BeautifulSoup(client.post(here).content, "html.parser").select_one("form:has([name=anyway])")
    assert form["action"] == here
    client.post(form["action"], {one["name"]: one.get("value", "on") for one in form.select("[name]")})
    assert is_live(sound, leadless) == [True, True]
    entry = PageLogEntry.objects.get(action="editing.published_anyway")
    assert (entry.page_id, entry.user, entry.data["rules"]) == (leadless.pk, editor, ["no_lead"])


def test_a_page_that_somebody_locked_is_not_published_among_several(client, editor, home):
    sound, locked = draft(home, "Le port"), draft(home, "La digue")
    Page.objects.filter(pk=locked.pk).update(locked=True, locked_by=EditorFactory())
    answer = client.post(f"{several(sound, locked)}&next=/admin/", follow=True)
    assert "«\xa0La digue\xa0» est verrouillée" in answer.text
    assert is_live(sound, locked) == [False, False]


@pytest.mark.parametrize("deed", ["publish", "unpublish"])
def test_that_pages_below_go_along_is_asked_in_the_language_of_who_asks(client, editor, home, deed):
    above = published(ContentPageFactory(parent=home, title="Le port"))
    for live in (True, False):
        ContentPageFactory(parent=above, title=f"Dessous {live}", live=live)
    address = reverse("wagtail_bulk_action", args=["wagtailcore", "page", deed])
    shown = BeautifulSoup(client.get(f"{address}?id={above.pk}").content, "html.parser")
    assert (
        shown.select_one("[for=id_include_descendants]").get_text(strip=True) == "Avec les pages en dessous"
    )


def test_drafts_below_that_go_out_with_their_page_are_asked_about_too(client, editor, home):
    above = published(ContentPageFactory(parent=home, title="Le port"))
    below = draft(above, "La digue", lead="")
    shown = client.post(several(above), {"include_descendants": "on"}).content.decode()
    assert "La digue" in shown
    assert is_live(below) == [False]
    form = BeautifulSoup(shown, "html.parser").select_one("form:has([name=anyway])")
    client.post(form["action"], {one["name"]: one.get("value", "on") for one in form.select("[name]")})
    assert is_live(below) == [True]


def test_a_page_below_a_draft_is_asked_about_alone_and_not_where_both_go_out(client, editor, home):
    above = draft(home, "Le port")
    below = draft(above, "La digue")
    shown = client.post(several(below)).content.decode()
    assert "«\xa0Le port\xa0», au-dessus, n’est pas publiée" in shown
    assert is_live(below) == [False]
    client.post(several(above), {"include_descendants": "on"})
    assert is_live(above, below) == [True, True]
    assert "draft_above" not in rules(below)


def test_of_three_drafts_the_lowest_is_asked_about_where_that_in_the_middle_stays(client, editor, home):
    top = draft(home, "Le port")
    middle = draft(top, "La digue")
    low = draft(middle, "Le phare")
    shown = client.post(several(top, low)).content.decode()
    assert "«\xa0La digue\xa0», au-dessus" in shown
    assert is_live(top, low) == [False, False]


def test_a_page_where_the_site_itself_answers_is_not_published(client, editor, home):
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


def test_what_stands_below_is_looked_at_again_when_the_page_above_comes_or_goes(client, editor, home):
    above = draft(home, "Le port")
    below = published(ContentPageFactory(parent=above, title="La digue"))
    assert "draft_above" in rules(below)
    above.get_latest_revision().publish()
    assert PageCheck.objects.due(timezone.now()).filter(page=below).exists()
    assert "draft_above" not in rules(below)
    above.refresh_from_db()
    above.unpublish()
    assert PageCheck.objects.due(timezone.now()).filter(page=below).exists()


def test_what_readers_see_already_as_it_is_is_not_asked_about_again(client, editor, home):
    old, new = published(ContentPageFactory(parent=home, lead="")), draft(home, "La digue")
    client.post(several(old, new))
    assert is_live(new) == [True]


def test_a_faulty_service_among_several_is_refused_before_anything_is_asked(client, editor, home):
    service = make_service(make_counter(home))
    service.form[1].value["fields"][1].value["condition"] = when("inconnu")
    service.save_revision()
    leadless = draft(home, "La digue", lead="")
    answer = client.post(several(leadless, service))
    assert answer.url == edit(service)
    assert is_live(leadless) == [False]


def test_who_may_not_edit_a_page_learns_nothing(client, home):
    page = ContentPageFactory(parent=home, live=False)
    for user in (AgentFactory(), UserFactory()):
        client.force_login(user)
        assert client.get(ask(page)).status_code in (302, 404)
        assert client.post(ask(page)).status_code in (302, 404)
    assert not ContentPage.objects.get(pk=page.pk).live


# -- What is found ------------------------------------------------------------------------------------------
def test_a_link_to_an_unpublished_page_is_found_and_one_to_a_published_page_is_not(home):
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


def test_a_button_whose_page_was_deleted_is_found(home):
    other = ContentPageFactory(parent=home, title="Ancien")
    page = ContentPageFactory(
        parent=home, aside=[("button", {"label": "Commander", "page": other, "url": ""})]
    )
    other.delete()
    page = published(ContentPage.objects.get(pk=page.pk))
    assert "link_gone" in rules(page)


def test_a_step_of_a_guide_that_leads_to_an_unpublished_page_is_found(home):
    draft = ContentPageFactory(parent=home, title="Brouillon", live=False)
    steps = [("step", {"title": "Annoncer", "page": draft})]
    page = published(GuidePageFactory(parent=home, steps=steps))
    assert "link_draft" in rules(page)
    published(draft)
    assert "link_draft" not in rules(page)


def test_a_call_to_a_service_that_was_deleted_is_found(home):
    service = make_service(make_counter(home))
    page = published(
        ContentPageFactory(parent=home, body=[("service", {"page": service, "label": "Commander"})])
    )
    assert not {"link_gone", "link_draft"} & rules(page)
    service.delete()
    assert "link_gone" in rules(ContentPage.objects.get(pk=page.pk))


def test_a_missing_translation_is_found_until_it_is_there(home):
    translated(home, "de")
    page = published(ContentPageFactory(parent=home))
    assert "no_translation" in rules(page)
    translated(page, "de")
    assert "no_translation" not in rules(page)


def test_pages_are_examined_after_publication_and_anew_when_what_they_lead_to_is_withdrawn(home):
    page = published(ContentPageFactory(parent=home, lead=""))
    jobs.wake_page_checks(timezone.now())
    check = PageCheck.objects.get(page=page)
    assert (check.warnings, check.errors) == (1, 0)
    assert check.due_at > timezone.now()
    page.unpublish()
    assert not PageCheck.objects.filter(page=page).exists()


def test_pages_that_were_there_before_are_examined_too(home):
    pages = [home, ContentPageFactory(parent=home)]
    jobs.wake_page_checks(timezone.now())
    assert PageCheck.objects.filter(page__in=pages, checked_at__isnull=False).count() == 2


# -- The report ---------------------------------------------------------------------------------------------
REPORT = "editing:report"


def test_the_report_lists_what_is_wrong_on_published_pages(client, editor, home):
    page = published(ContentPageFactory(parent=home, title="Sans chapeau", lead=""))
    ContentPageFactory(parent=home, title="Encore brouillon", lead="", live=False)
    examined(page)
    shown = client.get(reverse(REPORT)).content.decode()
    assert "Sans chapeau" in shown
    assert "Encore brouillon" not in shown


def test_the_report_is_filtered_by_rule_and_by_who_looks_after_the_page(client, editor, home):
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
def test_the_report_bears_any_question(client, editor, home, query):
    assert client.get(reverse(REPORT), query).status_code == 200


def test_the_report_takes_the_same_queries_for_one_page_and_for_many(
    client, editor, home, django_assert_max_num_queries
):
    for number in range(12):
        examined(published(ContentPageFactory(parent=home, title=f"Page {number}", lead="")))
    client.get(reverse(REPORT))
    with django_assert_max_num_queries(20):
        client.get(reverse(REPORT))


def test_an_agent_sees_no_pages_in_the_report(client, home):
    examined(published(ContentPageFactory(parent=home, title="Sans chapeau", lead="")))
    client.force_login(AgentFactory())
    assert escape("Sans chapeau") not in client.get(reverse(REPORT)).content.decode()


# -- Addresses elsewhere ------------------------------------------------------------------------------------
def leading_to(home, *urls: str):
    html = "".join(f'<p><a href="{url}">Canton</a></p>' for url in urls)
    page = published(ContentPageFactory(parent=home, body=text(html)))
    examined(page)
    return page


def test_an_address_is_remembered_and_forgotten_with_its_last_page(home, settings):
    settings.LINK_CHECKS = True
    page = leading_to(home, "https://vd.example/a", "mailto:x@y.example", "http://testserver/port/")
    assert list(ExternalLink.objects.values_list("url", flat=True)) == ["https://vd.example/a"]
    page.body = []
    published(page)
    examined(page)
    actions.delete_unused_links()
    assert not ExternalLink.objects.exists()


def test_an_address_that_fails_twice_is_told_of_and_no_more_once_it_answers(home, monkeypatch):
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


def test_a_video_that_its_host_took_away_is_told_of(home):
    video = {"url": "https://player.vimeo.com/video/1084537?h=1", "title": "Le port"}
    page = published(ContentPageFactory(parent=home, body=[("video", video)]))
    examined(page)
    (link,) = ExternalLink.objects.all()
    assert (link.url, "link_silent" in rules(page)) == ("https://vimeo.com/1084537", False)
    ExternalLink.objects.update(failures=2)
    assert "link_silent" in rules(page)


def test_a_host_of_videos_is_asked_where_it_says_that_one_is_gone(home, monkeypatch):
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


def test_where_no_address_answers_it_is_our_own_line_that_is_down(home, monkeypatch):
    leading_to(home, "https://vd.example/a", "https://vd.example/b")
    monkeypatch.setattr(actions.link_checker, "link_error", lambda url: "no route")
    for _try in range(3):
        actions.check_links(list(ExternalLink.objects.order_by("url")), timezone.now())
    assert ExternalLink.objects.filter(failures=0).count() == 2


def test_addresses_are_asked_by_the_sweep_only_where_the_operator_wants_it(home, settings, monkeypatch):
    leading_to(home, "https://vd.example/a")
    asked = []
    monkeypatch.setattr(actions.link_checker, "link_error", lambda url: asked.append(url) or "")
    jobs.wake_link_checks(timezone.now())
    assert asked == []
    settings.LINK_CHECKS = True
    jobs.wake_link_checks(timezone.now())
    assert asked == ["https://vd.example/a"]
