"""The walk through every page that the guide has pictures of.

What belongs here: which pages, as whom, and what is done before each picture. Not here: files (``screenshots``) or what
the pages hold (``demo_world``).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass

from playwright.sync_api import expect

from tests.support.demo_world import PEOPLE, World, tunes
from tests.support.visitor import PASSWORD, log_in

WIDTHS = (1440, 390)
HEIGHTS = {1440: 900, 390: 844}
LONGEST = {1440: 2000, 390: 2600}
"""Pixels beyond which a page is cut off: what comes there is more of the same."""

MARGIN = 24
"""Pixels above an element that a picture begins with."""

STILL = {"reduced_motion": "reduce", "device_scale_factor": 1, "locale": "en-GB", "timezone_id": "UTC"}
AGENT = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{} Safari/537.36"
"""What a browser with a window calls itself, as the profile shows it."""

SECONDS = 1000

NO_PAGES = {
    "feedback.table": "a download",
    "healthz": "for machines",
    "help.picture": "a picture of the guide itself",
    "history.audio": "a song",
    "history.export_csv": "a download",
    "history.export_json": "a download",
    "history.status": "for the pages' scripts",
    "musicmap.points": "for the map's script",
    "offline.worker": "a script",
    "playlists.export": "a download",
    "spotify.callback": "where Spotify sends people back, who are led on",
    "static": "files",
}
"""Endpoint -> why it has no picture in the guide."""


def nothing(_page, _world, _folder):
    pass


@dataclass(frozen=True)
class Shot:
    """A picture: its name, of which endpoint, as whom, where (with what a World knows), and what is done there first.

    ``begin`` names the element that the picture begins with, where that is not the top of the page. ``anew`` is false
    where two pictures of the same page differ by right: it draws lots, or shows the present moment.
    """

    name: str
    endpoint: str
    who: str
    path: str
    act: Callable = nothing
    dark: bool = False
    anew: bool = True
    begin: str = "body"


def uploaded(page, _world, folder):
    """Upload three made-up tunes and a text, and wait for what becomes of them."""
    files = tunes(folder, take=page.viewport_size["width"])
    page.set_input_files("input[name=songs]", files)
    rows = page.locator("[data-rows] li")
    expect(rows).to_have_count(len(files))
    expect(page.locator("[data-rows] li.settled")).to_have_count(len(files), timeout=60 * SECONDS)
    expect(page.locator("[data-summary]")).to_have_text("3 of 4 songs done")


def about_to_delete(page, world, _folder):
    for song_id in world.chosen:
        page.locator(f"input[name=song][value='{song_id}']").check()
    page.locator("#selected button", has_text=re.compile("Delete")).click()
    expect(page.locator("input[name=sure]")).to_have_count(1)


def drawn(page, _world, _folder):
    """Wait for the map: a worker may still be drawing it."""
    for _ in range(30):
        if page.locator("figure.map").count():
            return
        page.wait_for_timeout(1 * SECONDS)
        page.reload()
    raise AssertionError("the map was not drawn")


SHOTS = (
    Shot("home", "home", "stranger", "/", dark=True),
    Shot("signup", "signup.signup", "stranger", "/signup"),
    Shot("login", "login.login", "stranger", "/login"),
    Shot("reset-password", "reset_password.request_link", "stranger", "/reset-password"),
    Shot("reset-choose", "reset_password.choose", "stranger", "/reset-password/{reset}"),
    Shot("sources", "sources.about", "stranger", "/sources"),
    Shot("shared", "community.shared", "stranger", "/s/{share}"),
    Shot("offline", "offline.page", "stranger", "/offline"),
    Shot("not-found", "", "stranger", "/nowhere"),
    Shot("upload", "upload.upload", "member", "/upload", dark=True),
    Shot("history", "history.index", "member", "/history", dark=True),
    Shot("history-grid", "history.index", "member", "/history?view=grid&sort=title"),
    Shot("delete-selected", "history.index", "member", "/history", about_to_delete),
    Shot("song", "history.song", "member", "/songs/{song}", dark=True),
    Shot("map", "musicmap.show", "member", "/history/map", drawn, dark=True),
    Shot("genre-profile", "musicmap.profile", "member", "/history/profile?by=month", dark=True),
    Shot("tag-song", "tagging.song", "member", "/songs/{song}/tagged"),
    Shot("tag-many", "tagging.choose", "member", "/history/tagged?genre=jazz"),
    Shot("for-you", "taste.for_you", "member", "/for-you", anew=False),
    Shot("playlists", "playlists.index", "member", "/playlists"),
    Shot("playlist", "playlists.show", "member", "/playlists/{playlist}"),
    Shot("playlist-add", "playlists.choose", "member", "/playlists/add?item=song:{song}"),
    Shot("discover", "community.discover", "member", "/discover?sort=liked", dark=True),
    Shot("public-song", "community.song", "member", "/discover/songs/{public_song}"),
    Shot("public-playlist", "community.playlist", "member", "/discover/playlists/{public_playlist}"),
    Shot("person", "community.person_page", "member", "/people/{person}"),
    Shot("display-name", "community.me", "member", "/me/public"),
    Shot("share", "community.share_form", "member", "/share?song={song}"),
    Shot("shares", "community.shares", "member", "/shares"),
    Shot("learning", "feedback.consent", "member", "/feedback/consent"),
    Shot("profile", "profile.show", "member", "/profile"),
    Shot("confirm-email", "profile.confirm_email", "member", "/profile/email/{email}"),
    Shot("spotify", "spotify.index", "member", "/spotify"),
    Shot("admin-sources", "sources.standings", "admin", "/admin/sources", anew=False),
    Shot("moderation", "community.moderation", "admin", "/moderation"),
    Shot("admin-feedback", "feedback.overview", "admin", "/admin/feedback"),
    # At last, for they show pictures, or change what others show.
    Shot("help", "help.index", "member", "/help"),
    Shot("help-page", "help.show", "member", "/help/corrections", dark=True),
    Shot("upload-progress", "upload.upload", "member", "/upload", uploaded, anew=False, begin="[data-transfers]"),
)


@dataclass
class Walker:
    """Somebody with a browser who visits the pages of a furnished portal."""

    browser: object
    portal: object
    world: World
    folder: object

    def pictures(self, shots=SHOTS, *, dark=True):
        """Yield (name, PNG) of every shot: at both widths in light colours, and in dark ones where it says so."""
        for who in dict.fromkeys(shot.who for shot in shots):
            with self._logged_in(who) as state:
                for shot in (shot for shot in shots if shot.who == who):
                    yield from self._shot(shot, state, dark=dark and shot.dark)

    def _shot(self, shot, state, *, dark):
        for width in WIDTHS:
            looks = {f"{shot.name}-{width}": "light"} | ({f"{shot.name}-{width}-dark": "dark"} if dark else {})
            with self._page(state, width) as page:
                for name, scheme in looks.items():
                    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
                    page.goto(shot.path.format_map(vars(self.world)))
                    shot.act(page, self.world, self.folder)
                    yield name, photograph(page, width, shot.begin)
                    page.set_viewport_size({"width": width, "height": HEIGHTS[width]})

    @contextmanager
    def _logged_in(self, who):
        """Yield what a browser remembers of having logged in."""
        context = self._context()
        if who != "stranger":
            log_in(context.new_page(), PEOPLE[who][0], PASSWORD)
        yield context.storage_state()
        context.close()

    def _context(self, **more):
        agent = AGENT.format(self.browser.version)
        return self.browser.new_context(base_url=self.portal.url, user_agent=agent, **STILL, **more)

    @contextmanager
    def _page(self, state, width):
        viewport = {"width": width, "height": HEIGHTS[width]}
        context = self._context(storage_state=state, viewport=viewport, service_workers="block")
        yield context.new_page()
        context.close()


def photograph(page, width, begin):
    """Return a picture of the page as a window would show it that is as high as the page, within LONGEST.

    All that the page loads late is waited for. What stands at the window's foot then stands at the picture's.
    """
    page.evaluate("""async () => {
        for (const image of document.images) image.loading = "eager";
        await Promise.all([...document.images].map((image) => image.decode().catch(() => null)));
        await document.fonts.ready;
    }""")
    page.wait_for_load_state("networkidle")
    height = min(page.evaluate("document.documentElement.scrollHeight"), LONGEST[width])
    page.set_viewport_size({"width": width, "height": height})
    top = max(0, page.locator(begin).bounding_box()["y"] - MARGIN)
    clip = {"x": 0, "y": top, "width": width, "height": height - top}
    return page.screenshot(clip=clip, animations="disabled", caret="hide")
