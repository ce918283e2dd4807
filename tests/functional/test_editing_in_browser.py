"""Editing in a browser, on a phone too: autosave, comments on fields, choosing a page in the tree."""

import pytest
from django.contrib.auth import get_user_model
from playwright.sync_api import expect
from wagtail.models import Comment, Page

from tests.factories.accounts import EditorFactory, SuperuserFactory
from tests.factories.home import AlertFactory, ContentPageFactory, SectionPageFactory, published
from tests.factories.news import NewsIndexPageFactory

pytestmark = pytest.mark.usefixtures("transactional_db")


@pytest.fixture
def phone(visit, site):
    """Open a phone page on which an editor is signed in. Its clock runs and can be advanced."""
    return visit(user=SuperuserFactory(language="fr"), width=360, height=740, has_touch=True, clock=True)


def begin_autosave(window) -> None:
    """Let the time pass before which Wagtail does not look for changes."""
    window.clock.fast_forward(2_500)


def wait_until(window, condition) -> None:
    """Let Wagtail's time pass quickly until ``condition`` holds, for at most thirty real seconds: machines are busy."""
    for _time in range(600):
        if condition():
            return
        window.clock.run_for(500)
        window.wait_for_timeout(50)  # real milliseconds, in which a response travels
    assert condition()


def write_comment(window, field: str, text: str) -> None:
    window.locator(f"[data-contentpath={field}] [data-comment-add]").click()
    store_comment(window, text)


def store_comment(window, text: str) -> None:
    window.get_by_placeholder("Entrez votre commentaire").fill(text)
    window.get_by_role("button", name="Commenter", exact=True).click()


def test_comments_are_written_and_read_on_a_phone(phone, site):
    page = published(ContentPageFactory(parent=site, title="Le port"))
    phone.goto(f"/admin/pages/{page.pk}/edit/")
    phone.locator("#id_lead").tap()
    phone.locator("[data-contentpath=lead] [data-comment-add]").tap()
    phone.get_by_placeholder("Entrez votre commentaire").fill("Est-ce encore juste ?")
    phone.get_by_role("button", name="Commenter", exact=True).tap()
    expect(phone.locator(".comment").get_by_text("Est-ce encore juste ?")).to_be_visible()
    phone.get_by_role("button", name="Afficher/masquer les commentaires").tap()
    phone.get_by_role("button", name="Enregistrer le brouillon").tap()
    expect(phone.get_by_role("status").get_by_text("a été mise à jour")).to_be_visible()
    assert Comment.objects.get().contentpath == "lead"

    # A comment is open when it is linked from the dashboard.
    me = get_user_model().objects.get()
    page = published(ContentPageFactory(parent=site, title="La plage", owner=me))
    Comment.objects.create(page=page, user=EditorFactory(), text="Depuis quand ?", contentpath="lead")
    for width in (360, 1280):
        phone.set_viewport_size({"width": width, "height": 740})
        phone.goto("/admin/")
        phone.locator("#waiting-comments").get_by_role("link", name="La plage").click()
        expect(phone.locator(".comment").get_by_text("Depuis quand ?")).to_be_visible()


def test_tree_and_list_of_alerts_fit_a_phone(phone, site):
    section = published(SectionPageFactory(parent=site, title="Vivre ici"))
    published(ContentPageFactory(parent=section, title="Culture et sociétés"))
    phone.goto("/admin/bundles/new/")
    phone.get_by_role("button", name="Choisissez une page").tap()
    for title in (site.title, section.title):
        phone.locator("tr", has_text=title).locator(".navigate-pages").tap()
    page = phone.get_by_role("link", name="Culture et sociétés")
    expect(page).to_be_visible()
    assert page.bounding_box()["width"] > 120  # wide enough for words in one line
    page.tap()
    expect(phone.locator(".modal")).to_have_count(0)
    expect(phone.locator("#inline_child_entries-0")).to_contain_text("Culture et sociétés")

    AlertFactory()
    phone.goto("/admin/snippets/home_alerts/alert/")
    expect(phone.get_by_role("columnheader", name="SMS")).to_be_in_viewport()


def test_new_article_gets_a_plain_slug_and_shows_why_not_saved(phone, site):
    """The slug “où” would become “o%C3%B9” in e-mails, on paper and where an address is copied."""
    section = published(NewsIndexPageFactory(parent=site))
    phone.goto(f"/admin/pages/add/news_articles/newspage/{section.pk}/")
    phone.locator("#id_title").press_sequentially("Où fêter Noël à l’école ?")
    phone.locator("#id_title").blur()
    expect(phone.locator("#id_slug")).to_have_value("ou-feter-noel-a-lecole")

    # The message of autosave stays in its bar, beside the panel.
    phone.set_viewport_size({"width": 1280, "height": 900})
    phone.get_by_role("button", name="Enregistrer le brouillon").click()  # without a category
    phone.get_by_role("button", name="Afficher/masquer le statut").click()
    paused = phone.locator(".w-autosave-indicator__state--paused .w-autosave-indicator__text")
    expect(paused).to_be_visible()
    bar, said = phone.locator(".w-slim-header").bounding_box(), paused.bounding_box()
    assert bar["y"] <= said["y"]
    assert said["y"] + said["height"] <= bar["y"] + bar["height"]
    warning = phone.locator(".footer__save-warning p")
    expect(warning).to_be_visible()
    assert (
        warning.bounding_box()["x"] + warning.bounding_box()["width"]
        <= phone.locator(".form-side").bounding_box()["x"]
    )


def test_saving_a_new_page_during_autosave_creates_one_page(phone, site):
    """The server has created the page, but its response has not arrived."""
    answers = []

    def hold(route):
        if "json" in route.request.headers["accept"] and not answers:
            answers.append((route, route.fetch()))
        else:
            route.continue_()

    phone.route("**/admin/pages/add/**", hold)
    phone.goto(f"/admin/pages/add/home/contentpage/{site.pk}/")
    begin_autosave(phone)
    phone.locator("#id_title").press_sequentially("Le port")
    wait_until(phone, lambda: answers)
    phone.locator("#id_lead").press_sequentially("Trente places")
    phone.get_by_role("button", name="Enregistrer le brouillon").click(no_wait_after=True)
    phone.wait_for_timeout(500)
    for route, answer in answers:
        route.fulfill(response=answer)
    expect(phone.get_by_role("status").get_by_text("a été mise à jour")).to_be_visible()
    page = Page.objects.get(slug="le-port")
    assert page.get_latest_revision_as_object().lead == "Trente places"


@pytest.fixture
def held(phone, site):
    """Open the editor of a page whose first autosave waits for its response until ``release`` is called."""
    page = published(ContentPageFactory(parent=site, title="Le port"))
    phone.set_viewport_size({"width": 1280, "height": 900})
    answers = []

    def hold(route):
        if route.request.method == "POST" and "json" in route.request.headers["accept"] and not answers:
            answers.append((route, route.fetch()))
        else:
            route.continue_()

    def release():
        [(route, answer)] = answers
        route.fulfill(response=answer)

    phone.route(f"**/admin/pages/{page.pk}/edit/", hold)
    phone.goto(f"/admin/pages/{page.pk}/edit/")
    begin_autosave(phone)
    phone.locator("#id_lead").fill("Trente places.")
    wait_until(phone, lambda: answers)
    phone.release = release
    return phone


def comments_once_saved(window, number=1) -> list[str]:
    wait_until(window, lambda: len(stored_comments()) == number)
    for _time in range(10):  # a second autosave duplicates nothing
        window.clock.run_for(500)
        window.wait_for_timeout(50)
    return stored_comments()


def stored_comments() -> list[str]:
    return sorted(Comment.objects.values_list("text", flat=True))


def stored_slugs(site) -> set[str]:
    return set(Page.objects.child_of(site).values_list("slug", flat=True))


def test_comments_during_and_after_autosave_are_stored_once(held):
    write_comment(held, "lead", "Un")
    held.release()
    assert comments_once_saved(held) == ["Un"]
    expect(held.locator(".comment").get_by_text("Un")).to_be_visible()
    write_comment(held, "title", "Deux")
    held.locator("#id_lead").fill("Quarante places.")
    assert comments_once_saved(held, 2) == ["Deux", "Un"]


def test_autosave_of_a_page_with_a_taken_slug_numbers_it(phone, site):
    published(ContentPageFactory(parent=site, title="Budget", slug="budget"))
    phone.goto(f"/admin/pages/add/home/contentpage/{site.pk}/")
    begin_autosave(phone)
    phone.locator("#id_title").press_sequentially("Budget")
    wait_until(phone, lambda: "budget-2" in stored_slugs(site))
    expect(phone.locator(".messages").get_by_text("budget-2")).to_be_visible()
    phone.locator("#id_title").press_sequentially(" 2027")
    wait_until(phone, lambda: "budget-2027" in stored_slugs(site))
    assert stored_slugs(site) == {"budget", "budget-2027"}
