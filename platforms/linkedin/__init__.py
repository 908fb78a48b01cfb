"""LinkedIn: members and, with an app of its own, pages."""

from datetime import date

from platforms.descriptor import MORE, Advice, App, Benchmark, Field, Limit, Platform, Player, SafeArea, Text, Variable

_POSTS = "learn.microsoft.com, LinkedIn Posts API"
_VIDEOS = "learn.microsoft.com, LinkedIn Videos API"
_READ = date(2026, 9, 1)
TITLE = Limit(400, "chars", _POSTS, _READ)
LONGEST = Limit(1_800, "seconds", _VIDEOS, _READ)
_HOSTS = {"auth": "https://www.linkedin.com", "api": "https://api.linkedin.com"}
DEFAULT_VISIBILITY = "PUBLIC"

DESCRIPTOR = Platform(
    key="linkedin",
    label="LinkedIn",
    nicknames=("li",),
    text=Text(
        Limit(3_000, "utf16", _POSTS, _READ),
        3_000,
        "insight first, business value, a closing question",
        advised_hashtags=3,
        title=TITLE,
    ),
    longest_video=LONGEST,
    player=Player("1:1", 600, 10_000, SafeArea(0.08, 0.08, 0.18, 0.06)),
    needs_media=False,
    fields=(
        Field(
            "visibility", "Who can see this", "choice", initial=DEFAULT_VISIBILITY,
            choices=(
                ("PUBLIC", "Everyone"), ("LOGGED_IN", "Everyone on LinkedIn"), ("CONNECTIONS", "Connections only"),
            ),
        ),
        Field(
            "media_title", "Title of the video or picture", "text", group=MORE,
            unit=TITLE.unit, limit=int(TITLE.value),
        ),
        Field("no_reshare", "Do not let others reshare it", "toggle", group=MORE),
    ),
    advice=Advice(
        posts_per_week=Benchmark(2, "", "2026-11"),
        closings={
            "professional": "How does your team approach this?",
            "witty": "Which of these happened in your last meeting?",
            "casual": "What has worked for you?",
            "urgent": "What will you change this week?",
        },
        calls=("How does your team handle this? Tell me below.", "How does your team do it?", "And you?"),
        hashtags=("video", "insights", "learning", "work", "tips"),
    ),
    apps=(
        App(
            "linkedin", hosts=_HOSTS, issued=(".linkedin.com",),
            help="LinkedIn as members (*Share on LinkedIn*, *Sign In with OpenID Connect*)",
        ),
        # Pages need an app that LinkedIn has let into its Community Management API.
        App(
            "linkedin_pages", hosts=_HOSTS, issued=(".linkedin.com",), like="linkedin",
            help="LinkedIn as pages: an app with the Community Management API, which may be the same one",
        ),
    ),
    variables=(
        Variable(
            "version", "LINKEDIN_VERSION", "202609", pattern=r"^20\d{4}$",
            help="version (YYYYMM) of LinkedIn's API; each ends about a year after its release, and posts then wait",
        ),
        Variable(
            "member_analytics", "LINKEDIN_MEMBER_ANALYTICS", False, imitated=True,
            help="true once LinkedIn lets the app read members' numbers; else profiles have likes and comments only",
        ),
    ),
)  # fmt: skip
