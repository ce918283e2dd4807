"""The right to moderate texts of any type."""

MODERATE = "news_participation.change_contribution"


def may_moderate(user) -> bool:
    return user.is_active and user.has_perm(MODERATE)
