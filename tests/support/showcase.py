"""A portal that has something to show on every page: people with and without songs, names of every kind, an admin.

What belongs here: rows put straight into the database of a running portal, and where each page is then found. Not here:
what a test thinks of the pages.
"""

from __future__ import annotations

import hashlib
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import timedelta

import numpy as np

from classifier import pack
from portal import create_app
from portal.config import Settings
from portal.extensions import db
from portal.models import (
    FeedbackSettings,
    HeardGenre,
    Job,
    JobState,
    PredictionRecord,
    RecommendationRecord,
    Song,
    SongVector,
    SpotifyAccount,
    SpotifyCopy,
    SurveyAnswer,
    utc_now,
)
from portal.musicmap.making import MapMaker
from portal.sample import load_sample
from portal.spotify.tokens import Tokens
from portal.web import services
from tests.support.audio import encoded, music_like
from tests.support.portal import running_portal
from tests.support.spotify_server import SpotifyServer
from tests.support.visitor import PASSWORD

NAMES = (
    "Dance of the Sugar Plum Fairy",
    "Ein " + "sehr langer Titel mit vielen Wörtern " * 7,
    "Donaudampfschifffahrtsgesellschaftskapitän" * 7,
    "أغنية الصباح الجميلة (نسخة حية)",
    "שיר של בוקר & remix 2",
    "夜明けの歌、そして長い長い一日の終わりに聴く音楽",
    "🎷🎺 Late night 👩‍👩‍👧‍👧 jam 🪩",
    '<b>Bold</b> <script>alert(1)</script> & "quotes"',
    "Zażółć gęślą jaźń",
    "ꦲꦏ꧀ꦱꦫ ꦗꦮ",
)
GENRES = ("blues", "classical", "country", "disco", "hiphop", "jazz", "metal", "pop", "reggae", "rock")
SONGS = 26
WHO = ("stranger", "newcomer", "member", "admin")
EMAILS = {name: f"{name}@example.org" for name in WHO[1:]}
PEOPLE = {
    "newcomer": "Nora",
    "member": "عبد الرحمن Wolfeschlegelsteinhausenbergerdorff-Ó Súilleabháin",
    "admin": "Ada",
}


@dataclass(frozen=True)
class Place:
    """A page: by which endpoint, for whom of WHO, where, and what it answers."""

    endpoint: str
    who: str
    path: str
    status: int = 200

    def __str__(self):
        return f"{self.who} {self.path}"


@contextmanager
def showcase(instance):
    """Run a portal with something to show on every page, Spotify included; give it and its pages."""
    with SpotifyServer() as spotify, running_portal(instance, **spotify.settings, SPOTIFY_USER_OAUTH="1") as portal:
        yield portal, furnish(portal)


def furnish(portal):
    """Put all that can be shown into the running portal and return its pages."""
    app = create_app(Settings.from_env({"INSTANCE_PATH": str(portal.instance), "PUBLIC_URL": portal.url}))
    with app.app_context():
        places = _fill()
        db.session.remove()
        db.engine.dispose()
    return places


def first_of(places, endpoint):
    """Return the first page of an endpoint that has something to show."""
    return next(place for place in places if place.endpoint == endpoint and place.who != "newcomer")


def _fill():
    people = {who: services().accounts.sign_up(email, PEOPLE[who], PASSWORD) for who, email in EMAILS.items()}
    member, admin = people["member"], people["admin"]
    admin.is_admin = True
    db.session.add(FeedbackSettings(user_id=member.id, learns=True, survey_from=utc_now() - timedelta(days=1)))
    songs = [done_song(member, number) for number in range(SONGS)]
    unfinished = [_unfinished(member, state) for state in (JobState.RUNNING, JobState.FAILED, JobState.CANCELLED)]
    theirs = [done_song(admin, 100 + number) for number in range(3)]
    db.session.commit()
    MapMaker(db.session).sweep()
    shown = _show(member, admin, songs, theirs)
    return [*_strangers(shown), *_newcomers(), *_members(songs, unfinished, shown), *_admins()]


def done_song(user, number):
    """A song with a verdict; the first of each person has audio to play."""
    title = (NAMES[number] if number < len(NAMES) else f"Song {number}").strip()[:300]
    song = _song(user, title, number, tags={"artist": "Orchestra of the <i>Night</i>", "genre": "Soundtrack; Ambient"})
    song.job = Job(state=JobState.DONE)
    song.prediction = _verdict(GENRES[number % len(GENRES)], sure=number % 4 != 3, music=number % 9 != 8)
    song.heard = [HeardGenre(genre=song.prediction.genre)]
    song.vector = _near(number)
    if number % 100 == 0:
        kept = load_sample()
        song.prediction = PredictionRecord(**asdict(kept.prediction))
        song.prediction.recommendations = _suggestions()
        with services().history._storage.open_new(song.stored_name) as file:
            file.write(_audio())
    db.session.add(song)
    return song


def _song(user, title, number, **columns):
    return Song(
        user_id=user.id,
        title=title,
        filename=f"{title[:290]}.wav",
        content_hash=hashlib.sha256(f"{user.id} {number}".encode()).hexdigest(),
        size_bytes=3_456_789,
        stored_name=f"stored-{user.id}-{number}",
        created_at=utc_now() - timedelta(hours=number),
        **columns,
    )


def _unfinished(user, state):
    song = _song(user, f"A song that is {state}", -len(state), tags={})
    # What another machine works on is never taken back while its heart beats.
    song.job = Job(state=state, worker="elsewhere:1", heartbeat_at=utc_now() + timedelta(days=1), stage="features")
    song.job.progress, song.job.attempts = 0.4, 1
    if state == JobState.FAILED:
        song.job.error_code, song.job.error_message = "unreadable", "This file is not audio we can read."
    db.session.add(song)
    return song


def _verdict(genre, *, sure, music):
    confidence = 0.7 if sure else 0.3
    scores = dict.fromkeys(GENRES, (1 - confidence) / (len(GENRES) - 1)) | {genre: confidence}
    other = GENRES[(GENRES.index(genre) + 5) % len(GENRES)]
    segments = [
        {"start": 10.0 * at, "end": 10.0 * at + 10, "genre": name, "scores": scores}
        for at, name in enumerate((genre, genre, other, genre))
    ]
    said = {"sure": sure, "music": music, "truncated": False, "scores": scores, "segments": segments}
    moods = {"lively": 0.6, "tense": 0.2, "sad": 0.1, "calm": 0.1}
    return PredictionRecord(
        genre=genre, confidence=confidence, mood="lively", moods=moods, tempo=120.0, duration=40.0,
        peaks=[20 + 60 * (at % 7) // 7 for at in range(200)], model_version="older", **said,
    )  # fmt: skip


def _near(number):
    """A vector that lies with those of its genre."""
    values = np.eye(len(GENRES))[number % len(GENRES)] + 0.2 * np.random.default_rng(number).normal(size=len(GENRES))
    return SongVector(space="of the showcase", vector=pack(values / np.linalg.norm(values)))


def _suggestions():
    outside = {"artist": "", "title": "", "query": 'genre:"classical"'}
    catalogue = [
        RecommendationRecord(
            source="catalogue", position=at, artist="An Artist", title=title, url="https://example.org"
        )
        for at, title in enumerate(NAMES[:5])
    ]
    url = "https://open.spotify.com/track/"
    spotify = [
        RecommendationRecord(source="spotify", position=at, external_id=f"id{at}", url=f"{url}id{at}", **outside)
        for at in range(3)
    ]
    return catalogue + spotify


def _show(member, admin, songs, theirs):
    """Make public, share, report and collect; return the ids that addresses are made of."""
    parts, playlists = services().community, services().playlists
    for user, name, shown in ((member, "夜 Nightingale 🪶", songs[:8]), (admin, "Kingfisher", theirs)):
        parts.people.choose_name(user.id, name)
        for song in shown:
            parts.publishing.publish_song(user.id, song.id)
    parts.people.follow(member.id, parts.people.profile(admin.id).id)
    parts.likes.like(member.id, theirs[0].id)
    for target in (theirs[1], theirs[2]):
        parts.moderation.report(member.id, "song", target.id, "A title that is rude, " + "very rude indeed, " * 8)
    parts.moderation.decide(admin.id, "song", theirs[2].id, "dismiss")
    playlist = playlists.create(member.id, NAMES[1][:120], NAMES[3] + " " + NAMES[7])
    for song in songs[:12]:
        playlists.add(member.id, playlist, f"song:{song.id}")
    parts.publishing.publish_playlist(member.id, playlist)
    services().playlists.create(member.id, "Nothing in it yet")
    curated = services().playlists.overview(member.id).curated[0].id
    _say(member, songs)
    links = [_link(member, songs[1].id, None), _link(member, None, playlist), _link(member, songs[2].id, None)]
    parts.sharing.revoke(member.id, links[-1])
    tokens = [parts.sharing._tokens.make(link) for link in links]
    _copy_to_spotify(member, playlist)
    person = parts.people.profile(admin.id).id
    reset = services().accounts._tokens.make(member.id, member.password_hash)
    standing = (member.email, member.password_hash, member.session_token)
    email = services().profile._tokens.make(member.id, "elsewhere@example.org", *standing)
    return Shown(tokens, person, playlist, curated, theirs[0].id, reset, email)


def _say(member, songs):
    verdicts = services().feedback.verdicts
    for song in songs[1:6]:
        verdicts.agree(member.id, song.id)
    for song in songs[9:14]:
        verdicts.correct(member.id, song.id, genre="jazz", second="blues", note=NAMES[7])
    answers = [(5, "I like the waveform."), (2, "Too " + "many " * 30 + "words.")]
    db.session.add_all(SurveyAnswer(user_id=member.id, score=score, sentence=words) for score, words in answers)
    db.session.commit()


def _link(user, song, playlist):
    sharing = services().community.sharing
    return sharing.share(user.id, sharing.thing(user.id, song, playlist), 7, shows_name=True)


def _copy_to_spotify(user, playlist):
    rows = [["An Artist", title] for title in NAMES]
    scope, box = "playlist-modify-private", services().spotify._keeper._box
    token = box.lock(user.id, Tokens("access", "refresh", 2e9))
    db.session.add(SpotifyAccount(user_id=user.id, account_id="acct_one", token=token, scope=scope))
    about = {"name": NAMES[3], "remaining": rows[:4], "missing": rows[4:], "asked": 12, "total": 12}
    db.session.add(SpotifyCopy(user_id=user.id, playlist_id=playlist, **about))
    db.session.commit()


def _audio():
    return encoded(music_like(4.0), 22_050, "wav")


@dataclass(frozen=True)
class Shown:
    """What the addresses of shown things are made of; of ``tokens`` the last is of a link that was revoked."""

    tokens: list[str]
    person: str
    playlist: str
    curated: str
    public_song: str
    reset: str
    email: str


def _strangers(shown):
    song, playlist, revoked = shown.tokens
    return [
        Place("home", "stranger", "/"),
        Place("signup.signup", "stranger", "/signup"),
        Place("login.login", "stranger", "/login?next=/history"),
        Place("reset_password.request_link", "stranger", "/reset-password"),
        Place("reset_password.choose", "stranger", f"/reset-password/{shown.reset}"),
        Place("reset_password.choose", "stranger", "/reset-password/x", 400),
        Place("sources.about", "stranger", "/sources"),
        Place("community.shared", "stranger", f"/s/{song}"),
        Place("community.shared", "stranger", f"/s/{playlist}"),
        Place("community.shared", "stranger", f"/s/{revoked}", 410),
        Place("help.index", "stranger", "/help"),
        Place("help.show", "stranger", "/help/glossary"),
        Place("offline.page", "stranger", "/offline"),
        Place("", "stranger", "/nowhere", 404),
    ]


def _newcomers():
    places = {
        "upload.upload": "/upload",
        "history.index": "/history",
        "musicmap.show": "/history/map",
        "musicmap.profile": "/history/profile",
        "tagging.choose": "/history/tagged",
        "taste.for_you": "/for-you",
        "playlists.index": "/playlists",
        "community.me": "/me/public",
        "community.shares": "/shares",
        "feedback.consent": "/feedback/consent",
        "profile.show": "/profile",
        "spotify.index": "/spotify",
    }
    return [Place(endpoint, "newcomer", path) for endpoint, path in places.items()]


def _members(songs, unfinished, shown):
    about, playlist = f"/songs/{songs[0].id}", f"/playlists/{shown.playlist}"
    places = [
        ("upload.upload", "/upload"),
        ("history.index", "/history"),
        ("history.index", "/history?view=grid&genre=jazz&confidence=sure&from=2020-01-01"),
        ("history.index", "/history?q=nothing+is+called+so"),
        ("musicmap.show", "/history/map"),
        ("musicmap.profile", "/history/profile"),
        *(("history.song", f"/songs/{song.id}") for song in (songs[0], songs[1], songs[8], *unfinished)),
        ("tagging.song", f"{about}/tagged"),
        ("tagging.choose", "/history/tagged"),
        ("taste.for_you", "/for-you"),
        ("playlists.index", "/playlists"),
        ("playlists.show", playlist),
        ("playlists.show", f"/playlists/{shown.curated}"),
        ("playlists.choose", f"/playlists/add?item=song:{songs[0].id}"),
        ("community.discover", "/discover"),
        ("community.discover", "/discover?show=playlists"),
        ("community.discover", "/discover?genre=rock&mood=sad"),
        ("community.song", f"/discover/songs/{shown.public_song}"),
        ("community.playlist", f"/discover/playlists/{shown.playlist}"),
        ("community.person_page", f"/people/{shown.person}"),
        ("community.me", "/me/public"),
        ("community.share_form", f"/share?song={songs[0].id}"),
        ("community.shares", "/shares"),
        ("feedback.consent", "/feedback/consent"),
        ("profile.show", "/profile"),
        ("profile.confirm_email", f"/profile/email/{shown.email}"),
        ("spotify.index", "/spotify"),
    ]
    return [Place(endpoint, "member", path) for endpoint, path in places]


def _admins():
    places = {
        "sources.standings": "/admin/sources",
        "community.moderation": "/moderation",
        "feedback.overview": "/admin/feedback",
    }
    return [Place(endpoint, "admin", path) for endpoint, path in places.items()]
