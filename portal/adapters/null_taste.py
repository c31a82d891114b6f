"""The taste of nobody in particular: notices everything and learns nothing.

What belongs here: the null half of ``ports.TasteListener``. Not here: what is learned where people allow it (``taste``).
"""

from __future__ import annotations


class NullTaste:
    """Learns nothing."""

    def noticed(self, user_id: int, kind: str, item: str) -> None:
        """Let it pass."""
