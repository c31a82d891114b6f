"""How passwords are kept, and which ones are refused.

What belongs here: hashing, and the rules a new password must meet. Not here: whose password it is (``service``).
"""

from __future__ import annotations

import base64
import re
import secrets
import unicodedata
from functools import cache
from pathlib import Path

import argon2

from portal.errors import InvalidError
from portal.language import _

MIN_LENGTH = 10
MAX_LENGTH = 128
MIN_DIFFERENT_CHARACTERS = 5
MIN_SURPRISES = 7

WORDS = Path(__file__).with_name("common_passwords.txt")
SHORTEST_PIECE = 3

# A character nobody could tell in advance is one surprise; so is a whole keyboard row, a year, or one's own name.
WORD_SURPRISES = 2
RUN_SURPRISES = 1

# Rows, columns and zigzags of keyboards, and the orders everybody knows by heart.
ROWS = (
    "abcdefghijklmnopqrstuvwxyz",
    "01234567890123456789",
    "!@#$%^&*()",
    "qwertyuiop[]",
    "asdfghjkl;'",
    "zxcvbnm,./",
    "qwertzuiop",
    "yxcvbnm",
    "azertyuiop",
    "qsdfghjklm",
    "wxcvbn",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik,9ol.0p;/",
    "qazwsxedcrfvtgbyhnujmikolp",
    "1q2w3e4r5t6y7u8i9o0p",
    "q1w2e3r4t5y6u7i8o9p0",
    "a1b2c3d4e5f6g7h8i9j0",
    "147258369",
    "159753",
)
YEARS = range(1900, 2100)
REPEATS = re.compile(r"(.{3,}?)\1+|(.)\2{2,}", re.DOTALL)
DISGUISES = (str.maketrans("@4310!|5$7+", "aaeioiisstt"), str.maketrans("@4310!|5$7+", "aaelollsstt"))


class WeakPassword(InvalidError):
    """A new password does not meet the rules."""

    code = "weak_password"


class PasswordHasher:
    """Keeps passwords as argon2id hashes.

    The default cost (46 MiB, two passes) is above what OWASP asks for, and bounds what many log-ins at once may take.
    Passwords are hashed in Unicode's NFKC form: the same characters reach us composed from one keyboard and
    decomposed from another, and must open the same account.
    """

    def __init__(self, *, time_cost: int = 2, memory_kib: int = 46 * 1024) -> None:
        self._argon2 = argon2.PasswordHasher(time_cost=time_cost, memory_cost=memory_kib, parallelism=1)
        self.decoy = _unmatched_hash(time_cost, memory_kib)

    def hash(self, password: str) -> str:
        """Return the hash to keep for ``password``."""
        return self._argon2.hash(_to_bytes(password))

    def verify(self, password_hash: str, password: str) -> bool:
        """Return whether ``password`` is the one hashed."""
        # No account has a longer one, and normalising combining characters takes quadratic time.
        if len(password) > MAX_LENGTH:
            return False
        try:
            return self._argon2.verify(password_hash, _to_bytes(password))
        except (argon2.exceptions.VerificationError, argon2.exceptions.InvalidHashError):
            return False

    def needs_rehash(self, password_hash: str) -> bool:
        """Return whether the hash was made with other parameters than today's."""
        return self._argon2.check_needs_rehash(password_hash)


def check_password(password: str, *, email: str, name: str) -> None:
    """Raise WeakPassword, with the reason, unless ``password`` may protect the account of ``email`` and ``name``."""
    if len(password) > MAX_LENGTH:
        raise WeakPassword(_("The password may have at most %(most)s characters.", most=MAX_LENGTH))
    text = _folded(password)
    if len(text) < MIN_LENGTH:
        raise WeakPassword(_("The password needs at least %(least)s characters.", least=MIN_LENGTH))
    if len(set(text)) < MIN_DIFFERENT_CHARACTERS:
        raise WeakPassword(_("The password uses too few different characters. Four unrelated words make a good one."))
    if _surprises(REPEATS.sub(r"\1\2", text), _known_pieces() | _own_pieces(email, name)) < MIN_SURPRISES:
        raise WeakPassword(_("This password is easy to guess. Four unrelated words make a good one."))


def _surprises(text: str, known: dict[str, int]) -> int:
    """Return how little of ``text`` can be told in advance: the cheapest way to write it with known pieces.

    A list of whole passwords stops only those on it; this stops every padding and disguise of what it lists.
    """
    readings = [text, *(text.translate(disguise) for disguise in DISGUISES)]
    longest = max(map(len, known))
    cheapest = [0] * (len(text) + 1)
    for start in reversed(range(len(text))):
        cheapest[start] = 1 + cheapest[start + 1]
        for end in range(start + SHORTEST_PIECE, min(start + longest, len(text)) + 1):
            cost = min(known.get(reading[start:end], len(text)) for reading in readings)
            cheapest[start] = min(cheapest[start], cost + cheapest[end])
    return cheapest[0]


@cache
def _known_pieces() -> dict[str, int]:
    runs = {run for row in ROWS for line in (row, row[::-1]) for run in _substrings(line)}
    lines = WORDS.read_text(encoding="utf-8").splitlines()
    words = {word for line in lines if not line.startswith("#") for word in line.split()}
    return (
        dict.fromkeys(words, WORD_SURPRISES)
        | dict.fromkeys(runs, RUN_SURPRISES)
        | dict.fromkeys(map(str, YEARS), RUN_SURPRISES)
    )


def _substrings(line: str) -> set[str]:
    starts = range(len(line))
    return {line[start:end] for start in starts for end in range(start + SHORTEST_PIECE, len(line) + 1)}


def _own_pieces(email: str, name: str) -> dict[str, int]:
    whole = {_folded(email), _folded(email).partition("@")[0], _folded(name)}
    parts = {part for text in whole for part in re.split(r"[\W_]+", text)}
    return dict.fromkeys((piece for piece in whole | parts if len(piece) >= SHORTEST_PIECE), RUN_SURPRISES)


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


def _to_bytes(password: str) -> bytes:
    return unicodedata.normalize("NFKC", password).encode("utf-8", "surrogatepass")


def _unmatched_hash(time_cost: int, memory_kib: int) -> str:
    """Return a hash that costs as much to check as a real one, and that no password is known to have."""
    salt, digest = (base64.b64encode(secrets.token_bytes(size)).decode().rstrip("=") for size in (16, 32))
    return f"$argon2id$v=19$m={memory_kib},t={time_cost},p=1${salt}${digest}"
