"""The classifier behind a wall: a hostile file may crash, hang or bloat a decoder, and costs one child process.

What belongs here: what an analysis can end in, each end with its sentence. Not here: processes (``child``) or what
becomes of the job (``service``).
"""

from __future__ import annotations

import signal
from base64 import b64decode, b64encode
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from portal.errors import PortalError
from portal.jobs.child import ChildCrashedError, ChildError, ChildMemoryError, ChildTimeoutError, Emit, run_in_child
from portal.jobs.tags import read_tags
from portal.language import _

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MEMORY_BYTES = 3 * 2**30
TAGS_SECONDS = 5.0

Progress = Callable[[str, float], None]
Classify = Callable[[Path, Progress], dict[str, Any]]
OnTags = Callable[[dict[str, str]], None]


class AnalysisError(PortalError):
    """The analysis ended without a verdict. ``permanent`` says that trying again would end alike."""

    code = "analysis_failed"
    permanent = False

    def __init__(self, message: str = "") -> None:
        super().__init__(message or _("The analysis of this file failed."))


class AudioRefusedError(AnalysisError):
    """The classifier told why it does not take this file; code and sentence are its own."""

    permanent = True

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class DecoderCrashedError(AnalysisError):
    """The child process died."""

    code = "crashed"

    def __init__(self) -> None:
        super().__init__(_("The decoder crashed on this file."))


class AnalysisTimeoutError(AnalysisError):
    """The child process was ended for taking too long."""

    code = "timeout"

    def __init__(self, seconds: float) -> None:
        super().__init__(_("The analysis took longer than %(number)s seconds.", number=f"{seconds:g}"))


class OutOfMemoryError(AnalysisError):
    """The child process wanted more memory than it may have."""

    code = "out_of_memory"

    def __init__(self) -> None:
        super().__init__(_("This file needs more memory than an analysis may use."))


class ModelUnusableError(AnalysisError):
    """The model file is missing or wrong: the operator's matter, not the file's."""

    code = "model_unusable"
    permanent = True

    def __init__(self) -> None:
        super().__init__(_("The genre model of this server cannot be used. Please tell whoever runs it."))


class SandboxedClassifier:
    """Classifies files in child processes; the model is loaded once, in the parent, for all of them.

    ``classify`` and ``version`` stand in for the classifier's own function and model where a test brings others.
    """

    def __init__(
        self,
        model_path: Path | None,
        timeout: float,
        *,
        classify: Classify | None = None,
        version: str | None = None,
    ) -> None:
        self._model_path = model_path
        self._timeout = timeout
        self._classify = classify
        self._version = version

    def version(self) -> str | None:
        """Return the version of the model that songs are judged by now; None if the model cannot be used."""
        return self._version or _version(self._model_path)

    def prepare(self) -> None:
        """Load the model; raise ModelUnusableError if that fails."""
        if self._classify is None:
            self._classify = _load(self._model_path)

    def classify(self, path: Path, on_beat: Progress, on_tags: OnTags = lambda _tags: None) -> dict[str, Any]:
        """Return the verdict on ``path`` as ``classifier.Prediction.to_dict`` gives it; raise an AnalysisError.

        ``on_beat`` gets stage and progress, at each step and at least once a second; what it raises ends the analysis.
        ``on_tags`` gets what the file says of itself, unless that cannot be read, before the verdict or the refusal.
        """
        self.prepare()
        classify = self._classify
        assert classify is not None
        stage, fraction = "", 0.0
        verdict: dict[str, Any] | None = None

        def on_event(event: dict[str, Any] | tuple[str, float] | None) -> None:
            nonlocal stage, fraction, verdict
            if isinstance(event, dict):
                verdict = event
            else:
                stage, fraction = event or (stage, fraction)
                on_beat(stage, fraction)

        def work(emit: Emit) -> dict[str, str]:
            emit(classify(path, lambda stage, fraction: emit((stage, fraction))))
            return _tags_in_time(path)

        try:
            on_tags(self._run(work, on_event))
        except AnalysisError:
            # Once there is a verdict, all that was left to do were the tags: they may cost no more than themselves.
            if verdict is None:
                raise
        assert verdict is not None
        if "refused" in verdict:
            raise AudioRefusedError(**verdict["refused"])
        return verdict

    def measure(self, path: Path) -> NDArray[np.float32]:
        """Return the feature rows of the song at ``path``, one a window; raise an AnalysisError."""
        # Imported here, for the web process never measures; and in the parent, so that no child has to.
        import numpy as np

        from classifier import AudioError, feature_rows

        def work(_emit: Emit) -> dict[str, str]:
            try:
                rows = feature_rows(path)
            except AudioError as error:
                return {"code": error.code, "message": str(error)}
            return {"rows": b64encode(rows.tobytes()).decode(), "windows": str(len(rows))}

        found = self._run(work, lambda _event: None)
        if "rows" not in found:
            raise AudioRefusedError(**found)
        return np.frombuffer(b64decode(found["rows"]), np.float32).reshape(int(found["windows"]), -1)

    def _run(self, work: Callable[[Emit], dict[str, str]], on_event: Callable[[Any], None]) -> dict[str, str]:
        try:
            tags: dict[str, str] = run_in_child(work, timeout=self._timeout, memory=MEMORY_BYTES, on_event=on_event)
        except ChildTimeoutError as error:
            raise AnalysisTimeoutError(self._timeout) from error
        except ChildMemoryError as error:
            raise OutOfMemoryError from error
        except ChildCrashedError as error:
            raise DecoderCrashedError from error
        except ChildError as error:
            raise AnalysisError from error
        return tags


def _tags_in_time(path: Path) -> dict[str, str]:
    """Return what the file says of itself; called in a child, which an alarm ends if that takes too long."""
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_REAL, TAGS_SECONDS)
    return read_tags(path)


@cache
def _version(model_path: Path | None) -> str | None:
    # Kept as long as the process lives, as the worker keeps the model itself: a new model takes a restart.
    import classifier

    try:
        return classifier.model_version(model_path)
    except classifier.ModelError:
        return None


def _load(model_path: Path | None) -> Classify:
    # Imported here, for the web process builds this class too and never classifies.
    import classifier

    try:
        model = classifier.load_model(model_path)
    except classifier.ModelError as error:
        raise ModelUnusableError from error
    # What the first analysis of a process makes once and keeps, each child would have to make for itself.
    classifier.warm_up(model)

    def classify(path: Path, progress: Progress) -> dict[str, Any]:
        try:
            prediction = classifier.classify(path, model, progress=progress)
        except classifier.AudioError as error:
            return {"refused": {"code": error.code, "message": str(error)}}
        return prediction.to_dict() | {"vector": list(prediction.vector), "peaks": list(prediction.peaks)}

    return classify
