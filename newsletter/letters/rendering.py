"""Rendering of a campaign as e-mail: HTML by MJML with inline styles, and plain text."""

import re
from dataclasses import dataclass
from datetime import date
from html import unescape

import mrml
from django.template.loader import get_template
from django.urls import reverse
from django.utils import translation
from django.utils.html import strip_tags

from home.appearance import colours
from home.context_processors import commune_settings
from home.links.page_links import absolute_url
from home.text.cleaning import strip_control_characters

from ..content_types import LetterEntry
from ..models import Campaign, NewsletterSettings
from .campaign_parts import CampaignPart, campaign_parts

# Placeholder of the recipient's secret, of the same length.
SECRET = "ReadersOwnSecretHere00"  # noqa: S105
LINK = re.compile(r"<a(?=[ >])")
BREAK = re.compile(r"</(?:p|li|h\d)>|<br\s*/?>")
ANCHOR = re.compile(r'<a[^>]*href="([^"]+)"[^>]*>(.*?)</a>', re.DOTALL)
BLANK = re.compile(r"\n{3,}")
NO_FONTS = mrml.RenderOptions(fonts={})  # otherwise mrml makes mail programs load Roboto from Google
IN_THE_MAILBOX = 150  # characters


@dataclass(frozen=True)
class LetterLinks:
    """The links in the footer of a newsletter. Mail services have their own placeholders for them."""

    preferences: str
    unsubscribe: str
    archive: str = ""
    opened: str = ""  # a picture that counts openings, if the commune wants it

    @classmethod
    def of_ours(cls, language: str, number: int | None = None, counted: bool = False) -> "LetterLinks":
        """Return the links to our own pages, with ``SECRET`` in place of the recipient's."""
        with translation.override(language):
            return cls(
                preferences=absolute_url(reverse("newsletter:preferences", args=[SECRET])),
                unsubscribe=absolute_url(reverse("newsletter:unsubscribe", args=[SECRET])),
                archive=absolute_url(reverse("newsletter:archived", args=[number])) if number else "",
                opened=absolute_url(reverse("newsletter:opened", args=[number]))
                if number and counted
                else "",
            )

    @classmethod
    def of_a_test(cls, language: str) -> "LetterLinks":
        """Return links to an explanatory page, because a test has no recipient."""
        with translation.override(language):
            said = absolute_url(reverse("newsletter:tried"))
        return cls(preferences=said, unsubscribe=said)


@dataclass(frozen=True)
class RenderedLetter:
    """The subject, and the content as HTML and as text."""

    subject: str
    html: str
    text: str


def render_letter(
    campaign: Campaign,
    language: str,
    ways: LetterLinks,
    *,
    shown: tuple[int, ...] | None = None,
    number: int | None = None,
    day: date,
) -> RenderedLetter:
    """Render the campaign in ``language``: all of it, or the parts with the indexes ``shown``."""
    with translation.override(language):
        context = _context(campaign, language, ways, shown, number, day)
        mjml = get_template("newsletter/emails/campaign/letter.mjml.html").render(context)
        html = mrml.to_html(strip_control_characters(mjml), render_options=NO_FONTS).content
        text = get_template("newsletter/emails/campaign/letter.txt").template.render(_unescaped(context))
    return RenderedLetter(
        " ".join(strip_control_characters(campaign.title).split()),
        html,
        BLANK.sub("\n\n", strip_control_characters(text)).strip() + "\n",
    )


def _context(campaign, language, ways, shown, number, day) -> dict:
    told = [part for part in campaign_parts(campaign, language) if shown is None or part.place in shown]
    ours = commune_settings(None)["commune"]
    colour = ours.colour or colours.LAKE
    chosen = NewsletterSettings.load()
    return {
        "campaign": campaign,
        "second_line": _second_line(campaign, told),
        "parts": told,
        "ways": ways,
        "number": number,
        "day": day,
        "language": language,
        "commune": ours,
        "newsletter": chosen,
        "colour": colour,
        "night": colours.lighten_for_dark_mode(colour),
        "arms": absolute_url(ours.arms_url) if ours.arms_url.endswith(".png") else "",
    }


def _second_line(campaign: Campaign, told: list[CampaignPart]) -> str:
    """Return the preview text in the mailbox; for a digest without one, its titles."""
    if campaign.summary or not campaign.digest_id:
        return campaign.summary or campaign.lead
    return ". ".join(part.value.title for part in told if isinstance(part.value, LetterEntry))[
        :IN_THE_MAILBOX
    ]


def _unescaped(context: dict):
    from django.template import Context

    return Context(context, autoescape=False)


def inline_styles(html: str, colour: str) -> str:
    """Return the rich text with inline styles for e-mails."""
    html = LINK.sub(f'<a style="color:{colour}"', html)
    html = (
        html.replace("<p>", '<p style="margin:0 0 10px">').replace("<br>", "<br/>").replace("<hr>", "<hr/>")
    )
    return re.sub(r"<(ul|ol)>", r'<\1 style="margin:0 0 10px;padding-left:22px">', html)


def html_to_text(html: str) -> str:
    """Return the rich text as plain text: a line per paragraph, addresses after link texts."""
    linked = ANCHOR.sub(r"\2 (\1)", html.replace("<li>", "- "))
    return unescape(strip_tags(BREAK.sub("\n", linked))).strip()
