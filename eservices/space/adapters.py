"""How signing in speaks: its letters go through the outbox like every other."""

from allauth.account.adapter import DefaultAccountAdapter


class AccountAdapter(DefaultAccountAdapter):
    """One-time codes by e-mail, no password for residents."""
