"""Codes that an agent gives to a person after identifying them. Pure."""

import hashlib
import secrets

ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # no characters that look alike
LENGTH = 12  # 60 random bits; attempts are also limited


def new_join_code() -> str:
    """Return a new code in groups of four, for printing."""
    drawn = "".join(secrets.choice(ALPHABET) for _sign in range(LENGTH))
    return "-".join(drawn[start : start + 4] for start in range(0, LENGTH, 4))


def join_code_digest(reference: str, code: str) -> str:
    """Return the hash of a code that is stored, independent of how the code is typed."""
    typed = "".join(sign for sign in code.upper() if sign in ALPHABET)
    return hashlib.sha256(f"{reference.upper()}:{typed}".encode()).hexdigest()
