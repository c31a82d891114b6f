"""How true maps of music are: ``python -m benchmarks.music_map [--dataset FOLDER] [--sizes 1000 10000]``.

Lays out recordings of artists that were held out by our projection, beside chance, principal components and the t-SNE
of scikit-learn: *trustworthiness* tells whether neighbours on the map are neighbours in sound (Venna & Kaski 2001; 1 is
all, chance 0.5), *genre* how many of the nearest ten on the map share the genre, without those of the same artist.
*Moved* is how far the median song moves when a tenth of the songs comes later, as a share of the map's radius. Below,
seconds of one processor for larger libraries, made of those recordings and noise.

What belongs here: measuring. Not here: the projection (``portal.musicmap.projection``).
"""

from __future__ import annotations

import os

# Before NumPy is loaded, which reads them once.
os.environ |= dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")

import argparse
import time
from pathlib import Path

import numpy as np
from sklearn.manifold import TSNE, trustworthiness

from benchmarks import machine
from classifier.card import model_version
from classifier.training.clean import clean
from classifier.training.curriculum import make_curriculum
from classifier.training.dataset import TASKS, load_tracks
from classifier.training.extract import extract
from classifier.training.nonmusic import other_sounds
from classifier.training.split import leak_groups
from classifier.training.standing import Standing
from classifier.training.train import Trainer
from portal.musicmap.projection import nearest, project

COPIES, FOLDS, SEED, EPOCHS = 3, 5, 1, 16
"""As the shipped model was trained, so that what was measured and trained then is found again."""

NEAR = 10
LATER = 0.1
NOISE = 0.08


def main():
    parser = argparse.ArgumentParser(prog="python -m benchmarks.music_map", description=__doc__)
    parser.add_argument("--dataset", type=Path, default=Path("../shared/data"), help="labelled recordings")
    parser.add_argument("--cache", type=Path, default=Path(".cache/features"), help="keeps what was measured")
    parser.add_argument("--sizes", type=int, nargs="*", default=[1_000, 10_000], help="songs of larger libraries")
    options = parser.parse_args()
    vectors, genre, artist, fold = held_out(options.dataset, options.cache)
    print(machine.description())
    print(f"Model {model_version()}: {len(vectors)} recordings in {FOLDS} folds, {np.sum(genre >= 0)} with a genre.\n")
    print(quality(vectors, genre, artist, fold))
    print(speed(vectors, options.sizes))


def held_out(dataset, cache):
    """Return vectors, genre (-1 where there is none to judge by), artist and fold of held-out recordings."""
    kept = cache / f"held-vectors-{model_version()}.npz"
    if not kept.exists():
        cleaning = clean(tracks := load_tracks(dataset), cache=cache / "fingerprints", jobs=1)
        curriculum = make_curriculum(cleaning, TASKS["genre"](tracks))
        table = extract(curriculum.paths, copies=COPIES, seed=SEED, jobs=1, cache=cache)
        other = other_sounds(SEED, recordings=Path(".cache/sounds"), cache=cache / "sounds", jobs=1)
        trainer = Trainer(curriculum, table, other, SEED, EPOCHS, cache / "networks")
        held = trainer.cross_validate(curriculum.folds(FOLDS, seed=SEED))
        windows = np.bincount(table.track[table.copy == 0], minlength=len(curriculum.tracks))
        groups = np.unique(leak_groups(curriculum.tracks), return_inverse=True)[1]
        np.savez(
            kept,
            vectors=Standing(curriculum, held, windows, SEED).vectors,
            genre=curriculum.judged_genre[held.tracks],
            artist=groups[held.tracks],
            fold=held.fold,
        )
    with np.load(kept) as arrays:
        return tuple(arrays[name] for name in ("vectors", "genre", "artist", "fold"))


def quality(vectors, genre, artist, fold):
    lines = ["| map | trustworthiness | genre | against chance | moved |", "|---|---|---|---|---|"]
    folds = [np.flatnonzero(fold == number) for number in np.unique(fold)]
    agreed = {
        name: [judged(vectors[own], lay_out(vectors[own]), genre[own], artist[own]) for own in folds]
        for name, lay_out in PROJECTIONS.items()
    }
    floor = np.mean([row[1] for row in agreed["chance"]])
    for name, rows in agreed.items():
        true, same = np.mean(rows, axis=0)
        moves = "" if name == "chance" else f"{np.mean([moved(name, vectors[own]) for own in folds]):.1%}"
        lines.append(f"| {name} | {true:.3f} | {same:.1%} | {same / floor:.1f} | {moves} |")
    space = np.mean([judged(vectors[own], vectors[own].astype(float), genre[own], artist[own])[1] for own in folds])
    return "\n".join([*lines, f"| all 70 values | 1 | {space:.1%} | {space / floor:.1f} | |"]) + "\n"


def judged(vectors, places, genre, artist):
    """Return trustworthiness, and how many of the nearest ten by other artists share the genre."""
    known = np.flatnonzero(genre >= 0)
    distance = np.linalg.norm(places[known, None] - places[known], axis=2)
    distance[artist[known, None] == artist[known]] = np.inf
    found = np.argsort(distance, axis=1)[:, :NEAR]
    same = np.mean(genre[known][found] == genre[known][:, None])
    return trustworthiness(vectors, places, n_neighbors=NEAR), float(same)


def moved(name, vectors):
    """Return how far the median song moves when the last tenth comes, once the second map is turned onto the first."""
    first = round(len(vectors) * (1 - LATER))
    before = PROJECTIONS[name](vectors[:first])
    if name == "ours":
        after = project(vectors, np.vstack([before, np.full((len(vectors) - first, 2), np.nan)]))[:first]
    else:
        after = turned_with_scale(PROJECTIONS[name](vectors)[:first], before)
    radius = np.linalg.norm(before - before.mean(axis=0), axis=1).mean()
    return np.median(np.linalg.norm(after - before, axis=1)) / radius


def speed(vectors, sizes):
    lines = [
        "| songs | principal components | ours, the first time | ours, a tenth later | of that, finding neighbours |"
    ]
    lines.append("|---|---|---|---|---|")
    for size in sizes:
        songs = library(vectors, size)
        first = round(size * (1 - LATER))
        plain, _ = processor_seconds(lambda songs=songs: plane(songs))
        cold, places = processor_seconds(lambda songs=songs[:first]: project(songs))
        last = np.vstack([places, np.full((size - first, 2), np.nan)])
        warm, _ = processor_seconds(lambda songs=songs, last=last: project(songs, last))
        search, _ = processor_seconds(lambda songs=songs: nearest(songs, 15))
        lines.append(f"| {size:,} | {plain:.2f} s | {cold:.1f} s | {warm:.1f} s | {search:.1f} s |")
    return "\n".join(lines) + "\n"


def library(vectors, size):
    rng = np.random.default_rng(0)
    songs = vectors[rng.integers(len(vectors), size=size)] + NOISE * rng.normal(size=(size, vectors.shape[1]))
    return (songs / np.linalg.norm(songs, axis=1, keepdims=True)).astype(np.float32)


def plane(vectors):
    centred = vectors - vectors.mean(axis=0)
    return (centred @ np.linalg.svd(centred, full_matrices=False)[2][:2].T).astype(float)


PROJECTIONS = {
    "chance": lambda vectors: np.random.default_rng(0).normal(size=(len(vectors), 2)),
    "principal components": plane,
    "t-SNE of scikit-learn": lambda vectors: TSNE(init="pca", random_state=0).fit_transform(vectors).astype(float),
    "ours": project,
}


def turned_with_scale(places, onto):
    """Return places turned, mirrored, scaled and moved onto others: the kindest comparison."""
    own, other = places - places.mean(axis=0), onto - onto.mean(axis=0)
    left, strength, right = np.linalg.svd(own.T @ other)
    return own @ (left @ right) * (strength.sum() / (own**2).sum()) + onto.mean(axis=0)


def processor_seconds(work):
    started = time.process_time()
    answer = work()
    return time.process_time() - started, answer


if __name__ == "__main__":
    main()
