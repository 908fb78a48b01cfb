"""How a person connects Blotato."""

from publishing.platforms.declared import Guide

GUIDE = Guide(
    needs="A Blotato plan with its API, and accounts that are connected in Blotato's own settings.",
    steps=(
        "On blotato.com connect the accounts you want to post to, then open Settings, API and copy your API key.",
        "Paste the key here and press Connect. It is stored encrypted and never shown again.",
        "Choose which of the accounts to connect. Their posts go out through Blotato.",
    ),
)
