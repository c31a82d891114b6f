"""The outside source of an installation that has none configured."""

from __future__ import annotations

from portal.ports import SourceError, Suggestion


class NullSource:
    """Stands in for a source that was not configured: it has nothing to ask, and says why."""

    def __init__(self, name: str) -> None:
        self.name = name

    def queries(self, genre: str, *, seed: str) -> tuple[str, ...]:  # noqa: ARG002 - as all sources
        """Return nothing to ask."""
        return ()

    def ask(self, query: str, *, seconds: float) -> list[Suggestion]:  # noqa: ARG002 - as all sources
        """Raise SourceError: not configured."""
        raise SourceError("not_configured")
