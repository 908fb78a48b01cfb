"""TikTok."""

from datetime import date

from platforms.descriptor import (
    Advice,
    App,
    Benchmark,
    Field,
    Group,
    Limit,
    Platform,
    Player,
    SafeArea,
    Terms,
    Text,
    Visibility,
)

_POST = "developers.tiktok.com, Content Posting API, direct post reference"
_READ = date(2026, 11, 5)
LONGEST = Limit(600, "seconds", _POST, _READ)
PHOTO_TITLE = Limit(90, "utf16", _POST, _READ)

_INTERACTION = Group("Interaction")
_COMMERCIAL = Group("Commercial content")
_PHOTOS = Group("For photos", folded=True)

DESCRIPTOR = Platform(
    key="tiktok",
    label="TikTok",
    nicknames=("tt",),
    preselected=True,
    dark=True,
    text=Text(Limit(2_200, "utf16", _POST, _READ), 150, "very short, the hook first"),
    longest_video=LONGEST,
    player=Player("9:16", 600, 12_000, SafeArea(0.08, 0.13, 0.21, 0.06), vertical_feed=True),
    names_creator=True,
    # TikTok's duties: the audience has no default, every interaction is off until the person allows it.
    fields=(
        Field(
            "send_to", "How", "choice", needed=True, initial="post",
            choices=(("post", "Post it"), ("inbox", "Put it into my TikTok inbox as a draft")),
            help="A draft is finished in TikTok's app; its caption is written there, except for photos.",
        ),
        Field(
            "privacy_level", "Who can see this video", "choice", needed=True, offered_by="privacy_level_options",
            choices=(
                ("PUBLIC_TO_EVERYONE", "Everyone"),
                ("MUTUAL_FOLLOW_FRIENDS", "Friends (followers you follow back)"),
                ("FOLLOWER_OF_CREATOR", "Followers"),
                ("SELF_ONLY", "Only me"),
            ),
        ),
        Field("allow_comment", "Allow comments", "toggle", group=_INTERACTION, switched_off_by="comment_disabled"),
        Field("allow_duet", "Allow duets", "toggle", group=_INTERACTION, switched_off_by="duet_disabled"),
        Field("allow_stitch", "Allow stitches", "toggle", group=_INTERACTION, switched_off_by="stitch_disabled"),
        Field(
            "disclose", "This video promotes a brand, a product or a service", "toggle", group=_COMMERCIAL,
            help="TikTok then shows a label on the video.",
        ),
        Field(
            "your_brand", "My own brand (“Promotional content”)", "toggle", group=_COMMERCIAL, depends_on="disclose"
        ),
        Field(
            "branded_content", "Another brand (“Paid partnership”)", "toggle", group=_COMMERCIAL, depends_on="disclose"
        ),
        Field("is_aigc", "Made with AI", "toggle"),
        Field(
            "title", "Title", "text", group=_PHOTOS, unit=PHOTO_TITLE.unit, limit=int(PHOTO_TITLE.value),
            help="For photos only; 90 characters at most.",
        ),
        Field("auto_add_music", "Let TikTok add music to photos", "toggle", group=_PHOTOS),
        Field("cover_ms", "Cover frame", "number", help="Milliseconds from the start.", on_form=False),
    ),
    terms=(Terms("Music Usage Confirmation"), Terms("Branded Content Policy", when="branded_content")),
    notice="TikTok may take some minutes to show the video on your profile.",
    visibility=Visibility("privacy_level", public="PUBLIC_TO_EVERYONE", private="SELF_ONLY"),
    advice=Advice(
        posts_per_week=Benchmark(
            5,
            "Socialinsider benchmarks 2026 (70 million posts, 2024-2025): brands average about 5 posts a week",
            "2026-02",
        ),
        closings={
            "professional": "Save it for later.",
            "witty": "Tag the one who needs this.",
            "casual": "Tell me in the comments.",
            "urgent": "Save it now.",
        },
        calls=("Save this for later, and tell me how it went.", "Save this for later.", "Save it."),
        hashtags=("tiktok", "shortvideo", "learnontiktok", "video", "tips"),
    ),
    apps=(
        App(
            "tiktok",
            hosts={
                "auth": "https://www.tiktok.com",
                "api": "https://open.tiktokapis.com",
                "upload": "https://open-upload.tiktokapis.com",
            },
            issued=(".tiktokapis.com",),
            id_names=("TIKTOK_CLIENT_KEY",),
        ),
    ),
)  # fmt: skip
