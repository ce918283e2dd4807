"""Pages with extreme contents: nothing overflows, overlaps or is stretched."""

import pytest
import wagtail_factories
from django.core.files.storage import default_storage
from wagtail.images.tests.utils import get_test_image_file

from tests.factories import home as make
from tests.factories.blocks import EXTREMES, LONG, WORD
from tests.support.browser import assert_accessible, wait_until

pytestmark = pytest.mark.usefixtures("transactional_db")
TOO_WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
LOADED = "[...document.images].every(one => one.complete)"
TALLEST = (
    "Math.max(...[...document.querySelectorAll('figure img')].map(one => one.getBoundingClientRect().height))"
)
# Parts of the page that begin above the end of the part before them.
OVERLAPPING = """[...document.querySelectorAll(".prose > *")].filter(part => {
  const bottoms = [...part.querySelectorAll("*")].filter(one => !one.closest(".hide, svg, .scroll, details"))
    .map(one => one.getBoundingClientRect().bottom);
  return part.nextElementSibling && Math.max(0, ...bottoms) > part.nextElementSibling.getBoundingClientRect().top + 1;
}).map(part => part.outerHTML.slice(0, 80))"""


def image(width: int, height: int):
    return wagtail_factories.ImageFactory(file=get_test_image_file(size=(width, height)))


@pytest.fixture
def page_of_extremes(site):
    person = make.PersonFactory(name=WORD, role=LONG[:160], email=f"{WORD[:60]}@example.org")
    pictures = [image(40, 2000), image(30, 30), image(2400, 60), image(900, 1600)]
    body = [
        *EXTREMES,
        *(("picture", {"image": one, "alt": "x", "caption": WORD}) for one in pictures),
        ("gallery", [{"image": one, "alt": "x"} for one in pictures]),
        ("person", person),
        ("contact", make.ContactFactory(title=WORD, email=f"{WORD[:60]}@example.org")),
        ("video", {"url": "https://vimeo.com/1", "title": WORD, "length": "", "image": pictures[1]}),
    ]
    return make.ContentPageFactory(parent=site, title=WORD, lead=LONG[:400], body=body)


def give_file(route):
    """Serve an uploaded file, because the live server serves no media."""
    with default_storage.open(route.request.url.partition("/media/")[2]) as file:
        route.fulfill(body=file.read())


def test_page_with_extreme_contents_keeps_its_layout(visit, live_server, page_of_extremes):
    page = visit()
    page.route("**/media/**", give_file)
    for look in ("light", "dark-large"):
        page.context.add_cookies([{"name": "look", "value": look, "url": live_server.url}])
        page.goto(page_of_extremes.url)
        page.evaluate("document.querySelectorAll('img').forEach(one => one.loading = 'eager')")
        for width in (1280, 320):
            page.set_viewport_size({"width": width, "height": 900})
            wait_until(page, LOADED)
            assert page.evaluate(TOO_WIDE) == 0, (look, width)
            assert page.evaluate(TALLEST) <= 48 * 16 * 1.4, (look, width)
            assert page.locator('img[alt="x"]').nth(1).bounding_box()["width"] <= 30, (look, width)
            assert page.evaluate(OVERLAPPING) == [], (look, width)
        assert_accessible(page)
