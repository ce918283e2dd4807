"""Search entries for reporting a problem, by subject or by common words for damage."""

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from home.search.index import SERVICE, index_object

from .models import ProblemCategory


def index_category(category: ProblemCategory) -> None:
    """Index the report page under a category. Several categories of one address show as one result."""
    language = category.locale.language_code
    with override(language):
        index_object(
            category,
            language,
            kind=SERVICE,
            title=_("Report a problem"),
            url=reverse("reports:file"),
            summary=_("You only need a photo and a place. You do not need an account."),
            text=category.promise,
            keywords=f"{category.name}, {_words()}",
        )


def index_all_categories() -> None:
    for category in ProblemCategory.objects.select_related("locale"):
        index_category(category)


def _words() -> str:
    # Translators: what people type into the search when something in town is broken; at most 190 characters.
    return _(
        "broken, damaged, defect, street light, lamp, hole, pothole, pavement, graffiti, fly-tipping, bench, leak"
    )
