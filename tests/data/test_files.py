"""The files of a data set: found in folders and packages, one set in another's place, compared, fetched."""

import gzip
import hashlib
import io
import pickle
import tarfile
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest

import rung.data
from rung.data.errors import CorruptDataError, MissingDataError
from rung.data.files import Packaged, Source, choose, fetch_all, presence, read, verify
from rung.data.sets import cifar10, set5_set14

TEXT = b"a,b\n1,2\n"
SHA = hashlib.sha256(TEXT).hexdigest()
NOWHERE = Source([], SHA, origin="It was made from https://example.org/whole.")
PUBLISHED = Source(["http://127.0.0.1:9/f.csv"], SHA)
PACKAGED = Packaged("rung", "py.typed", SHA, "rung")


@pytest.fixture(autouse=True)
def mirror(tmp_path, monkeypatch):
    monkeypatch.setenv("RUNG_DATA", str(tmp_path / "mirror"))
    monkeypatch.setenv("RUNG_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("RUNG_OFFLINE", raising=False)
    (tmp_path / "mirror" / "toy").mkdir(parents=True)
    return tmp_path / "mirror" / "toy"


def test_a_file_is_read_from_the_mirror_packed_or_not(mirror):
    files = {"f.csv": NOWHERE}
    (mirror / "f.csv.gz").write_bytes(gzip.compress(TEXT))
    assert read("toy", files, "f.csv") == TEXT
    (mirror / "f.csv").write_bytes(TEXT)
    assert read("toy", files, "f.csv") == TEXT


def test_a_file_in_a_folder_that_several_share(mirror):
    (mirror / "f.csv").write_bytes(TEXT)
    assert read("other", {"f.csv": Source([], SHA, folder="toy")}, "f.csv") == TEXT
    assert presence("other", [{"f.csv": Source([], SHA, folder="toy")}]) == "here"
    assert presence("other", [{"f.csv": Source([], SHA)}]) == "missing"


def test_an_archive_is_compared_as_it_lies(mirror):
    packed = gzip.compress(TEXT)
    (mirror / "f.tar.gz").write_bytes(packed)
    files = {"f.tar.gz": Source([], hashlib.sha256(packed).hexdigest())}
    assert read("toy", files, "f.tar.gz") == packed


def test_a_file_that_was_made_from_another_says_from_which(mirror):
    with pytest.raises(
        MissingDataError, match=r"no address(.|\n)*https://example.org/whole(.|\n)*toy/f\.csv"
    ):
        read("toy", {"f.csv": NOWHERE}, "f.csv")
    (mirror / "f.csv").write_bytes(TEXT[:-1])
    with pytest.raises(CorruptDataError, match=r"f\.csv is not the published file(.|\n)*example\.org"):
        read("toy", {"f.csv": NOWHERE}, "f.csv")


def test_presence_is_told_of_each_kind_of_source(mirror, monkeypatch):
    assert presence("toy", [{}]) == "here"
    assert presence("toy", [{"f.csv": PUBLISHED}]) == "can be fetched"
    assert presence("toy", [{"f.csv": PUBLISHED, "g.csv": NOWHERE}]) == "missing"
    assert presence("toy", [{"f.csv": NOWHERE}, {"g.csv": PUBLISHED}]) == "can be fetched"
    assert presence("toy", [{"f": PACKAGED}]) == "missing"
    assert presence("toy", [{"f": Packaged("rung", "cli.py", SHA, "rung")}]) == "here"
    monkeypatch.setenv("RUNG_OFFLINE", "1")
    assert presence("toy", [{"f.csv": PUBLISHED}]) == "missing"


def test_of_several_sets_of_files_the_one_that_is_here_is_taken(mirror):
    first, second = {"f.csv": NOWHERE}, {"g.csv": PUBLISHED}
    assert choose("toy", [first, second]) is second
    (mirror / "f.csv").write_bytes(TEXT)
    assert choose("toy", [first, second]) is first


def test_verify_says_which_file_is_wrong_and_fetches_nothing(mirror):
    (mirror / "f.csv").write_bytes(TEXT)
    (mirror / "g.csv").write_bytes(b"changed")
    files = {"f.csv": NOWHERE, "g.csv": NOWHERE, "h.csv": PUBLISHED, "p": PACKAGED}
    found = {v.file: v for v in verify("toy", files)}
    assert {file: v.state for file, v in found.items()} == {
        "f.csv": "whole",
        "g.csv": "wrong",
        "h.csv": "missing",
        "p": "missing",
    }
    assert "g.csv is not the published file" in found["g.csv"].told


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


def test_files_are_fetched_into_the_home_and_found_there(tmp_path):
    (tmp_path / "web").mkdir()
    (tmp_path / "web" / "f.csv").write_bytes(TEXT)
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(tmp_path / "web")))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        files = {"deep/f.csv": Source([f"http://127.0.0.1:{server.server_port}/f.csv"], SHA)}
        told = []
        [path] = fetch_all("toy", [{"g.csv": NOWHERE}, files], lambda *a: told.append(a))
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
    assert path == tmp_path / "home" / "data" / "toy" / "deep" / "f.csv"
    assert read("toy", files, "deep/f.csv") == TEXT
    assert told[-1] == ("f.csv", len(TEXT), len(TEXT))


def test_the_whole_of_cifar10_is_read_where_the_part_is_not(tmp_path, monkeypatch):
    """An archive in the published layout, two pictures a batch."""
    rng = np.random.default_rng(0)
    rows = rng.integers(0, 256, (6, 2, 3072), dtype=np.uint8)
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w:gz") as archive:
        for i, name in enumerate([*(f"data_batch_{i}" for i in range(1, 6)), "test_batch"]):
            held = pickle.dumps({b"data": rows[i], b"labels": [i, 9 - i]})
            info = tarfile.TarInfo(f"cifar-10-batches-py/{name}")
            info.size = len(held)
            archive.addfile(info, io.BytesIO(held))
    folder = tmp_path / "mirror" / "cifar10"
    folder.mkdir()
    (folder / cifar10.WHOLE).write_bytes(file.getvalue())
    monkeypatch.setitem(
        cifar10.OTHERWISE, cifar10.WHOLE, Source([], hashlib.sha256(file.getvalue()).hexdigest())
    )
    data = rung.data.load("cifar10")
    assert {part: len(of) for part, of in data.splits.items()} == {"train": 10, "test": 2}
    assert data.y.tolist() == [0, 9, 1, 8, 2, 7, 3, 6, 4, 5, 5, 4]
    np.testing.assert_array_equal(data.x[3, 5, 7], rows[1, 1].reshape(3, 32, 32)[:, 5, 7])
    assert data.name == "cifar10"


def test_an_archive_that_is_not_the_published_one_is_never_unpickled(tmp_path):
    folder = tmp_path / "mirror" / "cifar10"
    folder.mkdir()
    (folder / cifar10.WHOLE).write_bytes(b"something else")
    with pytest.raises(CorruptDataError, match="is not the published file"):
        rung.data.load("cifar10")


def test_single_files_serve_for_the_zip_file_of_set5_set14():
    assert len(set5_set14.OTHERWISE) == 18
    assert rung.data.state("set5-set14") == "can be fetched"


def test_a_package_without_its_file_is_put_back_alone():
    with pytest.raises(
        MissingDataError, match=r"rung has no file gone\.csv(.|\n)*--force-reinstall --no-deps toy"
    ):
        read("toy", {"f": Packaged("rung", "gone.csv", SHA, "--no-deps toy")}, "f")
    with pytest.raises(
        MissingDataError, match=r"no_such_thing is not installed(.|\n)*pip install --no-deps toy"
    ):
        read("toy", {"f": Packaged("no_such_thing", "gone.csv", SHA, "--no-deps toy")}, "f")
