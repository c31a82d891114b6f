"""What a page costs who opens it: bytes and requests, and how much of it shifts while it comes over a slow line.

What belongs here: measuring one page in a browser. Not here: budgets (``test_budgets``, ``benchmarks.pages``).
"""

from __future__ import annotations

from dataclasses import dataclass

SLOW = {"offline": False, "latency": 400, "downloadThroughput": 50_000, "uploadThroughput": 50_000}
"""Milliseconds, and bytes a second: 400 kbit/s."""

OWN = {"stylesheet", "script"}

WATCH_SHIFTS = """
  window.shifts = [];
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      window.shifts.push([entry.value, ...entry.sources.map(({ node }) => node?.outerHTML?.slice(0, 120))]);
    }
  }).observe({ type: "layout-shift", buffered: true });
"""


@dataclass(frozen=True)
class Weight:
    """Bytes as written, before any compression: styles and scripts (``own``), and everything."""

    own: int
    whole: int
    requests: int


def weigh(page, path):
    """Open a page that nothing of is kept yet, and return what it weighs."""
    loaded = []
    page.on("response", lambda answer: loaded.append(answer))  # noqa: PLW0108 - Playwright marks the function it gets
    page.goto(path, wait_until="networkidle")
    sizes = [(answer.request.resource_type, len(answer.body())) for answer in loaded if answer.ok]
    own = sum(size for kind, size in sizes if kind in OWN)
    return Weight(own, sum(size for _, size in sizes), len(loaded))


def shifts(page, path):
    """Open a page over a slow line; return each layout shift: how much, and what moved."""
    line = page.context.new_cdp_session(page)
    line.send("Network.enable")
    line.send("Network.setCacheDisabled", {"cacheDisabled": True})
    line.send("Network.emulateNetworkConditions", SLOW)
    page.add_init_script(WATCH_SHIFTS)
    page.goto(path, wait_until="networkidle", timeout=60_000)
    return page.evaluate("window.shifts")
