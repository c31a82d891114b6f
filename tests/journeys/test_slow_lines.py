"""Uploads on a slow and a failing line, in a real browser: what is shown moves, nothing is lost, nothing sent twice."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from tests.support.audio import music_like, write_wav
from tests.support.proxy import line_to
from tests.support.visitor import SECONDS, VERDICT, row, sign_up

pytestmark = pytest.mark.browser

SLOW = 250 * 1000
"""Bytes a second, of which a song of the album has some 440 000."""

FAST = -1
SENDING = re.compile(r"Sending, [1-9]\d?")
WAITING = "Waiting to be sent"


def test_on_a_slow_line_progress_moves_and_all_is_paused_cancelled_and_tried_again(page, line, album):
    sign_up(page, "ann@example.org", "Ann")
    line(page, SLOW)
    page.set_input_files("input[name=songs]", sorted(album.iterdir()))
    bar = row(page, "0.wav").get_by_role("progressbar")
    page.wait_for_function("bar => bar.value > 0.02 && bar.value < 0.4", arg=bar.element_handle())
    earlier = bar.evaluate("bar => bar.value")
    page.wait_for_function("([bar, earlier]) => bar.value > earlier", arg=[bar.element_handle(), earlier])
    row(page, "3.wav").get_by_role("button", name="Cancel").click()
    expect(row(page, "3.wav").locator("[data-text]")).to_have_text("Cancelled")
    page.get_by_role("button", name="Pause").click()
    expect(row(page, "2.wav").locator("[data-text]")).to_have_text(WAITING)
    expect(page.locator("[data-rows] li", has_text=SENDING)).to_have_count(0)
    line(page, FAST)
    page.get_by_role("button", name="Go on").click()
    for name in ("0.wav", "1.wav", "2.wav"):
        expect(row(page, name).locator("[data-text]")).to_have_text(VERDICT, timeout=30 * SECONDS)
    row(page, "3.wav").get_by_role("button", name="Try again").click()
    expect(row(page, "3.wav").locator("[data-text]")).to_have_text(VERDICT, timeout=30 * SECONDS)
    assert titles(page) == ["0", "1", "2", "3"]


def test_a_connection_that_breaks_half_way_goes_on_and_leaves_one_whole_song(distant, line, portal, album):
    page, cable = distant
    sign_up(page, "ben@example.org", "Ben")
    before = stored(portal)
    line(page, SLOW)
    page.set_input_files("input[name=songs]", album / "0.wav")
    expect(row(page, "0.wav")).to_have_text(SENDING)
    cable.cut()
    expect(row(page, "0.wav")).to_have_text(re.compile("Not sent yet"), timeout=10 * SECONDS)
    line(page, FAST)
    cable.mend()
    expect(row(page, "0.wav").locator("[data-text]")).to_have_text(VERDICT, timeout=30 * SECONDS)
    assert titles(page) == ["0"]
    assert [size for name, size in stored(portal).items() if name not in before] == [(album / "0.wav").stat().st_size]


def test_a_reload_in_the_middle_sends_again_only_what_did_not_arrive(page, line, album):
    sign_up(page, "cid@example.org", "Cid")
    page.set_input_files("input[name=songs]", album / "0.wav")
    expect(row(page, "0.wav").locator("[data-text]")).to_have_text(VERDICT, timeout=30 * SECONDS)
    line(page, SLOW)
    page.set_input_files("input[name=songs]", [album / "1.wav", album / "2.wav"])
    expect(row(page, "1.wav")).to_have_text(SENDING)
    page.on("dialog", lambda dialog: dialog.accept())
    page.reload()
    expect(page.get_by_text("2 songs were not sent last time.")).to_be_visible()
    line(page, FAST)
    sent = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    page.set_input_files("input[name=songs]", [album / f"{number}.wav" for number in range(3)])
    expect(page.locator("[data-summary]")).to_have_text("3 of 3 songs done", timeout=30 * SECONDS)
    assert sum(url.endswith("/upload") for url in sent) == 2
    assert titles(page) == ["0", "1", "2"]


@pytest.mark.parametrize("longer", [True, False], ids=["longer", "shorter"])
def test_a_file_that_changes_while_it_is_sent_is_refused_and_nothing_of_it_is_kept(
    page, line, portal, tmp_path, longer
):
    sign_up(page, f"dot{longer}@example.org", "Dot")
    before = stored(portal)
    file = write_wav(tmp_path / "changing.wav", music_like(20.0, seed=41 + longer), 22_050)
    line(page, SLOW)
    page.set_input_files("input[name=songs]", file)
    expect(row(page, "changing.wav")).to_have_text(SENDING)
    write_wav(file, music_like(30.0 if longer else 6.0, seed=51), 22_050)
    line(page, FAST)
    expect(row(page, "changing.wav")).to_have_text(re.compile("was changed"), timeout=20 * SECONDS)
    assert titles(page) == []
    assert stored(portal).keys() == before.keys()


def test_files_that_are_dropped_are_taken_in_as_if_chosen(page, album):
    sign_up(page, "eli@example.org", "Eli")
    content = [*(album / "0.wav").read_bytes()]
    page.evaluate(DROP, [content, "dropped \u05e9\u05d9\u05e8 \U0001f3b5.wav"])
    expect(row(page, "dropped").locator("[data-text]")).to_have_text(VERDICT, timeout=30 * SECONDS)
    assert page.locator("body.dropping").count() == 0


DROP = """([content, name]) => {
  const transfer = new DataTransfer();
  transfer.items.add(new File([new Uint8Array(content)], name, { type: "audio/wav" }));
  for (const kind of ["dragenter", "dragover", "drop"]) {
    document.querySelector("main").dispatchEvent(
      new DragEvent(kind, { bubbles: true, cancelable: true, dataTransfer: transfer }));
  }
}"""


@pytest.fixture
def line():
    """Return a function that lets a page's line take so many bytes a second."""
    sessions = {}

    def let(page, speed):
        # Closing the session would end what it asked for.
        session = sessions.setdefault(page, page.context.new_cdp_session(page))
        session.send("Network.enable")
        told = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": speed}
        session.send("Network.emulateNetworkConditions", told)

    return let


@pytest.fixture
def distant(browser, portal):
    """A page whose line to the portal can be cut, and that line."""
    with line_to(urlsplit(portal.url).port) as cable:
        context = browser.new_context(base_url=cable.url)
        yield context.new_page(), cable
        context.close()


def titles(page):
    """Return what the history lists, beside the page that is open."""
    other = page.context.new_page()
    other.goto("/history")
    found = sorted(other.locator(".songs .song-name a").all_inner_texts())
    other.close()
    return found


def stored(portal):
    """Return the size of each file that the portal keeps."""
    return {file.name: file.stat().st_size for file in (portal.instance / "uploads").glob("*")}


@pytest.fixture(scope="module")
def album(tmp_path_factory):
    folder = tmp_path_factory.mktemp("slow") / "Album"
    folder.mkdir()
    for number in range(4):
        write_wav(folder / f"{number}.wav", music_like(10.0, seed=30 + number), 22_050)
    return folder
