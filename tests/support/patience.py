"""Outside sources that note how patient they are asked to be, and a time that tests move."""

from __future__ import annotations

from datetime import timedelta

from portal.models import utc_now
from tests.support.sources import FakeSource


class TimedSource(FakeSource):
    """A fake that notes the seconds it is given, and may take its time or fail in a way of its own."""

    def __init__(self, name="spotify", *, on_ask=lambda: None, found=None, finds_nothing=(), **options):
        super().__init__(name, **options)
        self.seconds = []
        self._on_ask = on_ask
        self._found = found
        self._finds_nothing = finds_nothing

    def ask(self, query, *, seconds):
        self.seconds.append(seconds)
        self._on_ask()
        found = super().ask(query, seconds=seconds)
        if query in self._finds_nothing:
            return []
        return found if self._found is None else self._found


class Time:
    """A moment that stands still until it is moved; called it is that moment, ``clock`` the seconds since."""

    def __init__(self):
        self.start = self.moment = utc_now()

    def __call__(self):
        return self.moment

    def clock(self):
        return (self.moment - self.start).total_seconds()

    def passes(self, **spans):
        self.moment += timedelta(**spans)
