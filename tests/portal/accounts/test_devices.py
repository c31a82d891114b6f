"""What browsers call themselves, in plain words."""

from __future__ import annotations

import pytest

from portal.accounts.devices import browser, system

LIKE = "AppleWebKit/537.36 (KHTML, like Gecko)"


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {LIKE} Chrome/131.0.0.0 Safari/537.36", "Chrome, Windows"),
        (f"Mozilla/5.0 (Windows NT 10.0) {LIKE} Chrome/131.0.0.0 Safari/537.36 Edg/131.0", "Edge, Windows"),
        (f"Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) {LIKE} Chrome/131.0 Safari/537.36", "Chrome, ChromeOS"),
        (f"Mozilla/5.0 (Linux; Android 10; K) {LIKE} Chrome/131.0.0.0 Mobile Safari/537.36", "Chrome, Android"),
        (
            f"Mozilla/5.0 (Linux; Android 14) {LIKE} SamsungBrowser/27.0 Chrome/125 Safari/5",
            "Samsung Internet, Android",
        ),
        (f"Mozilla/5.0 (X11; Linux x86_64) {LIKE} Chrome/131.0 Safari/537.36 OPR/115.0", "Opera, Linux"),
        ("Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0", "Firefox, Linux"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Version/18.1 Safari/605.1.15", "Safari, macOS"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) Version/18.1 Safari/604.1", "Safari, iPhone"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) FxiOS/133.0 Safari/605.1", "Firefox, iPhone"),
        ("Mozilla/5.0 (iPad; CPU OS 17_7 like Mac OS X) CriOS/131.0 Safari/604.1", "Chrome, iPad"),
        ("curl/8.5.0", ", "),
        ("", ", "),
        ("<script>alert(1)</script>\N{PILE OF POO}", ", "),
        ("x" * 10_000 + "Firefox/1 Windows", ", "),
    ],
)
def test_each_browser_is_named_and_not_whom_it_wants_to_be_taken_for(agent, words):
    assert f"{browser(agent)}, {system(agent)}" == words
