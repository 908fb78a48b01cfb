"""YouTube."""

from datetime import date

from platforms.descriptor import (
    MORE,
    Advice,
    App,
    Benchmark,
    Field,
    Limit,
    Platform,
    Player,
    SafeArea,
    Text,
    Variable,
    Visibility,
)

_API = "developers.google.com/youtube/v3/docs/videos"
_HELP = "support.google.com/youtube, three-minute Shorts"
_READ = date(2026, 11, 4)
TITLE = Limit(100, "chars", _API, _READ)
LONGEST = Limit(12 * 3600, "seconds", _API, _READ)
SHORT = Limit(180, "seconds", _HELP, _READ)
DEFAULT_CATEGORY = "22"

DESCRIPTOR = Platform(
    key="youtube",
    label="YouTube",
    nicknames=("yt",),
    preselected=True,
    text=Text(
        Limit(5_000, "bytes", _API, _READ),
        2_000,
        "keywords early, then what the video shows",
        hashtags=15,
        forbidden="<>",
        title=TITLE,
        needs_title=True,
        word="description",
    ),
    longest_video=LONGEST,
    player=Player("9:16", float(SHORT.value), 16_000, SafeArea(0.10, 0.13, 0.25, 0.06), vertical_feed=True),
    fields=(
        Field(
            "title", "Title", "text", unit=TITLE.unit, limit=int(TITLE.value),
            help="Left empty, the first line of the text is taken.",
        ),
        Field(
            "privacy_status", "Who can see this video", "choice", needed=True, initial="public",
            choices=(("public", "Public"), ("unlisted", "Unlisted (anyone with the link)"), ("private", "Private")),
        ),
        Field(
            "made_for_kids", "Is this video made for kids?", "answer", needed=True,
            choices=(("no", "No, it is not made for kids"), ("yes", "Yes, it is made for kids")),
            help="YouTube requires an answer by law (COPPA).",
        ),
        Field(
            "thumbnail_file_id", "Thumbnail", "picture", empty="YouTube chooses one",
            help="A picture of the media library. YouTube asks for a verified channel.",
        ),
        Field(
            "category_id", "Category", "choice", group=MORE, initial=DEFAULT_CATEGORY, compact=True,
            choices=(
                ("1", "Film & animation"), ("2", "Autos & vehicles"), ("10", "Music"), ("15", "Pets & animals"),
                ("17", "Sports"), ("19", "Travel & events"), ("20", "Gaming"), ("22", "People & blogs"),
                ("23", "Comedy"), ("24", "Entertainment"), ("25", "News & politics"), ("26", "How-to & style"),
                ("27", "Education"), ("28", "Science & technology"),
            ),
        ),
        Field("tags", "Tags", "lines", group=MORE, help="Separated by commas."),
        Field("notify_subscribers", "Notify subscribers", "toggle", group=MORE, initial=True),
        Field("is_synthetic", "Contains realistic altered or generated scenes", "toggle", group=MORE),
    ),
    visibility=Visibility("privacy_status", public="public", private="private"),
    defaults={"made_for_kids": False},
    advice=Advice(
        posts_per_week=Benchmark(3, "", "2026-11"),
        longest=Benchmark(float(SHORT.value), "YouTube: Shorts up to 3 minutes", "2026-11"),
        closings={
            "professional": "Subscribe for the next part.",
            "witty": "Subscribe; the next one comes without homework.",
            "casual": "Subscribe if you want more of this.",
            "urgent": "Watch to the end, then try it today.",
        },
        calls=("Subscribe, and tell me what to cover next.", "Subscribe for the next part.", "Subscribe."),
        hashtags=("shorts", "youtubeshorts", "shortvideo", "video", "tips"),
    ),
    apps=(
        App(
            "youtube",
            hosts={
                "auth": "https://accounts.google.com",
                "token": "https://oauth2.googleapis.com",
                "api": "https://www.googleapis.com",
                "analytics": "https://youtubeanalytics.googleapis.com",
            },
            issued=(".googleapis.com",),
        ),
    ),
    variables=(
        Variable(
            "daily_inserts", "YOUTUBE_DAILY_INSERTS", 0, minimum=0, otherwise=100,
            help="videos a day that YouTube takes from the app (100, the published default); raise it after an audit",
        ),
        Variable(
            # The imitation has the app's whole day to itself unless a share is asked for.
            "channel_daily_limit", "YOUTUBE_CHANNEL_DAILY_LIMIT", 0, minimum=0, otherwise=6, imitated=100,
            help="videos a day that one channel may use of them (6; in the sandbox all)",
        ),
    ),
)  # fmt: skip
