"""How long a person waits for the verdict: ``python -m benchmarks.verdict [--audio FILE]``.

Uploads a 3-minute MP3 to a portal started as `make run` does, and times from the upload's last byte to the stored
verdict as the status address tells it. Beside it, in the same run, the floor: ``classify`` of the same file in a warm
process, step by step. Medians of ``--rounds`` uploads, each of other bytes so that none is known already.
"""

from __future__ import annotations

import argparse
import http.client
import re
import statistics
import tempfile
import time
import urllib.parse
from pathlib import Path

from classifier import classify, load_model
from tests.support.audio import encode, music_like
from tests.support.portal import running_portal

TARGET_SECONDS = 3.0
SECONDS = 180.0
BOUNDARY = "genregenie-benchmark"


class Visitor:
    """One person's browser, as far as a benchmark needs it: cookies, the form token, one connection."""

    def __init__(self, url):
        self.connection = http.client.HTTPConnection(urllib.parse.urlsplit(url).netloc)
        self.cookies = {}

    def ask(self, method, path, body=None, **headers):
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        self.connection.request(method, path, body, headers)
        answer = self.connection.getresponse()
        for cookie in answer.headers.get_all("Set-Cookie", []):
            name, _, rest = cookie.partition("=")
            self.cookies[name] = rest.partition(";")[0]
        return answer.status, answer.read()

    def token(self, path):
        return re.search(rb'name="csrf-token" content="([^"]+)"', self.ask("GET", path)[1]).group(1).decode()

    def sign_up(self):
        form = {"csrf_token": self.token("/signup"), "email": "bench@example.org", "name": "Bench"}
        form |= {"password": "violet kettle drum", "confirm": "violet kettle drum"}
        kind = "application/x-www-form-urlencoded"
        status, _ = self.ask("POST", "/signup", urllib.parse.urlencode(form), Content_Type=kind)
        assert status == 302, status

    def upload(self, content):
        """Return the status address and the moment after the last byte was sent."""
        head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="songs"; filename="song.mp3"\r\n\r\n'
        body = head.encode() + content + f"\r\n--{BOUNDARY}--\r\n".encode()
        kind = f"multipart/form-data; boundary={BOUNDARY}"
        token = self.token("/upload")
        sent = time.perf_counter()
        status, answer = self.ask(
            "POST", "/upload", body, Content_Type=kind, X_CSRFToken=token, Accept="application/json"
        )
        assert status == 201, answer
        return re.search(rb'"status_url":\s*"([^"]+)"', answer).group(1).decode(), sent

    def wait(self, address):
        while b'"done"' not in self.ask("GET", address)[1]:
            time.sleep(0.02)
        return time.perf_counter()


def waits(content, rounds):
    with tempfile.TemporaryDirectory() as folder, running_portal(Path(folder)) as portal:
        visitor = Visitor(portal.url)
        visitor.sign_up()
        found = []
        for number in range(rounds + 1):
            # Bytes after the last frame change the hash and nothing else.
            address, sent = visitor.upload(content + bytes(number))
            found.append(visitor.wait(address) - sent)
        return found[1:]


def steps(path, rounds):
    """Return the median seconds of decode, features and model in this process, once warm."""
    model = load_model()
    runs = []
    for _ in range(rounds + 1):
        moments = {}
        classify(path, model, progress=lambda stage, _share, seen=moments: seen.setdefault(stage, time.perf_counter()))
        end = time.perf_counter()
        runs.append(
            (moments["features"] - moments["decode"], moments["model"] - moments["features"], end - moments["model"])
        )
    return [statistics.median(column) for column in zip(*runs[1:], strict=True)]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--audio", type=Path, help="another MP3 than the made-up one of 3 minutes")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = options.audio or encode(Path(folder) / "song.mp3", music_like(SECONDS, rate=44_100), 44_100, "mp3")
        decode, features, model = steps(path, options.rounds)
        waited = statistics.median(waits(path.read_bytes(), options.rounds))
    floor = decode + features + model
    print(f"decode          {decode:6.3f} s")
    print(f"features        {features:6.3f} s")
    print(f"model           {model:6.3f} s")
    print(f"floor, their sum {floor:5.3f} s")
    print(f"upload to verdict {waited:4.3f} s")
    print(f"  divided by the floor {waited / floor:.2f}")
    print(f"  divided by the {TARGET_SECONDS:g} s it may take {waited / TARGET_SECONDS:.2f}")


if __name__ == "__main__":
    main()
