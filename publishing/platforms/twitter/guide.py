"""How a person connects X."""

from publishing.platforms.declared import Guide

GUIDE = Guide(
    needs="Any account on X. Longer texts and videos than usual need X Premium.",
    steps=(
        "Sign in on x.com with the account you post from: X connects the account that is signed in.",
        "Press Connect. X opens; look at what is asked for and press Authorize app.",
        "You are then taken back here. For another account, sign in with that one on x.com first.",
    ),
    scopes={
        "tweet.read": "see your posts, to find a post again and read its numbers",
        "tweet.write": "post for you",
        "users.read": "see your profile and follower count",
        "media.write": "upload pictures and videos",
        "offline.access": "stay connected for longer than two hours",
    },
)
