"""Self-tests of the browser tests."""

import pytest

from tests.support.browser import assert_accessible

pytestmark = pytest.mark.usefixtures("transactional_db")


@pytest.mark.parametrize("window", ["phone", "desktop"])
def test_axe_finds_a_fault_with_and_without_javascript(window, site, request):
    page = request.getfixturevalue(window)
    page.goto("/compte/entrer/")
    assert_accessible(page)
    broken = page.content().replace("</main>", '<img src="/static/img/icons.svg"></main>')
    page.route(page.url, lambda route: route.fulfill(body=broken, content_type="text/html; charset=utf-8"))
    page.reload()
    with pytest.raises(AssertionError, match="image-alt"):
        assert_accessible(page)
