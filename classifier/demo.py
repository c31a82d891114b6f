"""The demo page: drop a song, see what the model makes of it. ``python -m classifier demo``, extra ``demo``.

What belongs here: the page and its words. Not here: anything about songs or models (the façade's). It talks to nobody:
no analytics, no share link, no fonts from elsewhere, and what is uploaded is removed.
"""

from __future__ import annotations

import argparse
import os
import signal
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from html import escape
from pathlib import Path
from typing import Any

from classifier import MAX_BYTES, ClassifierError, GenreModel, Prediction, Segment, classify, load_model

INSTALL = 'The demo page needs gradio: pip install "genregenie[demo]"'

NAMES = {"hiphop": "Hip-hop"}
"""Genres whose name is not simply the capitalised key."""

KEPT_SECONDS = 600
"""How long an uploaded song can be played again before it is removed."""

SWEEP_SECONDS = 60
"""How often old uploads are looked for."""

CLEAR_MOOD = 0.5
"""Probability from which a song has one mood; below, the two likeliest are named."""

MOST_MARKS = 4
"""Marks of the time axis, as many as never touch on a phone."""

FONTS = ("ui-sans-serif", "system-ui", "sans-serif")
MONOSPACE = ("ui-monospace", "monospace")

POLICY = (
    "default-src 'self' 'unsafe-inline' 'unsafe-eval' data: blob:; connect-src 'self' data: blob:; "
    "form-action 'self'; frame-ancestors 'none'"
)
"""Content-Security-Policy of every answer: the page's own scripts would otherwise ask other sites for more."""

STYLE = """
.genie { --soft: color-mix(in srgb, var(--body-text-color) 70%, transparent); font-size: 1rem; line-height: 1.5; }
.genie-name { margin: 0; font-size: 2.2rem; font-weight: 800; line-height: 1.1; text-wrap: balance; }
.genie-second { margin: 0.15rem 0 0; color: var(--soft); font-size: 1.25rem; font-weight: 650; }
.genie-sure { margin: 0.6rem 0 0; font-size: 1.1rem; }
.genie-facts { display: flex; flex-wrap: wrap; gap: 0.25rem 1.5rem; margin: 0.8rem 0 0; padding: 0; list-style: none; }
.genie-facts b { margin-right: 0.35rem; color: var(--soft); font-weight: 500; }
.genie-error { margin: 0; padding: 0.8rem 1rem; border-left: 4px solid #c2410c; font-weight: 600; }
.genie-wait { margin: 0; color: var(--soft); }
.genie h3 { margin: 0.8rem 0 0.5rem; font-size: 1rem; font-weight: 650; }
.genie-lanes { display: grid; grid-template-columns: auto minmax(0, 1fr); align-items: center; gap: 0.3rem 0.8rem; }
.genie-lanes svg { display: block; overflow: visible; }
.genie-lanes .track { fill: color-mix(in srgb, var(--body-text-color) 8%, transparent); }
.genie-lanes .block { fill: #c2410c; stroke: var(--body-background-fill); stroke-width: 1.5px; }
.dark .genie-lanes .block { fill: #fb923c; }
.genie-lanes .marks { grid-column: 2; }
.genie-lanes text { fill: var(--soft); font-size: 0.75rem; }
"""


class DemoError(ClassifierError):
    """The page cannot be served."""

    code = "demo_error"


class DemoMissing(DemoError):
    """gradio is not installed."""

    code = "demo_missing"

    def __init__(self) -> None:
        super().__init__(INSTALL)


class AddressTaken(DemoError):
    """Nothing can be served at this address."""

    code = "demo_address"

    def __init__(self, host: str, port: int) -> None:
        super().__init__(f"The page cannot be served on {host}:{port}: the port is taken, or the address is not ours.")


def demo_command(options: argparse.Namespace) -> None:
    """Serve the page until interrupted.

    Parameters
    ----------
    options : Namespace
        ``host``, ``port`` and ``model`` (None for the shipped one).

    Raises
    ------
    DemoMissing
        If gradio is not installed.
    AddressTaken
        If the address cannot be served on.
    ModelError
        If the model cannot be used.
    """
    # Told to stop, it ends as by Ctrl-C, so that no upload is left behind.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with serving(load_model(options.model), host=options.host, port=options.port) as url:
        print(f"The page is at {url}. Ctrl-C ends it.", flush=True)  # noqa: T201 - the command's answer
        _wait()


@contextmanager
def serving(model: GenreModel, *, host: str, port: int) -> Iterator[str]:
    """Serve the page within the block; yield its address. What was uploaded is gone at the end."""
    with tempfile.TemporaryDirectory(prefix="genregenie-demo-") as folder:
        gradio = _gradio(folder)
        page = build(gradio, model)
        try:
            _app, url, _share = page.launch(
                server_name=host,
                server_port=port,
                share=False,
                inbrowser=False,
                quiet=True,
                prevent_thread_lock=True,
                max_file_size=MAX_BYTES,
                footer_links=[],
                enable_monitoring=False,
                ssr_mode=False,
                theme=gradio.themes.Default(font=FONTS, font_mono=MONOSPACE),
                css=STYLE,
                app_kwargs={"middleware": [_policy()]},
            )
        except OSError as error:
            raise AddressTaken(host, port) from error
        try:
            yield url
        finally:
            page.close()


def build(gradio: Any, model: GenreModel) -> Any:
    """Return the page, not yet served."""

    def listen(path: str | None) -> tuple[str, dict[str, float] | None, Any, str]:
        return hear(gradio, path, model)

    with gradio.Blocks(
        title="GenreGenie demo", analytics_enabled=False, delete_cache=(SWEEP_SECONDS, KEPT_SECONDS)
    ) as page:
        gradio.Markdown(
            "# What genre is this song?\n\nDrop a file. It is passed on to nobody and removed within minutes. "
            f"The model that listens is {model.version}."
        )
        with gradio.Row():
            with gradio.Column(scale=2, min_width=300):
                song = gradio.Audio(sources=["upload"], type="filepath", label="Song", editable=False, buttons=[])
                verdict = gradio.HTML(waiting(), elem_id="verdict")
                timeline = gradio.HTML("", elem_id="timeline")
            with gradio.Column(scale=1, min_width=280):
                genres = gradio.Label(label="All genres", show_heading=False, elem_id="genres")
                moods = gradio.Label(label="Mood", show_heading=False, visible=False, elem_id="moods")
        song.change(
            listen,
            inputs=song,
            outputs=[verdict, genres, moods, timeline],
            api_visibility="private",
            show_progress="full",
        )
    page.queue(max_size=16)
    return page


def hear(gradio: Any, path: str | None, model: GenreModel) -> tuple[str, dict[str, float] | None, Any, str]:
    """Return what the page shows of the song at ``path``: the verdict, the genres, the mood, the timeline."""
    no_mood = gradio.Label(value=None, visible=False)
    if path is None:
        return waiting(), None, no_mood, ""
    try:
        prediction = classify(Path(path), model)
    except ClassifierError as error:
        return (
            f'<div class="genie"><p class="genie-error" role="alert">{escape(str(error))}</p></div>',
            None,
            no_mood,
            "",
        )
    shown = prediction.moods if prediction.music else {}
    moods = gradio.Label(value={name.capitalize(): share for name, share in shown.items()} or None, visible=bool(shown))
    genres = {genre_name(genre): share for genre, share in prediction.scores.items()}
    return verdict_html(prediction), genres, moods, timeline_html(prediction)


def waiting() -> str:
    """Return what stands where the verdict will be."""
    return '<div class="genie"><p class="genie-wait">The verdict appears here.</p></div>'


def verdict_html(prediction: Prediction) -> str:
    """Return the verdict in words."""
    name, second, sure = _words(prediction)
    facts = {
        "Mood": _mood_words(prediction.moods) if prediction.music else "",
        "Tempo": f"{prediction.tempo:.0f} BPM" if prediction.tempo else "no steady pulse",
        "Length": clock(prediction.duration),
        "Heard by": prediction.model,
        "Note": "the file breaks off before its announced end" if prediction.truncated else "",
    }
    items = "".join(f"<li><b>{label}</b>{escape(fact)}</li>" for label, fact in facts.items() if fact)
    second = f'<p class="genie-second">{escape(second)}</p>' if second else ""
    return (
        f'<div class="genie"><p class="genie-name">{escape(name)}</p>{second}'
        f'<p class="genie-sure">{escape(sure)}</p><ul class="genie-facts">{items}</ul></div>'
    )


def timeline_html(prediction: Prediction) -> str:
    """Return the genre over the song as a drawing, one lane a genre; nothing for a song of one window."""
    segments = prediction.segments
    if len(segments) < 2:  # noqa: PLR2004 - nothing moves
        return ""
    total = segments[-1].end
    genres = sorted({segment.genre for segment in segments}, key=lambda genre: -_seconds(genre, segments))
    lanes = "".join(_lane(genre, segments, total) for genre in genres)
    words = "; ".join(f"{clock(part.start)} to {clock(part.end)} {genre_name(part.genre)}" for part in segments)
    return (
        f'<div class="genie"><h3>Genre over time</h3><div class="genie-lanes" role="img" aria-label="{escape(words)}">'
        f'{lanes}<svg class="marks" width="100%" height="18">{_marks(total)}</svg></div></div>'
    )


def genre_name(genre: str) -> str:
    """Return the genre as shown to people."""
    words = genre.replace("_", " ")
    return NAMES.get(genre, words[:1].upper() + words[1:])


def clock(seconds: float) -> str:
    """Return seconds as "3:07"."""
    minutes, second = divmod(round(seconds), 60)
    return f"{minutes}:{second:02}"


def _words(prediction: Prediction) -> tuple[str, str, str]:
    """Return what to call the song, what else it has in it, and how sure that is."""
    ranked = sorted(prediction.scores, key=lambda genre: -prediction.scores[genre])
    nearest = f"{genre_name(prediction.genre)} {prediction.confidence:.0%}"
    if not prediction.music:
        return "This does not sound like music", "", f"Taken as music, the nearest genre is {nearest}."
    if not prediction.sure:
        likely = " or ".join(_in_sentence(genre) for genre in ranked[:2])
        return f"Not sure: {likely}", "", f"{nearest} leads."
    with_some = " and ".join(_in_sentence(genre) for genre in prediction.genres[1:])
    return (
        genre_name(prediction.genre),
        f"with some {with_some}" if with_some else "",
        f"{prediction.confidence:.0%} sure",
    )


def _in_sentence(genre: str) -> str:
    """Return the genre's name within a sentence: an abbreviation keeps its capitals."""
    name = genre_name(genre)
    return name if name[1:] != name[1:].lower() else name.lower()


def _mood_words(moods: Mapping[str, float]) -> str:
    ranked = sorted(moods, key=lambda mood: -moods[mood])
    return "" if not ranked else ranked[0] if moods[ranked[0]] >= CLEAR_MOOD else " or ".join(ranked[:2])


def _seconds(genre: str, segments: Sequence[Segment]) -> float:
    return sum(segment.end - segment.start for segment in segments if segment.genre == genre)


def _lane(genre: str, segments: Sequence[Segment], total: float) -> str:
    name = escape(genre_name(genre))
    blocks = "".join(
        f'<rect class="block" x="{100 * part.start / total:.2f}%" width="{100 * (part.end - part.start) / total:.2f}%" '
        f'height="24" rx="3" fill-opacity="{0.45 + 0.55 * part.scores[genre]:.2f}"><title>{clock(part.start)} to '
        f"{clock(part.end)}: {name} {part.scores[genre]:.0%}</title></rect>"
        for part in segments
        if part.genre == genre
    )
    track = '<rect class="track" width="100%" height="24" rx="3"/>'
    return f'<span>{name}</span><svg width="100%" height="24">{track}{blocks}</svg>'


def _marks(total: float) -> str:
    places = [total * number / MOST_MARKS for number in range(MOST_MARKS + 1)]
    anchors = ["start", *["middle"] * (MOST_MARKS - 1), "end"]
    return "".join(
        f'<text x="{100 * at / total:.2f}%" y="14" text-anchor="{anchor}">{clock(at)}</text>'
        for at, anchor in zip(places, anchors, strict=True)
    )


def _gradio(folder: str) -> Any:
    """Import gradio so that it keeps its files in ``folder`` and calls nobody."""
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    os.environ["GRADIO_TEMP_DIR"] = folder
    os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
    try:
        import gradio
    except ImportError as error:
        raise DemoMissing from error
    return gradio


def _policy() -> Any:
    """Return the middleware that sends POLICY with every answer."""
    from starlette.middleware import Middleware

    class Policy:
        def __init__(self, app: Any) -> None:
            self._app = app

        async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
            async def send_with_policy(message: Any) -> None:
                if message["type"] == "http.response.start":
                    message["headers"] = [*message["headers"], (b"content-security-policy", POLICY.encode())]
                await send(message)

            await self._app(scope, receive, send_with_policy if scope["type"] == "http" else send)

    return Middleware(Policy)


def _wait() -> None:
    from threading import Event

    Event().wait()
