from __future__ import annotations

import pytest

from portal.help.pages import GUIDE, names


@pytest.mark.parametrize("name", names())
def test_every_page_of_the_guide_is_shown_to_strangers(client, name):
    answer = client.get("/help" if name == "index" else f"/help/{name}")
    assert answer.status_code == 200
    assert answer.text.count("<h1") == 1
    assert 'aria-current="page"' in answer.text


def test_the_pages_hold_no_script_and_no_style_of_their_own(client):
    for name in names():
        text = client.get(f"/help/{name}").text
        assert "<script" not in text.partition("<main")[2].partition("</main>")[0]
        assert "style=" not in text


def test_a_page_leads_to_the_next_one(client):
    first, second = names()[1:3]
    assert f'rel="next" href="/help/{second}"' in client.get(f"/help/{first}").text
    assert f'rel="prev" href="/help/{first}"' in client.get(f"/help/{second}").text


def test_who_reads_another_language_is_told_where_a_page_is_in_english(client, monkeypatch):
    monkeypatch.setattr("portal.help.views.tag", lambda: "tlh")
    text = client.get("/help").text
    assert "has not been translated yet" in text
    assert '<article class="prose" lang="en">' in text


def test_a_picture_may_be_kept_for_a_while(client):
    name = min(file.name for file in (GUIDE / "img").glob("*.webp"))
    answer = client.get(f"/help/img/{name}")
    assert (answer.status_code, answer.content_type) == (200, "image/webp")
    answer.close()
    assert "public" in answer.headers["Cache-Control"]
    assert "max-age=86400" in answer.headers["Cache-Control"]


@pytest.mark.parametrize(
    "path",
    ["/help/nothing", "/help/index.md", "/help/img/nothing.webp", "/help/img/../index.md", "/help/img/%2e%2e/index.md"],
)
def test_nothing_else_is_there(client, path):
    assert client.get(path).status_code == 404
