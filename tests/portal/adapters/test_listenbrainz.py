"""ListenBrainz against a server of our own that answers in its documented shapes."""

from __future__ import annotations

from uuid import UUID

import pytest

from portal.adapters.listenbrainz import BANDS, BATCH, ListenBrainzSource
from portal.ports import SourceError
from tests.support.listenbrainz_server import ListenBrainzServer

SECONDS = 10.0
MBID = "8f3471b5-7e6a-48da-86a9-c1c07a0f47ae"


def test_a_genre_is_asked_for_by_its_tag_and_a_band_that_the_seed_chooses(source, server):
    queries = [source.queries("hiphop", seed=str(number)) for number in range(100)]
    assert {first for first, _ in queries} == {f"hip hop #{band}" for band in BANDS}
    assert {last for _, last in queries} == {"hip hop #0-100"}
    source.ask("hip hop #10-30", seconds=SECONDS)
    [asked] = server.asked("radio")
    assert asked.query == {"tag": "hip hop", "pop_begin": "10", "pop_end": "30", "count": str(BATCH)}


def test_recordings_are_looked_up_in_one_small_batch_and_lead_to_musicbrainz(source, server):
    found = source.ask("jazz #0-20", seconds=SECONDS)
    [asked] = server.asked("metadata")
    assert len(asked.query["recording_mbids"].split(",")) == BATCH
    assert [one.url for one in found] == [f"https://musicbrainz.org/recording/{UUID(one.key)}" for one in found]


def test_a_band_without_recordings_costs_one_request_and_finds_nothing(source, server):
    server.empty_bands.add("0")
    assert source.ask("jazz #0-20", seconds=SECONDS) == []
    assert len(server.requests) == 1


def test_the_token_is_sent_where_there_is_one(server):
    server.token = "secret"
    assert ListenBrainzSource(server.url, "secret").ask("jazz #0-20", seconds=SECONDS)


def test_a_server_that_wants_a_token_is_not_configured_without(source, server):
    server.token = "secret"
    with pytest.raises(SourceError, match="not_configured"):
        source.ask("jazz #0-20", seconds=SECONDS)


def test_its_own_header_says_how_long_to_wait(source, server):
    server.fail("too_often")
    with pytest.raises(SourceError) as refused:
        source.ask("jazz #0-20", seconds=SECONDS)
    assert (refused.value.code, refused.value.retry_after) == ("rate_limited", 7)


@pytest.mark.parametrize(
    "rows",
    [[], [None], [{}], [{"recording_mbid": None}], [{"recording_mbid": "../../login"}], [{"recording_mbid": 7}]],
    ids=str,
)
def test_rows_without_a_proper_id_are_left_out(source, server, rows):
    server.fail("body", "radio", body=rows)
    assert source.ask("jazz #0-20", seconds=SECONDS) == []
    assert server.asked("metadata") == []


@pytest.mark.parametrize(
    "described",
    [None, {}, {"artist": None}, {"artist": {"name": None}, "recording": {"name": "x"}}, {"recording": []}, "text"],
    ids=str,
)
def test_recordings_that_nothing_is_known_of_are_left_out(source, server, described):
    server.fail("body", "radio", body=[{"recording_mbid": MBID}])
    server.fail("body", "metadata", body={MBID: described})
    assert source.ask("jazz #0-20", seconds=SECONDS) == []


@pytest.mark.parametrize("where", ["radio", "metadata"])
def test_another_shape_is_a_bad_answer(source, server, where):
    server.fail("body", where, body="text")
    with pytest.raises(SourceError, match="bad_answer"):
        source.ask("jazz #0-20", seconds=SECONDS)


@pytest.fixture
def server():
    with ListenBrainzServer() as server:
        yield server


@pytest.fixture
def source(server):
    return ListenBrainzSource(server.url)
