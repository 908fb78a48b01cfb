"""How a person connects TikTok."""

from publishing.platforms.declared import Guide

GUIDE = Guide(
    needs="Any TikTok account. While the app is not audited by TikTok, the account must be private to be posted to.",
    steps=(
        "Press Connect. TikTok opens; sign in with the account you post from.",
        "Leave “Post videos” and “Read your public videos” allowed, or posting and numbers will not work.",
        "You are then taken back here.",
    ),
    scopes={
        "user.info.basic": "read your name and picture",
        "user.info.profile": "read your profile and its link",
        "user.info.stats": "read your follower count",
        "video.list": "read your public videos and their numbers",
        "video.publish": "post videos and photos",
        "video.upload": "put drafts into your TikTok inbox",
    },
)
