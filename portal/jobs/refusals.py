"""What the classifier says of a file that it does not take, for those who translate it.

What belongs here: its sentences, marked. They are kept in English with the job that ended so, and said in the reader's
language when they are shown (``portal.language.translated``). Not here: when they are said (``classifier.decode``).
"""

from __future__ import annotations

from portal.language import N_

REFUSALS = (
    N_("This file is not audio we can read."),
    N_("This file is not audio we can read: its sound is coded in a way we do not know."),
    N_("This file is not audio we can read: it cannot be opened."),
    N_("This file is not audio we can read: it holds no sound."),
    N_("This file is not audio we can read: it is a Git LFS pointer, not the file itself."),
    N_("This file is not audio we can read: it is a MIDI file: notes, not sound."),
    N_("This file is not audio we can read: it is a PDF document."),
    N_("This file is not audio we can read: it is a picture."),
    N_("This file is not audio we can read: it is a zip archive or an office document."),
    N_("This file is not audio we can read: it is an archive."),
    N_("This file is not audio we can read: it is damaged or incomplete."),
    N_("This file is not audio we can read: it is empty."),
    N_("This file is not audio we can read: it is protected against copying."),
    N_("This file is not audio we can read: it is text."),
    N_("This file is not audio we can read: there is no such file."),
    N_("The file is larger than %(number)s MB."),
    N_("The song is longer than %(number)s minutes."),
    N_("The song is shorter than %(number)s seconds."),
    N_("The song is silent."),
    N_("The song has %(number)s channels; we read up to 8."),
    N_("The song has %(number)s samples a second; we read 4000 to 384000."),
)
"""All that an ``AudioError`` may say; ``%(number)s`` stands for the first number in the sentence."""
