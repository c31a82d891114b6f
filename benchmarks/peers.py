"""The usual recipes of other libraries, as people write them: what our features are held against.

What belongs here: calls of librosa, Essentia and python_speech_features. librosa and Essentia come with the ``bench``
extra; where one cannot be installed, its rows are left out by name.
"""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
import python_speech_features

from classifier.constants import CEPSTRAL_LIFTER, FRAME_LENGTH, HOP_LENGTH, LOW_CUT, MEL_BANDS, MFCC_COUNT, SAMPLE_RATE


def there(name: str) -> bool:
    return importlib.util.find_spec(name) is not None


def librosa_recipe(samples):
    """Compute what countless GTZAN notebooks do: ten features, mean and variance of each, harmony and drums apart."""
    import librosa

    feature, rate = librosa.feature, SAMPLE_RATE
    harmonic, percussive = librosa.effects.hpss(samples)
    tempo, _beats = librosa.beat.beat_track(y=samples, sr=rate)
    frames = [
        feature.chroma_stft(y=samples, sr=rate),
        feature.rms(y=samples),
        feature.spectral_centroid(y=samples, sr=rate),
        feature.spectral_bandwidth(y=samples, sr=rate),
        feature.spectral_rolloff(y=samples, sr=rate),
        feature.spectral_contrast(y=samples, sr=rate),
        feature.zero_crossing_rate(samples),
        harmonic[None],
        percussive[None],
        feature.mfcc(y=samples, sr=rate, n_mfcc=MFCC_COUNT),
    ]
    return np.concatenate(
        [np.atleast_1d(tempo), *(statistic(f, axis=1) for f in frames for statistic in (np.mean, np.var))]
    )


def librosa_without_separation(samples):
    """Compute our kinds of features with librosa, the Fourier transform shared and nothing separated."""
    import librosa

    feature, rate = librosa.feature, SAMPLE_RATE
    magnitude = np.abs(librosa.stft(samples, n_fft=FRAME_LENGTH, hop_length=HOP_LENGTH))
    mel = librosa.power_to_db(feature.melspectrogram(S=magnitude**2, sr=rate, n_mels=MEL_BANDS))
    onset = librosa.onset.onset_strength(S=mel, sr=rate)
    frames = [
        feature.mfcc(S=mel, n_mfcc=MFCC_COUNT),
        feature.spectral_contrast(S=magnitude, sr=rate),
        feature.spectral_centroid(S=magnitude, sr=rate),
        feature.spectral_bandwidth(S=magnitude, sr=rate),
        feature.spectral_rolloff(S=magnitude, sr=rate),
        feature.chroma_stft(S=magnitude**2, sr=rate),
    ]
    tempo = feature.tempo(onset_envelope=onset, sr=rate)
    return np.concatenate([tempo, *(statistic(f, axis=1) for f in frames for statistic in (np.mean, np.var))])


def essentia_extractor(path: Path):
    """Run Essentia's MusicExtractor, which decodes at 44.1 kHz and computes far more than we do."""
    import essentia

    essentia.log.infoActive = essentia.log.warningActive = False
    from essentia.standard import MusicExtractor

    return MusicExtractor()(str(path))


def psf_mfcc(samples):
    """Compute our very MFCC by the library that defines them."""
    return python_speech_features.mfcc(
        samples,
        samplerate=SAMPLE_RATE,
        winlen=FRAME_LENGTH / SAMPLE_RATE,
        winstep=HOP_LENGTH / SAMPLE_RATE,
        numcep=MFCC_COUNT,
        nfilt=MEL_BANDS,
        nfft=FRAME_LENGTH,
        lowfreq=LOW_CUT,
        preemph=0,
        ceplifter=CEPSTRAL_LIFTER,
        appendEnergy=False,
        winfunc=np.hanning,
    )
