"""What a search over cases compares. Pure."""

import unicodedata


def folded(text: str) -> str:
    """``text`` in lower case without accents, so that “élodie” and “Elodie” are the same word."""
    parts = unicodedata.normalize("NFKD", text.replace("\0", ""))
    return "".join(one for one in parts if not unicodedata.combining(one)).casefold()


def words_of(*values) -> str:
    """All texts in ``values``, however deep, folded, one blank between them."""
    found: list[str] = []

    def collect(value) -> None:
        if isinstance(value, dict):
            for one in value.values():
                collect(one)
        elif isinstance(value, (list, tuple)):
            for one in value:
                collect(one)
        elif value is not None and not isinstance(value, bool):
            found.append(folded(str(value)))

    collect(values)
    return " ".join(" ".join(found).split())
