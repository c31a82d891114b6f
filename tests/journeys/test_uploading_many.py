"""Albums, folders and archives in a real browser: told apart, paused, gone on with, and never sent twice."""

from __future__ import annotations

import re
import zipfile

import pytest
from playwright.sync_api import expect

from tests.support.audio import music_like, write_wav
from tests.support.visitor import SECONDS, VERDICT, row, sign_up

pytestmark = pytest.mark.browser

WAITING = re.compile("Waiting to be sent")


def test_an_archive_becomes_a_row_for_each_song(page, album, archive):
    sign_up(page, "ida@example.org", "Ida")
    page.set_input_files("input[name=songs]", archive)
    expect(row(page, "album.zip").locator("[data-text]")).to_have_text("2 songs taken in, 1 not", timeout=30 * SECONDS)
    expect(row(page, "inner.zip").locator("[data-text]")).to_have_text(re.compile("not opened"))
    for name in ("one.wav", "two.wav"):
        expect(row(page, name).locator("[data-text]")).to_have_text(VERDICT, timeout=30 * SECONDS)


def test_an_archive_needs_no_javascript(plain_page, archive):
    sign_up(plain_page, "jon@example.org", "Jon")
    plain_page.set_input_files("input[name=songs]", archive)
    plain_page.get_by_role("button", name="Upload").click()
    expect(plain_page).to_have_url(re.compile("/history"))
    expect(plain_page.get_by_text("2 songs are being analysed.")).to_be_visible()
    expect(plain_page.get_by_text("inner.zip: An archive inside an archive is not opened.")).to_be_visible()


def test_a_folder_is_taken_without_its_covers(page, album):
    sign_up(page, "kim@example.org", "Kim")
    page.set_input_files("[data-folder]", album)
    expect(page.get_by_text("3 files that are no songs were left out.")).to_be_visible()
    expect(page.locator("[data-rows] li [data-name]")).to_have_text(["one.wav", "two.wav"])
    expect(page.locator("[data-summary]")).to_have_text("2 of 2 songs done", timeout=30 * SECONDS)


def test_a_dropped_folder_is_read_to_its_end(page, tmp_path):
    sign_up(page, "lea@example.org", "Lea")
    expect(page.locator("[data-folder]")).to_be_attached()
    names = page.evaluate(DROPPED_FOLDER)
    assert len(names["files"]) == 230
    assert names["left"] == 21


def test_many_rows_fold_away_when_they_are_done(page, album):
    sign_up(page, "max@example.org", "Max")
    empty = [{"name": f"{number}.mp3", "mimeType": "audio/mpeg", "buffer": b""} for number in range(50)]
    page.set_input_files("input[name=songs]", empty)
    page.set_input_files("[data-folder]", album)
    button = page.get_by_role("button", name="Show 2 finished songs")
    expect(button).to_be_visible(timeout=30 * SECONDS)
    expect(row(page, "one.wav")).to_be_hidden()
    button.click()
    expect(row(page, "one.wav")).to_be_visible()


def test_all_are_paused_gone_on_with_and_cancelled(page, album):
    sign_up(page, "nia@example.org", "Nia")
    held = []
    page.route("**/upload", lambda route: held.append(route))  # noqa: PLW0108 - it looks at the signature
    page.set_input_files("[data-folder]", album)
    page.get_by_role("button", name="Pause").click()
    for name in ("one.wav", "two.wav"):
        expect(row(page, name).locator("[data-text]")).to_have_text(WAITING)
    expect(page.locator("[data-sent]")).to_have_text(re.compile("0 of 2 files sent.*paused"))
    page.unroute("**/upload")
    page.get_by_role("button", name="Go on").click()
    expect(page.locator("[data-summary]")).to_have_text("2 of 2 songs done", timeout=30 * SECONDS)


def test_all_that_wait_are_cancelled_and_tried_again(page, album):
    sign_up(page, "oda@example.org", "Oda")
    page.route("**/upload", lambda _route: None)
    page.set_input_files("[data-folder]", album)
    page.get_by_role("button", name="Cancel all").click()
    expect(row(page, "one.wav").locator("[data-text]")).to_have_text("Cancelled")
    expect(row(page, "two.wav").locator("[data-text]")).to_have_text("Cancelled")
    page.unroute("**/upload")
    page.get_by_role("button", name="Try all failed again").click()
    expect(page.locator("[data-summary]")).to_have_text("2 of 2 songs done", timeout=30 * SECONDS)


def test_after_a_reload_nothing_is_sent_twice(page, album):
    sign_up(page, "pia@example.org", "Pia")
    page.set_input_files("input[name=songs]", album / "one.wav")
    expect(row(page, "one.wav").locator("[data-text]")).to_have_text(VERDICT, timeout=30 * SECONDS)
    page.route("**/upload", lambda route: None if route.request.method == "POST" else route.continue_())
    page.set_input_files("input[name=songs]", album / "two.wav")
    expect(row(page, "two.wav").locator("[data-text]")).to_be_visible()
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    page.on("dialog", lambda dialog: dialog.accept())
    page.reload()
    expect(page.get_by_text("1 song was not sent last time.")).to_be_visible()
    page.unroute("**/upload")
    sent = []
    page.on("request", lambda request: sent.append(request.post_data_buffer) if is_upload(request) else None)
    page.set_input_files("[data-folder]", album)
    expect(page.locator("[data-summary]")).to_have_text("2 of 2 songs done", timeout=30 * SECONDS)
    expect(row(page, "one.wav").locator("[data-text]")).to_have_text(re.compile("before"))
    assert len(sent) == 1


def test_a_file_that_changes_while_it_waits_says_so(page, tmp_path):
    sign_up(page, "quin@example.org", "Quin")
    file = write_wav(tmp_path / "changing.wav", music_like(5.0), 22_050)
    page.route("**/upload", lambda _route: None)
    page.set_input_files("input[name=songs]", file)
    expect(row(page, "changing.wav")).to_be_visible()
    page.evaluate("document.querySelector('[data-pause]').click()")
    expect(row(page, "changing.wav").locator("[data-text]")).to_have_text(WAITING)
    file.unlink()
    page.unroute("**/upload")
    page.evaluate("document.querySelector('[data-pause]').click()")
    expect(row(page, "changing.wav")).to_have_text(re.compile("changed or taken away"), timeout=10 * SECONDS)


def test_a_lost_connection_goes_on_by_itself(page, album):
    sign_up(page, "rosa@example.org", "Rosa")
    page.context.set_offline(True)
    page.set_input_files("[data-folder]", album)
    expect(row(page, "one.wav")).to_have_text(re.compile("Not sent yet"))
    page.context.set_offline(False)
    expect(page.locator("[data-summary]")).to_have_text("2 of 2 songs done", timeout=30 * SECONDS)


@pytest.mark.parametrize("width", [320, 390, 1440])
def test_a_queue_scrolls_in_one_direction_only(browser, portal, album, width):
    context = browser.new_context(base_url=portal.url, viewport={"width": width, "height": 800})
    page = context.new_page()
    sign_up(page, f"sam{width}@example.org", "Sam")
    page.route("**/upload", lambda _route: None)
    page.set_input_files("[data-folder]", album)
    expect(page.get_by_role("button", name="Cancel all")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    context.close()


DROPPED_FOLDER = """async () => {
  const { filesOf } = await import("/static/js/dropped.js");
  const file = (name) => ({ name, isDirectory: false, file: (done) => done(new File(["x"], name)) });
  const folder = (name, entries) => ({
    name,
    isDirectory: true,
    createReader: () => ({ readEntries: (done) => done(entries.splice(0, 100)) }),
  });
  const songs = (many, kind) => Array.from({ length: many }, (_, number) => file(number + kind));
  const inner = folder("CD 2", [...songs(30, ".flac"), file("._1.mp3")]);
  const album = folder("Album", [...songs(200, ".mp3"), ...songs(20, ".jpg"), inner]);
  const { files, left } = await filesOf({ items: [{ webkitGetAsEntry: () => album }], files: [] }, [".mp3", ".flac"]);
  return { files: files.map((one) => one.name), left };
}"""
"""A folder as a browser hands it out, a hundred entries at a time: no driver can drop a real one."""


def is_upload(request):
    return request.method == "POST" and request.url.endswith("/upload")


@pytest.fixture(scope="module")
def album(tmp_path_factory):
    folder = tmp_path_factory.mktemp("many") / "Album"
    folder.mkdir()
    write_wav(folder / "one.wav", music_like(4.0, seed=11), 22_050)
    write_wav(folder / "two.wav", music_like(4.0, seed=12), 22_050)
    for name in ("cover.jpg", "notes.txt", "._one.wav"):
        (folder / name).write_bytes(b"x")
    return folder


@pytest.fixture(scope="module")
def archive(album):
    file = album.parent / "album.zip"
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as target:
        for song in sorted(album.iterdir()):
            target.write(song, f"../../Album/{song.name}")
        target.writestr("inner.zip", b"x")
    return file
