"""A text as telephones take it. Pure; ``home.sms`` counts it."""

from home import sms

# Typographic marks, which would make a message of 160 characters one of 70.
MARKS = str.maketrans(
    {
        **dict.fromkeys("‘’‚′", "'"),
        **dict.fromkeys("“”„«»″", '"'),
        **dict.fromkeys("–—‑‐", "-"),
        **dict.fromkeys("\u00a0\u202f\u2009\t", " "),
        "…": "...",
        "œ": "oe",
        "Œ": "OE",
        "\u200b": "",
        "\r": "",
    }
)


def plain(text: str) -> str:
    """Without typographic marks and what cannot be printed; letters stay."""
    text = text.translate(MARKS)
    return "".join(c for c in text if c == "\n" or c.isprintable() or c == "\u200d").strip()


def parts(text: str) -> int:
    """How many messages it is."""
    return sms.measure(text).messages
