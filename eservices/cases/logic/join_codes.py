"""Codes that an agent hands to a person whom she has identified. Pure."""

import hashlib
import secrets

ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # nothing that reads like something else
LENGTH = 12  # 60 random bits; tries are counted besides


def new_join_code() -> str:
    """A code to print: groups of four."""
    drawn = "".join(secrets.choice(ALPHABET) for _sign in range(LENGTH))
    return "-".join(drawn[start : start + 4] for start in range(0, LENGTH, 4))


def join_code_digest(reference: str, code: str) -> str:
    """What is kept of a code, however it is typed."""
    typed = "".join(sign for sign in code.upper() if sign in ALPHABET)
    return hashlib.sha256(f"{reference.upper()}:{typed}".encode()).hexdigest()
