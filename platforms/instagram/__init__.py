"""Instagram: by its own login, and by Facebook's."""

from datetime import date

from platforms.descriptor import MORE, Advice, App, Benchmark, Field, Limit, Platform, Player, SafeArea, Text, Times
from platforms.meta import GRAPH_VERSION

_MEDIA = "developers.facebook.com, Instagram platform, IG User Media reference"
_READ = date(2026, 7, 31)
LONGEST = Limit(15 * 60, "seconds", _MEDIA, _READ)
ALT_TEXT = Limit(1_000, "utf16", _MEDIA, _READ)

DESCRIPTOR = Platform(
    key="instagram",
    label="Instagram",
    nicknames=("ig", "insta"),
    text=Text(Limit(2_200, "utf16", _MEDIA, _READ), 2_200, "tells a small story, ends in a call to action"),
    longest_video=LONGEST,
    player=Player("9:16", float(LONGEST.value), 12_000, SafeArea(0.14, 0.08, 0.35, 0.06), vertical_feed=True),
    fields=(
        Field("share_to_feed", "Show a Reel in the feed as well", "toggle", initial=True),
        Field(
            "collaborators", "Collaborators", "lines", group=MORE,
            help="Up to three usernames, separated by commas. Each must accept the invitation.",
        ),
        Field(
            "alt_text", "Description of the picture", "text", group=MORE,
            unit=ALT_TEXT.unit, limit=int(ALT_TEXT.value), help="For people who do not see it. Pictures only.",
        ),
        Field("thumb_offset", "Cover frame of a Reel", "number", group=MORE, help="Milliseconds from the start."),
    ),
    advice=Advice(
        posts_per_week=Benchmark(
            5,
            "Socialinsider benchmarks 2026 (70 million posts, 2024-2025): brands average about 5 posts a week",
            "2026-02",
        ),
        times=Times(
            (("tuesday", "11:00"), ("wednesday", "11:30"), ("monday", "11:00"), ("friday", "10:00")),
            "Sprout Social, best times to post 2023 (34,000 customers), reported by Social Media Today",
            "2023-05",
        ),
        longest=Benchmark(90, "Instagram: the Reels tab shows 5 to 90 s", "2026-11"),
        closings={
            "professional": "Save this post and come back to it.",
            "witty": "Send this to the friend who needs it. They know why.",
            "casual": "What would you add? Tell me in the comments.",
            "urgent": "Save it now, try it today.",
        },
        calls=("Save this, and send it to someone who needs it.", "Save this for later.", "Save it."),
        hashtags=("reels", "instareels", "shortvideo", "video", "tips"),
    ),
    apps=(
        App(
            "instagram",
            hosts={
                "auth": "https://www.instagram.com",
                "token": "https://api.instagram.com",
                "api": "https://graph.instagram.com",
                "upload": "https://rupload.facebook.com",
            },
            help="Instagram by its own login (no Page needed); by Facebook login it uses Facebook's keys",
        ),
    ),
    variables=(GRAPH_VERSION,),
)  # fmt: skip
