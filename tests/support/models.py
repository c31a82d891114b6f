"""Models with random weights, for tests of everything but the verdict itself."""

from __future__ import annotations

import numpy as np

from classifier.constants import GENRES, MEL_BANDS, MOODS
from classifier.likeness import Likeness, View
from classifier.model import GenreModel, Head, KernelMember, LinearMember
from classifier.network import Convolution, Network

SUMMARY = 12
"""Values of the network's summary: mean and maximum of six channels."""


def random_model(features, *, version="random-1", seed=0, genres=GENRES, moods=True, network=True):
    rng = np.random.default_rng(seed)

    def draw(*shape):
        return rng.normal(size=shape).astype(np.float16).astype(np.float32)

    def head(labels, first_output):
        members = (
            LinearMember(draw(features, len(labels)), draw(len(labels))),
            KernelMember(draw(20, features), draw(20, len(labels)), draw(len(labels)), gamma=0.1),
        )
        scales = (0.5, 0.7, 0.4) if network else (0.5, 0.7)
        return Head(tuple(labels), members, first_output if network else None, scales, softening=1.5)

    return GenreModel(
        version=version,
        mean=draw(features),
        scale=np.abs(draw(features)) + 1,
        whitening=draw(features, features) / np.float32(features**0.5),
        network=random_network(draw, len(genres) + len(MOODS)) if network else None,
        genre=head(genres, 0),
        mood=head(MOODS, len(genres)) if moods else None,
        sure_from=0.6,
        pair_from=0.8,
        familiar=2.5,
        strangest=3.0,
        gate_weights=np.zeros(features, dtype=np.float32),
        gate_bias=1.0,
        likeness=random_likeness(draw, features, network=network),
    )


def random_network(draw, outputs):
    convolutions = (
        Convolution(draw(4, 1, 5, 5), draw(4), band_step=2),
        Convolution(draw(6, 4, 3, 3), draw(6), band_step=1),
    )
    return Network(draw(MEL_BANDS), np.abs(draw(MEL_BANDS)) + 1, convolutions, draw(SUMMARY, outputs), draw(outputs))


def random_likeness(draw, features, *, network=True):
    ear = View(draw(SUMMARY), draw(SUMMARY, 3)) if network else None
    return Likeness(View(draw(features), draw(features, 5)), ear, 0.4, 0.2, 0.2, 0.2)
