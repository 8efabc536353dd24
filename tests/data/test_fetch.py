"""Fetching from a server in this process: broken connections go on, wrong files are refused, writers wait."""

import functools
import gzip
import hashlib
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from rung.data.fetch import FetchError, fetch
from rung.data.lock import Busy, one_writer

CONTENTS = bytes(range(256)) * 4000
PACKED = gzip.compress(CONTENTS, mtime=0)
SHA = hashlib.sha256(CONTENTS).hexdigest()


class Handler(BaseHTTPRequestHandler):
    """Serves PACKED at /good; /cut ends early once, /plain ignores ranges, /wrong serves something else."""

    def __init__(self, state, *args):
        self.state = state
        super().__init__(*args)

    def do_GET(self):
        kind, wanted = self.path.strip("/").split("/")[0], self.headers.get("Range")
        self.state["requests"].append((kind, wanted))
        if kind == "gone":
            return self.send_error(404)
        body, start = (gzip.compress(b"wrong") if kind == "wrong" else PACKED), 0
        if wanted and kind != "plain":
            start = int(wanted.removeprefix("bytes=").rstrip("-"))
            if start >= len(body):
                return self.send_error(416)
        self.send_response(206 if start else 200)
        self.send_header("Content-Length", str(len(body) - start))
        self.end_headers()
        if kind in ("cut", "plain") and not self.state["cut"]:
            self.state["cut"] = True
            self.wfile.write(body[start : len(body) // 2])
            return self.connection.close()
        self.wfile.write(body[start:])

    def log_message(self, *_):
        pass


@pytest.fixture
def server():
    state = {"requests": [], "cut": False}
    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Handler, state))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    state["at"] = f"http://127.0.0.1:{server.server_port}"
    yield state
    server.shutdown()
    thread.join()
    server.server_close()


def silent(*_):
    pass


def test_a_file_arrives_whole_and_is_not_fetched_again(server, tmp_path):
    target, told = tmp_path / "deep" / "f.gz", []
    got = fetch([f"{server['at']}/good/f.gz"], target, SHA, lambda *a: told.append(a))
    assert gzip.decompress(got.read_bytes()) == CONTENTS
    assert told[-1] == ("f.gz", len(PACKED), len(PACKED))
    fetch([f"{server['at']}/good/f.gz"], target, SHA, silent)
    assert len(server["requests"]) == 1
    assert not target.with_name("f.gz.part").exists()


def test_a_broken_transfer_goes_on_where_it_ended(server, tmp_path):
    target, at = tmp_path / "f.gz", [f"{server['at']}/cut/f.gz"]
    with pytest.raises(FetchError, match="connection ended after"):
        fetch(at, target, SHA, silent)
    assert not target.exists()
    fetch(at, target, SHA, silent)
    assert target.read_bytes() == PACKED
    assert server["requests"][1] == ("cut", f"bytes={len(PACKED) // 2}-")


def test_a_server_without_ranges_starts_anew(server, tmp_path):
    target, at = tmp_path / "f.gz", [f"{server['at']}/plain/f.gz"]
    with pytest.raises(FetchError):
        fetch(at, target, SHA, silent)
    fetch(at, target, SHA, silent)
    assert target.read_bytes() == PACKED


def test_a_part_that_is_already_whole_is_used(server, tmp_path):
    target = tmp_path / "f.gz"
    (tmp_path / "f.gz.part").write_bytes(PACKED)
    fetch([f"{server['at']}/good/f.gz"], target, SHA, silent)
    assert target.read_bytes() == PACKED


def test_the_next_address_is_tried_and_a_wrong_file_never_stays(server, tmp_path):
    target, at = tmp_path / "f.gz", server["at"]
    with pytest.raises(FetchError, match=r"404(.|\n)*checksum differs"):
        fetch([f"{at}/gone/f.gz", f"{at}/wrong/f.gz"], target, SHA, silent)
    assert not target.exists()
    assert not target.with_name("f.gz.part").exists()
    fetch([f"{at}/gone/f.gz", f"{at}/wrong/f.gz", f"{at}/good/f.gz"], target, SHA, silent)
    assert target.read_bytes() == PACKED


def test_nobody_answers(tmp_path):
    with pytest.raises(FetchError, match="could not be fetched"):
        fetch(["http://127.0.0.1:9/f.gz"], tmp_path / "f.gz", SHA, silent)


def test_two_who_want_the_same_file_fetch_it_once(server, tmp_path):
    target, errors = tmp_path / "f.gz", []

    def want():
        try:
            fetch([f"{server['at']}/good/f.gz"], target, SHA, silent)
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=want) for _ in range(4)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert errors == []
    assert len(server["requests"]) == 1


def test_the_lock_is_for_one(tmp_path):
    with one_writer(tmp_path / "l"), pytest.raises(Busy), one_writer(tmp_path / "l", wait=0):
        pass
    with one_writer(tmp_path / "l", wait=0):
        pass
