"""Who moderates what people write, of whatever kind."""

MODERATE = "news_participation.change_contribution"


def may_moderate(user) -> bool:
    return user.is_active and user.has_perm(MODERATE)
