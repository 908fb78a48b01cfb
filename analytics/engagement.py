"""The engagement rate, in one place."""


def engagement_rate(views: int | None, likes: int | None, comments: int | None, shares: int | None) -> float | None:
    """100 × (likes + comments + shares) ÷ views, two decimals; None when views are unknown or 0.

    Counts that a platform does not give are left out of the sum.
    """
    if not views or (likes is None and comments is None and shares is None):
        return None
    return round(100 * ((likes or 0) + (comments or 0) + (shares or 0)) / views, 2)
