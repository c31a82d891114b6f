"""Settings fail at start, by name."""

from __future__ import annotations

import contextlib
import stat

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.config import SettingError, Settings

SECRET = "a secret of decent length"


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
    ],
)
def test_a_wrong_value_is_told_by_its_name(read, name, value):
    with pytest.raises(SettingError, match=name):
        read(**{name: value})


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
