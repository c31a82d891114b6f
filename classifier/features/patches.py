"""What the network looks at: the log-mel spectrogram of a window, at half the frame rate and without its level.

What belongs here: one small array a window. Not here: the network (``classifier.network``).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from classifier.constants import MEL_BANDS
from classifier.features.spectrum import Spectrum

FRAMES_POOLED = 2
"""Frames averaged into one: 46 ms are short enough for rhythm, and halve the network's work."""


def patch(spectrum: Spectrum) -> NDArray[np.float32]:
    """Return the natural logarithm of mel energy less its mean, shape (frames / 2, MEL_BANDS)."""
    log_mel = spectrum.log_mel
    whole = len(log_mel) // FRAMES_POOLED * FRAMES_POOLED
    pooled = log_mel[:whole].reshape(-1, FRAMES_POOLED, MEL_BANDS).mean(axis=1) if whole else log_mel
    return np.asarray(pooled - pooled.mean(), dtype=np.float32)
