"""An outside source without any network."""

from __future__ import annotations

from portal.ports import SourceError, Suggestion


class FakeSource:
    """Finds ten made-up songs of each of its genres; ``error`` makes it fail with that code."""

    def __init__(self, name="fake", genres=("jazz", "rock"), error=None, retry_after=None):
        self.name = name
        self.genres = genres
        self.error = error
        self.retry_after = retry_after
        self.asked = []

    def queries(self, genre, *, seed):
        return (f"{genre} {seed}", genre) if genre in self.genres else ()

    def ask(self, query, *, seconds):
        self.asked.append(query)
        if self.error:
            raise SourceError(self.error, retry_after=self.retry_after)
        genre = query.partition(" ")[0]
        return [
            Suggestion(f"{genre} artist {number}", f"{query} {number}", f"https://example.org/{number}", str(number))
            for number in range(10)
        ]
