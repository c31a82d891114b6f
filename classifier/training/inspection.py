"""What is found in single files before anything is learned from them: damage, length, clipping, fingerprint.

What belongs here: decoding each file once and keeping what was found, by content. Not here: what follows from it
(``clean``).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from uuid import uuid4

import numpy as np
from numpy.typing import NDArray

from classifier.constants import SAMPLE_RATE
from classifier.decode import decode
from classifier.errors import AudioError, Silent, TooShort
from classifier.parallel import gather
from classifier.training.fingerprint import FINGERPRINT_VERSION, WEAK_BITS, Fingerprint, fingerprint

STUCK = 0.999
"""Share of a recording's peak from which on a sample counts as stuck there."""

STUCK_RUN = 3
"""Samples in a row that are stuck where a converter or an editor clipped; music passes its peak faster."""

ERROR_REASONS: dict[type[AudioError], str] = {TooShort: "too short", Silent: "silent"}
"""Named errors of decoding that are no damage."""


@dataclass(frozen=True, eq=False)
class Inspection:
    """What was found in one file.

    Parameters
    ----------
    reason, detail : str
        Why it cannot be decoded, '' where it can.
    seconds : float
        Its length.
    clipped : float
        Share of its samples that are stuck at full scale.
    fingerprint : Fingerprint
        Empty where it cannot be decoded.
    """

    reason: str
    detail: str
    seconds: float
    clipped: float
    fingerprint: Fingerprint


def inspect(paths: Sequence[str], *, cache: Path, jobs: int = 1) -> list[Inspection]:
    """Decode and fingerprint every file; what was kept of the same bytes is not done again."""
    cache.mkdir(parents=True, exist_ok=True)
    work = partial(_inspect_file, cache=cache)
    return gather(work, paths, jobs=jobs, what="fingerprints", crashed=lambda error: _failed("corrupt", str(error)))


def clipped_share(samples: NDArray[np.float32]) -> float:
    """Return the share of samples that are stuck at the peak, STUCK_RUN or more in a row."""
    level = np.abs(samples)
    stuck = level >= STUCK * level.max(initial=0.0)
    edges = np.flatnonzero(np.diff(np.concatenate([[0], stuck.view(np.int8), [0]])))
    lengths = edges[1::2] - edges[::2]
    return float(lengths[lengths >= STUCK_RUN].sum()) / max(1, len(samples))


def _inspect_file(path: str, *, cache: Path) -> Inspection:
    content = Path(path)
    try:
        digest = hashlib.sha256(content.read_bytes()).hexdigest()[:32]
    except OSError as error:
        return _failed("corrupt", f"It cannot be opened: {error.strerror}.")
    kept = cache / f"{digest}-p{FINGERPRINT_VERSION}.npz"
    if kept.exists():
        with np.load(kept, allow_pickle=False) as arrays:
            print_ = Fingerprint(arrays["words"], arrays["weak"])
            return Inspection("", "", float(arrays["seconds"]), float(arrays["clipped"]), print_)
    try:
        samples = decode(content).samples
    except AudioError as error:
        return _failed(ERROR_REASONS.get(type(error), "corrupt"), str(error))
    found = Inspection("", "", len(samples) / SAMPLE_RATE, clipped_share(samples), fingerprint(samples))
    _keep(kept, found)
    return found


def _failed(reason: str, detail: str) -> Inspection:
    empty = Fingerprint(np.empty(0, np.uint32), np.empty((0, WEAK_BITS), np.uint8))
    return Inspection(reason, detail, 0.0, 0.0, empty)


def _keep(path: Path, found: Inspection) -> None:
    written = path.with_suffix(f".{uuid4().hex}.tmp.npz")
    own = found.fingerprint
    np.savez(written, words=own.words, weak=own.weak, seconds=found.seconds, clipped=found.clipped)
    written.replace(path)
