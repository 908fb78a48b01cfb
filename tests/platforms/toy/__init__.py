"""A platform for toys, as one would be added: this folder, and a line in the registry (see `settings.py`)."""

from datetime import date

from platforms.descriptor import (
    MORE,
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
    Variable,
    Visibility,
)

_READ = date(2026, 11, 30)
_GIFT = Group("A gift")

DESCRIPTOR = Platform(
    key="toy",
    label="Toy",
    aliases=("ty",),
    nicknames=("toys",),
    adapter="tests.platforms.toy.adapter",
    text=Text(Limit(60, "chars", "toy.example, posts", _READ), 60, "playful", hashtags=2, forbidden="%"),
    longest_video=Limit(20, "seconds", "toy.example, videos", _READ),
    player=Player("4:5", 20, 4_000, SafeArea(0.1, 0.1, 0.1, 0.1)),
    fields=(
        Field(
            "audience", "Who may play", "choice", needed=True, choices=(("all", "Everybody"), ("friends", "Friends")),
            offered_by="audiences",
        ),
        Field("gift", "It is a gift", "toggle", group=_GIFT),
        Field("ribbon", "With a ribbon", "toggle", group=_GIFT, depends_on="gift"),
        Field("colours", "Colours", "lines", group=MORE),
    ),
    terms=(Terms("House Rules"), Terms("Gift Rules", when="gift")),
    visibility=Visibility("audience", public="all", private="friends"),
    advice=Advice(
        posts_per_week=Benchmark(4, "Toy Times 2026", "2026-11"),
        closings=dict.fromkeys(("professional", "witty", "casual", "urgent"), "Play on!"),
        calls=("Come and play with us.", "Come and play.", "Play!"),
        hashtags=("toys",),
    ),
    apps=(App("toy", hosts={"auth": "https://www.toy.example", "api": "https://api.toy.example"}),),
    variables=(Variable("batteries", "TOY_BATTERIES", 2, minimum=1, help="how many it needs"),),
)  # fmt: skip
