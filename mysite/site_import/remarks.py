"""Remarks of the report: why an object is left out, and what is lost of it.

A remark is stored as a code with values, ``["file_type", {"name": "x.exe"}]``, and put into words when it is read.
"""

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

from news.editorial.content_checks import rules

RULE = "rule:"  # before the name of a rule of the content checks

TEXTS = {
    # Reasons to leave an object out.
    "other_language": _("It is in another language (%(language)s). Import it below a page in that language."),
    "unpublished": _("It is not published on the old site."),
    "edited_here": _("It was edited here after the last import, and stays as it is."),
    "not_permitted": _("%(name)s may not create, edit or publish pages here."),
    "no_news_index": _("There is no list of news in this language. Create one first."),
    "no_agenda": _("There is no agenda in this language. Create one first."),
    "no_event_time": _("The start of the event is missing."),
    "unused_picture": _("No imported page shows this picture."),
    "file_type": _("Files of this type are not accepted."),
    "other_content": _("The address answers with something else than a file of this type."),
    "file_missing": _("The file cannot be read: %(reason)s"),
    "unreadable": _("The address cannot be read: %(reason)s"),
    "refused": "%(reason)s",
    "untitled": _("It has no title, and gets one from its address."),
    "empty": _("It has no title and no text."),
    "robots": _("The robots.txt of the old site forbids to read it."),
    "home_page": _("The home page is arranged anew here."),
    "no_target": _("%(address)s is no imported page or file."),
    "circle": _("The redirects lead back to the start."),
    "failed": _("An error occurred, and is in the log. Run the import again."),
    "above_missing": _("The page above it was not imported. It is placed one level higher."),
    # Redirects.
    "address_taken": _("Something of this site answers at %(address)s already: no redirect."),
    "redirect_taken": _("Another redirect from %(address)s exists, and stays as it is."),
    "no_address": _("Its old address is unknown: no redirect."),
    # Losses.
    "removed": _("Removed: %(names)s."),
    "embedded": _("Embedded content of %(host)s became a link."),
    "shortcode": _("The shortcode [%(name)s] was removed."),
    "heading_levels": _("The levels of the headings were put in order."),
    "table_as_text": _("A table became text: %(reason)s"),
    "table_too_large": _("A table became text: it has more than %(columns)s columns or %(rows)s rows."),
    "table_links": _("Links in a table became plain text."),
    "dead_link": _("The link “%(words)s” was removed: browsers cannot follow it."),
    "page_anchors": _("Links to a place within the page became plain text."),
    "old_site_link": _("The link “%(words)s” still leads to the old site: %(address)s"),
    "picture_lost": _("The picture %(address)s is missing."),
    "picture_link": _("The link of a picture was removed: %(address)s"),
    "shortened": _("Shortened: %(field)s."),
    "text_cut": _("The text is too long. Its end is missing."),
    "more_categories": _("Only one category is possible. Left out: %(names)s."),
    "new_category": _("The category “%(name)s” is created."),
    "comments": _("Comments are not imported: %(number)s."),
    "left_columns": _("Not imported: %(names)s."),
    "default_place": _("The place of the event is missing, and must be entered."),
    "stays_draft": _("It stays a draft: %(reason)s"),
}
FIELDS = {
    "title": _("title"),
    "lead": _("lead"),
    "caption": _("caption"),
    "alt": _("description of the picture"),
}


def remark_text(remark: list) -> str:
    """Return a remark in the active language."""
    code, values = remark
    if code.startswith(RULE):
        return rules.Finding(code.removeprefix(RULE), rules.WARNING, values=values).sentence
    if "field" in values:
        values = values | {"field": FIELDS.get(values["field"], values["field"])}
    return str(TEXTS[code]) % values


def merged_remarks(remarks: Iterable[list]) -> list[list]:
    """Return the remarks, each once, in their order."""
    found: list[list] = []
    for one in remarks:
        if list(one) not in found:
            found.append(list(one))
    return found
