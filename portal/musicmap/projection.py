"""A map of songs: their vectors laid out in the plane, so that neighbours stay neighbours.

What belongs here: arithmetic from vectors to places; nothing of it is left to chance, so the same songs give the same
map. Not here: whose songs, when, and where places are kept (``making``). Imports NumPy and SciPy: only a worker does.

It is t-SNE (van der Maaten & Hinton 2008) begun at the principal components (Kobak & Berens 2019), with two savings:
each song is drawn to its nearest ones alike, which maps as well as fitted weights (Boehm et al. 2022), and is pushed
away by all others through a grid (after Linderman et al. 2019), so that time grows with the songs, not their square.
A map that is made anew begins where the last one ended and is turned back onto it: songs stay where people know them.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import fft

Places = NDArray[np.float64]
Vectors = NDArray[np.float32]
Numbers = NDArray[np.intp]

NEIGHBOURS = 15
"""Nearest songs that each song is drawn to."""

FEW = 3 * NEIGHBOURS
"""Below so many songs neighbours are most of all, and the principal components are the map."""

FEWEST = 3
"""Songs that make a map."""

FIRST_STEPS, STEPS, STEPS_AGAIN = 100, 300, 60
"""Steps that gather, steps that spread; and all that a map takes that begins at the last one."""

GATHERING = 12.0
"""How much stronger songs are drawn to each other during the first steps."""

CELL = 0.5
"""Width of the grid's cells; the push of one song on another changes over a distance of 1."""

LEAST_CELLS, MOST_CELLS = 50, 256
"""Cells along a side: a narrow map has smaller cells, a wide one larger."""

LONGEST_STEP = 5.0
"""How far a song may go at once, along each axis."""

MOST_GAIN = 4.0
"""What a coordinate's gain grows to; a few songs would fly apart for ever."""

KNOWN_SHARE = 0.5
"""Share of songs with a place from which a new map begins at the last one."""

BLOCK = 512
"""Songs whose distances to all others are held at a time."""

START = 1e-2
"""How wide a map begins: so narrow that it unfolds freely."""

GOLDEN_ANGLE = np.pi * (3.0 - np.sqrt(5.0))


def project(vectors: Vectors, before: Places | None = None) -> Places:
    """Return a place for every song.

    Parameters
    ----------
    vectors : ndarray, shape (n, d)
        Finite; n at least FEWEST.
    before : ndarray, shape (n, 2), or None
        Places on the last map, as this function returned them; NaN for songs that had none.

    Returns
    -------
    ndarray, shape (n, 2)
        The middle of the map at 0; songs that are much alike lie less than 1 apart.
    """
    places = _principal(vectors) if len(vectors) < FEW else _unfolded(vectors, before)
    known = np.zeros(len(vectors), bool) if before is None else np.asarray(np.isfinite(before).all(axis=1))
    return places if before is None or known.sum() < FEWEST else turned(places, places[known], before[known])


def _unfolded(vectors: Vectors, before: Places | None) -> Places:
    """Return the places of many songs, beginning at the last map if that held most of them."""
    near = nearest(vectors, NEIGHBOURS)
    known = np.zeros(len(vectors), bool) if before is None else np.asarray(np.isfinite(before).all(axis=1))
    if before is not None and known.sum() >= max(FEW, KNOWN_SHARE * len(vectors)):
        return _descend(_begun(before, known, near), near, STEPS_AGAIN, 0)
    return _descend(START * _principal(vectors), near, STEPS, FIRST_STEPS)


def nearest(points: NDArray[np.floating], count: int) -> Numbers:
    """Return the row numbers of the ``count`` nearest other points of each, nearest first, shape (n, count)."""
    squares = np.einsum("nd,nd->n", points, points)
    found = np.empty((len(points), count), np.intp)
    for start in range(0, len(points), BLOCK):
        rows = np.arange(start, min(start + BLOCK, len(points)))
        distance = squares - 2 * (points[rows] @ points.T)
        distance[np.arange(len(rows)), rows] = np.inf
        few = np.argpartition(distance, count - 1, axis=1)[:, :count]
        order = np.argsort(np.take_along_axis(distance, few, axis=1), axis=1, kind="stable")
        found[rows] = np.take_along_axis(few, order, axis=1)
    return found


def turned(places: Places, own: Places, onto: Places) -> Places:
    """Return ``places`` turned and mirrored so that ``own`` of them lie best on ``onto`` (Schoenemann 1966)."""
    left, _strength, right = np.linalg.svd((own - own.mean(axis=0)).T @ (onto - onto.mean(axis=0)))
    return np.asarray(places @ (left @ right))


def _principal(vectors: Vectors) -> Places:
    """Return the two principal components, the first of deviation 1; no two songs at quite the same place."""
    centred = (vectors - vectors.mean(axis=0)).astype(np.float64)
    strength, directions = np.linalg.eigh(centred.T @ centred / len(centred))
    axes = directions[:, ::-1][:, :2]
    axes = axes * np.where(np.abs(axes).max(axis=0) == axes.max(axis=0), 1.0, -1.0)
    places = np.zeros((len(vectors), 2))
    places[:, : axes.shape[1]] = centred @ axes / max(np.sqrt(max(strength[-1], 0.0)), np.finfo(np.float32).eps)
    return places + 1e-3 * _spiral(len(vectors))


def _begun(before: Places, known: NDArray[np.bool_], near: Numbers) -> Places:
    """Return the last map at the width it had, with new songs amid those of their neighbours that have a place."""
    places = np.where(known[:, None], before, 0.0)
    for song in np.flatnonzero(~known):
        amid = near[song][known[near[song]]]
        if len(amid):
            places[song] = np.median(places[amid], axis=0)
    places += 1e-3 * _spiral(len(places))
    return places


def _spiral(count: int) -> Places:
    """Return points that fill a disk evenly (Vogel 1979)."""
    number = np.arange(count) + 0.5
    angle, radius = GOLDEN_ANGLE * number, np.sqrt(number / count)
    return np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)


def _descend(places: Places, near: Numbers, steps: int, gathering: int) -> Places:
    """Follow the forces, with momentum and a gain for each coordinate (Jacobs 1988)."""
    rate = 4 * len(places) / (GATHERING if gathering else 2 * GATHERING)
    speed, gain = np.zeros_like(places), np.ones_like(places)
    for step in range(gathering + steps):
        drawn = GATHERING if step < gathering else 1.0
        force = drawn * _pull(places, near) + _push(places)
        same = np.sign(force) == np.sign(speed)
        gain = np.clip(np.where(same, gain + 0.2, gain * 0.8), 0.01, MOST_GAIN)
        speed = (0.5 if step < gathering else 0.8) * speed + rate * gain * force
        places = places + np.clip(speed, -LONGEST_STEP, LONGEST_STEP)
        places -= places.mean(axis=0)
    return places


def _pull(places: Places, near: Numbers) -> Places:
    """Return what draws each song to its neighbours, and to those whose neighbour it is."""
    count, songs = near.shape[1], len(places)
    apart = [axis[near] - axis[:, None] for axis in places.T]
    strength = 1.0 / (1.0 + apart[0] ** 2 + apart[1] ** 2)
    force = np.empty_like(places)
    for axis, offset in enumerate(apart):
        drawn = strength * offset
        force[:, axis] = drawn.sum(axis=1) - np.bincount(near.ravel(), drawn.ravel(), minlength=songs)
    return np.asarray(force / (2 * count * songs))


def _push(places: Places) -> Places:
    """Return what pushes each song away from all others, by way of a grid."""
    low = places.min(axis=0)
    span = max(float((places.max(axis=0) - low).max()), START)
    cell = max(min(CELL, span / LEAST_CELLS), span / MOST_CELLS)
    side = int(np.ceil(span / cell)) + 2
    corner, share = _corners((places - low) / cell, side)
    mass = np.bincount(corner.ravel(), share.ravel(), side * side).astype(np.float64).reshape(side, side)
    fields = _fields(mass, cell).reshape(3, -1)
    nearness, *force = np.einsum("fnc,nc->fn", fields[:, corner], share)
    everyone = max(float(nearness.sum()) - len(places), np.finfo(float).tiny)
    return np.stack(force, axis=1) / everyone


def _corners(places: Places, side: int) -> tuple[Numbers, Places]:
    """Return the four cells around each place, and its share in each, shape (n, 4)."""
    whole = np.floor(places).astype(np.intp)
    rest = places - whole
    corner = np.stack([(whole[:, 0] + i) * side + whole[:, 1] + j for i in (0, 1) for j in (0, 1)], axis=1)
    weight = np.stack([1.0 - rest, rest])
    return corner, np.stack([weight[i, :, 0] * weight[j, :, 1] for i in (0, 1) for j in (0, 1)], axis=1)


def _fields(mass: Places, cell: float) -> Places:
    """Return at every cell how near all mass is, and how it pushes along both axes."""
    side = len(mass)
    size = fft.next_fast_len(2 * side - 1, real=True)
    offset = cell * ((np.arange(size) + side - 1) % size - side + 1)
    near = 1.0 / (1.0 + offset[:, None] ** 2 + offset[None] ** 2)
    kernels = np.stack([near, near**2 * offset[:, None], near**2 * offset[None]])
    spectrum = fft.rfft2(kernels) * fft.rfft2(mass, (size, size))
    return np.asarray(fft.irfft2(spectrum, (size, size))[:, :side, :side])
