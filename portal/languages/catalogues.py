"""Gathers every sentence of the sources for the translators: ``make messages`` runs this.

What belongs here: from sources to the ``.po`` files that people write in, and from these to the ``.mo`` files that are
read when a page is made. Both are kept with the sources, so that serving needs no such step. Neither holds dates, line
numbers or whose machine it was: a file changes when a sentence does.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from babel.messages import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from portal.languages.service import KNOWN, SOURCE
from portal.languages.words import TRANSLATIONS

ROOT = TRANSLATIONS.parent.parent
KEYWORDS = {**DEFAULT_KEYWORDS, "lazy": None}
WIDTH = 110
NO_DATE = datetime(1970, 1, 1, tzinfo=UTC)
JINJA = {"newstyle_gettext": "true", "trimmed": "true", "silent": "false"}


@dataclass(frozen=True)
class Domain:
    """Sentences that are kept together: where they are said, and in what such a file is written."""

    name: str
    methods: Mapping[str, str]


DOMAINS = (
    Domain("messages", {"portal/**.py": "python", "templates/**.html": "jinja2"}),
    Domain("scripts", {"static/js/**.js": "javascript"}),
)
"""What pages and services say, and what scripts do: a page carries the second one's sentences with it."""


def gather(domain: Domain) -> Catalog:
    """Return all sentences of the domain, without any translation."""
    gathered = Catalog()
    for pattern, method in domain.methods.items():
        folder = pattern.split("/")[0]
        found = extract_from_dir(
            ROOT / folder,
            [(pattern.removeprefix(f"{folder}/"), method)],
            {"**.html": JINJA},
            keywords=KEYWORDS,
        )
        for path, line, message, _comments, context in found:
            gathered.add(message, locations=[(f"{folder}/{path}", line)], context=context)
    return gathered


def file_of(language: str, domain: Domain, suffix: str = ".po") -> Path:
    """Return where a language's sentences are kept."""
    return TRANSLATIONS / language / "LC_MESSAGES" / f"{domain.name}{suffix}"


def read(language: str, domain: Domain) -> Catalog:
    """Return what the translators wrote; nothing where they have not begun."""
    file = file_of(language, domain)
    if not file.exists():
        return Catalog(locale=language)
    with file.open("rb") as opened:
        return read_po(opened, locale=language)


def brought_up_to_date(written: Catalog, gathered: Catalog) -> Catalog:
    """Return the translations with every sentence there is now, and without those that are said no more."""
    # A translation that is merely guessed from one like it would be worse than English.
    written.update(gathered, no_fuzzy_matching=True)
    written.obsolete.clear()
    return written


def as_text(catalogue: Catalog) -> bytes:
    """Return the ``.po`` file."""
    header = (
        'msgid ""\nmsgstr ""\n'
        f'"Language: {catalogue.locale_identifier}\\n"\n'
        f'"Plural-Forms: {catalogue.plural_forms}\\n"\n'
        '"Content-Type: text/plain; charset=utf-8\\n"\n\n'
    )
    buffer = io.BytesIO()
    write_po(
        buffer,
        catalogue,
        width=WIDTH,
        omit_header=True,
        sort_output=True,
        ignore_obsolete=True,
        include_lineno=False,
    )
    return header.encode() + buffer.getvalue()


def compiled(catalogue: Catalog) -> bytes:
    """Return the ``.mo`` file: of what is translated, so that English is said in place of the rest."""
    finished = Catalog(locale=catalogue.locale, creation_date=NO_DATE)
    for message in catalogue:
        if message.id and is_said(message):
            finished.add(message.id, message.string, flags=message.flags, context=message.context)
    buffer = io.BytesIO()
    write_mo(buffer, finished)
    return buffer.getvalue()


def is_said(message: Message) -> bool:
    """Tell whether a message is translated, in all its forms."""
    said = message.string if isinstance(message.string, tuple | list) else (message.string,)
    return all(said) and not message.fuzzy


def main() -> None:
    """Bring every language's files up to date, and say how much of each is translated."""
    for language in (known for known in KNOWN if known != SOURCE):
        for domain in DOMAINS:
            catalogue = brought_up_to_date(read(language, domain), gather(domain))
            text = file_of(language, domain)
            text.parent.mkdir(parents=True, exist_ok=True)
            text.write_bytes(as_text(catalogue))
            file_of(language, domain, ".mo").write_bytes(compiled(read(language, domain)))
            done = sum(is_said(message) for message in catalogue if message.id)
            sys.stdout.write(f"{language} {domain.name}: {done} of {len(catalogue)} sentences are translated\n")


if __name__ == "__main__":
    main()
