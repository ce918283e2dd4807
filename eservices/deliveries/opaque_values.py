"""Templates whose values are opaque: each becomes a token, which is replaced after the markup was read."""

import re
from collections.abc import Callable
from contextvars import ContextVar
from functools import cache
from typing import Any

from django.template import Context, Engine, Library, TemplateSyntaxError, engines
from django.template.base import Lexer, Token, TokenType, render_value_in_context
from django.template.loaders import app_directories, filesystem

register = Library()

# Characters for private use, which no text of a template contains. A value that contains them is not read again.
OPENING, CLOSING = "\ue000", "\ue001"
TOKEN = re.compile(f"{OPENING}(\\d+){CLOSING}")
TAGS = {  # they output no value, or only through ``{{ }}``
    *("include", "load", "comment", "endcomment", "if", "elif", "else", "endif", "for", "empty", "endfor"),
    *("with", "endwith", "translate", "blocktranslate", "plural", "endblocktranslate"),
}
UNESCAPED = Context(autoescape=False)

_values: ContextVar[list[Any]] = ContextVar("values")


def render_opaque(name: str, context: dict[str, Any]) -> tuple[str, list[Any]]:
    """Render a template. Return its text and the values of its tokens, for ``insert_values``."""
    values: list[Any] = []
    reset = _values.set(values)
    try:
        return opaque_engine(engines["django"].engine).get_template(name).render(
            Context(context, autoescape=False)
        ), values
    finally:
        _values.reset(reset)


def insert_values(values: list[Any]) -> Callable[[str], str]:
    """Return a function that replaces the tokens of a text by their values."""
    return lambda text: TOKEN.sub(lambda token: str(values[int(token[1])]), text)


@register.filter("opaque")
def hidden_value(value: Any) -> str:
    """Return a token for ``value``: a list of paragraphs, or anything else as the active language writes it."""
    values = _values.get()
    values.append(value if isinstance(value, list) else render_value_in_context(value, UNESCAPED))
    return f"{OPENING}{len(values) - 1}{CLOSING}"


def hide_values(source: str) -> str:
    """Return the source of a template with the filter ``opaque`` on every value.

    Raise TemplateSyntaxError for a tag that could output a value in another way.
    """
    parts: list[str] = []
    opening: Token | None = None  # of the translated block that is open
    names: set[str] = set()  # of its values
    place = 0  # of its opening among the parts
    for token in Lexer(source).tokenize():
        if token.token_type is TokenType.TEXT:
            parts.append(token.contents)
        elif token.token_type is TokenType.VAR and opening:
            names.add(token.contents)
            parts.append("{{ " + token.contents + " }}")
        elif token.token_type is TokenType.VAR:
            parts.append("{{ " + token.contents + "|opaque }}")
        elif token.token_type is TokenType.BLOCK:
            tag = _allowed_tag(token)
            if tag == "blocktranslate":
                opening, names, place = token, set(), len(parts)
            elif tag == "endblocktranslate" and opening:
                parts[place] = "{% " + _opening_with(opening, names) + " %}"
                opening = None
            parts.append("{% " + token.contents + " %}")
    return "".join(parts)


def _allowed_tag(token: Token) -> str:
    tag, *bits = token.split_contents()
    if tag not in TAGS or "asvar" in bits or (tag == "translate" and bits[0][0] not in "\"'"):
        raise TemplateSyntaxError(f"A letter cannot use {token.contents!r}.")
    return tag


def _opening_with(opening: Token, names: set[str]) -> str:
    """Return the tag that opens a translated block, with ``opaque`` on its values. A counted number is no text."""
    bits = opening.split_contents()
    counted = bits.index("count") + 1 if "count" in bits else 0
    given = {number for number, bit in enumerate(bits) if "=" in bit and number != counted}
    known = {bits[number].partition("=")[0] for number in {*given, counted}}
    bits = [f"{bit}|opaque" if number in given else bit for number, bit in enumerate(bits)]
    more = [f"{name}={name}|opaque" for name in sorted(names - known)]
    if more and "with" not in bits:
        bits.insert(1, "with")
    if more:
        place = bits.index("with") + 1
        bits[place:place] = more
    return " ".join(bits)


class _OpaqueValues:
    def get_contents(self, origin: Any) -> str:
        return hide_values(super().get_contents(origin))  # type: ignore[misc]


class _FolderLoader(_OpaqueValues, filesystem.Loader):
    pass


class _AppLoader(_OpaqueValues, app_directories.Loader):
    pass


@cache
def opaque_engine(own: Engine) -> Engine:
    """Return the engine of letters, with the folders and tags of the project's own. It escapes nothing."""
    loaders = [f"{__name__}.{loader.__name__}" for loader in (_FolderLoader, _AppLoader)]
    cached = [("django.template.loaders.cached.Loader", loaders)]
    return Engine(
        dirs=own.dirs,
        autoescape=False,
        debug=own.debug,
        loaders=loaders if own.debug else cached,  # runserver empties no cache but Django's own
        libraries=own.libraries,
        builtins=[*own.builtins, "django.templatetags.i18n", __name__],
    )
