"""What the server is handed: bodies in chunks, which come without a length, and a process that is settled."""

from __future__ import annotations

import json
import subprocess
import sys
from io import BytesIO
from typing import IO, Any

import pytest
from django.conf import settings
from django.test import RequestFactory

from tests.wsgi import running_application

PATH = "/api/libraries/handbook/shares/bob"


@pytest.fixture
def send(key_for):
    """Send a body in chunks; returns the status and the document."""

    def send(body: IO[bytes], encoding: str = "chunked") -> tuple[int, Any]:
        environ = RequestFactory(headers={"host": "localhost", "transfer-encoding": encoding}).put(PATH).environ
        environ |= {"CONTENT_TYPE": "application/json", "HTTP_AUTHORIZATION": f"Bearer {key_for('alice')}"}
        statuses: list[str] = []
        with running_application() as application:
            answer = application({**environ, "wsgi.input": body}, lambda status, headers: statuses.append(status))
            return int(statuses[0].split()[0]), json.loads(b"".join(answer))

    return send


@pytest.mark.parametrize("encoding", ["chunked", "Chunked"])
def test_it_is_read_whole(send, encoding):
    status, document = send(BytesIO(b'{"accessLevel": 1}'), encoding)
    assert (status, document["accessLevel"]) == (200, 1)


def test_an_empty_one_lacks_what_is_required(send):
    status, document = send(BytesIO())
    assert (status, document["errors"][0]["pointer"]) == (422, "#/accessLevel")


def test_one_that_does_not_end_is_refused_without_reading_on(send):
    class Endless(BytesIO):
        taken = 0

        def read(self, size: int | None = -1, /) -> bytes:
            assert size is not None and size >= 0
            self.taken += size
            return b" " * size

    stream = Endless()
    status, _ = send(stream)
    assert status == 413
    assert stream.taken == settings.MAX_BODY_BYTES + 1


def test_what_is_loaded_is_left_out_of_collections():
    program = "import gc, sharing_project.wsgi; print(gc.get_freeze_count() > 10_000, gc.get_threshold()[0])"
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)  # nosec B603
    assert loaded.stdout.split() == ["True", "50000"]
