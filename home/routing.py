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
    page = find(home.url_path, path_components) if home and path_components else None
    if page is not None:
        return page.route(request, [])
    home_page = home_of(request)
    return home_page.route(request, path_components) if home_page else None


def find(home: str, path_components: list[str]) -> Page | None:
    """The page below ``home`` (its ``url_path``) whose address ends in these slugs.

    Those above it and its translations come with it. None for what is no page: a page's own routes.
    """
    addresses = list(accumulate(path_components, "{}{}/".format, initial=home))
    slugs = [*path_components, home.rstrip("/").rpartition("/")[2]]
    itself = Page.objects.filter(slug=path_components[-1], url_path=addresses[-1])
    on_the_way = Q(slug__in=slugs, url_path__in=addresses)
    pages = Page.objects.filter(on_the_way | Q(translation_key__in=itself.values("translation_key")))
    around = list(with_guards(pages).select_related("locale", "content_type"))
    found = next((page for page in around if page.url_path == addresses[-1]), None)
    return _shown(found, around) if found else None


def _shown(found: Page, around: list[Page]) -> Page:
    model = found.content_type.model_class()
    if model is None or not issubclass(model, BasePage):
        return found.specific
    page = model.objects.shown().get(pk=found.pk)
    page.around = around
    page.known_as_open = all(is_open(one) for one in around if page.path.startswith(one.path))
    return page
