"""What each platform's descriptor says fits together, and what reads it says the same."""

import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

import platforms
from ai.captions.schema import Tone
from core.text.lengths import UNITS
from editing.formats import ASPECTS
from platforms import CONNECTORS, PLATFORMS, documents
from platforms.descriptor import App, Service
from publishing.platforms.registry import ADAPTERS, SERVICES

ROOT = Path(settings.BASE_DIR)


@pytest.mark.parametrize("platform", PLATFORMS.values(), ids=lambda platform: platform.key)
class TestPlatform:
    def test_its_folder_has_its_key_and_a_glyph_on_a_plate(self, platform):
        glyph = (ROOT / "platforms" / platform.key / "glyph.svg").read_text()
        assert '<rect width="24" height="24"' in glyph
        assert platform.dark == any(f'fill="{black}"' in glyph.split("/>")[0] for black in ("#000", "#010101"))

    def test_its_text_can_be_counted(self, platform):
        assert platform.text.unit in UNITS
        assert platform.text.target <= platform.text.most
        assert platform.text.measure("a") == 1

    def test_its_player_takes_an_aspect_that_can_be_rendered(self, platform):
        assert platform.player.aspect in ASPECTS
        if platform.longest_video:
            assert platform.player.longest_s <= float(platform.longest_video.value)

    def test_its_fields_refer_to_each_other(self, platform):
        kinds = {item.name: item.kind for item in platform.fields}
        assert len(kinds) == len(platform.fields)
        for item in platform.fields:
            assert item.kind in {"toggle", "answer", "choice", "text", "lines", "number", "picture"}
            assert not item.depends_on or kinds[item.depends_on] == "toggle"
            assert bool(item.choices) == (item.kind in ("choice", "answer"))
        assert all(not terms.when or kinds[terms.when] == "toggle" for terms in platform.terms)

    def test_its_defaults_are_values_of_its_fields(self, platform):
        known = {item.name: item for item in platform.fields}
        for public in (True, False):
            for name, value in platform.options(public=public).items():
                assert known[name].kind != "choice" or value in dict(known[name].choices)

    def test_its_advice_has_words_for_every_tone(self, platform):
        assert set(platform.advice.closings) == set(Tone)
        assert platform.advice.calls
        assert platform.advice.hashtags

    def test_its_adapter_has_its_limits(self, platform):
        adapter = ADAPTERS[platform.key]
        assert adapter.descriptor is platform
        assert adapter.limits["text"] is platform.text.limit
        assert adapter.fields is platform.fields


def test_services_have_adapters_and_no_fields() -> None:
    assert list(SERVICES) == [item.key for item in CONNECTORS.values() if isinstance(item, Service)]
    assert all(adapter.fields == () for adapter in SERVICES.values())


@pytest.mark.parametrize(
    ("name", "key"), [("x", "twitter"), (" X ", "twitter"), ("Twitter/X", "twitter"), ("tiktok", "tiktok"), ("y", "y")]
)
def test_names_lead_to_keys(name: str, key: str) -> None:
    assert platforms.canonical(name) == key


@pytest.mark.parametrize("key", ["Toy", "a-b", "much_too_long_a_name", ""])
def test_a_key_that_rows_cannot_hold_is_refused(key: str) -> None:
    with pytest.raises(ValueError, match="is no key of a platform"):
        Service(key=key, label="Toy", apps=(App("toy", {}),))


@pytest.mark.parametrize("name", documents.PLACES)
def test_documents_say_what_the_descriptors_say(name: str) -> None:
    text = (ROOT / name).read_text()
    assert documents.with_part(text, documents.PLACES[name]()) == text, "run python -m platforms.documents"


def test_reading_them_needs_no_django() -> None:
    code = "import sys, platforms; sys.exit('django' in sys.modules or 'pydantic' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0
