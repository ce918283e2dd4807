"""Verification codes, easy to read aloud and type: no 0 and O, no 1 and I."""

import secrets

ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # 32 letters: 5 bits each
GROUPS, LENGTH = 4, 4


def new_verification_code() -> str:
    """Return 80 random bits as ``XXXX-XXXX-XXXX-XXXX``: too many to guess, short enough to type."""
    letters = [secrets.choice(ALPHABET) for _ in range(GROUPS * LENGTH)]
    return "-".join("".join(letters[start : start + LENGTH]) for start in range(0, len(letters), LENGTH))


def normalize_code(typed: str) -> str:
    """Return typed or scanned text as a code: case, spaces and dashes do not matter."""
    letters = "".join(letter for letter in typed.upper() if letter in ALPHABET)
    return "-".join(letters[start : start + LENGTH] for start in range(0, len(letters), LENGTH))
