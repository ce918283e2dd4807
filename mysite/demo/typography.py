"""Typography of plain text: narrow no-break spaces, apostrophes and dashes by language."""

import re

NARROW, FIXED = "\u202f", "\u00a0"
MONTHS = "janvier|février|mars|avril|mai|juin|juillet|août|septembre|octobre|novembre|décembre"
COUNTED = "ans|centimes|francs|jours|litres|mètres|minutes|places"


def typeset(text: str, language: str) -> str:
    """Return the text with correct typography. A second call changes nothing."""
    text = re.sub(r"CHF (?=\d)", f"CHF{FIXED}", text)
    text = re.sub(r"\b(0\d\d) (\d{3}) (\d\d) (\d\d)\b", NARROW.join((r"\1", r"\2", r"\3", r"\4")), text)
    text = re.sub(r"(?<=\d) (?=%)", NARROW, text)
    text = re.sub(r"(?<=\d) (?=\d{3}(?!\d))", NARROW, text)
    if language != "de":
        text = text.replace("'", "’")
    return _french(text) if language == "fr" else text


def _french(text: str) -> str:
    text = re.sub(r" ([?!;:»])(?!:)", rf"{NARROW}\1", text).replace("« ", f"«{NARROW}")
    text = re.sub(r"(?<=\d) ?h ?(?=\d\d\b)", f"{NARROW}h{NARROW}", text)
    text = re.sub(r"(?<=\d) h\b", f"{NARROW}h", text)
    text = re.sub(r"(?<=\d) (m²|m³|km|mg|t\b|m\b)", rf"{NARROW}\1", text)
    return re.sub(rf"\b(\d+|1er) (?=(?:{MONTHS}|{COUNTED})\b)", rf"\1{FIXED}", text)
