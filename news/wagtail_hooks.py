"""News and notices in the admin."""

from django.utils.translation import gettext_lazy as _
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet

from .directory import admin as directory_admin  # noqa: F401
from .library import admin as library_admin  # noqa: F401
from .models import NewsCategory
from .notices import admin as notices_admin  # noqa: F401
from .proposals import admin as proposals_admin  # noqa: F401
from .waste import admin as waste_admin  # noqa: F401


class NewsCategoryViewSet(SnippetViewSet):
    model = NewsCategory
    icon = "tag"
    menu_label = _("News categories")
    add_to_admin_menu = False
    list_display = ["name", "slug", "order"]


register_snippet(NewsCategoryViewSet)
