"""Sounds that are no music, and the boundary between them and music: what the model learns to turn away.

What belongs here: noises, voices and animals made from numbers (``noises``, ``voices``, ``animals``), how they get onto
a record (``room``), their feature rows and those of recorded ones (``heard``), the plane that parts them from music
(``gate``). Not here: fetching recordings (``classifier.training.sounds``).
"""

from classifier.training.nonmusic.gate import fit_gate, gate_margin
from classifier.training.nonmusic.heard import OtherSounds, made_up_rows, other_sounds

__all__ = ["OtherSounds", "fit_gate", "gate_margin", "made_up_rows", "other_sounds"]
