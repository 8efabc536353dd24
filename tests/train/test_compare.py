"""Runs beside each other: what differs is what was set, and a sketch stands where its numbers are."""

from rung.train.compare import curve, differences, same_test, sketch
from rung.train.record import Run


def run(folder, name, **more):
    made = Run(folder / name)
    made.folder.mkdir()
    config = {"project": "p", "steps_per_epoch": 10, "config": {"lr": 0.1, "epochs": 2}}
    made.write("config.json", {**config, "hashes": {"data": "d" * 64}, **more})
    for step, loss in ((5, 2.0), (10, 1.0), (20, 0.5)):
        validation = {"validation": 1 - loss / 4} if step % 10 == 0 else {}
        made.log({"step": step, "loss": loss, "seconds": 1.0, **validation})
    return made


def test_only_what_differs_is_told(tmp_path):
    a = run(tmp_path, "a")
    b = run(tmp_path, "b", config={"lr": 0.2, "epochs": 2}, techniques={"clip": 1.0})
    assert differences(a, b) == [("lr", 0.1, 0.2), ("clip", None, 1.0)]
    assert differences(a, a) == []


def test_scores_compare_on_the_same_data_only(tmp_path):
    a = run(tmp_path, "a")
    assert same_test(a, run(tmp_path, "b", config={"lr": 3}))
    assert not same_test(a, run(tmp_path, "c", hashes={"data": "e" * 64}))
    assert not same_test(a, run(tmp_path, "d", project="q"))
    assert not same_test(*(run(tmp_path, n, hashes={}) for n in "ef")), "of unknown data nothing is said"


def test_a_curve_is_in_epochs(tmp_path):
    assert curve(run(tmp_path, "a"), "loss") == ([0.5, 1.0, 2.0], [2.0, 1.0, 0.5])
    assert curve(run(tmp_path, "b"), "validation") == ([1.0, 2.0], [0.75, 0.875])


def test_a_sketch_puts_letters_where_the_numbers_are():
    lines = sketch([("down", [0, 1], [1.0, 0.0]), ("up", [0, 1], [0.0, 1.0])], columns=21, rows=11)
    grid = [line.split("|")[1].ljust(21) for line in lines[:11]]
    for column in range(0, 21, 2):
        assert grid[column // 2][column] in "a*"
        assert grid[10 - column // 2][column] in "b*"
    assert grid[5][10] == "*", "they meet in the middle"
    assert lines[0].startswith("1 |")
    assert lines[10].startswith("0 |")
    assert lines[-2:] == ["   a  down", "   b  up"]


def test_a_flat_curve_can_be_drawn():
    lines = sketch([("x", [0, 1], [3.0, 3.0])], rows=5)
    assert len(lines) == 8
    assert sum(line.count("a") for line in lines[:5]) == 64


def test_no_numbers_are_told_so():
    assert sketch([("x", [], [])]) == ["(no numbers yet)"]
