"""The song's page with its panels, the page about sources, and the operator's."""

from __future__ import annotations

import html
import re
from dataclasses import replace

import pytest

from portal import create_app
from portal.config import SpotifySettings
from portal.models import KeptAnswer, RecommendationRecord, utc_now
from portal.ports import SourceError, Suggestion
from portal.web import EXTENSION
from portal.worker import serve
from tests.support.patience import TimedSource

HOSTILE = '"><script>alert(1)</script><img src=x onerror=alert(1)>'


def test_the_page_names_every_source_and_says_why(as_alice, outside, add_vector, publish, alice, bob, make_song):
    outside(TimedSource(), TimedSource("listenbrainz"))
    song = add_vector(make_song(alice), 1, 0)
    mine = add_vector(make_song(alice, title="Mine"), 1, 0.1)
    theirs = publish(add_vector(make_song(bob, title="Theirs"), 1, 1.2))
    page = as_alice.get(f"/songs/{song.id}").text
    assert re.findall(r'aria-labelledby="panel-(\w+)"', page) == [
        *("library", "public", "spotify", "listenbrainz", "catalogue")
    ]
    assert f'href="/songs/{mine.id}"' in page
    assert theirs.title in page
    assert "Very close" in page
    assert "In the same direction" in page
    assert "From Spotify&rsquo;s search for jazz" in page
    assert "not chosen for you" in page


def test_no_song_of_others_that_is_not_public_is_on_the_page(as_alice, add_vector, alice, bob, make_song):
    song = add_vector(make_song(alice), 1, 0)
    secret = add_vector(make_song(bob, title="Secret of Bob"), 1, 0)
    page = as_alice.get(f"/songs/{song.id}").text
    assert secret.title not in page
    assert secret.id not in page


def test_spotifys_rows_lead_back_with_their_pictures_as_they_came(as_alice, outside, alice, make_song):
    picture = "https://i.scdn.co/image/1"
    outside(TimedSource(found=[Suggestion("Nina", "Sinnerman", "https://open.spotify.com/track/1", "1", picture)]))
    page = as_alice.get(f"/songs/{make_song(alice).id}").text
    (image,) = re.findall(r"<img [^>]*i\.scdn\.co[^>]*>", page)
    assert f'src="{picture}"' in image
    assert 'alt="" loading="lazy" referrerpolicy="no-referrer"' in image
    assert page.count('href="https://open.spotify.com/track/1"') == 2
    assert "Open on Spotify" in page


def test_ids_without_names_are_plain_links(as_alice, session, alice, make_song):
    song = make_song(alice)
    link = {"url": "https://open.spotify.com/track/7", "external_id": "7", "query": "q", "artist": "", "title": ""}
    song.prediction.recommendations.append(RecommendationRecord(source="spotify", position=0, **link))
    session.commit()
    page = as_alice.get(f"/songs/{song.id}").text
    assert "A track on Spotify" in page
    assert link["url"] in page


@pytest.mark.parametrize(
    "error",
    [
        *(SourceError("quota_exceeded", retry_after=83_316), SourceError("keys_refused"), SourceError("timeout")),
        *(ValueError("x"), OSError(), RecursionError(), SystemExit(1)),
    ],
)
def test_the_page_is_there_whatever_a_source_raises(as_alice, outside, alice, make_song, error):
    def fail():
        raise error

    outside(TimedSource(on_ask=fail), TimedSource("listenbrainz", on_ask=fail))
    answer = as_alice.get(f"/songs/{make_song(alice).id}")
    assert answer.status_code == 200
    assert "starter list" in answer.text
    assert type(error).__name__ not in answer.text


def test_the_page_says_until_when_a_source_rests_and_hides_the_cause_of_refused_keys(
    as_alice, outside, alice, make_song
):
    outside(TimedSource(error="quota_exceeded", retry_after=600), TimedSource("listenbrainz", error="keys_refused"))
    page = html.unescape(as_alice.get(f"/songs/{make_song(alice).id}").text)
    assert re.search(r"Spotify is resting until (\d+ \w+, )?\d\d:\d\d UTC: its quota is used up\.", page)
    assert "ListenBrainz needs the operator's attention." in page
    assert "refused" not in page


def test_hostile_titles_are_shown_as_text(as_alice, outside, session, alice, make_song, add_vector):
    outside(TimedSource(found=[Suggestion(HOSTILE, HOSTILE, 'https://e.org/"onclick=x', "1", 'https://e.org/"x')]))
    song = add_vector(make_song(alice), 1, 0)
    add_vector(make_song(alice, title=HOSTILE, tags={"artist": HOSTILE}), 1, 0.1)
    page = as_alice.get(f"/songs/{song.id}").text
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert '"onclick' not in page
    assert page.count(html.escape(HOSTILE, quote=True).replace("&quot;", "&#34;")) >= 3


def test_panels_of_twenty_rows_are_shown_whole(as_alice, session, alice, make_song):
    song = make_song(alice)
    for position in range(20):
        row = {"artist": "A" * 200, "title": f"T{position} " + "x" * 290, "url": "https://example.org/" + "y" * 480}
        song.prediction.recommendations.append(RecommendationRecord(source="catalogue", position=position, **row))
    session.commit()
    page = as_alice.get(f"/songs/{song.id}").text
    assert all(f"T{position} x" in page for position in range(20))


def test_an_answer_that_is_over_is_not_on_the_page(as_alice, outside, session, alice, make_song):
    source = TimedSource(found=[Suggestion("A", "Old name", "https://example.org/1", "1")])
    outside(source)
    song = make_song(alice)
    assert "Old name" in as_alice.get(f"/songs/{song.id}").text
    session.query(KeptAnswer).update({"expires_at": utc_now()})
    session.commit()
    source.error = "timeout"
    assert "Old name" not in as_alice.get(f"/songs/{song.id}").text


def test_a_suggestion_can_be_put_on_a_playlist(as_alice, add_vector, alice, make_song):
    song = add_vector(make_song(alice), 1, 0)
    other = add_vector(make_song(alice), 1, 0)
    page = as_alice.get(f"/songs/{song.id}").text
    assert f"item=song:{other.id}" in page
    assert len(re.findall(r"item=catalogue:\w+", page)) == 6


def test_all_panels_together_keep_their_budget(
    services, outside, add_vector, publish, alice, bob, make_song, count_queries
):
    service = outside(TimedSource(), TimedSource("listenbrainz"))
    song = add_vector(make_song(alice), 1, 0)
    for number in range(10):
        add_vector(make_song(alice), 1, number / 10)
        publish(add_vector(make_song(bob), 1, number / 10))
    song = services.history.song(alice.id, song.id)
    service.panels(song)
    with count_queries() as statements:
        assert len(service.panels(song)) == 5
    # The vector, the library and its hits, the public hits; how sources stand and what is kept of their answers.
    assert len(statements) == 4 + 2


def test_anybody_reads_where_suggestions_come_from(client):
    page = client.get("/sources").text
    assert "24 hours at most" in page
    assert page.count("Not in use here") == 2


def test_the_page_says_which_sources_are_in_use(client, outside):
    outside(TimedSource())
    page = client.get("/sources").text
    assert (page.count("In use here"), page.count("Not in use here")) == (1, 1)


@pytest.mark.parametrize("connectable", [False, True])
def test_the_page_tells_how_to_disconnect_where_one_can_connect(app, client, services, connectable):
    spotify = SpotifySettings(client_id="a", client_secret="b", user_oauth=connectable)
    app.extensions[EXTENSION] = replace(services, settings=replace(services.settings, spotify=spotify))
    page = client.get("/sources").text
    assert ('href="/spotify"' in page) == connectable
    assert ("nothing to disconnect" in page) != connectable


def test_every_page_leads_to_it(client):
    assert 'href="/sources"' in client.get("/").text


@pytest.mark.parametrize(("method", "path"), [("GET", "/admin/sources"), ("POST", "/admin/sources/spotify/again")])
def test_how_sources_stand_is_for_admins(client, as_alice, outside, method, path):
    outside(TimedSource())
    assert as_alice.open(path, method=method).status_code == 404
    assert client.open(path, method=method).status_code == 302


def test_an_admin_sees_how_each_source_stands(as_admin, outside, services):
    service = outside(TimedSource(error="owner_needs_premium"), TimedSource("listenbrainz"))
    service.panels_for_genre("jazz", "a")
    page = html.unescape(as_admin.get("/admin/sources").text)
    assert "Needs attention: the app owner's Premium lapsed." in page
    assert "Well." in page
    assert page.count("Ask again now") == 1


def test_an_admin_is_told_how_to_set_up_what_is_not(as_admin):
    page = as_admin.get("/admin/sources").text
    assert "SPOTIFY_CLIENT_ID" in page
    assert page.count("Not configured") == 2


def test_an_admin_lets_a_source_be_asked_again(as_admin, outside):
    source = TimedSource(error="keys_refused")
    service = outside(source)
    service.panels_for_genre("jazz", "a")
    answer = as_admin.post("/admin/sources/spotify/again")
    assert (answer.status_code, answer.location) == (303, "/admin/sources")
    source.error = None
    assert service.panels_for_genre("jazz", "a")[0].items


@pytest.mark.parametrize("name", ["listenbrainz", "nothing", "a%00b", "x" * 500])
def test_what_is_not_set_up_cannot_be_asked_again(as_admin, outside, name):
    outside(TimedSource())
    assert as_admin.post(f"/admin/sources/{name}/again").status_code == 404


@pytest.mark.parametrize(
    ("spotify", "images"),
    [
        (SpotifySettings(), "img-src 'self' data:;"),
        (SpotifySettings(client_id="a", client_secret="b"), "img-src 'self' data: https://i.scdn.co;"),
        (
            SpotifySettings(client_id="a", client_secret="b", api_url="http://127.0.0.1:9090/v1"),
            "img-src 'self' data: https://i.scdn.co http://127.0.0.1:9090;",
        ),
    ],
)
def test_pictures_come_from_spotify_only_where_it_is_configured(settings, spotify, images):
    client = create_app(replace(settings, testing=True, spotify=spotify)).test_client()
    assert images in client.get("/healthz").headers["Content-Security-Policy"]


def test_the_logo_is_shown_where_the_operator_put_one(app, as_alice, outside, alice, make_song, monkeypatch):
    outside(TimedSource())
    song = make_song(alice)
    assert 'alt="Spotify"' not in as_alice.get(f"/songs/{song.id}").text
    monkeypatch.setitem(app.jinja_env.globals, "spotify_logo", "brand/spotify.svg")
    assert 'src="/static/brand/spotify.svg"' in as_alice.get(f"/songs/{song.id}").text


def test_the_worker_sweeps_kept_answers_with_its_recovery(app, services, session, outside):
    outside(TimedSource()).panels_for_genre("jazz", "a")
    session.query(KeptAnswer).update({"expires_at": utc_now()})
    session.commit()
    queue = RecordingQueue()
    app.extensions[EXTENSION] = replace(app.extensions[EXTENSION], queue=queue, jobs=NoJobs())
    serve(app)
    queue.recover()
    assert session.query(KeptAnswer).count() == 0


class RecordingQueue:
    """Remembers what it is to do each minute, and serves nothing."""

    def consume(self, *, recover, **_):
        self.recover = recover


class NoJobs:
    def prepare(self):
        """Load no model."""

    def recover(self):
        return 0


@pytest.fixture
def outside(app, recommending):
    """Return a factory: outside(source, …) -> the app's service, which asks these sources from now on."""

    def use(*sources):
        service = recommending(*sources, now=utc_now)
        app.extensions[EXTENSION] = replace(app.extensions[EXTENSION], recommendations=service)
        return service

    return use


@pytest.fixture
def as_admin(app, session, alice):
    alice.is_admin = True
    session.commit()
    return app.test_client(user=alice)
