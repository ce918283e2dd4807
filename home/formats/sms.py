"""A text as telephones take it, and how long it is. Pure: what a gateway counts and bills."""

from dataclasses import dataclass

# The default alphabet of GSM 03.38; what stands in the extension takes two places.
BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENDED = frozenset("\f^{}\\[~]|€")
# Places in a message alone, and in each of several that are joined.
ROOM = {"GSM-7": (160, 153), "UCS-2": (70, 67)}

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


@dataclass(frozen=True)
class SmsLength:
    """The alphabet a text needs, how many places it takes in it, and how many messages that makes."""

    alphabet: str
    places: int
    messages: int


def to_sms_text(text: str) -> str:
    """Without typographic marks and what cannot be printed; letters stay."""
    text = text.translate(MARKS)
    return "".join(c for c in text if c == "\n" or c.isprintable() or c == "\u200d").strip()


def measure_sms(text: str) -> SmsLength:
    """One sign outside of the GSM alphabet and the whole text is sent, and billed, in UCS-2."""
    if all(sign in BASIC or sign in EXTENDED for sign in text):
        sizes, alphabet = [2 if sign in EXTENDED else 1 for sign in text], "GSM-7"
    else:
        sizes, alphabet = [len(sign.encode("utf-16-be")) // 2 for sign in text], "UCS-2"
    alone, joined = ROOM[alphabet]
    places = sum(sizes)
    return SmsLength(alphabet, places, _messages(sizes, joined) if places > alone else min(places, 1))


def count_messages(text: str) -> int:
    """How many messages it is."""
    return measure_sms(text).messages


def _messages(sizes: list[int], room: int) -> int:
    """A sign of two places is not cut in two: the message before it stays a place short."""
    messages, left = 1, room
    for size in sizes:
        if size > left:
            messages, left = messages + 1, room
        left -= size
    return messages


def non_gsm_characters(text: str) -> str:
    """The signs that make a text UCS-2, each once."""
    return "".join(dict.fromkeys(sign for sign in text if sign not in BASIC and sign not in EXTENDED))
