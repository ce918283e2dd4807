"""From an address to its page: in two queries, with what stands around it and whether anybody may read it."""

from itertools import accumulate

from django.db.models import Q
from wagtail.models import Page
from wagtail.url_routing import RouteResult

from .models import BasePage
from .models.base import is_open, with_guards
from .navigation import frame_of, home_of


def route(request, path_components: list[str]) -> RouteResult | None:
    """The page of an address as Wagtail's ``route`` answers it. None where there is no home page of ours."""
    home = frame_of(request).home
    found = find(home.url_path, path_components) if home and path_components else None
    if found is not None:
        page, rest = found
        return page.route(request, rest)
    home_page = home_of(request)
    return home_page.route(request, path_components) if home_page else None


def find(home: str, path_components: list[str]) -> tuple[Page, list[str]] | None:
    """The page below ``home`` (its ``url_path``) that an address leads to, and what of the address is left for
    the page's own routes.

    Those above it and its translations come with it. None where no page is on the way.
    """
    addresses = list(accumulate(path_components, "{}{}/".format, initial=home))
    slugs = [*path_components, home.rstrip("/").rpartition("/")[2]]
    on_the_way = Q(slug__in=slugs, url_path__in=addresses)
    named = Page.objects.filter(slug__in=path_components, url_path__in=addresses[1:])
    pages = Page.objects.filter(on_the_way | Q(translation_key__in=named.values("translation_key")))
    around = list(with_guards(pages).select_related("locale", "content_type"))
    on_it = {page.url_path: page for page in around if page.url_path in addresses[1:]}
    for length in range(len(path_components), 0, -1):
        if page := on_it.get(addresses[length]):
            return _shown(page, around), path_components[length:]
    return None


def _shown(found: Page, around: list[Page]) -> Page:
    model = found.content_type.model_class()
    if model is None or not issubclass(model, BasePage):
        return found.specific
    page = model.objects.shown().get(pk=found.pk)
    page.around = [one for one in around if _is_around(page, one)]
    page.known_as_open = all(is_open(one) for one in around if page.path.startswith(one.path))
    return page


def _is_around(page: Page, other: Page) -> bool:
    """Whether the other stands above the page, is the page or one of its translations."""
    return page.path.startswith(other.path) or page.translation_key == other.translation_key
