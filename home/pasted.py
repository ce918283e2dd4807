"""What comes along when text is pasted from a word processor and is no text. Pure."""

import re

# No document of XML may hold them: feeds and letters end there. Word pastes a line break as \x0b.
NO_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def readable(text: str) -> str:
    """The text with a space in place of each sign that is none."""
    return NO_TEXT.sub(" ", text)
