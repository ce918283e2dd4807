"""Comments on articles, with the commune's replies."""

from typing import Self

from django.db import models
from django.utils.text import Truncator
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from news.articles.models import NewsPage

from ..moderation.models import ModeratedText, ModeratedTextQuerySet
from ..public_pages import public_page


class CommentQuerySet(ModeratedTextQuerySet["Comment"]):
    def waiting(self) -> Self:
        """Annotate ``place``, the title of the article, for moderators."""
        article = NewsPage.objects.filter(translation_key=models.OuterRef("article")).order_by("pk")
        return super().waiting().annotate(place=models.Subquery(article.values("title")[:1]))

    def on(self, page: NewsPage) -> Self:
        return self.filter(article=page.translation_key)

    def oldest_first(self) -> Self:
        return self.order_by("handed_in_at", "pk")


class Comment(ModeratedText):
    """A comment on an article, in all its languages."""

    kind = "comment"

    article = models.UUIDField(_("article"), db_index=True)  # translation key of the page
    reply = models.TextField(_("answer of the commune"), max_length=4_000, blank=True)
    replied_at = models.DateTimeField(null=True, blank=True)

    objects = CommentQuerySet.as_manager()

    class Meta:
        verbose_name = _("comment")
        verbose_name_plural = _("comments")
        ordering = ["-handed_in_at", "-pk"]

    def __str__(self) -> str:
        return self.display_title

    @property
    def display_title(self) -> str:
        return gettext("Comment: {text}").format(text=Truncator(self.text).words(8))

    def get_absolute_url(self) -> str:
        page = public_page(NewsPage, self.article)
        return self.address_on(page) if page else ""

    def address_on(self, page: NewsPage) -> str:
        return f"{page.get_url()}#commentaire-{self.pk}"

    @property
    def address(self) -> str:
        """The public address, in the active language if the article exists in it; "" if it is not public."""
        return self.get_absolute_url()
