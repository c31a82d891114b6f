"""Every sentence that people see can be translated, and is."""

from __future__ import annotations

import ast
import re

import pytest
from babel.messages.mofile import read_mo

from portal.config import ROOT
from portal.languages.catalogues import DOMAINS, file_of, gather, read
from portal.languages.service import KNOWN, SOURCE

PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]|%%")
OTHERS = [language for language in KNOWN if language != SOURCE]
both = pytest.mark.parametrize(
    ("language", "domain"),
    [(language, domain) for language in OTHERS for domain in DOMAINS],
    ids=lambda one: getattr(one, "name", one),
)

NAMES = {"GenreGenie", "CSV", "JSON", "ZIP", "Spotify", "ListenBrainz", "GTZAN", "MFCC", "BPM", "UTC"}
"""Words that are alike in every language."""


@both
def test_every_sentence_is_translated(language, domain):
    written = read(language, domain)
    missing = [message.id for message in gather(domain) if message.id and not _said(written.get(message.id))]
    assert missing == [], "run `make messages` and translate these"


@both
def test_nothing_is_guessed_or_left_over(language, domain):
    written, gathered = read(language, domain), gather(domain)
    assert [message.id for message in written if message.id and message.fuzzy] == []
    assert [message.id for message in written if message.id and message.id not in gathered] == []
    assert not written.obsolete


@both
def test_a_translation_has_the_placeholders_of_its_sentence(language, domain):
    wrong = []
    for message in read(language, domain):
        if not message.id:
            continue
        english, said = _forms(message.id), _forms(message.string)
        known = {name for form in english for name in PLACEHOLDER.findall(form)}
        # Only a form for one may leave out a number that another one says.
        needed = set(PLACEHOLDER.findall(english[-1])) - ({"num"} if len(english) > 1 else set())
        wrong += [form for form in said if form and not needed <= set(PLACEHOLDER.findall(form)) <= known]
    assert wrong == []


@both
def test_what_is_read_is_what_was_written(language, domain):
    with file_of(language, domain, ".mo").open("rb") as opened:
        compiled = {_forms(message.id): _forms(message.string) for message in read_mo(opened) if message.id}
    written = {_forms(m.id): _forms(m.string) for m in read(language, domain) if m.id and _said(m)}
    assert compiled == written, "run `make messages`"


@pytest.mark.parametrize("file", sorted((ROOT / "templates").rglob("*.html")), ids=lambda file: file.name)
def test_a_template_says_nothing_past_the_translators(file):
    assert _visible(file.read_text(encoding="utf-8")) == []


def test_no_message_is_raised_or_flashed_past_the_translators():
    found = [
        f"{file.relative_to(ROOT)}:{node.lineno}"
        for file in sorted((ROOT / "portal").rglob("*.py"))
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and _is_told(node) and node.args and _is_bare(node.args[0])
    ]
    assert found == []


def test_nothing_is_looked_up_inside_a_formatted_string():
    """Extractors do not look into these."""
    hidden = re.compile(r"""\bf(['"]).*\{\s*(_|gettext|ngettext|lazy)\(""")
    files = sorted((ROOT / "portal").rglob("*.py"))
    assert [str(file) for file in files if hidden.search(file.read_text(encoding="utf-8"))] == []


def _is_told(call):
    """Tell whether the call tells somebody its first argument: a flash, or an error of the portal."""
    name = getattr(call.func, "id", None) or getattr(call.func, "attr", "")
    if name == "flash":
        return True
    if name == "__init__" and isinstance(call.func, ast.Attribute) and isinstance(call.func.value, ast.Call):
        return True
    return name in {"InvalidError", "NotFoundError", "ConflictError", "ForbiddenError", "GoneError", "TooLargeError"}


def _is_bare(node):
    text = node.value if isinstance(node, ast.Constant) else ""
    text = text if isinstance(text, str) else ""
    if isinstance(node, ast.JoinedStr):
        text = "".join(part.value for part in node.values if isinstance(part, ast.Constant))
    # A sentence has several words and ends as such; codes and keys do not.
    return " " in text.strip() and text.rstrip()[-1:] in {".", "!", "?"}


def _visible(source):
    """Return the words of a template that stand outside of what is translated."""
    source = re.sub(r"\{#.*?#\}", "", source, flags=re.DOTALL)
    source = re.sub(r"\{%-?\s*trans\b.*?endtrans\s*-?%\}", "", source, flags=re.DOTALL)
    source = re.sub(r"\{%.*?%\}|\{\{.*?\}\}", " ", source, flags=re.DOTALL)
    attributes = re.findall(r'(?:aria-label|title|placeholder|alt)="([^"]*)"', source)
    source = re.sub(r"<(script|style|code|pre)\b.*?</\1>", "", source, flags=re.DOTALL)
    texts = [re.sub(r"<[^>]*>", "\n", source), *attributes]
    words = re.findall(r"[^\W\d_]{2,}", re.sub(r"&\w+;", " ", "\n".join(texts)))
    return [word for word in words if word not in NAMES]


def _said(message):
    return message is not None and all(_forms(message.string))


def _forms(text):
    return tuple(text) if isinstance(text, tuple | list) else (text,)
