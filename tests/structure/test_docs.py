"""What the documents say is so."""

from __future__ import annotations

import re

import pytest

from classifier.artifact import read_card
from portal.config import ROOT, Settings

PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


def test_the_readme_gives_the_accuracy_of_the_model_that_is_shipped():
    assert f"{read_card()['figures']['accuracy']:.1%}" in (ROOT / "README.md").read_text()


def test_the_model_card_page_is_that_of_the_shipped_model():
    assert (ROOT / "docs" / "model-card.md").read_text().startswith(f"# Model card: {read_card()['version']}\n")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_within_the_repository_leads_somewhere(page):
    links = re.findall(r"\]\((?!https?:)([^)#]+)\)", page.read_text())
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_every_setting_is_in_the_readme(tmp_path):
    environ = Noted(INSTANCE_PATH=str(tmp_path))
    Settings.from_env(environ)
    readme = (ROOT / "README.md").read_text()
    assert [name for name in environ.asked if f"`{name}`" not in readme] == []


def test_every_make_target_in_the_readme_exists():
    makefile = (ROOT / "Makefile").read_text()
    targets = set(re.findall(r"(?:`|^    )make ([a-z]+)", (ROOT / "README.md").read_text(), re.MULTILINE))
    assert {"run", "test", "check"} <= targets
    assert [target for target in targets if not re.search(rf"^{target}:", makefile, re.MULTILINE)] == []


class Noted(dict):
    """An environment that remembers what it was asked for."""

    def __init__(self, **values):
        super().__init__(values)
        self.asked = set()

    def get(self, name, default=None):
        self.asked.add(name)
        return super().get(name, default)
