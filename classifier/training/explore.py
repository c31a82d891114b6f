"""What a dataset looks like before anything is learned from it: tables, plots, one page.

What belongs here: the tables, and the order of the steps. Not here: drawing (``explore_plots``), the page
(``explore_page``), measuring a recording (``explore_measures``).
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.decomposition import PCA
from sklearn.feature_selection import f_classif
from sklearn.manifold import TSNE

from classifier.constants import FRAME_LENGTH, SAMPLE_RATE
from classifier.decode import decode
from classifier.errors import AudioError
from classifier.features import feature_names
from classifier.parallel import gather
from classifier.training.dataset import TASKS, Task, read_folder
from classifier.training.explore_measures import MEASURES, measures
from classifier.training.explore_page import page
from classifier.training.explore_plots import draw_all
from classifier.training.extract import extract

COMPONENTS = 50
"""Principal components that t-SNE starts from: enough to hold the shape, few enough to drop noise."""

PERPLEXITY = 30.0
"""Neighbours that t-SNE tries to keep near; fewer where there are few songs."""

TELLING = 40
"""Feature columns listed."""

FEWEST = 5
"""Songs from which on a map is drawn."""


@dataclass(frozen=True, eq=False)
class Exploration:
    """Everything that was found, as tables.

    Parameters
    ----------
    task : str
        What was explored.
    notes : tuple of str
        What the reader of the tables should know.
    balance : DataFrame
        A row a label: tracks, judged tracks, artists, share of the largest artist, tracks of each set.
    tracks : DataFrame
        A row a sampled track: path, set, label, seconds, MEASURES, and x, y on the map.
    durations : DataFrame
        A row a label and set: tracks and quantiles of seconds, over the sample.
    measured : DataFrame
        A row a label: mean and standard deviation of each of MEASURES.
    correlations : DataFrame
        Spearman's rank correlation of MEASURES, over the sample.
    telling : DataFrame
        The feature columns that differ most between labels, with their F and the share of variance between labels.
    """

    task: str
    notes: tuple[str, ...]
    balance: pd.DataFrame
    tracks: pd.DataFrame
    durations: pd.DataFrame
    measured: pd.DataFrame
    correlations: pd.DataFrame
    telling: pd.DataFrame


def explore(task: Task, *, sample: int, seed: int, jobs: int, cache: Path) -> Exploration:
    """Explore a task's tracks.

    Parameters
    ----------
    task : Task
        Labels and tracks.
    sample : int
        How many tracks are decoded and measured, drawn at random; 0 for all. Counts are always over all.
    seed : int
        Draws the sample and starts the map.
    jobs : int
        Processes.
    cache : Path
        Folder that keeps measured features.
    """
    tracks = _drawn(task.tracks, sample, seed)
    table = _measured(tracks, jobs)
    failed = len(tracks) - len(table)
    rows = _song_rows(list(table["path"]), seed, jobs, cache)
    usable = np.flatnonzero(np.isfinite(rows).all(axis=1))
    table, rows = table.iloc[usable].reset_index(drop=True), rows[usable]
    place = song_map(rows, seed)
    table = table.assign(x=place[:, 0], y=place[:, 1])
    return Exploration(
        task=task.name,
        notes=_notes(task, len(table), failed),
        balance=balance_table(task),
        tracks=table,
        durations=_durations(table),
        measured=_by_label(table, task),
        correlations=table[list(MEASURES)].corr(method="spearman"),
        telling=telling_features(rows, table["label"].to_numpy()),
    )


def balance_table(task: Task) -> pd.DataFrame:
    """Count tracks, artists and sets of every label, over all tracks of the task."""
    tracks = task.tracks
    named = tracks[tracks["artist_group"] != ""]
    of_artists = named.groupby(["label", "artist_group"]).size()
    counts = pd.DataFrame(
        {
            "tracks": tracks.groupby("label").size(),
            "judged": tracks[tracks["use"] == "cv"].groupby("label").size(),
            "artists": of_artists.groupby("label").size(),
            "largest artist": of_artists.groupby("label").max(),
        }
    )
    sets = pd.crosstab(tracks["label"], tracks["set"])
    table = counts.join(sets.add_prefix("set ")).reindex(task.labels).fillna(0).astype(int)
    table.insert(3, "share of largest artist", (table.pop("largest artist") / table["tracks"].clip(lower=1)).round(3))
    return table


def song_map(rows: NDArray[np.float32], seed: int) -> NDArray[np.float64]:
    """Lay songs out in two dimensions, shape (n, 2): alike ones near each other, by PCA and then t-SNE.

    Maaten and Hinton, "Visualizing Data using t-SNE" (2008). With fewer than FEWEST songs, or where all are equal, all
    lie at the origin.
    """
    spread = rows.std(axis=0)
    if len(rows) < FEWEST or not (spread > 0).any():
        return np.zeros((len(rows), 2))
    standard = (rows - rows.mean(axis=0))[:, spread > 0] / spread[spread > 0]
    components = min(COMPONENTS, *standard.shape)
    reduced = PCA(components, random_state=seed).fit_transform(standard.astype(np.float64))
    perplexity = min(PERPLEXITY, (len(rows) - 1) / 3)
    return np.asarray(TSNE(init="pca", perplexity=perplexity, random_state=seed).fit_transform(reduced[:, :components]))


def telling_features(rows: NDArray[np.float32], labels: NDArray[np.object_]) -> pd.DataFrame:
    """Rank feature columns by one-way analysis of variance between labels.

    ``share`` is the part of a column's variance that lies between labels (eta squared). Columns of one group are
    correlated, and a high share may come from the sets' recordings as well as from their music.
    """
    columns = ["feature", "group", "F", "share"]
    varying = np.ptp(rows, axis=0) > 0  # The deviation of what is constant may be a rounding error above zero.
    kinds = len(set(labels))
    if kinds < 2 or len(rows) <= kinds or not varying.any():  # noqa: PLR2004 - nothing to tell apart
        return pd.DataFrame(columns=columns)
    scores, _p = f_classif(rows[:, varying].astype(np.float64), labels)
    between = scores * (kinds - 1)
    names = np.array(feature_names())[varying]
    table = pd.DataFrame(
        {
            "feature": names,
            "group": [name.partition(".")[0] for name in names],
            "F": scores.round(2),
            "share": (between / (between + len(rows) - kinds)).round(3),
        }
    )
    return table.sort_values("F", ascending=False, ignore_index=True).head(TELLING)


def explore_command(options: argparse.Namespace) -> None:
    """Explore a dataset folder: CSV tables, plots and ``index.html`` in ``options.out``."""
    reading = read_folder(options.dataset)
    task = TASKS[options.task](reading.tracks)
    found = explore(task, sample=options.sample, seed=options.seed, jobs=options.jobs, cache=options.cache)
    options.out.mkdir(parents=True, exist_ok=True)
    for name in ("balance", "tracks", "durations", "measured", "correlations", "telling"):
        getattr(found, name).to_csv(options.out / f"{name}.csv", index=name not in ("tracks", "telling"))
    draw_all(found.balance, found.tracks, found.correlations, options.out)
    (options.out / "index.html").write_text(
        page(options.dataset.name, found.task, (*reading.notes, *found.notes), found.balance, found.durations), "utf-8"
    )
    print(f"wrote {options.out / 'index.html'}, its plots and tables", file=sys.stderr)  # noqa: T201 - a command's word


def _drawn(tracks: pd.DataFrame, sample: int, seed: int) -> pd.DataFrame:
    if not sample or sample >= len(tracks):
        return tracks
    return tracks.sample(sample, random_state=seed).sort_index().reset_index(drop=True)


def _measured(tracks: pd.DataFrame, jobs: int) -> pd.DataFrame:
    """Return a row a track that can be decoded."""
    found = gather(_measure_file, list(tracks["path"]), jobs=jobs, what="measures", crashed=lambda _error: None)
    numbers = pd.DataFrame([values or {} for values in found], columns=["seconds", *MEASURES], dtype=float)
    table = pd.concat([tracks[["path", "set", "label"]].reset_index(drop=True), numbers], axis=1)
    return table[[values is not None for values in found]].reset_index(drop=True)


def _measure_file(path: str) -> dict[str, float] | None:
    try:
        samples = decode(Path(path)).samples
    except AudioError:
        return None
    if len(samples) < FRAME_LENGTH:
        return None
    return {"seconds": len(samples) / SAMPLE_RATE, **measures(samples)}


def _song_rows(paths: list[str], seed: int, jobs: int, cache: Path) -> NDArray[np.float32]:
    """Return the mean of each song's feature rows, shape (n, features); nan where it has none."""
    table = extract(paths, copies=0, seed=seed, jobs=jobs, cache=cache)
    empty = np.full(table.rows.shape[1], np.nan, np.float32)
    mean = partial(np.mean, axis=0)
    songs = [mean(own) if len(own := table.rows[table.track == song]) else empty for song in range(len(paths))]
    return np.asarray(songs, dtype=np.float32).reshape(len(paths), table.rows.shape[1])


def _durations(table: pd.DataFrame) -> pd.DataFrame:
    seconds = table.groupby(["label", "set"])["seconds"]
    return seconds.describe(percentiles=[0.1, 0.5, 0.9])[["count", "min", "10%", "50%", "90%", "max"]].round(2)


def _by_label(table: pd.DataFrame, task: Task) -> pd.DataFrame:
    found = table.groupby("label")[list(MEASURES)].agg(["mean", "std"]).reindex(task.labels).dropna(how="all")
    return found.set_axis([" ".join(column) for column in found.columns.to_list()], axis=1).round(2)


def _notes(task: Task, measured: int, failed: int) -> tuple[str, ...]:
    notes = [f"Counts are over all {len(task.tracks)} tracks, everything else over {measured} of them."]
    if failed:
        notes.append(f"{failed} sampled files could not be decoded; python -m classifier clean lists why.")
    return tuple(notes)
