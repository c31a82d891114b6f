"""A world to show the portal with: people with made-up music, as it might be after half a year.

What belongs here: rows put straight into the database of a running portal, the same at every call, and where each
page is then found. Not here: music or names of real people; names that are hard to show (``showcase``); pictures.
"""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from mutagen.id3 import ID3, TCON

from classifier import GENRES, MOODS, model_version, pack, usual_traits
from portal import create_app
from portal.config import Settings
from portal.extensions import db
from portal.models import (
    FeedbackSettings,
    HeardGenre,
    Job,
    JobState,
    PredictionRecord,
    Song,
    SongVector,
    SurveyAnswer,
)
from portal.web import services
from tests.support.audio import encode, encoded, music_like
from tests.support.visitor import PASSWORD

MUSIC = {
    "blues": {
        "Slow Train June": ("Cold Coffee Morning", "River Don't Ask"),
        "Hattie Boone": ("Nine Miles of Rain", "The Lantern Shuffle"),
        "Delta Post Office": ("Borrowed Shoes", "Empty Porch"),
        "Reverend Otto": ("Half Moon Toll", "Back Stairs Blues", "The Well Ran Sweet"),
    },
    "classical": {
        "Quartett Morgenrot": ("Evening over Lake Veld", "Three Paper Boats"),
        "Ilse Varga": ("Suite for a Small Room", "Winter Canon"),
        "Kammerorchester Nord": ("The Clockmaker's Waltz", "Adagio in Grey"),
        "Duo Silbermann": ("Letters to the Sea", "Prelude with Rain", "A Room in March"),
    },
    "country": {
        "Ada Mae Finch": ("Gravel and Gold", "Two Dogs and a Pickup"),
        "The Fence Posts": ("Letters from Laramie", "Barn Light"),
        "Cole Hartley": ("My Sister's Wedding", "Last Gas for Sixty Miles"),
        "June Prairie": ("Fence Line", "Second Hand Sky", "The Long Gravel Home"),
    },
    "disco": {
        "Velvet Metro": ("Mirrorball Season", "Turn the Night On"),
        "Gloria Sands": ("Saturday Is a Place", "Satin Elevator"),
        "Club Polaris": ("Keep the Floor", "Neon Umbrella"),
        "Galaxy Escalator": ("Heels on Marble", "Don't Stop the Lift", "Platform Shoes"),
    },
    "hiphop": {
        "MC Kessel": ("Bus Route 19", "Paper Crown"),
        "Nova Linden": ("Concrete Garden", "Half Past Never"),
        "Tape Deck Twins": ("Window Seat", "Rewind the Corner"),
        "Ferro": ("Low Ceiling", "Coins in the Couch", "Northbound"),
    },
    "jazz": {
        "Trio Halbmond": ("Blue Umbrella", "Late Tram Home"),
        "Oda Lindqvist Quintet": ("Peppermint Walk", "Seven Small Doors"),
        "Rue Douze": ("The Cat Knows", "Nocturne for Neighbours"),
        "Viola Marsh": ("Cinnamon Hour", "Ask the Doorman", "Two Left Gloves"),
    },
    "metal": {
        "Ashen Choir": ("Iron Weather", "Throne of Static"),
        "Wolfsgrund": ("Black Harbour", "The Ninth Anvil"),
        "Glass Leviathan": ("Sermon of Sparks", "Below the Quarry"),
        "Hollow Crown Engine": ("Salt the Altar", "Marrow Clock", "Titan Asleep"),
    },
    "pop": {
        "Lena Fox": ("Postcards to Myself", "Sugar Weather"),
        "The Bright Ideas": ("Call Me Sunday", "Glow in the Park"),
        "Juno West": ("Soft Landing", "Two Seats Left"),
        "Pixel Parade": ("Holiday Eyes", "Paper Plane Hearts", "Weekend Radio"),
    },
    "reggae": {
        "Island Post": ("Mango Street", "Easy as the Tide"),
        "Brother Cedric": ("Sunday Rocker", "Rain on Zinc"),
        "The Palm Radicals": ("One Drop Letter", "Rootstock"),
        "Sister Ivy": ("Market Day", "Cool Zinc Roof", "Ferry to Freetown"),
    },
    "rock": {
        "The Loose Ends": ("Engine Weather", "Static on the Line"),
        "Hollow Signal": ("Ladders", "Satellite Motel"),
        "Copper Street": ("Run the Red Light", "Half a Map"),
        "The Night Shifts": ("Broken Turnstile", "Amber Lights", "Motorcade"),
    },
}
"""Genre -> artist -> titles. All of them are made up. The last artist's are for those who are not the member."""

NEAREST = {
    "blues": "jazz", "classical": "jazz", "country": "rock", "disco": "pop", "hiphop": "reggae", "jazz": "blues",
    "metal": "rock", "pop": "disco", "reggae": "hiphop", "rock": "country",
}  # fmt: skip
MOOD_OF = {"blues": "sad", "classical": "calm", "country": "lively", "disco": "lively", "hiphop": "lively",
           "jazz": "calm", "metal": "tense", "pop": "lively", "reggae": "calm", "rock": "tense"}  # fmt: skip
DISLIKED = ("metal", "disco", "pop")
KEYS = ("C", "D", "E♭", "F", "G", "A", "B♭")

BEGIN = datetime(2026, 1, 9, 18, 30, tzinfo=UTC)
EVERY = timedelta(days=2, hours=21)
SEGMENT_SECONDS = 10.0
VECTOR_VALUES = 70
NEARNESS = 0.08
"""Scale by which songs of a genre come to lie as far apart as real ones do."""

PEOPLE = {
    "member": ("mara@example.org", "Mara Lind"),
    "admin": ("ada@example.org", "Ada Berg"),
    "jonas": ("jonas@example.org", "Jonas Falk"),
    "aylin": ("aylin@example.org", "Aylin Sommer"),
}
SHOWN_AS = {"member": "Night Tram", "admin": "Archivist", "jonas": "Kingfisher", "aylin": "Blue Hour"}
COUNTS = {"member": 60, "admin": 0, "jonas": 14, "aylin": 10}
FIRST_TITLES = {"member": 0, "jonas": 6, "aylin": 8}
"""How many songs each has, and with which titles these begin."""


@dataclass(frozen=True)
class World:
    """What the addresses of pages are made of."""

    song: str
    unsure: str
    chosen: tuple[str, ...]
    playlist: str
    public_song: str
    public_playlist: str
    person: str
    share: str
    reset: str
    email: str


def furnish(portal, **settings):
    """Put the world into the running portal and return it."""
    environment = {"INSTANCE_PATH": str(portal.instance), "PUBLIC_URL": portal.url, **settings}
    app = create_app(Settings.from_env(environment))
    with app.app_context():
        world = _fill()
        db.session.remove()
        db.engine.dispose()
    return world


def tunes(folder, take):
    """Write three made-up tunes and a text that pretends to be one; return the files. Another take is another song."""
    named = {"Morning Sketch.wav": 3, "Kitchen Groove.wav": 5, "Tape 7, take 2.wav": 8}
    for name, seed in named.items():
        (folder / name).write_bytes(
            encoded(music_like(24, seed=seed, tempo=96 + 6 * seed + take / 1000), 22_050, "wav")
        )
    (folder / "liner notes.mp3").write_text("Recorded in the kitchen, one afternoon in May.\n" * 40)
    return [folder / name for name in (*named, "liner notes.mp3")]


def _fill():
    people = {who: services().accounts.sign_up(*PEOPLE[who], PASSWORD) for who in PEOPLE}
    people["admin"].is_admin = True
    db.session.add(FeedbackSettings(user_id=people["member"].id, learns=True, survey_never=True))
    library = {who: [_song(user, number, who) for number in range(COUNTS[who])] for who, user in people.items()}
    db.session.commit()
    _unfinished(people["member"])
    _say(people, library)
    ids = _show(people, library)
    _draw_map(people["member"])
    return World(**ids, **_links(people["member"], library["member"]))


def _song(user, number, who):
    """Add one song with its verdict; the first of the member has audio to play."""
    rng = np.random.default_rng([number, len(who)])
    genre = GENRES[(number * (7 if who == "member" else 3) + len(who)) % len(GENRES)]
    artist, title = _names(genre)[FIRST_TITLES[who] + number // len(GENRES)]
    uploaded = BEGIN + number * EVERY if who == "member" else BEGIN + timedelta(days=9 * number)
    song = Song(
        user_id=user.id,
        title=title,
        filename=f"{artist} - {title}.mp3",
        content_hash=hashlib.sha256(f"{who} {number}".encode()).hexdigest(),
        size_bytes=int(rng.integers(3_200_000, 9_800_000)),
        stored_name=f"{who}-{number}",
        tags={"artist": artist, "album": f"{title} and other songs", "genre": "Other" if number % 5 else ""},
        created_at=uploaded,
        audio_deleted_at=uploaded + timedelta(days=30),
    )
    song.job = Job(state=JobState.DONE)
    song.prediction = _verdict(genre, rng, doubtful=number % 6 == 4, uploaded=uploaded)
    song.heard = [HeardGenre(genre=genre)]
    song.vector = SongVector(space=model_version(), vector=pack(_place(genre, rng)))
    if who == "member" and number == COUNTS[who] - 1:
        song.audio_deleted_at = None
        with services().history._storage.open_new(song.stored_name) as file:
            file.write(_mp3())
    db.session.add(song)
    return song


def _mp3():
    """Return the bytes of a tune that says what it is, as files from elsewhere do."""
    with TemporaryDirectory() as folder:
        file = encode(Path(folder) / "tune.mp3", music_like(12.0), 22_050, "mp3")
        tags = ID3()
        tags.add(TCON(text=["Indie"]))
        tags.save(file)
        return file.read_bytes()


def _names(genre):
    return [(artist, title) for artist, titles in MUSIC[genre].items() for title in titles]


def _verdict(genre, rng, *, doubtful, uploaded):
    usual, seconds = usual_traits()[genre], float(rng.integers(150, 290))
    scores = _scores(genre, rng, 0.42 if doubtful else float(rng.uniform(0.62, 0.95)))
    at = int(rng.integers(2, 7))
    mode = "minor" if rng.random() < 0.4 else "major"
    moods = _shares(MOODS, MOOD_OF[genre], rng, 0.64)
    return PredictionRecord(
        genre=genre,
        confidence=scores[genre],
        sure=not doubtful,
        music=True,
        truncated=False,
        scores=scores,
        segments=_segments(genre, rng, seconds),
        mood=MOOD_OF[genre],
        moods=moods,
        traits={
            "energy": usual["energy"][at],
            "brightness": float(round(rng.uniform(0.2, 0.8), 3)),
            "centroid": usual["centroid"][at],
            "key": f"{KEYS[int(rng.integers(len(KEYS)))]} {mode}",
            "mode": mode,
            "mode_clarity": 0.2,
            "loudness_range": float(round(rng.uniform(4, 14), 1)),
        },
        peaks=_peaks(rng),
        tempo=usual["tempo"][at],
        duration=seconds,
        model_version=model_version(),
        created_at=uploaded,
    )


def _scores(genre, rng, confidence):
    return _shares(GENRES, genre, rng, confidence, second=NEAREST[genre])


def _shares(names, first, rng, share, second=None):
    """Return shares that sum to one: so much for the first, half of the rest for the second."""
    rest = rng.dirichlet(np.full(len(names), 0.7)) * (1 - share) * (0.5 if second else 1)
    shares = {name: float(value) for name, value in zip(names, rest, strict=True)}
    shares[first] += share
    if second:
        shares[second] += (1 - share) / 2
    return {name: round(value, 5) for name, value in shares.items()}


def _segments(genre, rng, seconds):
    """Return ten seconds after ten seconds, most of them of the genre, some stretches of its neighbour."""
    count = math.ceil(seconds / SEGMENT_SECONDS)
    phase = rng.uniform(0, math.tau)
    names = [NEAREST[genre] if math.sin(at / 2.1 + phase) > 0.72 else genre for at in range(count)]
    return [
        {
            "start": SEGMENT_SECONDS * at,
            "end": min(SEGMENT_SECONDS * (at + 1), seconds),
            "genre": name,
            "scores": _shares(GENRES, name, rng, float(rng.uniform(0.5, 0.9))),
        }
        for at, name in enumerate(names)
    ]


def _peaks(rng):
    """Return the outline of a song with verses and choruses."""
    at = np.arange(600)
    form = 0.55 + 0.25 * np.sign(np.sin(at / 38)) + 0.12 * np.sin(at / 7.3)
    fade = np.minimum(1, np.minimum(at / 25, (600 - at) / 60))
    return [int(value) for value in np.clip(100 * form * fade * rng.uniform(0.7, 1, 600), 0, 100)]


def _place(genre, rng):
    """Return a song's vector: near its genre's, which lies near that of the genre it is taken for."""
    centres = {name: np.random.default_rng(at).standard_normal(VECTOR_VALUES) for at, name in enumerate(GENRES)}
    centre = 0.75 * centres[genre] + 0.25 * centres[NEAREST[genre]]
    return (NEARNESS * (centre + 0.55 * rng.standard_normal(VECTOR_VALUES))).tolist()


def _unfinished(user):
    """Add a song that waits for the next worker to look, which another machine's worker never gives back."""
    song = Song(
        user_id=user.id, title="Interview with grandmother", filename="interview.m4a", content_hash="0" * 64,
        size_bytes=1_834_000, stored_name="interview", tags={}, created_at=BEGIN + COUNTS["member"] * EVERY,
        audio_deleted_at=BEGIN + COUNTS["member"] * EVERY,
    )  # fmt: skip
    song.job = Job(state=JobState.FAILED, attempts=1, error_code="silent", error_message="The song is silent.")
    db.session.add(song)
    db.session.commit()


def _draw_map(user):
    """Make the map, unless a worker of the portal was quicker and is at it."""
    for wanted in services().maps._wanted():
        if wanted.user_id == user.id:
            services().maps.make(wanted)


def _say(people, library):
    verdicts = services().feedback.verdicts
    for who, songs in library.items():
        user = people[who]
        for song in songs[1:9]:
            verdicts.agree(user.id, song.id)
        for song in songs[9:13]:
            truth = NEAREST[song.prediction.genre]
            verdicts.correct(user.id, song.id, genre=truth, second=song.prediction.genre, note="")
    answers = (
        (5, "The colours in the waveform help me a lot."),
        (4, "Fast, and it says when it does not know."),
        (3, ""),
    )
    rows = zip(people.values(), answers, strict=False)
    db.session.add_all(SurveyAnswer(user_id=user.id, score=score, sentence=words) for user, (score, words) in rows)
    db.session.commit()


def _show(people, library):
    """Make public, like, follow, report and collect; return the ids that addresses are made of."""
    parts, member = services().community, people["member"]
    for who, user in people.items():
        parts.people.choose_name(user.id, SHOWN_AS[who])
        for song in library[who][: 5 if who == "member" else 12]:
            parts.publishing.publish_song(user.id, song.id)
    for at, song in enumerate([*library["jonas"][:8], *library["aylin"][:6]]):
        for who in list(people)[: 1 + at % 4]:
            parts.likes.like(people[who].id, song.id)
    for song in library["jonas"] + library["aylin"]:
        if song.prediction.genre in DISLIKED:
            services().taste.react(member.id, "skip", f"song:{song.id}")
    parts.people.follow(member.id, parts.people.profile(people["jonas"].id).id)
    parts.people.follow(people["aylin"].id, parts.people.profile(people["jonas"].id).id)
    reasons = (
        ("song", library["aylin"][3].id, "The title names a neighbour of mine."),
        ("song", library["jonas"][9].id, "Spam."),
    )
    for kind, target, reason in reasons:
        parts.moderation.report(member.id, kind, target, reason)
    parts.moderation.decide(people["admin"].id, "song", library["jonas"][9].id, "dismiss")
    playlist = _collect(member, "Sunday breakfast", "Nothing that wakes the children.", library["member"][2:40:3])
    theirs = _collect(people["jonas"], "For the long way north", "Six hours, no motorway.", library["jonas"][:10])
    _collect(member, "Demos to answer", "", library["member"][40:44])
    for user, collected in ((member, playlist), (people["jonas"], theirs)):
        parts.publishing.publish_playlist(user.id, collected)
    return {
        "playlist": playlist,
        "public_playlist": theirs,
        "public_song": library["jonas"][1].id,
        "person": parts.people.profile(people["jonas"].id).id,
    }


def _collect(user, name, description, songs):
    playlist = services().playlists.create(user.id, name, description)
    for song in songs:
        services().playlists.add(user.id, playlist, f"song:{song.id}")
    return playlist


def _links(member, songs):
    sharing = services().community.sharing
    shown = songs[-1]
    links = [sharing.share(member.id, sharing.thing(member.id, one.id, None), 30) for one in (shown, songs[-3])]
    standing = services().profile._tokens
    return {
        "song": shown.id,
        "unsure": next(song.id for song in songs if not song.prediction.sure),
        "chosen": tuple(song.id for song in songs[-6:-1]),
        "share": sharing._tokens.make(links[0]),
        "reset": services().accounts._tokens.make(member.id, member.password_hash),
        "email": standing.make(
            member.id, "mara@lind.example", member.email, member.password_hash, member.session_token
        ),
    }
