"""Blotato: a service that posts to the platforms connected there."""

from platforms.descriptor import App, Service

DESCRIPTOR = Service(
    key="blotato",
    label="Blotato",
    apps=(
        App(
            "blotato",
            hosts={"api": "https://backend.blotato.com", "files": "https://database.blotato.io"},
            issued=(".blotato.io", ".blotato.com"),
            by_key=True,
            help=(
                "Blotato: the key that is used when a person leaves the field empty; every workspace then reaches its "
                "accounts"
            ),
        ),
    ),
)
