"""What a browser keeps for when it cannot reach us."""

from __future__ import annotations

import json
import re

import pytest


def test_the_worker_comes_from_the_root_and_is_asked_for_each_time(client):
    answer = client.get("/sw.js")
    assert answer.status_code == 200
    assert answer.mimetype == "text/javascript"
    assert answer.headers["Cache-Control"] == "no-cache"


def test_all_that_the_worker_keeps_is_there(client):
    kept = named(client)
    for address in (kept["page"], *kept["assets"]):
        with client.get(address) as answer:
            assert answer.status_code == 200


def test_the_worker_keeps_all_that_the_page_is_drawn_with(client):
    page = client.get("/offline").text
    assert sorted(re.findall(r'<link rel="stylesheet" href="([^"]+)"', page)) == sorted(named(client)["assets"])
    assert not re.findall(r"<script|<img", page)


def test_another_language_is_kept_under_another_name(client):
    german = json.loads(block(client.get("/sw.js", headers={"Accept-Language": "de"}).text))
    assert german["name"] != named(client)["name"]


@pytest.mark.parametrize("path", ["/offline", "/sw.js"])
def test_what_is_kept_is_nobodys_own(as_alice, client, path):
    assert as_alice.get(path).text == client.get(path).text
    assert "csrf" not in client.get(path).text


def named(client):
    return json.loads(block(client.get("/sw.js").text))


def block(script):
    return re.search(r"const KEPT = (\{.*\});", script).group(1)
