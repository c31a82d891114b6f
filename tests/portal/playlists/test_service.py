"""Making playlists and changing them: whose they are, what they may hold, and how they keep their order."""

from __future__ import annotations

import random
import threading

import pytest
from sqlalchemy import func, insert, select

from portal.adapters.catalogue import CatalogueSource
from portal.models import Playlist, PlaylistEntry, Profile, utc_now
from portal.playlists import service as service_module
from portal.playlists.order import FARTHEST, GAP
from portal.playlists.service import PER_PAGE, PlaylistService
from portal.playlists.values import (
    MAX_ENTRIES,
    MAX_PLAYLISTS,
    CuratedError,
    EntryNotFoundError,
    InvalidDescriptionError,
    InvalidPlaylistNameError,
    ItemNotFoundError,
    OrderChangedError,
    PlaylistFullError,
    PlaylistNotFoundError,
    TooManyPlaylistsError,
)

CHANGES = {
    "edit": lambda playlists, user, playlist, entry: playlists.edit(user, playlist, "Other", ""),
    "delete": lambda playlists, user, playlist, entry: playlists.delete(user, playlist),
    "remove": lambda playlists, user, playlist, entry: playlists.remove(user, playlist, entry),
    "move": lambda playlists, user, playlist, entry: playlists.move(user, playlist, entry, ""),
    "add": lambda playlists, user, playlist, entry: playlists.add(user, playlist, starter()),
}
READINGS = {
    "contents": lambda playlists, user, playlist: playlists.contents(user, playlist, 1),
    "everything": lambda playlists, user, playlist: playlists.everything(user, playlist),
    "copy": lambda playlists, user, playlist: playlists.copy(user, playlist),
}
STRANGE_IDS = ["", "nothing", "a\0b", "x" * 5000, "1' OR '1'='1", "🎵"]


def test_a_new_playlist_is_empty_and_private(playlists, alice):
    made = playlists.create(alice.id, "  Long \n drive ", "For the road")
    contents = playlists.contents(alice.id, made, 1)
    assert (contents.name, contents.description) == ("Long drive", "For the road")
    assert (contents.total, contents.published, contents.curated) == (0, False, False)


@pytest.mark.parametrize("name", ["", "   ", "\0", "\u202e", "x" * 121, "x" * 300])
def test_a_name_that_cannot_be_shown_is_refused(playlists, alice, name):
    with pytest.raises(InvalidPlaylistNameError):
        playlists.create(alice.id, name)
    assert playlists.overview(alice.id).own == ()


def test_a_description_that_is_too_long_is_refused(playlists, alice):
    with pytest.raises(InvalidDescriptionError):
        playlists.create(alice.id, "Fine", "x" * 501)


def test_nobody_has_more_playlists_than_may_be_but_curated_ones_do_not_count(playlists, alice, make_playlist, session):
    make_playlist(alice, recipe="new")
    rows = [
        {"id": f"p{number}", "user_id": alice.id, "name": "x", "description": ""} for number in range(MAX_PLAYLISTS - 1)
    ]
    session.execute(insert(Playlist), rows)
    session.commit()
    last = playlists.create(alice.id, "The last one")
    for more in (lambda: playlists.create(alice.id, "x"), lambda: playlists.copy(alice.id, last)):
        with pytest.raises(TooManyPlaylistsError):
            more()
    assert len(playlists.overview(alice.id).own) == MAX_PLAYLISTS


def test_songs_stand_in_the_order_they_were_added_in(playlists, alice, make_song, titles, make_playlist):
    playlist = make_playlist(alice)
    for title in ("b", "c", "a"):
        added = playlists.add(alice.id, playlist.id, f"song:{make_song(alice, title=title).id}")
        assert (added.title, added.playlist, added.new) == (title, "Mine", True)
    assert titles(playlist) == ["b", "c", "a"]


def test_a_suggestion_of_the_starter_list_is_kept_with_its_link_and_genre(playlists, alice, make_playlist):
    key, listed = next(iter(CatalogueSource().entries().items()))
    playlist = make_playlist(alice)
    playlists.add(alice.id, playlist.id, f"catalogue:{key}")
    row = playlists.contents(alice.id, playlist.id, 1).rows[0].row
    assert (row.title, row.artist, row.url) == (
        listed.suggestion.title,
        listed.suggestion.artist,
        listed.suggestion.url,
    )
    assert (row.genre, row.source, row.song_id) == (listed.genre, "catalogue", None)


def test_the_same_thing_twice_is_once(playlists, alice, make_song, make_playlist, titles):
    playlist, song = make_playlist(alice), make_song(alice)
    for item in (f"song:{song.id}", starter()):
        assert [playlists.add(alice.id, playlist.id, item).new for _ in range(2)] == [True, False]
    assert len(titles(playlist)) == 2


def test_what_stands_there_already_does_not_count_as_a_change(playlists, alice, make_song, make_playlist):
    song = make_song(alice)
    playlist = make_playlist(alice, [song])
    before = playlist.changed_at
    playlists.add(alice.id, playlist.id, f"song:{song.id}")
    assert playlists.contents(alice.id, playlist.id, 1).changed_at == before


def test_two_clicks_at_the_same_moment_are_one_entry(app, services, session, alice, make_song, make_playlist, titles):
    playlist, reference = make_playlist(alice), f"song:{make_song(alice).id}"
    owner, playlist_id = alice.id, playlist.id
    new = at_once(app, [lambda: services.playlists.add(owner, playlist_id, reference).new] * 6)
    assert sorted(new) == [False] * 5 + [True]
    assert len(titles(playlist)) == 1


def test_different_songs_added_at_the_same_moment_all_find_a_place(
    app, services, session, alice, make_song, make_playlist
):
    playlist, songs = make_playlist(alice), [f"song:{make_song(alice).id}" for _ in range(6)]
    owner, playlist_id = alice.id, playlist.id
    at_once(app, [lambda song=song: services.playlists.add(owner, playlist_id, song) for song in songs])
    positions = list(session.scalars(select(PlaylistEntry.position)))
    assert len(set(positions)) == 6


def test_a_song_of_somebody_else_may_be_added_while_it_is_public(
    playlists, session, alice, bob, make_song, make_playlist, publish
):
    playlist, theirs = make_playlist(alice), make_song(bob, title="Theirs")
    with pytest.raises(ItemNotFoundError):
        playlists.add(alice.id, playlist.id, f"song:{theirs.id}")
    publish(theirs)
    assert playlists.add(alice.id, playlist.id, f"song:{theirs.id}").new
    row = playlists.contents(alice.id, playlist.id, 1).rows[0].row
    assert (row.title, row.own, row.filename) == ("Theirs", False, "")


@pytest.mark.parametrize("reason", ["withdrawn", "hidden", "suspended", "private"])
def test_what_its_owner_shows_no_more_is_counted_and_never_shown(
    playlists, session, alice, bob, make_song, make_playlist, publish, titles, reason
):
    mine, theirs = make_song(alice, title="My own"), make_song(bob, title="Secret")
    publication = publish(theirs)
    playlist = make_playlist(alice, [theirs, mine])
    assert titles(playlist) == ["Secret", "My own"]
    if reason == "withdrawn":
        session.delete(publication)
    elif reason == "hidden":
        publication.hidden_at = utc_now()
    elif reason == "private":
        publication.hidden_at, publication.published_at = utc_now(), None
    else:
        session.get(Profile, bob.id).suspended_at = utc_now()
    session.commit()
    contents = playlists.contents(alice.id, playlist.id, 1)
    assert titles(playlist) == ["My own"]
    assert (contents.total, contents.hidden) == (1, 1)
    assert "Secret" not in str(playlists.everything(alice.id, playlist.id))
    assert "Secret" not in str(playlists.shown(playlist.id, limit=10))
    with pytest.raises(ItemNotFoundError):
        playlists.item(alice.id, f"song:{theirs.id}")


@pytest.mark.parametrize(
    "item",
    ["", "song:", "catalogue:", "song:nothing", "song:a\0b", "catalogue:0", "other:1", "x" * 9000, "🎵:🎵", "song"],
)
def test_what_there_is_not_cannot_be_added(playlists, alice, make_playlist, item):
    playlist = make_playlist(alice)
    with pytest.raises(ItemNotFoundError):
        playlists.add(alice.id, playlist.id, item)
    with pytest.raises(ItemNotFoundError):
        playlists.add_to_new(alice.id, "New", item)
    assert len(playlists.overview(alice.id).own) == 1


def test_adding_to_a_new_playlist_makes_it_with_the_song(playlists, alice, make_song):
    added = playlists.add_to_new(alice.id, "New one", f"song:{make_song(alice, title='First').id}")
    assert playlists.contents(alice.id, added.playlist_id, 1).rows[0].row.title == "First"


def test_taste_notices_what_was_added_and_not_what_stood_there_already(session, alice, make_song, make_playlist):
    class Taste:
        def noticed(self, user_id, kind, item):
            noticed.append((user_id, kind, item))

    noticed = []
    playlists = PlaylistService(session, CatalogueSource(), Taste())
    playlist, item = make_playlist(alice), f"song:{make_song(alice).id}"
    for _ in range(2):
        playlists.add(alice.id, playlist.id, item)
    playlists.add_to_new(alice.id, "New", starter())
    assert noticed == [(alice.id, "playlist", item), (alice.id, "playlist", starter())]


def test_a_song_that_is_deleted_is_gone_from_every_playlist(
    playlists, services, alice, make_song, make_playlist, titles
):
    gone, kept = make_song(alice), make_song(alice, title="Kept")
    playlist = make_playlist(alice, [gone, kept])
    services.history.delete(alice.id, gone.id)
    assert titles(playlist) == ["Kept"]
    assert playlists.contents(alice.id, playlist.id, 1).hidden == 0


def test_a_song_that_is_deleted_between_looking_and_adding_is_said_to_be_gone(
    playlists, services, session, alice, make_song, make_playlist, monkeypatch
):
    playlist, song = make_playlist(alice), make_song(alice)
    find = service_module.find

    def find_and_lose(*arguments):
        item = find(*arguments)
        services.history.delete(alice.id, song.id)
        return item

    monkeypatch.setattr(service_module, "find", find_and_lose)
    with pytest.raises(ItemNotFoundError):
        playlists.add(alice.id, playlist.id, f"song:{song.id}")


def test_an_entry_moves_before_any_other_and_to_the_end(playlists, alice, make_song, make_playlist, titles):
    playlist = make_playlist(alice, [make_song(alice, title=title) for title in "abcd"])
    a, b, c, d = entries(playlists, alice, playlist)
    for entry, before, order, place in (
        (d, a, "dabc", 1),
        (d, "", "abcd", 4),
        (a, c, "bacd", 2),
        (a, a, "bacd", 2),
        (b, "", "acdb", 4),
        (c, d, "acdb", 2),
    ):
        assert playlists.move(alice.id, playlist.id, entry, before) == place
        assert "".join(titles(playlist)) == order


def test_a_move_changes_one_row(playlists, session, alice, make_song, make_playlist):
    playlist = make_playlist(alice, [make_song(alice) for _ in range(5)])
    before = positions(session, playlist)
    first, *_, last = entries(playlists, alice, playlist)
    playlists.move(alice.id, playlist.id, last, first)
    after = positions(session, playlist)
    assert [entry for entry in before if before[entry] != after[entry]] == [int(last)]


def test_moves_without_end_into_one_gap_keep_the_order(playlists, session, alice, make_song, make_playlist, titles):
    playlist = make_playlist(alice, [make_song(alice, title=str(number)) for number in range(6)])
    expected = titles(playlist)
    chance = random.Random(3)
    for _ in range(60):
        ids = entries(playlists, alice, playlist)
        taken, target = chance.choice([(5, 1), (0, 5), (5, 4), (2, 1), (1, 3)])
        playlists.move(alice.id, playlist.id, ids[taken], ids[target])
        moved, other = expected[taken], expected[target]
        expected.remove(moved)
        expected.insert(expected.index(other), moved)
        assert titles(playlist) == expected
    assert len(set(positions(session, playlist).values())) == 6


@pytest.mark.parametrize("edge", [FARTHEST, -FARTHEST])
def test_positions_at_the_edge_of_an_integer_are_spread_anew(
    playlists, session, alice, make_song, make_playlist, titles, edge
):
    playlist = make_playlist(alice, [make_song(alice, title=title) for title in "abc"])
    for place, entry in enumerate(playlist.entries):
        entry.position = edge - 2 * GAP + place * GAP if edge > 0 else edge + place * GAP
    session.commit()
    a, _, c = entries(playlists, alice, playlist)
    playlists.move(alice.id, playlist.id, c, a)
    playlists.add(alice.id, playlist.id, f"song:{make_song(alice, title='d').id}")
    playlists.move(alice.id, playlist.id, a, "")
    assert "".join(titles(playlist)) == "cbda"


@pytest.mark.parametrize("entry", ["", "0", "-1", "abc", "1.5", "9" * 10, "9" * 400, "\u0661", "1\0"])
def test_an_entry_that_cannot_be_is_not_found(playlists, alice, make_song, make_playlist, entry):
    playlist = make_playlist(alice, [make_song(alice)])
    for change in (playlists.remove, lambda *given: playlists.move(*given, "")):
        with pytest.raises(EntryNotFoundError):
            change(alice.id, playlist.id, entry)
    own = entries(playlists, alice, playlist)[0]
    if entry:
        with pytest.raises(OrderChangedError):
            playlists.move(alice.id, playlist.id, own, entry)


def test_entries_of_two_playlists_have_nothing_to_do_with_each_other(
    playlists, alice, make_song, make_playlist, titles
):
    mine = make_playlist(alice, [make_song(alice, title=title) for title in "ab"])
    other = make_playlist(alice, [make_song(alice, title=title) for title in "cd"])
    a, c = entries(playlists, alice, mine)[0], entries(playlists, alice, other)[0]
    with pytest.raises(OrderChangedError):
        playlists.move(alice.id, mine.id, a, c)
    for change in (playlists.remove, lambda *given: playlists.move(*given, a)):
        with pytest.raises(EntryNotFoundError):
            change(alice.id, mine.id, c)
    assert titles(mine) + titles(other) == list("abcd")


def test_moving_what_was_removed_meanwhile_says_so(playlists, alice, make_song, make_playlist):
    playlist = make_playlist(alice, [make_song(alice) for _ in range(3)])
    a, b, c = entries(playlists, alice, playlist)
    assert playlists.remove(alice.id, playlist.id, b)
    with pytest.raises(EntryNotFoundError):
        playlists.remove(alice.id, playlist.id, b)
    with pytest.raises(OrderChangedError):
        playlists.move(alice.id, playlist.id, c, b)
    playlist_id = playlist.id
    playlists.delete(alice.id, playlist_id)
    with pytest.raises(PlaylistNotFoundError):
        playlists.move(alice.id, playlist_id, c, a)


@pytest.mark.parametrize("change", CHANGES)
def test_nobody_changes_the_playlist_of_somebody_else(playlists, alice, bob, make_song, make_playlist, titles, change):
    playlist = make_playlist(alice, [make_song(alice, title="Stays")])
    entry = entries(playlists, alice, playlist)[0]
    for playlist_id in (playlist.id, *STRANGE_IDS):
        with pytest.raises(PlaylistNotFoundError):
            CHANGES[change](playlists, bob.id, playlist_id, entry)
    assert titles(playlist) == ["Stays"]


@pytest.mark.parametrize("reading", READINGS)
def test_nobody_reads_the_playlist_of_somebody_else(playlists, alice, bob, make_playlist, reading):
    for playlist_id in (make_playlist(alice, published_at=utc_now()).id, *STRANGE_IDS):
        with pytest.raises(PlaylistNotFoundError):
            READINGS[reading](playlists, bob.id, playlist_id)


@pytest.mark.parametrize("change", CHANGES)
def test_a_curated_playlist_changes_by_no_hand(playlists, alice, make_song, make_playlist, titles, change):
    playlist = make_playlist(alice, [make_song(alice, title="Stays")], recipe="genre:jazz")
    with pytest.raises(CuratedError):
        CHANGES[change](playlists, alice.id, playlist.id, entries(playlists, alice, playlist)[0])
    assert titles(playlist) == ["Stays"]


def test_a_copy_is_made_by_hand_and_lives_its_own_life(playlists, session, alice, make_song, make_playlist, titles):
    curated = make_playlist(
        alice, [make_song(alice, title=title) for title in "abc"], name="Your jazz", recipe="genre:jazz"
    )
    playlists.add_to_new(alice.id, "Other", starter())
    copy = session.get(Playlist, playlists.copy(alice.id, curated.id))
    assert (copy.name, copy.recipe, copy.published_at) == ("Your jazz", None, None)
    playlists.remove(alice.id, copy.id, entries(playlists, alice, copy)[0])
    assert (titles(copy), titles(curated)) == (["b", "c"], ["a", "b", "c"])


def test_what_was_edited_is_kept(playlists, alice, make_playlist):
    playlist = make_playlist(alice)
    playlists.edit(alice.id, playlist.id, "Other", "Words")
    contents = playlists.contents(alice.id, playlist.id, 1)
    assert (contents.name, contents.description) == ("Other", "Words")


def test_a_deleted_playlist_takes_its_entries_along_and_no_song(
    playlists, services, session, alice, make_song, make_playlist
):
    song = make_song(alice)
    playlist = make_playlist(alice, [song])
    assert playlists.delete(alice.id, playlist.id) == "Mine"
    assert session.scalar(select(func.count(PlaylistEntry.id))) == 0
    assert services.history.song(alice.id, song.id).id == song.id


def test_the_choice_says_where_something_stands_already(playlists, alice, bob, make_song, make_playlist):
    song = make_song(alice)
    make_playlist(alice, [song], name="With")
    make_playlist(alice, [make_song(alice)], name="Without")
    make_playlist(alice, [song], name="Curated", recipe="new")
    make_playlist(bob, name="Foreign")
    choices = playlists.choices(alice.id, playlists.item(alice.id, f"song:{song.id}"))
    assert {choice.name: (choice.count, choice.holds) for choice in choices} == {
        "With": (1, True),
        "Without": (1, False),
    }


def test_a_playlist_of_ten_thousand_is_read_a_page_at_a_time(
    playlists, session, alice, make_song, long_playlist, count_queries
):
    owner, playlist_id = alice.id, long_playlist.id
    with count_queries() as statements:
        contents = playlists.contents(owner, playlist_id, 50)
    assert len(statements) == 3
    assert (len(contents.rows), contents.total, contents.pages) == (PER_PAGE, MAX_ENTRIES, 100)
    assert contents.rows[0].row.title == "4900"
    assert playlists.contents(alice.id, long_playlist.id, 10**8).rows[-1].row.title == "9999"


def test_a_playlist_of_ten_thousand_is_full(playlists, alice, make_song, long_playlist):
    with pytest.raises(PlaylistFullError):
        playlists.add(alice.id, long_playlist.id, f"song:{make_song(alice).id}")


def test_a_move_in_a_playlist_of_ten_thousand_costs_what_it_does_in_one_of_ten(
    playlists, session, alice, make_song, make_playlist, long_playlist, count_queries
):
    short = make_playlist(alice, [make_song(alice) for _ in range(10)])
    counts = []
    for playlist in (short, long_playlist):
        first, second = entries(playlists, alice, playlist)[:2]
        owner, playlist_id = alice.id, playlist.id
        with count_queries() as statements:
            assert playlists.move(owner, playlist_id, second, first) == 1
        counts.append(len(statements))
    assert counts[0] == counts[1]


def test_the_buttons_of_a_page_reach_across_its_ends(playlists, alice, long_playlist):
    pages = [playlists.contents(alice.id, long_playlist.id, number) for number in (1, 2, 100)]
    ids = [[str(placed.row.id) for placed in page.rows] for page in pages]
    first, last = pages[0].rows[0], pages[0].rows[-1]
    assert (first.up, first.down) == (None, ids[0][2])
    assert (last.up, last.down) == (ids[0][-2], ids[1][1])
    assert pages[0].rows[-2].down == ids[1][0]
    assert pages[1].rows[0].up == ids[0][-1]
    assert [placed.down for placed in pages[2].rows[-2:]] == ["", None]
    assert [list(map(str, page.previous)) for page in pages[:2]] == [[], ids[0][-1:]]
    assert list(map(str, pages[0].following)) == ids[1][:2]


def test_others_see_a_playlist_by_its_first_rows(playlists, alice, bob, make_song, make_playlist, publish):
    theirs = make_song(bob, title="Shown", tags={"artist": "Bob's band"}, genre="rock")
    publish(theirs)
    playlist = make_playlist(alice, [theirs, make_song(alice, title="Own"), make_song(alice)], description="Words")
    shown = playlists.shown(playlist.id, limit=2)
    assert (shown.user_id, shown.name, shown.description, shown.total) == (alice.id, "Mine", "Words", 3)
    assert [(entry.title, entry.artist, entry.genre) for entry in shown.entries] == [
        ("Shown", "Bob's band", "rock"),
        ("Own", "", "jazz"),
    ]
    assert not any(entry.url for entry in shown.entries)


@pytest.mark.parametrize("playlist_id", STRANGE_IDS)
def test_a_playlist_that_is_not_there_is_shown_to_nobody(playlists, alice, playlist_id):
    assert playlists.shown(playlist_id, limit=10) is None
    assert not playlists.owned_by(alice.id, playlist_id)


def test_a_playlist_belongs_to_who_made_it(playlists, alice, bob, make_playlist):
    playlist = make_playlist(alice)
    assert playlists.owned_by(alice.id, playlist.id)
    assert not playlists.owned_by(bob.id, playlist.id)


def test_songs_without_a_verdict_and_what_is_no_music_have_no_genre(
    playlists, session, alice, make_song, make_playlist
):
    noise = make_song(alice)
    noise.prediction.music, noise.prediction.mood = False, "calm"
    playlist = make_playlist(alice, [make_song(alice, state="queued"), noise])
    rows = [placed.row for placed in playlists.contents(alice.id, playlist.id, 1).rows]
    assert [(row.genre, row.mood) for row in rows] == [("", ""), ("", "")]


@pytest.fixture
def long_playlist(session, alice, make_playlist):
    playlist = make_playlist(alice, name="Long")
    rows = [
        {"playlist_id": playlist.id, "position": (number + 1) * GAP, "key": f"link:{number}", "title": str(number)}
        for number in range(MAX_ENTRIES)
    ]
    session.execute(insert(PlaylistEntry), rows)
    session.commit()
    return playlist


def starter():
    return "catalogue:" + next(iter(CatalogueSource().entries()))


def entries(playlists, owner, playlist):
    return [str(placed.row.id) for placed in playlists.contents(owner.id, playlist.id, 1).rows]


def positions(session, playlist):
    rows = session.execute(
        select(PlaylistEntry.id, PlaylistEntry.position).where(PlaylistEntry.playlist_id == playlist.id)
    )
    return dict(rows.all())


def at_once(app, calls):
    """Run each call in a thread and a request of its own, all at the same moment; return what they gave."""
    gate, results = threading.Barrier(len(calls)), []

    def run(call):
        with app.app_context():
            gate.wait()
            results.append(call())

    threads = [threading.Thread(target=run, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == len(calls)
    return results
