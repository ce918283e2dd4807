"""Admin views of comments: reply, and take down."""

from django.core.paginator import Paginator
from django.utils.translation import gettext as _

from home.admin.action_views import action_view
from home.exceptions import ActionRefused
from news.articles.models import NewsPage

from ..admin_views import ParticipationAdminView
from ..moderation.admin_views import RefuseForm
from . import access, actions
from .forms import ReplyForm

ON_A_PAGE = 30


class CommentsView(ParticipationAdminView):
    """Published comments, the newest first, with a field for the reply; or rejected ones."""

    template_name = "news/participation/admin/comments.html"
    tab = "comments"

    def get_context_data(self, **kwargs):
        rejected = "rejected" in self.request.GET
        found = access.comments_for(self.request.user, rejected=rejected)
        page = Paginator(found, ON_A_PAGE).get_page(self.request.GET.get("p"))
        articles = NewsPage.objects.filter(translation_key__in=[one.article for one in page])
        titles = dict(articles.order_by("-pk").values_list("translation_key", "title"))
        public = access.articles_of(page)
        rows = [
            (
                one,
                titles.get(one.article, ""),
                one.address_on(public[one.article]) if one.article in public else "",
            )
            for one in page
        ]
        return super().get_context_data(
            rows=rows, page_obj=page, rejected=rejected, refuse_form=RefuseForm(), **kwargs
        )


@action_view("participation_desk:comments")
def reply(request, pk) -> str:
    comment = access.comment_for(request.user, pk)
    form = ReplyForm(request.POST)
    if not form.is_valid():
        raise ActionRefused(form.errors["reply"][0])
    comment = actions.reply_to_comment(actor=request.user, comment=comment, **form.cleaned_data)
    return _("The answer is published below the comment.") if comment.reply else _("The answer is removed.")
