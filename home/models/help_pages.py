"""Help pages: site plan, frequently asked questions, accessibility statement."""

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.html import strip_tags
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel
from wagtail.documents import get_document_model
from wagtail.fields import StreamField
from wagtail.models import Page
from wagtail.search import index

from ..blocks import content, text
from ..fields import LiveStreamField
from ..formats import structured_data
from .base import BasePage, SearchPart, restriction_exists, site_plan_excluded_types

LEVELS = 4  # below the home page


class SitePlanPage(BasePage):
    """All pages as a tree, without short-lived types, which have an index page."""

    page_description = _("All pages of the site on one page. It is created automatically.")
    template = "home/site_plan_page.html"
    subpage_types = []

    class Meta:
        verbose_name = _("site plan")
        verbose_name_plural = _("site plans")

    def get_context(self, request, *args, **kwargs):
        return super().get_context(request, *args, **kwargs) | {"branches": self.branches(request)}

    def branches(self, request=None) -> list[dict]:
        """Return the pages below the home page with title and address, each with its children."""
        home = next(page for page in self.around if page.depth == 2 and self.path.startswith(page.path))
        found = (
            Page.objects.descendant_of(home)
            .live()
            .filter(~restriction_exists(), depth__lte=home.depth + LEVELS)
        )
        found = found.exclude(pk=self.pk).not_type(*site_plan_excluded_types())
        known: dict[str, dict] = {home.path: {"below": []}}
        for page in found.order_by("path"):
            above = known.get(page.path[: -Page.steplen])
            if above is not None:  # below an unpublished page nothing is listed
                known[page.path] = _branch(page, request)
                above["below"].append(known[page.path])
        return known[home.path]["below"]


def _branch(page: Page, request) -> dict:
    url = page.get_url(request)
    places = getattr(page.specific_class, "plan_places", [])
    below = [{"title": name, "url": url + path, "below": []} for path, name in places]
    return {"title": page.title, "url": url, "below": below}


class QuestionsPage(BasePage):
    """Frequently asked questions by subject. Each question has its own anchor."""

    page_description = _("Questions with short answers, by theme.")
    body = StreamField(
        [("heading", text.HeadingBlock()), ("question", text.QuestionBlock())],
        blank=True,
        default=list,
        verbose_name=_("Questions"),
    )

    template = "home/questions_page.html"
    subpage_types = []
    content_panels = [*BasePage.content_panels, FieldPanel("body")]
    search_fields = [*BasePage.search_fields, index.SearchField("body")]

    class Meta:
        verbose_name = _("frequently asked questions")
        verbose_name_plural = _("frequently asked questions")

    def get_context(self, request, *args, **kwargs):
        return super().get_context(request, *args, **kwargs) | {
            "subjects": self.subjects(),
            "structured_data": self._structured_data(),
        }

    def search_text(self) -> str:
        """Return the lead and the subjects. Each question has its own search entry."""
        return "\n".join(
            [self.lead, *(heading for heading, _questions in self.subjects() if heading)]
        ).strip()

    def search_parts(self) -> list[SearchPart]:
        asked = [block for block in self.body if block.block_type == "question"]
        return [
            SearchPart("question", question_anchor(block), *_question_and_answer(block)) for block in asked
        ]

    def subjects(self) -> list[tuple[str, list]]:
        """Return each heading with its questions; questions before the first heading have the heading ""."""
        found: list[tuple[str, list]] = []
        for block in self.body:
            if block.block_type == "heading":
                found.append((block.value, []))
            else:
                found = found or [("", [])]
                found[-1][1].append(block)
        return [(heading, questions) for heading, questions in found if questions]

    def _structured_data(self) -> dict:
        asked = [block.value for block in self.body if block.block_type == "question"]
        return structured_data.drop_unknown(
            {
                "@type": "FAQPage",
                "mainEntity": [
                    {
                        "@type": "Question",
                        "name": one["question"],
                        "acceptedAnswer": {"@type": "Answer", "text": strip_tags(one["answer"].source)},
                    }
                    for one in asked
                ],
            }
        )


def question_anchor(block) -> str:
    """Return the anchor of a question."""
    return f"q-{block.id[:8]}"


def _question_and_answer(block) -> tuple[str, str]:
    """Return a question and its answer as plain text."""
    question, *answer = block.block.get_searchable_content(block.value)
    return str(question), " ".join(map(str, answer))


class AccessibilityPage(BasePage):
    """The accessibility statement. It claims no conformity without an audit."""

    page_description = _(
        "The accessibility of the site. It contains the results of the checks, and you add your findings."
    )

    class Conformity(models.TextChoices):
        UNKNOWN = "unknown", _("not examined")
        NONE = "none", _("does not conform")
        PARTIAL = "partial", _("conforms in part")
        FULL = "full", _("conforms")

    conformity = models.CharField(
        _("Result of the audit"), max_length=8, choices=Conformity, default=Conformity.UNKNOWN
    )
    audited_on = models.DateField(_("Audited on"), null=True, blank=True)
    audited_by = models.CharField(_("Audited by"), max_length=120, blank=True)
    report = models.ForeignKey(
        "wagtaildocs.Document",
        models.SET_NULL,
        verbose_name=_("Report of the audit"),
        null=True,
        blank=True,
        related_name="+",
    )
    barriers = StreamField(
        [("barrier", text.BarrierBlock())],
        blank=True,
        default=list,
        verbose_name=_("Barriers that are known"),
    )
    authority = models.CharField(
        _("Contact if the commune does not answer"),
        max_length=255,
        blank=True,
        help_text=_("Office and address, as the law of the country names it."),
    )
    body = LiveStreamField(content.ContentBlocks(), blank=True, default=list, verbose_name=_("Content"))

    template = "home/accessibility_page.html"
    subpage_types = []
    content_panels = [
        *BasePage.content_panels,
        MultiFieldPanel(
            [
                FieldPanel("conformity"),
                FieldRowPanel([FieldPanel("audited_on"), FieldPanel("audited_by")]),
                FieldPanel("report"),
            ],
            _("Audit"),
        ),
        FieldPanel("barriers"),
        FieldPanel("authority"),
        FieldPanel("body"),
    ]
    search_fields = [*BasePage.search_fields, index.SearchField("body")]

    class Meta:
        verbose_name = _("accessibility statement")
        verbose_name_plural = _("accessibility statements")

    @property
    def audited(self) -> bool:
        return bool(self.conformity != self.Conformity.UNKNOWN and self.audited_on and self.audited_by)

    def clean(self):
        super().clean()
        claims = self.conformity != self.Conformity.UNKNOWN
        if claims and not (self.audited_on and self.audited_by):
            raise ValidationError(
                {"conformity": _("Only an audit can confirm this. Enter who made it, and the day.")}
            )

    def get_context(self, request, *args, **kwargs):
        files = get_document_model().objects.count()
        return super().get_context(request, *args, **kwargs) | {"files": files}
