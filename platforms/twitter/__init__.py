"""X, formerly Twitter: its key is the old name."""

from datetime import date

from platforms.descriptor import MORE, Advice, App, Benchmark, Field, Limit, Platform, Player, SafeArea, Text, Variable

_POSTS = "docs.x.com, Counting characters"
_MEDIA = "docs.x.com, Media best practices"
_READ = date(2026, 8, 22)
LONGEST = Limit(140, "seconds", _MEDIA, _READ)

DESCRIPTOR = Platform(
    key="twitter",
    label="X",
    aliases=("x",),
    dark=True,
    text=Text(
        Limit(280, "weighted", _POSTS, _READ), 280, "short and punchy, few hashtags, a question", advised_hashtags=2
    ),
    longest_video=LONGEST,
    player=Player("16:9", float(LONGEST.value), 10_000, SafeArea(0.08, 0.08, 0.18, 0.06)),
    needs_media=False,
    fields=(
        Field(
            "reply_settings", "Who may reply", "choice", initial="",
            choices=(
                ("", "Everyone"),
                ("following", "Accounts you follow"),
                ("mentionedUsers", "Only accounts you mention"),
                ("subscribers", "Your subscribers"),
                ("verified", "Verified accounts"),
            ),
        ),
        Field("made_with_ai", "Made with AI", "toggle", group=MORE),
        Field("paid_partnership", "Paid partnership", "toggle", group=MORE),
    ),
    advice=Advice(
        posts_per_week=Benchmark(3, "", "2026-11"),
        longest=Benchmark(float(LONGEST.value), "X: 140 s without a subscription", "2026-11"),
        closings={
            "professional": "What is your experience?",
            "witty": "Agree, or should we fight about it?",
            "casual": "What do you think?",
            "urgent": "Try it today. How did it go?",
        },
        calls=("Reply with your own way, I read every answer.", "Reply with your own way.", "Reply."),
        hashtags=("video", "shortvideo", "tips", "howto", "clip"),
    ),
    apps=(
        App(
            "twitter",
            hosts={"auth": "https://x.com", "api": "https://api.x.com"},
            help="X: OAuth 2.0 client of a confidential app (Web App)",
        ),
    ),
    variables=(
        Variable(
            "video_max_mb", "TWITTER_VIDEO_MAX_MB", 0, minimum=0, maximum=16_384,
            help="what X gives this app for videos, if more than 512 MB",
        ),
        Variable(
            "video_max_s", "TWITTER_VIDEO_MAX_S", 0.0, minimum=0, maximum=7_500,
            help="what X gives this app for videos, if more than 140 s",
        ),
    ),
)  # fmt: skip
