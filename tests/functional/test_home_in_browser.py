"""Home page with few contents and in print; articles likewise."""

import re

import pytest
import wagtail_factories
from playwright.sync_api import expect
from wagtail.images.tests.utils import get_test_image_file
from wagtail.rich_text import RichText

from tests.factories import home as make
from tests.factories import news
from tests.factories.directory import GuidePageFactory
from tests.support.browser import assert_accessible

pytestmark = pytest.mark.usefixtures("transactional_db")


@pytest.fixture
def index(site):
    return news.NewsIndexPageFactory(parent=site, title="Actualités")


def article(index, **fields):
    picture = wagtail_factories.ImageFactory(file=get_test_image_file(size=(1600, 1000)))
    page = news.NewsPageFactory(parent=index, picture=picture, picture_alt="Le port", **fields)
    return make.published(page)


def beside_the_picture(page) -> bool:
    """Return whether the title of the first article is beside its picture; otherwise it is below."""
    page.goto("/")
    picture = page.locator(".first img").bounding_box()
    title = page.locator(".first h3").bounding_box()
    beside = title["x"] >= picture["x"] + picture["width"]
    assert beside != (title["y"] >= picture["y"] + picture["height"])
    assert_accessible(page)
    return beside


def test_single_article_is_beside_its_picture(desktop, index):
    desktop.route("**/media/**", lambda route: route.fulfill(body=b""))
    only = article(index, title="Le port gèle")
    assert beside_the_picture(desktop)
    article(index, title="La plage ouvre", category=only.category)
    assert not beside_the_picture(desktop)


def test_menu_scrolls_to_its_end_on_a_phone_in_landscape(visit, site):
    for number in range(6):
        make.published(make.ContentPageFactory(parent=site, title=f"Rubrique {number}", show_in_menus=True))
    page = visit(width=640, height=360)
    page.goto("/")
    page.click("header > .wrap > .menu-btn")
    page.get_by_role("link", name="Affichage").click()
    expect(page.locator("#look")).to_be_in_viewport()


def test_printed_home_page_has_no_search_question(desktop, site):
    desktop.goto("/")
    assert desktop.locator("h1").is_visible()
    desktop.emulate_media(media="print")
    assert not desktop.locator("h1").is_visible()
    assert desktop.locator(".brand").is_visible()


def test_printed_article_has_no_buttons(desktop, index):
    desktop.goto(make.published(news.NewsPageFactory(parent=index)).url)
    letter = desktop.get_by_role("link", name="S’abonner")
    assert letter.is_visible()
    desktop.emulate_media(media="print")
    assert desktop.locator("h1").is_visible()
    assert not letter.is_visible()


def test_printed_search_shows_the_query(desktop, site):
    make.published(make.ContentPageFactory(parent=site, title="Passeport"))
    desktop.goto("/recherche/?q=passeport")
    assert desktop.locator("h1").bounding_box()["width"] < 2
    desktop.emulate_media(media="print")
    assert desktop.locator("h1").inner_text() == "Résultats pour passeport"
    assert desktop.locator("h1").bounding_box()["width"] > 100


def test_printed_office_shows_hours_but_not_whether_it_is_open(desktop, site):
    desktop.goto(make.published(make.OfficePageFactory(parent=site)).url)
    now, hours = desktop.get_by_text("Maintenant"), desktop.locator(".week")
    assert now.is_visible()
    desktop.emulate_media(media="print")
    assert hours.is_visible()
    assert not now.is_visible()


def test_large_letters_fit_on_a_phone(visit, index):
    """The menu is within the window, and no page scrolls sideways, by whatever setting letters were enlarged."""
    phone = visit(width=360, height=740)
    page = article(index, title="Le port gèle")
    crib = make.ContentPageFactory(parent=index.get_parent(), title="Crèche et accueil parascolaire")
    step = {"title": "Inscrivez-le", "text": RichText(""), "page": make.published(crib), "label": ""}
    guide = make.published(GuidePageFactory(parent=index.get_parent(), steps=[("step", step)]))
    for address in ("/", page.url, guide.url):
        phone.set_viewport_size({"width": 360, "height": 740})
        phone.goto(address)
        phone.evaluate("document.documentElement.style.fontSize = '200%'")
        button = phone.get_by_role("button", name="Menu").bounding_box()
        assert phone.evaluate("parseFloat(getComputedStyle(document.body).fontSize)") >= 32
        assert button["x"] + button["width"] <= 360
        for width in (360, 320, 640, 1280):
            phone.set_viewport_size({"width": width, "height": 740})
            assert phone.evaluate("document.documentElement.scrollWidth") == width, address


@pytest.mark.parametrize(("width", "large"), [(320, False), (360, True)])
def test_all_views_of_a_list_are_visible_in_large_letters(visit, index, width, large):
    """At 400 % and in large print they are listed below each other, and none is wider than the window."""
    names = ["Chantiers et circulation", "Enfance et écoles", "Eau et énergie", "Culture et loisirs"]
    for number, name in enumerate(names):
        category = news.NewsCategoryFactory(name=name, slug=f"c{number}")
        make.published(news.NewsPageFactory(parent=index, category=category))
    page = visit(width=width, javascript=False)
    page.goto(index.url)
    if large:
        page.locator("button.size").click()
    shown = page.locator(".views a")
    assert shown.count() == len(names) + 1
    for place in range(shown.count()):
        box = shown.nth(place).bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width


def test_current_view_is_scrolled_into_sight(visit, index):
    for number in range(5):
        category = news.NewsCategoryFactory(name=f"Une catégorie {number}", slug=f"c{number}")
        make.published(news.NewsPageFactory(parent=index, category=category))
    page = visit(width=360)
    page.goto(index.url)
    page.locator(".views a").last.click()
    expect(page.locator(".views [aria-current]")).to_have_text(re.compile("Une catégorie"))
    expect(page.locator(".views [aria-current]")).to_be_in_viewport(ratio=0.9)


def test_alert_in_large_letters_can_be_closed_on_a_phone(visit, site):
    words = {
        "title": "Interruzione",
        "text": "Fino a questa sera.",
        "link_text": "Come comportarsi nel frattempo",
    }
    make.translated(site, "it", title="Benvenuti")
    make.AlertFactory(texts=[("fr", {"title": "Eau coupée"}), ("it", words)], page=site)
    phone = visit(width=360, height=740)
    phone.context.new_cdp_session(phone).send(
        "Page.setFontSizes", {"fontSizes": {"standard": 32, "fixed": 26}}
    )
    phone.goto("/it/")
    button = phone.locator(".alert .shut").bounding_box()
    assert button["x"] + button["width"] <= 360


# Ratio of the height of a cropped picture to the height of its frame.
CUT_TO = """(img) => {
    const sources = [...img.parentElement.querySelectorAll("source[width]"), img]
    const shown = sources.find((one) => !one.media || matchMedia(one.media).matches)
    return shown.getAttribute("width") / shown.getAttribute("height") / (img.clientWidth / img.clientHeight)
}"""


@pytest.mark.parametrize("width", [360, 1280])
def test_panorama_is_cropped_around_its_point_of_interest(visit, site, width):
    """A second crop, by the style sheet, would ignore the point of interest. Text does not overlap the picture."""
    site.panorama = wagtail_factories.ImageFactory(file=get_test_image_file(size=(2600, 3900)))
    site.often = [("word", "amarrage")]
    make.published(site)
    page = visit(width=width)
    page.goto("/")
    photo, often = page.locator(".panorama"), page.locator(".often").bounding_box()
    assert photo.evaluate(CUT_TO) == pytest.approx(1, abs=0.03)
    assert often["y"] + often["height"] <= photo.bounding_box()["y"]


@pytest.mark.parametrize("width", [360, 1280])
def test_article_picture_is_shown_as_cropped(visit, index, width):
    page = visit(width=width)
    page.goto(article(index).url)
    assert page.locator(".cover img").evaluate(CUT_TO) == pytest.approx(1, abs=0.01)
