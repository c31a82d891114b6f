"""Models with random weights, for tests of everything but the verdict itself."""

from __future__ import annotations

import numpy as np

from classifier.constants import GENRES
from classifier.model import GenreModel, KernelMember, LinearMember


def random_model(features, *, version="random-1", seed=0):
    rng = np.random.default_rng(seed)

    def draw(*shape):
        return rng.normal(size=shape).astype(np.float16).astype(np.float32)

    return GenreModel(
        version=version,
        mean=draw(features),
        scale=np.abs(draw(features)) + 1,
        whitening=draw(features, features) / np.float32(features**0.5),
        members=(
            LinearMember(draw(features, len(GENRES)), draw(len(GENRES))),
            KernelMember(draw(20, features), draw(20, len(GENRES)), draw(len(GENRES)), gamma=0.1),
        ),
        temperature=0.7,
        window_temperature=1.3,
        sure_from=0.6,
        strangest=3.0,
        gate_weights=np.zeros(features, dtype=np.float32),
        gate_bias=1.0,
    )
