"""What is remembered: made once, made again when damaged or when its key is another."""

import numpy as np

from rung.train.remember import remembered


def test_an_array_is_made_once_for_each_key(tmp_path, monkeypatch):
    monkeypatch.setenv("RUNG_HOME", str(tmp_path))
    made = []

    def make():
        made.append(1)
        return np.arange(3) + len(made)

    assert remembered("features", "a", make).tolist() == [1, 2, 3]
    assert remembered("features", b"a", make).tolist() == [1, 2, 3]
    assert remembered("features", "b", make).tolist() == [2, 3, 4]
    assert remembered("others", "a", make).tolist() == [3, 4, 5]
    files = list((tmp_path / "cache" / "features").iterdir())
    assert len(files) == 2
    for file in files:
        file.write_bytes(file.read_bytes()[:20])  # cut short
    assert remembered("features", "a", make).tolist() == [4, 5, 6]
