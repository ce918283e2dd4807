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
from tests.support.browser import assert_accessible, press

pytestmark = pytest.mark.usefixtures("transactional_db")


@pytest.fixture
def index(site):
    return news.NewsIndexPageFactory(parent=site, title="Actualités")


def article(index, **fields):
    picture = wagtail_factories.ImageFactory(file=get_test_image_file(size=(800, 500)))
    page = news.NewsPageFactory(parent=index, picture=picture, picture_alt="Le port", **fields)
    return make.published(page)


def test_printed_pages_lack_what_paper_cannot_do(desktop, index):
    site = index.get_parent()
    article_page = make.published(news.NewsPageFactory(parent=index))
    office = make.published(make.OfficePageFactory(parent=site))
    make.published(make.ContentPageFactory(parent=site, title="Passeport"))

    # The question of the home page.
    desktop.goto("/")
    assert desktop.locator("h1").is_visible()
    desktop.emulate_media(media="print")
    assert not desktop.locator("h1").is_visible()
    assert desktop.locator(".brand").is_visible()

    # The buttons of an article.
    desktop.emulate_media(media="screen")
    desktop.goto(article_page.url)
    letter = desktop.get_by_role("link", name="S’abonner")
    assert letter.is_visible()
    desktop.emulate_media(media="print")
    assert desktop.locator("h1").is_visible()
    assert not letter.is_visible()

    # A search shows what was searched for.
    desktop.emulate_media(media="screen")
    desktop.goto("/recherche/?q=passeport")
    assert desktop.locator("h1").bounding_box()["width"] < 2
    desktop.emulate_media(media="print")
    assert desktop.locator("h1").inner_text() == "Résultats pour passeport"
    assert desktop.locator("h1").bounding_box()["width"] > 100

    # An office shows its hours, but not whether it is open.
    desktop.emulate_media(media="screen")
    desktop.goto(office.url)
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


def test_views_of_a_list_are_visible_on_a_phone(visit, index):
    names = ["Chantiers et circulation", "Enfance et écoles", "Eau et énergie", "Culture et loisirs"]
    for number, name in enumerate(names):
        category = news.NewsCategoryFactory(name=name, slug=f"c{number}")
        make.published(news.NewsPageFactory(parent=index, category=category))

    # At 400 % and in large print they are listed below each other, and none is wider than the window.
    page = visit(width=320, javascript=False)
    page.goto(index.url)
    assert_all_within(page.locator(".views a"), count=len(names) + 1, width=320)
    page.set_viewport_size({"width": 360, "height": 900})
    press(page.locator("button.size"))
    assert_all_within(page.locator(".views a"), count=len(names) + 1, width=360)

    # Otherwise the current one is scrolled into sight.
    page = visit(width=360)
    page.goto(index.url)
    page.locator(".views a").last.click()
    expect(page.locator(".views [aria-current]")).to_have_text(re.compile("|".join(names)))
    expect(page.locator(".views [aria-current]")).to_be_in_viewport(ratio=0.9)


def assert_all_within(shown, count: int, width: int) -> None:
    expect(shown).to_have_count(count)
    for place in range(count):
        box = shown.nth(place).bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width


def test_menu_and_alert_are_usable_on_a_small_phone(visit, site):
    for number in range(6):
        make.published(make.ContentPageFactory(parent=site, title=f"Rubrique {number}", show_in_menus=True))
    words = {
        "title": "Interruzione",
        "text": "Fino a questa sera.",
        "link_text": "Come comportarsi nel frattempo",
    }
    make.translated(site, "it", title="Benvenuti")

    # The menu scrolls to its end in landscape.
    phone = visit(width=640, height=360, alone=True)
    phone.goto("/")
    phone.click("header > .wrap > .menu-btn")
    phone.get_by_role("link", name="Affichage").click()
    expect(phone.locator("#look")).to_be_in_viewport()

    # An alert can be closed in large letters.
    make.AlertFactory(texts=[("fr", {"title": "Eau coupée"}), ("it", words)], page=site)
    phone.set_viewport_size({"width": 360, "height": 740})
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


def test_pictures_are_shown_as_cropped_beside_or_above_text(desktop, index):
    """A second crop, by the style sheet, would ignore the point of interest. Text does not overlap the picture."""
    site = index.get_parent()
    site.panorama = wagtail_factories.ImageFactory(file=get_test_image_file(size=(650, 975)))
    site.often = [("word", "amarrage")]
    make.published(site)
    only = article(index, title="Le port gèle")
    photo = desktop.locator(".panorama")
    for width in (360, 1280):
        desktop.set_viewport_size({"width": width, "height": 900})
        desktop.goto("/")
        assert photo.evaluate(CUT_TO) == pytest.approx(1, abs=0.03)
        often = desktop.locator(".often").bounding_box()
        assert often["y"] + often["height"] <= photo.bounding_box()["y"]
        desktop.goto(only.url)
        assert desktop.locator(".cover img").evaluate(CUT_TO) == pytest.approx(1, abs=0.01)

    # A single article is beside its picture, the first of several is below.
    desktop.route("**/media/**", lambda route: route.fulfill(body=b""))
    assert beside_the_picture(desktop)
    article(index, title="La plage ouvre", category=only.category)
    assert not beside_the_picture(desktop)


def beside_the_picture(page) -> bool:
    """Return whether the title of the first article is beside its picture; otherwise it is below."""
    page.goto("/")
    picture = page.locator(".first img").bounding_box()
    title = page.locator(".first h3").bounding_box()
    beside = title["x"] >= picture["x"] + picture["width"]
    assert beside != (title["y"] >= picture["y"] + picture["height"])
    assert_accessible(page)
    return beside
