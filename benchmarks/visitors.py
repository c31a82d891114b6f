"""People in front of the portal: one who logs in, uploads and waits, and a crowd that browses.

The crowd is a process of its own, so that its work does not hold up what it times:
``python -m benchmarks.visitors URL SECONDS`` takes the cookies of its members from standard input as JSON and prints
the seconds that each page took.
"""

from __future__ import annotations

import http.client
import json
import random
import re
import subprocess
import sys
import time
import urllib.parse
from concurrent.futures import ThreadPoolExecutor
from functools import partial

BOUNDARY = "genregenie-benchmark"
FORM = "application/x-www-form-urlencoded"
THINKING = (1.0, 3.0)
"""Seconds between an answer and the next click."""

ASKING = 0.05
"""Seconds between two questions for a verdict: often enough, and seldom enough not to hold up what is waited for."""


class Visitor:
    """One person's browser, as far as a benchmark needs it: cookies, the form token, one connection kept open."""

    def __init__(self, url, cookies=None):
        self.connection = http.client.HTTPConnection(urllib.parse.urlsplit(url).netloc)
        self.cookies = cookies or {}

    def send(self, method, path, body=None, **headers):
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        self.connection.request(method, path, body, headers)

    def receive(self):
        answer = self.connection.getresponse()
        for cookie in answer.headers.get_all("Set-Cookie", []):
            name, _, rest = cookie.partition("=")
            self.cookies[name] = rest.partition(";")[0]
        return answer.status, answer.read()

    def ask(self, method, path, body=None, **headers):
        try:
            self.send(method, path, body, **headers)
            return self.receive()
        except (http.client.RemoteDisconnected, ConnectionError):
            # The server ends what was quiet for a while; a browser, too, then dials again.
            self.connection.close()
            self.send(method, path, body, **headers)
            return self.receive()

    def page(self, path):
        status, content = self.ask("GET", path)
        assert status == 200, (path, status)
        return content

    def token(self, path):
        return re.search(rb'name="csrf-token" content="([^"]+)"', self.page(path)).group(1).decode()

    def log_in(self, email, password):
        form = {"csrf_token": self.token("/login"), "email": email, "password": password}
        status, _ = self.ask("POST", "/login", urllib.parse.urlencode(form), Content_Type=FORM)
        assert status == 302, status
        return self

    def upload(self, content, token):
        """Return the status address and the moment after the last byte was sent."""
        head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="songs"; filename="song.mp3"\r\n\r\n'
        body = head.encode() + content + f"\r\n--{BOUNDARY}--\r\n".encode()
        kind = f"multipart/form-data; boundary={BOUNDARY}"
        self.connection.close()  # the server may have ended it; the next request dials again
        self.send("POST", "/upload", body, Content_Type=kind, X_CSRFToken=token, Accept="application/json")
        sent = time.perf_counter()
        status, answer = self.receive()
        assert status == 201, answer
        return json.loads(answer)["songs"][0]["status_url"], sent

    def wait(self, address):
        """Return the moment at which the status address told of the verdict."""
        while b'"done"' not in self.page(address):
            time.sleep(ASKING)
        return time.perf_counter()


def browse(url, seconds, cookies, seed):
    """Click through history and songs until the time is over; return the seconds of every page."""
    visitor, chance, taken = Visitor(url, cookies), random.Random(seed), []
    songs = songs_on(visitor.page("/history"))
    end = time.monotonic() + seconds
    time.sleep(chance.uniform(0, THINKING[1]))
    while time.monotonic() < end:
        path = next_page(chance, songs)
        started = time.perf_counter()
        content = visitor.page(path)
        taken.append(time.perf_counter() - started)
        songs = songs_on(content) or songs
        time.sleep(chance.uniform(*THINKING))
    return taken


def next_page(chance, songs):
    """Choose as people do: mostly another page of the list, at times a filter, a search or a song."""
    return chance.choices(
        (
            f"/history?page={chance.randint(1, 50)}",
            f"/history?genre={chance.choice(('jazz', 'rock'))}",
            f"/history?state={chance.choice(('done', 'failed'))}",
            f"/history?q={chance.randint(1, 99)}",
            chance.choice(songs),
        ),
        (40, 10, 10, 10, 30),
    )[0]


def songs_on(content):
    return sorted(set(re.findall(r'href="(/songs/[^"/]+)"', content.decode())))


def crowd(url, seconds, cookies):
    """Return the seconds of every page that the crowd saw, in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.visitors", url, str(seconds)]
    done = subprocess.run(command, input=json.dumps(cookies), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def main():
    url, seconds, members = sys.argv[1], float(sys.argv[2]), json.load(sys.stdin)
    with ThreadPoolExecutor(len(members)) as threads:
        found = threads.map(partial(browse, url, seconds), members, range(len(members)))
    print(json.dumps([second for taken in found for second in taken]))


if __name__ == "__main__":
    main()
