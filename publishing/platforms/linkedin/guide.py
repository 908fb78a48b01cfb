"""How a person connects LinkedIn."""

from publishing.platforms.declared import Guide

GUIDE = Guide(
    needs=(
        "A LinkedIn profile; for a page, a profile that is its super admin or content admin. LinkedIn gives most "
        "products 60 days, then it asks you again: we remind you in time."
    ),
    steps=(
        "Press Connect: “with your profile” posts as yourself, “with your pages” as the pages you manage.",
        "LinkedIn opens; sign in and press Allow.",
        "With several pages, choose here which of them to connect.",
    ),
    scopes={
        "openid": "know who you are",
        "profile": "read your name and picture",
        "w_member_social": "post for you",
        "w_organization_social": "post for your pages",
        "r_organization_social": "read your pages' posts, to find a post again and read its numbers",
        "rw_organization_admin": "list your pages and read their numbers",
        "r_member_postAnalytics": "read the numbers of your posts",
        "r_member_profileAnalytics": "read your follower count",
    },
)
