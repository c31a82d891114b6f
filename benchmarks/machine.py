"""What the figures were measured on, in a few lines.

What belongs here: reading /proc and versions. Not here: measuring.
"""

from __future__ import annotations

import os
import platform
import re
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

LIBRARIES = ("numpy", "scipy", "av", "soxr", "python_speech_features", "librosa", "essentia")


def description() -> str:
    cores = len(os.sched_getaffinity(0))
    return (
        f"{cpu()}, {cores} cores for us, {memory()}, {platform.system()} {platform.release()}, Python "
        f"{platform.python_version()}; {', '.join(versions())}. Figures of a shared machine are noisy: read ratios.\n"
    )


def cpu() -> str:
    found = re.search(r"^model name\s*:\s*(.+)$", read("/proc/cpuinfo"), re.MULTILINE)
    vectors = [name for name in ("avx2", "avx512f") if re.search(rf"\b{name}\b", read("/proc/cpuinfo"))]
    return " ".join([found[1] if found else platform.processor() or platform.machine(), *vectors])


def memory() -> str:
    found = re.search(r"^MemTotal:\s*(\d+) kB", read("/proc/meminfo"), re.MULTILINE)
    return f"{int(found[1]) / 2**20:.0f} GiB" if found else "memory unknown"


def versions() -> list[str]:
    found = []
    for name in LIBRARIES:
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            found.append(f"{name} not installed")
    return found


def read(path: str) -> str:
    return Path(path).read_text() if Path(path).exists() else ""
