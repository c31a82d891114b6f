"""Which packages of Debian hold recorded sounds that are no music, which of their files, and for what each is used.

What belongs here: the list. Not here: fetching (``sounds``). A source is one voice or one collection and is used whole,
either to learn from or to test with, so that a voice that was learned never stands in a test.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

MUSICAL = re.compile(
    r"moh|jingle|music|glorious|fanfare|horn|drum|flute|song|bell|tone|beep|tt-monkeys|roll-call|dreydl"
)
"""Names of files that hold music, or tones, which are made up anyway."""

SENTENCES = (
    "The ferry leaves at twenty past nine, and the next one is not before the afternoon.",
    "I asked her whether she had seen the blue notebook, but she only shook her head and laughed.",
    "Please write down the number of your ticket and keep it until you have left the station.",
    "Nobody in the village remembers who planted the old chestnut tree behind the mill.",
    "If the kettle starts to whistle, turn down the flame and wait for two or three minutes.",
    "Yesterday's storm tore the roof off the boathouse and carried it half a mile up the beach.",
    "What do you mean, it was never delivered? The driver told me that your neighbour had signed for it.",
    "Seven judges, four lawyers and a very tired clerk sat in the courtroom until after midnight.",
    "She measured the flour, sifted it twice, and folded it slowly into the beaten eggs.",
    "On the left you can see the harbour, and behind it the two chimneys of the former brickworks.",
    "He promised to call back, which he did, although it took him the better part of a year.",
    "There is no reason to hurry. The museum is open until six and hardly anyone comes on a Tuesday.",
)
"""What the speech programs read aloud."""


@dataclass(frozen=True)
class Source:
    """One voice or one collection: files of ``package`` whose path matches ``files``, made into ``clips`` clips."""

    name: str
    package: str
    kind: str
    use: str
    files: str
    clips: int


SOURCES = (
    Source("asterisk-en", "asterisk-core-sounds-en-wav", "speech", "learn", r"\.wav$", 40),
    Source("asterisk-es", "asterisk-core-sounds-es-wav", "speech", "learn", r"\.wav$", 40),
    Source("asterisk-it", "asterisk-core-sounds-it-wav", "speech", "learn", r"\.wav$", 40),
    Source("asterisk-fr", "asterisk-core-sounds-fr-wav", "speech", "test", r"\.wav$", 50),
    Source("asterisk-ru", "asterisk-core-sounds-ru-wav", "speech", "test", r"\.wav$", 50),
    *(
        Source(f"tuxpaint-{code}", "tuxpaint-stamps-default", "speech", "learn", rf"_desc_{code}\.ogg$", 30)
        for code in ("be", "bg", "ca", "da", "el", "es", "fr", "ro")
    ),
    Source("tuxpaint-ru", "tuxpaint-stamps-default", "speech", "test", r"_desc_ru\.ogg$", 50),
    Source("tuxpaint-animals", "tuxpaint-stamps-default", "animals", "learn", r"/animals/.*/[a-z0-9]+\.ogg$", 160),
    Source("tuxpaint-effects", "tuxpaint-stamps-default", "effects", "learn", r"/(household|vehicles)/[^_]*\.ogg$", 30),
    *(
        Source(f"klettres-{code}", "klettres-data", "speech", "test", rf"/klettres/{code}/.*\.ogg$", 8)
        for code in ("ar", "cs", "de", "he", "hu", "nds", "pt_BR", "uk")
    ),
    Source("gcin", "gcin-voice", "speech", "test", r"\.ogg$", 20),
    Source(
        "wesnoth-animals",
        "wesnoth-1.16-data",
        "animals",
        "test",
        r"/sounds/(wolf|gryphon|horse|bat-|tusker|hiss)[^/]*$",
        24,
    ),
    Source(
        "wesnoth-ambient", "wesnoth-1.16-data", "animals", "test", r"/sounds/ambient/(birds|night|morning)[^/]*$", 8
    ),
    Source(
        "wesnoth-effects",
        "wesnoth-1.16-data",
        "effects",
        "test",
        r"/sounds/(ambient/)?(fire|rumble|lightning|cave-in|campfire|ship)[^/]*$",
        12,
    ),
    Source("gcompris-animals", "gcompris-qt-data", "animals", "test", r"/explore_farm_animals\.rcc$", 27),
)
"""Everything that is fetched. Animals are grouped by file, voices by package and language."""

FLITE = ("flite", "libflite1")
"""Packages of the speech program that is run from where it was unpacked; its voices are tested with only."""

FLITE_VOICES = ("awb", "kal16", "rms", "slt")
