"""How a person connects Instagram."""

from publishing.platforms.declared import Guide

GUIDE = Guide(
    needs=(
        "A professional Instagram account (business or creator). Switching is free: in the Instagram app, Settings → "
        "Account type and tools → Switch to professional account."
    ),
    steps=(
        "Press “Connect Instagram” and log in with the account you post from. No Facebook Page is needed.",
        (
            "Or press “with Facebook” when the account is linked to a Page you manage: several accounts can be "
            "connected at once, and you choose which."
        ),
        "Leave every permission on, or posting and numbers will not work.",
        "You are then taken back here.",
    ),
    scopes={
        "instagram_business_basic": "read your profile and posts",
        "instagram_business_content_publish": "publish posts",
        "instagram_business_manage_insights": "read the numbers of your posts",
        "instagram_basic": "read your profile and posts",
        "instagram_content_publish": "publish posts",
        "instagram_manage_insights": "read the numbers of your posts",
        "pages_show_list": "see which Pages you manage",
        "pages_read_engagement": "read the Page that your Instagram account is linked to",
        "business_management": "see Pages that a business shares with you",
    },
)
