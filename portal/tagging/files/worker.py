"""The process that takes strangers' files apart: one request a line in, one answer a line out, within limits.

What belongs here: limits and the talk with ``tagging.scribe``, which starts this and ends it. A file that hangs,
crashes or bloats it costs this process only.
"""

from __future__ import annotations

import json
import resource
import signal
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

from .errors import FileError
from .formats import rewrite
from .wishes import wish

MEMORY_BYTES = 2**30
FILE_BYTES = 2**30
OPEN_FILES = 32


def main() -> None:
    """Answer until nobody asks any more."""
    _limit()
    for line in sys.stdin:
        request = json.loads(line)
        signal.alarm(request["seconds"])  # its default is to end the process, whatever that is busy with
        answer = _answer(request)
        signal.alarm(0)
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


def _answer(request: dict[str, Any]) -> dict[str, Any]:
    source, target = Path(request["source"]), request["target"] and Path(request["target"])
    try:
        kind, before, after = rewrite(source, target, wish(request["genres"], request["mode"]))
    except FileError as error:
        return {"error": error.code, "detail": error.detail}
    except MemoryError:
        return {"error": "too_heavy", "detail": ""}
    except FileNotFoundError:
        return {"error": "unreadable", "detail": ""}
    except OSError:
        return {"error": "not_made", "detail": ""}
    except Exception:  # noqa: BLE001 - mutagen raises about anything at what nobody foresaw
        return {"error": "damaged", "detail": ""}
    return {"kind": kind, "before": before, "after": after}


def _limit() -> None:
    for kind, limit in (
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_FSIZE, FILE_BYTES),
        (resource.RLIMIT_NOFILE, OPEN_FILES),
        (resource.RLIMIT_CORE, 0),
    ):
        _, ceiling = resource.getrlimit(kind)
        lowest = limit if ceiling == resource.RLIM_INFINITY else min(limit, ceiling)
        with suppress(ValueError):  # macOS knows the limit of memory and refuses it
            resource.setrlimit(kind, (lowest, lowest))
