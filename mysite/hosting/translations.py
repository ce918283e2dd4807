"""Texts of the interface for every main language that a commune may have, shared by all processes.

Django completes each language with the main one, so that its catalogues depend on the commune's. They are read once,
by the parent; for a main language, copies refer to the same texts and to another completion.
"""

import copy

from django.utils.translation import trans_real


def use_translations_of(main: str) -> None:
    """Complete the texts of each language by those of the language ``main``."""
    found = {language: copy.copy(texts) for language, texts in trans_real._translations.items()}
    for language, texts in found.items():
        texts._fallback = None if language == main or language.startswith("en") else found.get(main)
    trans_real._translations = found
