"""Wrong or unsafe settings end the start with a sentence that names the variable."""

import os
import re
import stat
import subprocess
import sys

import pytest
from django.conf import settings

from config import env
from config.platforms import platform_settings

SAFE = {
    "DATABASE_URL": "postgresql://u@localhost/x",
    "REDIS_URL": "redis://localhost:6379/0",
    "SECRET_KEY": "s" * 40,
    "ENCRYPTION_KEY": "e" * 32,
    "PUBLIC_BASE_URL": "https://app.example.com",
}


@pytest.fixture
def bare(monkeypatch, tmp_path):
    """An environment without any variable of ours; sets the given ones."""
    for name in [*env.Env.model_fields, "TIKTOK_CLIENT_KEY", "FACEBOOK_APP_ID", "FACEBOOK_APP_SECRET"]:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("VAR_DIR", str(tmp_path))
    monkeypatch.setitem(env.Env.model_config, "env_file", None)

    def load(**values):
        for name, value in values.items():
            monkeypatch.setenv(name, value)
        return env.load()

    return load


class TestMode:
    def test_nothing_set_is_embedded(self, bare):
        found = bare()
        assert found.embedded
        assert found.base_url == "http://localhost:8000"

    def test_a_database_outside_is_production(self, bare):
        assert bare(**SAFE).production

    def test_mode_decides_outright(self, bare):
        assert bare(MODE="embedded", REDIS_URL="redis://x").embedded


class TestRefusals:
    @pytest.mark.parametrize(
        ("values", "words"),
        [
            ({"PORT": "eighty"}, "PORT"),
            ({"PORT": "70000"}, "PORT"),
            ({"TRUSTED_PROXIES": "*"}, "TRUSTED_PROXIES"),
            ({"TRUSTED_PROXIES": "-1"}, "TRUSTED_PROXIES"),
            ({"DATABASE_URL": "mysql://x"}, "DATABASE_URL: must start with postgresql://"),
            ({"REDIS_URL": "http://x"}, "REDIS_URL"),
            ({"CORS_ORIGINS": "https://a.example.com/path"}, "CORS_ORIGINS"),
            ({"PUBLIC_BASE_URL": "app.example.com"}, "PUBLIC_BASE_URL"),
            ({"ENCRYPTION_KEY": "short"}, "ENCRYPTION_KEY must be exactly 32 bytes"),
            ({"ENCRYPTION_KEYS_OLD": "short"}, "ENCRYPTION_KEYS_OLD"),
            ({"S3_BUCKET": "b"}, "S3_BUCKET, S3_ACCESS_KEY and S3_SECRET_KEY belong together"),
            ({"TIKTOK_CLIENT_ID": "x"}, "TIKTOK_CLIENT_ID and TIKTOK_CLIENT_SECRET belong together"),
            ({"MAX_UPLOAD_MB": "0"}, "MAX_UPLOAD_MB"),
            ({"MODE": "turbo"}, "MODE"),
            ({**SAFE, "SECRET_KEY": "short"}, "SECRET_KEY must be set in production"),
            ({**SAFE, "ENCRYPTION_KEY": ""}, "ENCRYPTION_KEY must be set in production"),
            ({**SAFE, "DEBUG": "true"}, "DEBUG must be off in production"),
            ({**SAFE, "REDIS_URL": ""}, "REDIS_URL must be set in production"),
            ({**SAFE, "PUBLIC_BASE_URL": ""}, "PUBLIC_BASE_URL must be set in production"),
        ],
    )
    def test_name_the_variable(self, bare, values, words):
        with pytest.raises(SystemExit) as caught:
            bare(**values)
        assert words in str(caught.value)
        assert "The configuration is not usable" in str(caught.value)

    def test_the_process_ends_with_the_sentence(self, tmp_path):
        done = subprocess.run(
            [sys.executable, "manage.py", "check"],
            cwd=settings.BASE_DIR,
            env={"PATH": os.environ["PATH"], "VAR_DIR": str(tmp_path), **SAFE, "SECRET_KEY": "x"},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode != 0
        assert "SECRET_KEY must be set in production" in done.stderr
        assert "Traceback" not in done.stderr


class TestKeys:
    @pytest.mark.parametrize("text", ["k" * 32, "6b" * 32, "a2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2s="])
    def test_32_bytes_in_three_spellings(self, text):
        assert env.decode_key(text) == b"k" * 32

    def test_are_made_once_for_the_owner_alone(self, bare, tmp_path):
        found = bare()
        first = found.kept_secret("SECRET_KEY")
        assert found.kept_secret("SECRET_KEY") == first
        assert stat.S_IMODE((tmp_path / "secret_key.secret").stat().st_mode) == 0o600

    def test_a_given_one_is_taken(self, bare):
        assert bare(SECRET_KEY="given").kept_secret("SECRET_KEY") == "given"


class TestReading:
    def test_lists_are_split_at_commas(self, bare):
        found = bare(ALLOWED_HOSTS=" a.example , b.example,,", OPERATOR_EMAILS="x@example.com")
        assert (found.ALLOWED_HOSTS, found.OPERATOR_EMAILS) == (["a.example", "b.example"], ["x@example.com"])

    def test_prices_are_json(self, bare):
        assert bare(AI_PRICES='{"m": [1.25, 10]}').AI_PRICES == {"m": (1.25, 10.0)}
        with pytest.raises(SystemExit, match="AI_PRICES"):
            bare(AI_PRICES="1.25")

    def test_an_empty_value_is_the_default(self, bare):
        assert bare(PORT="", MAX_UPLOAD_MB="").PORT == 8000

    def test_an_address_loses_its_last_slash(self, bare):
        assert bare(PUBLIC_BASE_URL="https://app.example.com/").base_url == "https://app.example.com"

    @pytest.mark.parametrize(("host", "address"), [("0.0.0.0", "localhost"), ("192.0.2.1", "192.0.2.1")])
    def test_without_an_address_people_reach_the_host_it_listens_on(self, bare, host, address):
        assert bare(HOST=host, PORT="8010").base_url == f"http://{address}:8010"

    def test_every_variable_of_the_example_file_is_one_of_ours(self):
        text = (settings.BASE_DIR / ".env.example").read_text()
        named = set(re.findall(r"^# ([A-Z][A-Z0-9_]+)=", text, flags=re.MULTILINE))
        assert named
        assert not named - set(env.Env.model_fields)

    def test_every_variable_is_in_the_example_file_but_other_addresses_of_outside_hosts(self):
        text = (settings.BASE_DIR / ".env.example").read_text()
        absent = {name for name in env.Env.model_fields if not re.search(rf"^# {name}=", text, flags=re.MULTILINE)}
        assert all(name.endswith("_URL") for name in absent), absent


class TestPlatforms:
    def test_without_keys_they_are_imitated(self, bare):
        found = platform_settings(bare(), "http://localhost:8000/sandbox")
        assert found["tiktok"]["sandbox"]
        assert found["tiktok"]["urls"]["auth"] == "http://localhost:8000/sandbox/www.tiktok.com"

    def test_a_real_key_leads_to_the_real_host(self, bare):
        found = bare(TIKTOK_CLIENT_ID="a", TIKTOK_CLIENT_SECRET="b")
        assert found.real_platform_keys
        platform = platform_settings(found, "")["tiktok"]
        assert (platform["client_id"], platform["urls"]["auth"]) == ("a", "https://www.tiktok.com")

    def test_names_of_the_documents_are_taken(self, bare):
        assert bare(TIKTOK_CLIENT_KEY="a", TIKTOK_CLIENT_SECRET="b").TIKTOK_CLIENT_ID == "a"
