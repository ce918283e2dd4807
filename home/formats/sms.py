"""Text of an SMS and its length, as gateways count and bill it. Pure."""

from dataclasses import dataclass

# The default alphabet of GSM 03.38. A character of the extension table takes two places.
BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENDED = frozenset("\f^{}\\[~]|€")
# Places in a single message, and in each part of a concatenated one.
ROOM = {"GSM-7": (160, 153), "UCS-2": (70, 67)}

# Typographic characters, which would turn a message of 160 characters into one of 70.
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
    """The alphabet that a text needs, its places in that alphabet, and the number of messages."""

    alphabet: str
    places: int
    messages: int


def to_sms_text(text: str) -> str:
    """Replace typographic characters and remove unprintable ones. Letters stay."""
    text = text.translate(MARKS)
    return "".join(c for c in text if c == "\n" or c.isprintable() or c == "\u200d").strip()


def measure_sms(text: str) -> SmsLength:
    """Measure a text. One character outside the GSM alphabet makes the whole text count as UCS-2."""
    if all(sign in BASIC or sign in EXTENDED for sign in text):
        sizes, alphabet = [2 if sign in EXTENDED else 1 for sign in text], "GSM-7"
    else:
        sizes, alphabet = [len(sign.encode("utf-16-be")) // 2 for sign in text], "UCS-2"
    alone, joined = ROOM[alphabet]
    places = sum(sizes)
    return SmsLength(alphabet, places, _messages(sizes, joined) if places > alone else min(places, 1))


def count_messages(text: str) -> int:
    """Return the number of messages."""
    return measure_sms(text).messages


def _messages(sizes: list[int], room: int) -> int:
    """Count the messages. A character of two places is not split: the message before it leaves a place unused."""
    messages, left = 1, room
    for size in sizes:
        if size > left:
            messages, left = messages + 1, room
        left -= size
    return messages


def non_gsm_characters(text: str) -> str:
    """Return the characters that make a text UCS-2, each once."""
    return "".join(dict.fromkeys(sign for sign in text if sign not in BASIC and sign not in EXTENDED))
