"""How a person connects Facebook Pages."""

from publishing.platforms.declared import Guide

GUIDE = Guide(
    needs=(
        "A Facebook Page on which you may publish. Facebook lets apps post to Pages only, never to personal profiles. "
        "Make a Page at facebook.com/pages/create."
    ),
    steps=(
        "Press Connect. Facebook opens; continue as the person who manages the Page.",
        "Choose the Pages that this product may see, and leave every permission on.",
        "You come back here. When there are several Pages, tick those to connect.",
    ),
    scopes={
        "pages_show_list": "see which Pages you manage",
        "pages_manage_posts": "publish posts on your Page",
        "pages_read_engagement": "read your Page's posts",
        "read_insights": "read the numbers of your posts",
        "business_management": "see Pages that a business shares with you",
    },
)
