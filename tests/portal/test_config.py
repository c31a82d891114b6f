"""Settings fail at start, by name."""

from __future__ import annotations

import contextlib
import stat

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.config import SettingError, Settings

SECRET = "a secret of decent length"
KEYS = {"SPOTIFY_CLIENT_ID": "id", "SPOTIFY_CLIENT_SECRET": "secret"}


def test_a_newcomer_needs_no_setting_at_all(read):
    found = read()
    assert found.database_url.startswith("sqlite:///")
    assert found.public_url == "http://127.0.0.1:8000"
    assert found.queue_url is None


def test_the_secret_is_made_once_and_kept_for_its_owner_only(read, tmp_path):
    assert read().secret_key == read().secret_key
    assert len(read().secret_key) > 30
    assert stat.S_IMODE((tmp_path / "secret_key").stat().st_mode) == 0o600


def test_production_makes_up_no_secret_and_no_address(read):
    with pytest.raises(SettingError, match="SECRET_KEY"):
        read(APP_ENV="production", PUBLIC_URL="https://music.example.org")
    with pytest.raises(SettingError, match="PUBLIC_URL"):
        read(APP_ENV="production", SECRET_KEY=SECRET)
    assert (
        read(APP_ENV="production", SECRET_KEY=SECRET, PUBLIC_URL="https://a.example/").public_url == "https://a.example"
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "eighty"),
        ("PORT", "0"),
        ("PORT", "70000"),
        ("WORKERS", "-1"),
        ("WORKERS", "1.5"),
        ("TRUSTED_PROXIES", "all"),
        ("APP_ENV", "staging"),
        ("QUEUE_URL", "amqp://x"),
        ("SMTP_URL", "mail.example.org"),
        ("PUBLIC_URL", "music.example.org"),
        ("MODEL_PATH", "/nowhere/model.npz"),
        ("SECRET_KEY", "short"),
        ("JOB_TIMEOUT", "0"),
        ("SPOTIFY_CLIENT_ID", "an-id-without-its-secret"),
        ("SPOTIFY_CLIENT_SECRET", "a-secret-without-its-id"),
        ("SPOTIFY_API_URL", "http://api.spotify.com/v1"),
        ("SPOTIFY_API_URL", "https://"),
        ("SPOTIFY_TOKEN_URL", "accounts.spotify.com"),
        ("SPOTIFY_TOKEN_URL", "https://host:port/"),
        ("SPOTIFY_AUTHORIZE_URL", "https://user@accounts.spotify.com/authorize"),
        ("SPOTIFY_MARKET", "Germany"),
        ("SPOTIFY_QUERIES", "/nowhere/queries.json"),
        ("SPOTIFY_USER_OAUTH", "yes"),
        ("SPOTIFY_USER_OAUTH", "1"),
        ("LISTENBRAINZ", "on"),
        ("LISTENBRAINZ_API_URL", "http://listenbrainz.example.org"),
        ("LISTENBRAINZ_TOKEN", "two words"),
        ("TOKEN_KEY", "short"),
        ("TOKEN_KEY", "é" * 44),
    ],
)
def test_a_wrong_value_is_told_by_its_name(read, name, value):
    with pytest.raises(SettingError, match=name):
        read(**{name: value})


def test_without_keys_no_outside_service_is_asked(read):
    assert not read().spotify.configured
    assert not read().spotify.connectable
    assert not read().listenbrainz.enabled


def test_spotify_is_set_up_by_its_keys(read):
    found = read(**KEYS, SPOTIFY_MARKET="DE", SPOTIFY_USER_OAUTH="1").spotify
    assert (found.client_id, found.client_secret, found.market) == ("id", "secret", "DE")
    assert found.connectable
    assert found.api_url == "https://api.spotify.com/v1"
    assert not read(**KEYS).spotify.connectable


def test_a_stand_in_on_this_machine_needs_no_encryption(read):
    assert read(SPOTIFY_API_URL="http://127.0.0.1:9090/v1/").spotify.api_url == "http://127.0.0.1:9090/v1"
    assert read(LISTENBRAINZ="1", LISTENBRAINZ_API_URL="http://localhost:9").listenbrainz.enabled


def test_secrets_are_not_shown_with_the_settings(read):
    key = "k" * 43 + "="
    shown = repr(read(**KEYS, LISTENBRAINZ_TOKEN="tok-of-ours", TOKEN_KEY=key))
    assert not [secret for secret in ("'secret'", "tok-of-ours", key) if secret in shown]


def test_the_operators_queries_are_read_from_their_file(read, tmp_path):
    file = tmp_path / "queries.json"
    file.write_text('{"jazz": ["genre:\\"bebop\\"", "jazz"]}')
    assert read(SPOTIFY_QUERIES=str(file)).spotify.queries == {"jazz": ('genre:"bebop"', "jazz")}


@pytest.mark.parametrize(
    "content", ["", "[]", "{", '{"jazz": "jazz"}', '{"jazz": [""]}', '{"jazz": [1]}', '{"jazz": ["a\\nb"]}', "\udcff"]
)
def test_a_wrong_file_of_queries_is_told_by_its_settings_name(read, tmp_path, content):
    file = tmp_path / "queries.json"
    file.write_text(content, errors="surrogateescape")
    with pytest.raises(SettingError, match="SPOTIFY_QUERIES"):
        read(SPOTIFY_QUERIES=str(file))


def test_an_empty_value_counts_as_none(read):
    assert read(PORT="", DATABASE_URL="", QUEUE_URL="").port == 8000


@given(st.text(max_size=20))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_port_ever_raises_anything_else(read, text):
    with contextlib.suppress(SettingError):
        assert 1 <= read(PORT=text).port <= 65_535


@pytest.fixture
def read(tmp_path):
    return lambda **environ: Settings.from_env({"INSTANCE_PATH": str(tmp_path), **environ})
