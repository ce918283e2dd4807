"""Rendering of paragraphs as HTML, for pages and for the body of a letter. Their text is escaped."""

from typing import Any

from django.template.loader import render_to_string
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from .paragraphs import Text, plain_text_of


def paragraphs_to_html(found: list[Any]) -> SafeString:
    """Render paragraphs as plain HTML, without styles."""
    return mark_safe("\n".join(map(_paragraph, found)))


def letter_body_to_html(found: list[Any]) -> SafeString:
    """Render paragraphs with the parts of ``emails/parts/``, whose styles mail clients understand."""
    return mark_safe("\n".join(map(_part, found)))


def _part(one: Any) -> str:
    match one:
        case {"button": [label, url]}:
            return _rendered("button", label=label, url=url)
        case {"section": text}:
            return _rendered("heading", title=plain_text_of(text))
        case {"quote": text}:
            return _rendered("quote", text=plain_text_of(text))
        case {"small": text}:
            return _rendered("small", text=_text(text))
        case {"tiles": rows}:
            return _rendered("tiles", rows=rows)
        case {"rows": rows}:
            return _rendered("rows", rows=[(label, _text(text)) for label, text in rows])
        case {"steps": steps}:
            return _rendered("steps", steps=map(_text, steps))
    return _paragraph(one)


def _rendered(part: str, **context: Any) -> str:
    return render_to_string(f"emails/parts/{part}.html", context)


def _paragraph(one: Any) -> str:
    match one:
        case {"heading": text}:
            return format_html("<h3>{}</h3>", _text(text))
        case {"quote": text}:
            return format_html("<blockquote>{}</blockquote>", _text(text))
        case {"signatures": people}:
            return format_html_join("\n", "<p>{}</p>", ((_signature(*one),) for one in people))
        case {"items": items, **more}:
            listed = format_html_join("", "<li>{}</li>", ((_text(item),) for item in items))
            tag = "ol" if more.get("numbered") else "ul"
            return format_html("<{}>{}</{}>", tag, listed, tag)
    return format_html("<p>{}</p>", _text(one))


def _signature(name: str, function: str) -> SafeString:
    return format_html_join(mark_safe("<br>"), "{}", ((_text(one),) for one in (name, function) if one))


def _text(text: Text) -> SafeString:
    runs = [[text, ""]] if isinstance(text, str) else text
    return mark_safe("".join(_run(*run) for run in runs))


def _run(words: str, style: str, url: str = "") -> str:
    html = escape(words).replace("\n", "<br>")
    for tag in style:
        html = f"<{tag}>{html}</{tag}>"
    return format_html('<a href="{}" style="color:#12479a">{}</a>', url, mark_safe(html)) if url else html
