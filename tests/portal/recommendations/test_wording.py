"""Codes and distances become words that people understand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from portal.recommendations.values import Standing
from portal.recommendations.wording import PROBLEMS, likeness, moment, note, standing_words

NOW = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)
SOON, LATER = NOW + timedelta(minutes=30), NOW + timedelta(seconds=83_316)


@pytest.mark.parametrize(
    ("standing", "said"),
    [
        (Standing("spotify"), ""),
        (Standing("spotify", "timeout"), ""),
        (Standing("spotify", "not_configured", SOON), ""),
        (Standing("spotify", "quota_exceeded", SOON), "Spotify is resting until 14:30 UTC: its quota is used up."),
        (
            Standing("spotify", "quota_exceeded", LATER),
            "Spotify is resting until 24 November, 13:08 UTC: its quota is used up.",
        ),
        (
            Standing("spotify", "keys_refused", SOON),
            "Spotify needs the operator's attention.",
        ),
        (Standing("listenbrainz", "weird", SOON), "ListenBrainz is resting until 14:30 UTC: something went wrong."),
    ],
)
def test_people_are_told_what_is_missing_and_until_when(standing, said):
    assert note(standing, NOW) == said


@pytest.mark.parametrize(
    ("standing", "said"),
    [
        (Standing("spotify"), "Not asked yet."),
        (Standing("spotify", succeeded_at=NOW), "Well."),
        (
            Standing("spotify", "owner_needs_premium", SOON),
            "Needs attention: the app owner's Premium lapsed. It is asked again at 14:30 UTC at the earliest.",
        ),
        (
            Standing("spotify", "timeout"),
            "Stumbled: it took too long to answer. It is asked again when a page next needs it.",
        ),
        (
            Standing("spotify", "rate_limited", SOON),
            "Resting: it was asked too often. It is asked again at 14:30 UTC at the earliest.",
        ),
    ],
)
def test_the_operator_is_told_more(standing, said):
    assert standing_words(standing, NOW) == said


@pytest.mark.parametrize("code", sorted(PROBLEMS))
def test_no_code_is_shown_as_it_is(code):
    for words in (note(Standing("spotify", code, SOON), NOW), standing_words(Standing("spotify", code, SOON), NOW)):
        assert "_" not in words


@pytest.mark.parametrize(
    ("distance", "said"),
    [(0.0, "very close"), (0.6, "close"), (0.8, "in the same direction"), (0.9, "far apart")],
)
def test_a_distance_has_words(distance, said):
    assert likeness(distance) == said


def test_a_time_today_needs_no_day():
    assert (moment(SOON, NOW), moment(LATER, NOW)) == ("14:30 UTC", "24 November, 13:08 UTC")
