"""Facebook Pages."""

from datetime import date

from platforms.descriptor import MORE, Advice, App, Benchmark, Field, Limit, Platform, Player, SafeArea, Text, Times
from platforms.meta import GRAPH_VERSION

_REELS = "developers.facebook.com, Reels publishing API"
_PAGES = "developers.facebook.com, Pages API, posts"
_OWN = "this product: the platform states none"
_READ = date(2026, 7, 31)
TITLE = Limit(255, "utf16", _OWN, _READ)
REEL = Limit(90, "seconds", _REELS, _READ)

DESCRIPTOR = Platform(
    key="facebook",
    label="Facebook",
    nicknames=("fb",),
    text=Text(
        Limit(63_206, "utf16", _PAGES, _READ),
        2_000,
        "conversational, asks the community",
        advised_hashtags=3,
        title=TITLE,
    ),
    player=Player("9:16", float(REEL.value), 12_000, SafeArea(0.14, 0.08, 0.35, 0.06), vertical_feed=True),
    needs_media=False,
    fields=(
        Field(
            "video_as", "A video goes out as", "choice", initial="auto",
            choices=(("auto", "A Reel when it fits, else a video"), ("reel", "A Reel"), ("video", "A video")),
        ),
        Field("link", "Link", "text", help="Facebook shows a preview of the page. Only on posts without files."),
        Field("title", "Title of a video", "text", group=MORE, unit=TITLE.unit, limit=int(TITLE.value)),
    ),
    advice=Advice(
        posts_per_week=Benchmark(3, "", "2026-11"),
        times=Times(
            (("tuesday", "11:00"), ("monday", "10:30"), ("wednesday", "10:30"), ("thursday", "10:00")),
            "Sprout Social, best times to post 2023 (34,000 customers), reported by Social Media Today",
            "2023-05",
        ),
        longest=Benchmark(float(REEL.value), "Facebook: Reels of 3 to 90 s by API", "2026-11"),
        closings={
            "professional": "How do you handle this? We read every comment.",
            "witty": "Who comes to mind? Tag them, we will not tell.",
            "casual": "What is your experience? Tell us below.",
            "urgent": "Share it with someone who needs it today.",
        },
        calls=("Tell us how you do it, we read every comment.", "Tell us how you do it.", "Tell us."),
        hashtags=("reels", "facebookreels", "shortvideo", "video", "tips"),
    ),
    apps=(
        App(
            "facebook",
            hosts={
                "auth": "https://www.facebook.com",
                "api": "https://graph.facebook.com",
                "upload": "https://rupload.facebook.com",
            },
            id_names=("FACEBOOK_APP_ID",),
            secret_names=("FACEBOOK_APP_SECRET",),
            help="Facebook Pages, and Instagram by Facebook login",
        ),
    ),
    variables=(GRAPH_VERSION,),
)  # fmt: skip
