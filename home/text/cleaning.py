"""Cleaning of text pasted from word processors and mailboxes. Pure.

All code for it is here. Values posted to the admin, rich texts and imports are cleaned by it.
"""

import base64
import binascii
import re
from html import escape, unescape
from urllib.parse import parse_qs, quote, unquote, urlsplit

# Characters that XML forbids: feeds and e-mails with them are invalid. Word pastes a line break as \x0b.
NO_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")

# Redirects that a mail program or a search engine puts before an address: host, path, parameter.
WRAPPERS = (
    (r"[\w.-]+\.safelinks\.protection\.outlook\.com", r"/.*", "url"),
    (r"statics\.teams\.cdn\.office\.net", r"/.*safelinks\.html", "url"),
    (r"(?:www\.)?google\.[a-z.]{2,6}", r"/url", "q"),
    (r"(?:www\.)?google\.[a-z.]{2,6}", r"/url", "url"),
    (r"lm?\.facebook\.com", r"/l\.php", "u"),
    (r"linkprotect\.cudasvc\.com", r"/url", "a"),
    (r"slack-redir\.net", r"/link", "url"),
    (r"urldefense\.proofpoint\.com", r"/v1/url", "u"),
)
PROOFPOINT_2 = re.compile(r"https?://urldefense\.proofpoint\.com/v2/url\?(?:.*&)?u=([^&]+)", re.I)
PROOFPOINT_3 = re.compile(r"https?://urldefense(?:\.proofpoint)?\.com/v3/__(.+?)__;([\w-]*)!.*", re.I)
CISCO = re.compile(r"https?://secure-web\.cisco\.com/[^/]+/(https?%3A[^/?]+)", re.I)
# Redirects whose target only the sender's system knows.
OPAQUE = re.compile(r"https?://[\w.-]*\b(?:mimecast(?:protect)?\.com|secure-web\.cisco\.com)/", re.I)
MAY_BE_WRAPPED = re.compile(
    r"safelinks\.|google\.|facebook\.com/l\.php|cudasvc\.|slack-redir\.|urldefense|cisco\.com"
)
ADDRESS = re.compile(r"https?://[^\s\"'<>\\]+")
NESTED = 5  # redirects within each other, at most
SAFE = "!#$%&'()*+,/:;=?@[]~"  # characters of an address that stay; any that could end a string or a tag is encoded

# Anchors of footnotes, tables of contents and comments in a document of Word, LibreOffice or Google Docs.
ANCHORS = (
    r"#_(?:ftn|ftnref|edn|ednref|toc|ref|hlk)\d+|#_GoBack|#ftnt(?:_ref)?\d+|#sd(?:foot|end)note\d+(?:sym|anc)"
)
COMMENTS = r"#_?(?:msocom|msoanchor|anchor|cmnt|cmnt_ref)_?\d+"
LINK = re.compile(r'<a\b[^>]*\bhref="([^"]*)"[^>]*>(.*?)</a>', re.S | re.I)
COMMENT_TEXT = re.compile(
    r"<(p|li|h[2-6])\b[^>]*>(?:\s|<(?:b|i|strong|em|span)\b[^>]*>)*"
    r'<a\b[^>]*\bhref="[^"]*#_?(?:msoanchor_|cmnt_ref)\d+"[^>]*>.*?</\1>',
    re.S | re.I,
)


def strip_control_characters(text: str) -> str:
    """Replace each control character by a space."""
    return NO_TEXT.sub(" ", text)


def without_wrappers(text: str) -> str:
    """Replace redirects of mail programs and search engines by their target addresses."""
    if not MAY_BE_WRAPPED.search(text):
        return text
    return ADDRESS.sub(lambda found: unwrapped(found[0]), text)


def unwrapped(address: str) -> str:
    """Return the target of a redirect address; the address itself if it is none."""
    for _time in range(NESTED):
        inside = _unwrapped_address(address)
        if not inside or urlsplit(inside).scheme.lower() not in ("http", "https", "mailto", "tel"):
            break
        address = quote(inside, safe=SAFE)
    return address


def is_wrapped(address: str) -> bool:
    """Return whether an address is a redirect whose target is unknown or could still be extracted."""
    return bool(OPAQUE.match(address)) or unwrapped(address) != address


def without_office_marks(html: str, admin: str = "/admin/") -> str:
    """Remove comments and internal anchors of the source document from a rich text.

    When it pastes, a browser turns an anchor into an absolute link, which leads readers into the admin. The text of a
    footnote stays, without link. The text of a comment, which was not meant for readers, is removed. ``admin``: the
    path of the admin.
    """
    html = COMMENT_TEXT.sub("", html)
    return LINK.sub(lambda found: _without_anchor(found, admin), html)


def _without_anchor(found: re.Match[str], admin: str) -> str:
    address = unescape(found[1])
    page, sign, name = address.partition("#")
    anchor = sign + name if not page or admin in page else ""
    if re.fullmatch(COMMENTS, anchor, re.I):
        return ""
    if re.fullmatch(ANCHORS, anchor, re.I):
        return str(found[2])
    real, link = unwrapped(address), str(found[0])
    return link if real == address else link.replace(f'"{found[1]}"', f'"{escape(real)}"', 1)


def _unwrapped_address(address: str) -> str:
    address = address.replace("&amp;", "&")  # as in rich texts
    try:
        parts = urlsplit(address)
        host, given = parts.hostname or "", parse_qs(parts.query)
    except ValueError:
        return ""
    if found := PROOFPOINT_2.match(address):
        return unquote(found[1].replace("-", "%").replace("_", "/"))
    if found := PROOFPOINT_3.match(address):
        return _proofpoint_3(found[1], found[2])
    if found := CISCO.match(address):
        return unquote(found[1])
    for wrapper, path, parameter in WRAPPERS:
        if re.fullmatch(wrapper, host, re.I) and re.fullmatch(path, parts.path) and given.get(parameter):
            return given[parameter][0]
    return ""


def _proofpoint_3(address: str, encoded: str) -> str:
    """Return the address, with each "*" replaced by a character of ``encoded``, and "**X" by a run of them."""
    runs = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    try:
        signs = iter(base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)).decode())
    except (binascii.Error, ValueError):
        return ""

    def shown(found: re.Match[str]) -> str:
        number = runs.index(found[1]) + 2 if found[1] else 1
        return "".join(next(signs, "") for _sign in range(number))

    return re.sub(r"\*(?:\*([\w-]))?", shown, address)
