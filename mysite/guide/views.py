"""Admin views of the guides and their pictures, for all users of the admin."""

from django.http import FileResponse, Http404
from django.utils.cache import patch_cache_control
from django.utils.translation import get_language
from django.views.generic import TemplateView
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from home.localization.reader_language import availability_notice

from .markdown_reader import GUIDES, picture_path, read_guide

AN_HOUR = 60 * 60


class GuideView(WagtailAdminTemplateMixin, TemplateView):
    """A whole guide, with its table of contents."""

    template_name = "mysite/guide/guide.html"
    header_icon = "help"

    def dispatch(self, request, *args, **kwargs):
        if kwargs["name"] not in GUIDES:
            raise Http404
        self.guide = read_guide(kwargs["name"])
        return super().dispatch(request, *args, **kwargs)

    def get_page_title(self):
        return self.guide.title

    def get_breadcrumbs_items(self):
        return [*super().get_breadcrumbs_items(), {"url": "", "label": self.guide.title}]

    def get_context_data(self, **kwargs):
        foreign = availability_notice([self.guide.language]) if self.guide.language != get_language() else ""
        return super().get_context_data(guide=self.guide, foreign=foreign, **kwargs)


def show_picture(request, name: str):
    """Return a picture of docs/pictures."""
    try:
        response = FileResponse(picture_path(name).open("rb"), content_type="image/webp")
    except FileNotFoundError:
        raise Http404 from None
    patch_cache_control(response, private=True, max_age=AN_HOUR)
    return response
