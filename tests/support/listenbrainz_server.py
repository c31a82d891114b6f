"""A stand-in for ListenBrainz: its tag radio and its look-up of recordings, in the documented shapes."""

from __future__ import annotations

import uuid

from tests.support.stand_in import Answer, StandIn

TAGS = ("blues", "classical", "country", "disco", "hip hop", "jazz", "metal", "pop", "reggae", "rock")


class ListenBrainzServer(StandIn):
    """``token`` is what it demands, None for nothing; ``empty_bands`` are the ``pop_begin`` that find nothing."""

    def __init__(self, port=0):
        super().__init__(port)
        self.token = None
        self.empty_bands = set()

    def place(self, asked):
        return {"/1/lb-radio/tags": "radio", "/1/metadata/recording/": "metadata"}.get(asked.path, asked.path)

    def failing(self, how, details):
        if how == "too_often":
            return Answer(429, {"code": 429, "error": "Too many"}, {"X-RateLimit-Reset-In": "7"})
        if how == "broken":
            return Answer(502, {"code": 502, "error": "Bad gateway"})
        return super().failing(how, details)

    def answer(self, asked):
        if self.token and asked.headers.get("Authorization") != f"Token {self.token}":
            return Answer(401, {"code": 401, "error": "You need to provide an Authorization header."})
        place = self.place(asked)
        if place == "radio":
            return Answer(200, self._radio(asked.query))
        if place == "metadata":
            mbids = asked.query["recording_mbids"].split(",")
            return Answer(200, {mbid: described(mbid) for mbid in mbids})
        return Answer(404, {"code": 404, "error": "Not found"})

    def _radio(self, query):
        if query["tag"] not in TAGS or query["pop_begin"] in self.empty_bands:
            return []
        seed = f"{query['tag']} {query['pop_begin']}"
        return [
            {"recording_mbid": str(uuid.uuid5(uuid.NAMESPACE_URL, f"{seed} {number}")), "percent": 1.0, "tag_count": 3}
            for number in range(int(query["count"]))
        ]


def described(mbid):
    # Few artists, so that some recordings are by the same.
    number = uuid.UUID(mbid).int % 16
    return {
        "artist": {"artist_credit_id": 1, "name": f"Artist {number}", "artists": []},
        "recording": {"name": f"Recording {mbid[:4]}", "length": 1000},
    }
