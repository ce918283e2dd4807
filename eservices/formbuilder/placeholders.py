"""Placeholders ``{name}`` in texts of editors, replaced by answers and other values as plain text. Pure."""

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping

from django.utils.translation import get_language
from django.utils.translation import gettext as _

PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
# private-use characters: the start of a value, and the join of two runs of text
VALUE, SEAM = "\ue000", "\ue001"
BEFORE_VALUE = re.compile(
    rf"(?<!\w)([Dd]|(?:[Ll]ors|[Pp]uis|[Jj]us)?[Qq]u)(?:e[ \N{{NO-BREAK SPACE}}]|['’])({SEAM}*){VALUE}(\w*)"
)
VOWELS = "aeiouœæ"
MUTE_H = re.compile(  # beginnings of words, without accents
    r"h(?:abi|aleine|alte(?=res?$)|armon|eb(?:d|er|r)|ect|elen|elic|eloi|elv|emi|emo|enr[iy]|erb(?!st)|erem|eredi|erit"
    r"|erm|eroi|erve|esit|eter|eure|ier$|ilai|ippo|irond|ist|iver|om(?:eo|i|m|o)|on(?:ne[tu]|or)|opit"
    r"|or(?:a[ci]|iz|lo|mo|os|r[ei]|t)|osp|osti|otel|otes?$|otess|ubert|ugue|uil|uiss|uitr|um(?:ai|an|bert|eu|id|il|ou|us)"
    r"|y(?:ac|[dgmp]|st))"
)
NAME = re.compile(r"[A-Za-z0-9_-]+")


def placeholder_keys(text: str) -> list[str]:
    """Return the placeholders in ``text``, in order."""
    return PLACEHOLDER.findall(text)


def unreplaced(text: str) -> list[str]:
    """Find placeholders in a text in which nothing is replaced: its reader would see the braces."""
    return [key for key in placeholder_keys(text) if NAME.fullmatch(key)]


def fill_placeholders(text: str, values: Mapping[str, str], missing: str | None = None) -> str:
    """Return ``text`` with each placeholder replaced, once: braces inside an answer stay as they are.

    ``missing`` replaces a placeholder without a value; if it is None, ``KeyError`` is raised. In French, the word
    before the value is elided.
    """
    return fill_runs([text], values, missing)[0]


def fill_runs(runs: Iterable[str], values: Mapping[str, str], missing: str | None = None) -> list[str]:
    """Do the same for the runs of one paragraph, which differ in formatting only: “d’” may be before bold text."""

    def value(found: re.Match) -> str:
        said = values[found[1]] if missing is None else values.get(found[1]) or missing
        return VALUE + said.replace(VALUE, "").replace(SEAM, "")

    joined = SEAM.join(PLACEHOLDER.sub(value, run) for run in runs)
    if (get_language() or "").startswith("fr"):
        joined = BEFORE_VALUE.sub(_elided, joined)
    return joined.replace(VALUE, "").split(SEAM)


def _elided(found: re.Match) -> str:
    """Write “d’Élodie” and “de Pierre”, “qu’Élodie” and “que Pierre”, whichever the editor wrote."""
    stem, seams, word = found.groups()
    if not word or word[0].isdigit():
        return found[0]
    elided = _is_elided_before(word)
    if elided is None:
        return found[0]
    link = "’" if elided else "e "
    return f"{stem}{link}{seams}{VALUE}{word}"


def _is_elided_before(word: str) -> bool | None:
    """Return whether French elides before ``word``: before a vowel, “Yves” but not “Yann”, or a mute h.

    None before an h that may be either: only the author of the text knows.
    """
    plain = "".join(one for one in unicodedata.normalize("NFD", word.casefold()) if one.isalpha())
    if len(plain) < 2:
        return False
    if plain[0] == "y":
        return plain[1] not in VOWELS
    if plain[0] == "h":
        return True if MUTE_H.match(plain) else None
    return plain[0] in VOWELS


def placeholder_errors(text: str, asked: Collection[str] | None, given: Collection[str]) -> list[str]:
    """Return what is wrong with ``text``.

    ``asked``: the known questions, None if they cannot be known. ``given``: the other placeholders that may be used.
    """
    found = []
    if re.search(r"[{}]", PLACEHOLDER.sub("", text)):
        found.append(_("A brace has no partner: write {name of the field}."))
    for key in placeholder_keys(text):
        known = asked is None or key in asked or key in given
        if not known or not NAME.fullmatch(key):
            found.append(unknown_placeholder_error(key, given))
    return found


def not_replaced(key: str) -> str:
    return _("“{%(key)s}” is not replaced here: write the words themselves.") % {"key": key}


def unknown_placeholder_error(key: str, given: Collection[str]) -> str:
    return _("No service asks “%(key)s”. Beside its questions you may use: %(given)s.") % {
        "key": key,
        "given": ", ".join(given),
    }
