"""The figures of the guide, which are those of the shipped model's card.

What belongs here: values by name, and filling them into pages. Not here: the sentences around them, which stand in the
pages as invisible definitions, each above what it was filled to:

    [figures]: # "It names {accuracy} rightly."        the paragraph below
    [figures of jazz]: # "Between {tempo}."            the same, with the values of one genre
    [rows]: # "| {name} | {tempo} |"                   the rows of the table below, one a genre
"""

from __future__ import annotations

import re

from classifier import GENRES, usual_traits
from classifier.artifact import read_card
from portal.config import ROOT
from portal.help.writing import anchor

GUIDE = ROOT / "docs" / "guide"
PARAGRAPH = re.compile(r'^(\[figures(?: of ([a-z]+))?\]: # "(.*)"\n\n)(.+)$', re.MULTILINE)
TABLE = re.compile(r'^(\[rows\]: # "(.*)"\n\n\|.*\n\|[-:| ]+\n)((?:\|.*\n)*)', re.MULTILINE)
FEW = 3
"""So many of the ten genres, at the most, are called slow beside the others, and so many fast."""

WORDS = {
    "en": {
        "names": {"hiphop": "Hip-hop"},
        "in sentences": str.lower,
        "tempo": ("slow", "neither slow nor fast", "fast"),
        "centroid": ("dark", "neither dark nor bright", "bright"),
        "energy": ("calm", "of middling energy", "energetic"),
        "to": "{} to {}",
        "taken for": "{number} for {genre}",
        "and": " and ",
        "point": ".",
    },
    "de": {
        "names": {"hiphop": "Hip-Hop", "classical": "Klassik"},
        "in sentences": str,
        "tempo": ("langsam", "weder langsam noch schnell", "schnell"),
        "centroid": ("dunkel", "weder dunkel noch hell", "hell"),
        "energy": ("ruhig", "von mittlerer Energie", "voller Energie"),
        "to": "{} bis {}",
        "taken for": "{number} für {genre}",
        "and": " und ",
        "point": ",",
    },
}
"""How each language says what is computed."""


def pages():
    """Return the guide's pages in all languages."""
    return sorted(GUIDE.rglob("*.md"))


def language_of(page):
    return page.parent.name if page.parent != GUIDE else "en"


def filled(text, language):
    """Return a page's text with its figures as the card of the shipped model has them."""
    card, usual, words = read_card(), usual_traits(), WORDS[language]

    def paragraph(found):
        values = genre_values(found[2], card, usual, words) if found[2] else model_values(card, words)
        return found[1] + found[3].format_map(values)

    def table(found):
        rows = (found[2].format_map(genre_values(genre, card, usual, words)) for genre in GENRES)
        return found[1] + "".join(f"{row}\n" for row in rows)

    return TABLE.sub(table, PARAGRAPH.sub(paragraph, text))


def write_figures():
    """Fill all pages anew; say which changed."""
    changed = []
    for page in pages():
        before = page.read_text("utf-8")
        after = filled(before, language_of(page))
        if after != before:
            page.write_text(after, "utf-8")
            changed.append(page)
    return changed


def model_values(card, words):
    figures, sure, mood, music = card["figures"], card["sure"], card["mood"], card["music"]
    shares = {
        "accuracy": figures["accuracy"],
        "surest_half": figures["accuracy_on_the_surest_half"],
        "calibration": figures["expected_calibration_error"],
        "sure_share": sure["share of songs"],
        "sure_right": sure["right among them"],
        "mood_accuracy": mood["figures"]["accuracy"],
        "music_turned_away": music["held-out music turned away"],
        "other_let_pass": music["unheard clips let pass"],
    }
    values = {name: percent(share, words) for name, share in shares.items()}
    return values | {"songs": card["data"]["judged"], "artists": card["data"]["artists judged"]}


def genre_values(genre, card, usual, words):
    confusion, measures = card["figures"]["confusion"][genre], usual[genre]
    values = {"name": name_of(genre, words), "genre": words["in sentences"](name_of(genre, words))}
    values["anchor"] = anchor(values["name"])
    for measure, spoken in (("tempo", "{:.0f}"), ("centroid", "{:.0f}"), ("energy", "{:.0f}")):
        scale = 100 if measure == "energy" else 1
        low, middle, high = (spoken.format(scale * measures[measure][at]) for at in (0, 4, 8))
        values[measure] = words["to"].format(low, high)
        values[f"{measure}_middle"] = middle
        values[f"{measure}_words"] = words[measure][third(genre, measure, usual)]
    total = sum(confusion.values())
    values["recall"] = f"{100 * confusion[genre] / total:.0f}"
    values["songs"] = total
    values["taken_for"] = words["and"].join(
        words["taken for"].format(
            number=f"{100 * number / total:.0f}", genre=words["in sentences"](name_of(other, words))
        )
        for other, number in mistaken(genre, confusion)
    )
    return values


def mistaken(genre, confusion):
    """Return the two genres that songs of this one are most often taken for; one that never happened is left out."""
    others = sorted(((-number, other) for other, number in confusion.items() if other != genre and number))
    return [(other, -number) for number, other in others[:2]]


def third(genre, measure, usual):
    """Return 0, 1 or 2: whether the middle of this genre is among the lowest, neither, or among the highest."""
    own = usual[genre][measure][4]
    middles = [usual[other][measure][4] for other in GENRES]
    # Those that are level with it count on both sides: where most are level, none stands out.
    if sum(middle <= own for middle in middles) <= FEW:
        return 0
    return 2 if sum(middle >= own for middle in middles) <= FEW else 1


def name_of(genre, words):
    return words["names"].get(genre, genre.capitalize())


def percent(share, words):
    return f"{100 * share:.1f}".replace(".", words["point"]) + "\N{NO-BREAK SPACE}%"
