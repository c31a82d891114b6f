"""Every sentence by which people are told that something is wrong stands in the guide, with what to do about it.

The errors are made here, as the portal makes them. A new one that takes arguments needs a line in EXAMPLES; a new
sentence needs a line in docs/guide/troubleshooting.md, and in the same page of every other language.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
import re
from gettext import GNUTranslations

import pytest
from babel import Locale

import portal
from classifier import MAX_BYTES, MAX_SECONDS, MIN_SECONDS, errors
from portal.config import ROOT
from portal.errors import PortalError
from portal.handlers import SENTENCES
from portal.help.pages import GUIDE
from portal.jobs.refusals import REFUSALS
from portal.jobs.sandbox import AnalysisTimeoutError, AudioRefusedError
from portal.language import speaking, translated
from portal.languages.service import KNOWN, SOURCE
from portal.languages.words import TRANSLATIONS
from portal.ports import SourceError
from portal.spotify.values import TROUBLES, SpotifyTroubleError
from portal.tagging.errors import UnreadableTagsError, UnwritableFormatError
from portal.upload.archive import EntryTooLargeError, TooManySongsError
from portal.upload.service import FileTooLargeError

EXAMPLES = {
    AnalysisTimeoutError: [(120,)],
    AudioRefusedError: [],  # says what the classifier's own errors say
    EntryTooLargeError: [(MAX_BYTES,)],
    FileTooLargeError: [(MAX_BYTES,)],
    SpotifyTroubleError: [(SourceError(code, retry_after=120),) for code in TROUBLES],
    TooManySongsError: [(12,)],
    UnreadableTagsError: [(reason,) for reason in UnreadableTagsError.SENTENCES],
    UnwritableFormatError: [("WMA",)],
    errors.TooLarge: [(MAX_BYTES,)],
    errors.TooLong: [(MAX_SECONDS,)],
    errors.TooShort: [(MIN_SECONDS,)],
}
"""Error -> what to make it of."""

NO_TROUBLE = {
    "Keep this page open until all are sent.",
    "You may leave this page: the results will be in your history.",
    "Drop more whenever you like.",
}
"""Sentences of the upload page that are no messages of trouble."""


def everyone_below(root):
    return {root} | {kind for child in root.__subclasses__() for kind in everyone_below(child)}


def named_errors():
    for module in pkgutil.walk_packages(portal.__path__, "portal."):
        importlib.import_module(module.name)
    kinds = everyone_below(PortalError) | everyone_below(errors.AudioError)
    return sorted((kind for kind in kinds if kind.__module__.startswith(("portal.", "classifier."))), key=str)


def says_itself(kind):
    """Whether the sentence is the error's own, not given by who raises it."""
    return "__init__" in vars(kind) or kind in EXAMPLES


@pytest.fixture(scope="module")
def page():
    return " ".join((GUIDE / "troubleshooting.md").read_text("utf-8").split())


@pytest.fixture(params=KNOWN)
def spoken_page(request):
    """The page in a language, while that language is spoken."""
    if request.param == SOURCE:
        yield " ".join((GUIDE / "troubleshooting.md").read_text("utf-8").split())
        return
    with (TRANSLATIONS / request.param / "LC_MESSAGES" / "messages.mo").open("rb") as catalogue:
        translations = GNUTranslations(catalogue)
    with speaking(translations, Locale.parse(request.param)):
        yield " ".join((GUIDE / request.param / "troubleshooting.md").read_text("utf-8").split())


@pytest.mark.parametrize("kind", [*filter(says_itself, named_errors())], ids=lambda kind: kind.__qualname__)
def test_what_an_error_says_is_in_the_guide(spoken_page, kind):
    for arguments in EXAMPLES.get(kind, [()]):
        # What the classifier says is English until it is shown.
        assert translated(str(kind(*arguments))) in spoken_page


# What follows the colon is told in the page's own words.
@pytest.mark.parametrize("refusal", [refusal for refusal in REFUSALS if ": " not in refusal])
def test_what_the_classifier_says_of_a_file_is_in_the_guide(spoken_page, refusal):
    pattern = ".{1,20}".join(map(re.escape, translated(refusal).split("%(number)s")))
    assert re.search(pattern, spoken_page)


def raised():
    """Return the sentences that are written where errors are raised, as patterns."""
    names = {kind.__name__ for kind in named_errors() if not says_itself(kind) or kind is errors.UnreadableAudio}
    for file in sorted([*(ROOT / "portal").rglob("*.py"), ROOT / "classifier" / "decode.py"]):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            call = node.exc if isinstance(node, ast.Raise) else None
            if isinstance(call, ast.Call) and getattr(call.func, "id", "") in names and call.args:
                yield from (pytest.param(found, id=re.sub(r"\W+", " ", found)[:40]) for found in patterns(call.args[0]))


def patterns(argument):
    """Return the sentence that an argument is as a pattern; what is filled in when it is raised may be anything."""
    if isinstance(argument, ast.Call) and argument.args:  # _("…", name=value), ngettext("…", "…", number)
        argument = argument.args[getattr(argument.func, "id", "") == "ngettext"]
    parts = argument.values if isinstance(argument, ast.JoinedStr) else [argument]
    if not all(isinstance(part, ast.Constant | ast.FormattedValue) for part in parts):
        return
    text = "".join(str(part.value) if isinstance(part, ast.Constant) else "%()s" for part in parts)
    yield ".{1,20}".join(map(re.escape, re.split(r"%\(\w*\)[sd]", text)))


@pytest.mark.parametrize("pattern", [*raised()])
def test_what_is_said_where_an_error_is_raised_is_in_the_guide(page, pattern):
    assert re.search(pattern, page)


@pytest.mark.parametrize("status", list(SENTENCES))
def test_what_an_error_page_says_is_in_the_guide(spoken_page, status):
    said = str(SENTENCES[status])
    pattern = ".{1,20}".join(map(re.escape, re.split(r"\{\w+\}|%\(\w+\)[sd]", said)))
    assert re.search(pattern, spoken_page)


@pytest.mark.parametrize("name", ["uploader", "transfer"])
def test_what_the_upload_page_says_is_in_the_guide(page, name):
    script = (ROOT / "static" / "js" / f"{name}.js").read_text("utf-8")
    script = re.sub(r'ngettext\(\s*"[^"]+",', "", script)  # the singular: the plural stands for both
    said = set(re.findall(r'"([A-Z][^"]+[.?])"', script)) - NO_TROUBLE
    patterns = [".{1,20}".join(map(re.escape, re.split(r"%\(\w+\)[sd]", sentence))) for sentence in said]
    assert said
    assert [pattern for pattern in patterns if not re.search(pattern, page)] == []


def test_every_example_is_of_an_error_that_takes_something():
    assert [kind for kind in EXAMPLES if not inspect.signature(kind).parameters] == []
