"""Record the golden features anew: ``python -m tests.golden.record``. Only after a deliberate change of a feature."""

import json
from pathlib import Path

from classifier.constants import FEATURE_VERSION
from classifier.features import feature_names, measure
from classifier.values import Waveform
from tests.support.audio import music_like

features = measure(Waveform(music_like(12.0, seed=7)))
Path(__file__).with_name("features.json").write_text(
    json.dumps(
        {
            "feature_version": FEATURE_VERSION,
            "names": feature_names(),
            "tempo": features.tempo,
            "rows": [[round(float(value), 5) for value in row] for row in features.rows],
        }
    )
    + "\n"
)
