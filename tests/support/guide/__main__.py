"""``make guide``: the guide's figures from the shipped model's card, and its pictures from the running portal."""

from __future__ import annotations

import sys

from tests.support.browser import CHROMIUM
from tests.support.guide.figures import write_figures
from tests.support.guide.screenshots import PICTURES, take_all


def tell(line):
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main():
    for page in write_figures():
        tell(f"figures: {page.name}")
    if CHROMIUM is None:
        return "The pictures need Chromium: apt install chromium-headless-shell"
    PICTURES.mkdir(exist_ok=True)
    sizes = {}
    for name, size in take_all():
        sizes[name] = size
        tell(f"{size / 1024:5.0f} KB  {name}")
    for file in PICTURES.glob("*.webp"):
        if file.stem not in sizes:
            tell(f"removed: {file.name}")
            file.unlink()
    tell(f"{len(sizes)} pictures, {sum(sizes.values()) / 2**20:.1f} MB")
    return None


if __name__ == "__main__":
    sys.exit(main())
