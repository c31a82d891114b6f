"""The model card as a page, written from the card's own values.

What belongs here: Markdown. Not here: any figure that is not in the card, or the pages of the comparison
(``comparison_report``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

Card = Mapping[str, Any]

LICENCE = (
    "The recordings are not part of this repository and not ours to publish. The model holds statistics of them, no "
    "audio."
)


def model_card(card: Card) -> str:
    """Return the page of a card that ``artifact.save_model`` completed."""
    data = card["data"]
    return (
        "\n\n".join(
            [
                f"# Model card: {card['version']}",
                "This page is written by the command that trains the model; do not edit it.",
                _purpose(card),
                f"**How it was made.** `{card['command']}`. {_effort(card)}",
                "## What can be expected",
                _judging(card),
                _figures_table({**card["members"], " + ".join(card["algorithms"]): card["figures"]}),
                _expectations(card),
                f"By set: {_list(card['by set'], '{} {:.1%}')}.",
                "### By genre",
                _label_table(card["figures"], data["artists by genre"]),
                "### Confusion",
                "Rows are the truth, columns the verdict, numbers are recordings.",
                _confusion(card["figures"]),
                *_mood(card),
                *_neighbours(card),
                "## What it learned from, and the faults of that",
                *_learned(card),
                *_corrections(card),
                "## What it is bad at",
                _weaknesses(card),
                "## Licence",
                LICENCE,
            ]
        )
        + "\n"
    )


def _purpose(card: Card) -> str:
    return (
        f"**What it does.** It names one of {len(card['genres'])} genres for a recording, or two that have about the "
        f"same claim: {', '.join(card['genres'])}.{_mood_clause(card)} It listens to windows of about ten seconds. "
        f"{_members(card)} What they say is averaged over the windows, weighed against each other and calibrated on "
        "artists that were held out."
    )


def _judging(card: Card) -> str:
    data = card["data"]
    return (
        f"{card['protocol'].capitalize()}: {data['judged']} recordings by {data['artists judged']} artists, each "
        "judged by a model that never heard its artist. In brackets the 95 % interval of a bootstrap over artists. "
        "Each fold is weighed and calibrated by the others."
    )


def _mood_clause(card: Card) -> str:
    return " It also names one of four moods: lively, tense, sad, calm." if "mood" in card else ""


def _members(card: Card) -> str:
    descriptions = {
        "LDA": "Linear discriminant analysis looks at measured features of timbre, harmony and rhythm and at how "
        "often each sound of a learned dictionary is heard",
        "CNN": "a small convolutional network looks at the log-mel spectrogram",
    }
    return "; ".join(descriptions[name] for name in card["algorithms"]) + "."


def _effort(card: Card) -> str:
    minutes = sum(card["seconds"].values()) / 60
    processor = sum(card["processor seconds"].values()) / 60
    energy = card["energy"]
    return (
        f"That took {minutes:.0f} minutes and {processor:.0f} minutes of processor time on {card['machine']} "
        f"({_list(card['seconds'], '{} {:.0f} s')}; what an earlier run had kept was not done again), which is about "
        f"{energy['watt hours']:.0f} Wh if a busy core takes {energy['assumed watts of a busy core']:.0f} W. No watts "
        "were measured."
    )


def _figures_table(figures: Mapping[str, Card]) -> str:
    rows = [
        [
            name,
            _with_interval(found, "accuracy"),
            f"{found['macro_precision']:.1%}",
            _with_interval(found, "macro_recall"),
            _with_interval(found, "macro_f1"),
            f"{found['auc']:.3f}",
            f"{found['expected_calibration_error']:.3f}",
            f"{found['accuracy_on_the_surest_half']:.1%}",
        ]
        for name, found in figures.items()
    ]
    heads = [
        "",
        "accuracy",
        "macro precision",
        "macro recall",
        "macro F1",
        "ROC-AUC",
        "calibration error",
        "surest half",
    ]
    return _table(heads, rows)


def _expectations(card: Card) -> str:
    sure, pairs, music = card["sure"], card["pairs"], card["music"]
    sounds = "recorded and made-up" if music["recorded sounds learned from"] else "made-up"
    return (
        f"It calls itself sure from a confidence of {sure['from confidence']:.0%} on, unless the music is unlike what "
        f"it learned from: that is {sure['share of songs']:.0%} of the songs, of which {sure['right among them']:.0%} "
        f"are right. It names two genres for {pairs['share of songs']:.0%} of the songs; one of the two is right for "
        f"{pairs['one of the two right']:.0%} of them.\n\n"
        "Before the genre it asks whether a sound is music at all. It turned "
        f"{music['held-out music turned away']:.1%} of the held-out music away, and let "
        f"{music['unheard clips let pass']:.1%} of windows of {sounds} speech, animals, noise and tones pass whose "
        "clips it had not learned from, though it had learned from others of the same sources; "
        "`benchmarks/nonmusic.py` asks about sources it knows nothing of.\n\n"
        "Its settings were chosen by looking at such folds, so all figures lean a little to the optimistic side."
    )


def _label_table(figures: Card, artists: Mapping[str, int] | None) -> str:
    rows = []
    for label, found in figures["by_genre"].items():
        row = [label, *(f"{found[name]:.1%}" for name in ("precision", "recall", "f1")), f"{found['tracks']:.0f}"]
        rows.append([*row, str(artists.get(label, 0))] if artists else row)
    return _table(["", "precision", "recall", "F1", "recordings", *(["artists"] if artists else [])], rows)


def _confusion(figures: Card) -> str:
    confusion = figures["confusion"]
    return _table(["", *confusion], [[label, *map(str, row.values())] for label, row in confusion.items()])


def _mood(card: Card) -> list[str]:
    if "mood" not in card:
        return []
    mood = card["mood"]
    judged = (
        f"The four quadrants of Russell's plane of feeling, judged in the same folds: {mood['judged']} recordings by "
        f"{mood['artists']} artists."
    )
    return [
        "## Mood",
        judged,
        _figures_table({**mood["members"], " + ".join(card["algorithms"]): mood["figures"]}),
        _label_table(mood["figures"], None),
        _confusion(mood["figures"]),
    ]


def _neighbours(card: Card) -> list[str]:
    """Say how alike songs are that are called alike; cards of older models do not know."""
    if "neighbours" not in card:
        return []
    found = card["neighbours"]
    names = [name for name in ("genre", "mood") if name in found]
    rows = [
        [
            peer,
            *(_precision(found[name]["by"][peer], count) for name in names for count in (5, 10)),
            f"{hubs['skewness']:.2f}",
            f"{hubs['never found']:.1%}",
        ]
        for peer, hubs in found["hubs"].items()
    ]
    chances = [f"{found[name]['chance']:.1%}" for name in names for _count in (5, 10)]
    heads = ["", *(f"same {name} among {count}" for name in names for count in (5, 10)), "hubs", "never found"]
    return [
        "## Songs that sound alike",
        _vector(card),
        _alike_protocol(found, names),
        _table(heads, [*rows, ["any song", *chances, "", ""]]),
        *_closeness(found["closeness"]),
        *_traits(card),
    ]


def _vector(card: Card) -> str:
    ear = ", and how the network hears it" if "CNN" in card["algorithms"] else ""
    mood = " and mood" if "mood" in card else ""
    return (
        f"Each song is also a point of {card['neighbours']['values']} values: what is said of its genre{mood}, how it "
        "sounds in the directions in which music differs most once those are scaled down in which artists of one "
        f"genre, or a recording and its altered copies, differ{ear}. Songs whose points lie near each other sound "
        "alike."
    )


def _alike_protocol(found: Card, names: Sequence[str]) -> str:
    asked = " and ".join(
        f"{found[name]['songs']} songs by {found[name]['artists']} artists for {name}" for name in names
    )
    best = " and ".join(f"{found[name]['best possible at 10']:.1%} for {name}" for name in names)
    return (
        f"Measured on held-out artists, in the same folds: {asked}. Each song is asked for the nearest among the other "
        "held-out songs of its fold, without those of its own artist and copies of it. The table tells how many of the "
        "nearest five and ten share the label, beside what a draw among the same candidates gives and two plain ways "
        "to compare songs, both standardised and no more. Candidates run out: with ten neighbours the best possible "
        f"would be {best}. Hubs are songs that are everybody's neighbour: told is the skewness of how often each is "
        "found, 0 if all are alike, and the share of songs that are nobody's neighbour."
    )


def _closeness(closeness: Mapping[str, Mapping[str, float]]) -> list[str]:
    own = closeness["song vector"]
    if not own:
        return []
    peers = "; ".join(f"{name}: {_list(values, '{} {:.2f}')}" for name, values in closeness.items())
    sentence = (
        "How far the ten nearest lie apart in what can be measured, against any two songs of one genre by different "
        f"artists (less than 1 is nearer than the genre alone makes them): {peers}."
    )
    return [sentence]


def _traits(card: Card) -> list[str]:
    if "traits" not in card:
        return []
    found = card["traits"]
    sentence = (
        "Energy and brightness are told as the share of the training music that has less, over "
        f"{found['recordings']} recordings, each counting once. Neither learned from a mood, nor knows how loud a song "
        "is. Key and mode come from key profiles and were tried on made-up chords only, for want of labels."
    )
    if "area under the curve" not in found:
        return [sentence]
    tried = (
        f"On {found['songs with a mood']} songs energy tells those that people called lively or tense from those they "
        f"called sad or calm with an area under the ROC curve of {found['area under the curve']:.2f}: of the "
        f"{found['share of much energy']:.0%} with much of it (energetic) {found['lively or tense among them']:.0%} "
        f"are lively or tense, of the {found['share of little energy']:.0%} with little (calm) "
        f"{found['sad or calm among them']:.0%} sad or calm. The weights of its three measures were chosen on these."
    )
    return [f"{sentence} {tried}"]


def _precision(found: Card, count: int) -> str:
    low, high = found[f"interval at {count}"]
    return f"{found[f'precision at {count}']:.1%} [{low:.1%}, {high:.1%}]"


def _learned(card: Card) -> list[str]:
    data = card["data"]
    dropped = _list(data["dropped by cleaning"], "{1} {0}") or "nothing"
    judged = (
        f"Judged on were {_list(data['recordings by set'], '{1} recordings of {0}')}; {data['only learned from']} more "
        f"were only learned from, {data['learned from as a share of several']} of them as a share of each of several "
        f"genres that their source names; {data['taught the mood or tags alone']} taught the mood or the network's ear "
        "alone. Not learned from, as copies of others or under labels that contradict each other: "
        f"{dropped}. Each came "
        f"with {data['altered copies of each']} altered copies: speed up to 6 % off, tilted and low-passed spectra, "
        "noise, other levels, clipping, MP3 and Vorbis at low rates."
    )
    faults = (
        f"{data['share shorter than 15 s']:.0%} of the judged recordings are shorter than 15 seconds, which makes them "
        "harder than whole songs. The fewest artists stand behind "
        f"{_list(_fewest(data['artists by genre']), '{} ({})')}: "
        "their figures are the least certain, and what was learned of them is the most likely to be those artists' "
        "manner. Labels are those of the sets, with their mistakes. Genre goes along with set, length and bandwidth to "
        "some degree; altered copies and features that hold no level work against that and do not remove it."
    )
    dictionary = (
        "The dictionary of sounds was learned without labels from recordings by artists that stand in no fold of the "
        "ten genres; some of them are judged for their mood."
    )
    return [judged, faults, dictionary]


def _corrections(card: Card) -> list[str]:
    if "corrections" not in card:
        return []
    found = card["corrections"]
    sentence = (
        f"Users' corrections of {found['songs']} songs were put to the test: on held-out artists accuracy went from "
        f"{found['without']['accuracy']:.1%} to {found['with']['accuracy']:.1%} (did they help: {found['helped']})."
    )
    return [sentence]


def _weaknesses(card: Card) -> str:
    recall = {label: found["recall"] for label, found in card["figures"]["by_genre"].items()}
    weakest = dict(sorted(recall.items(), key=lambda item: item[1])[:3])
    return (
        f"{_list(weakest, '{} (recall {:.0%})').capitalize()}; and all music outside its genres, for which it still "
        "names one of them, often with less confidence. Speech over music counts as music while the music can be "
        "heard. Singing and drums without accompaniment were not tested on their own, for want of recordings."
    )


def _fewest(artists: Mapping[str, int]) -> dict[str, int]:
    return dict(sorted(artists.items(), key=lambda item: item[1])[:3])


def _list(values: Mapping[str, Any], form: str) -> str:
    return ", ".join(form.format(name, value) for name, value in values.items())


def _with_interval(found: Card, name: str) -> str:
    low, high = found["intervals_95"][name]
    return f"{found[name]:.1%} [{low:.1%}, {high:.1%}]"


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
