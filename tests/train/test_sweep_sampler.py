"""What a sweep tries next: the same for the same seed, nothing twice, TPE near what was good, one's own."""

import numpy as np
import pytest

from rung.train.sweep.sampler import SamplerError, fresh, grid_points, possible, random, sampler, tpe
from rung.train.sweep.space import Choices, Range

SPACE = {"lr": Range(0.001, 1, log=True), "batch": Choices((16, 32, 64))}
KINDS = ("tpe", "random", "grid")


def search(kind, space=SPACE, trials=12, seed=0, score=lambda settings: -settings["lr"], higher=True):
    """Return the trials that a sampler makes, each scored at once."""
    choose, done = sampler(kind, space, trials, higher), []
    for slot in range(trials):
        settings = choose(space, done, np.random.default_rng([seed, slot]))
        if settings is None:
            break
        done.append({"settings": settings, "score": score(settings), "epochs": [score(settings)]})
    return done


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_seed_tries_the_same_and_another_seed_something_else(kind):
    assert search(kind) == search(kind)
    assert search(kind) != search(kind, seed=1)
    assert all(t["settings"][name] in SPACE[name] for t in search(kind) for name in SPACE)


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_tried_twice_and_a_small_space_is_tried_whole(kind):
    space = {"batch": Choices((16, 32, 64)), "layers": Range(1, 4, whole=True)}
    tried = [t["settings"] for t in search(kind, space, 20, score=lambda s: s["batch"])]
    assert sorted(map(str, tried)) == sorted(map(str, grid_points(space, 4)))


def test_the_grid_is_as_fine_as_the_trials_allow_and_holds_both_ends():
    tried = [t["settings"] for t in search("grid", trials=12)]
    assert len({s["lr"] for s in tried}) == 4
    assert {0.001, 1} <= {s["lr"] for s in tried}
    assert {s["batch"] for s in tried} == {16, 32, 64}


@pytest.mark.parametrize("higher", [True, False])
def test_tpe_goes_where_trials_were_good(higher):
    def score(settings):
        off = abs(np.log10(settings["lr"]) + 1)
        return -off if higher else off

    off = {
        kind: [
            abs(t["score"])
            for seed in range(4)
            for t in search(kind, trials=26, seed=seed, score=score, higher=higher)[10:]
        ]
        for kind in ("tpe", "random")
    }
    assert np.median(off["tpe"]) < 0.75 * np.median(off["random"])


def test_tpe_reads_pruned_and_running_trials_too():
    done = search("random", trials=12)
    done[1] |= {"score": None}
    done[2] |= {"score": None, "epochs": []}
    found = tpe(SPACE, done, np.random.default_rng(0), first=3)
    assert all(found[name] in SPACE[name] for name in SPACE)


def test_how_many_trials_there_can_be():
    small = {"batch": Choices((16, 32, 64))}
    assert possible("tpe", small, 20, 20) == 3
    assert possible("random", SPACE, 20, 20) == 20
    assert possible("grid", SPACE, 100, 12) == 12
    assert possible("mine.py:f", small, 20, 20) == 20


def test_what_fresh_cannot_list_it_draws_again():
    wide = {"a": Choices((1,)), "x": Range(0, 1)}
    again = fresh(lambda space, trials, rng: {"a": 1, "x": 0.5})
    assert again(wide, [{"settings": {"a": 1, "x": 0.5}}], np.random.default_rng(0)) == {"a": 1, "x": 0.5}
    assert random(wide, [], np.random.default_rng(0))["a"] == 1


def test_a_sampler_of_ones_own_is_asked_with_space_trials_and_generator(tmp_path):
    file = tmp_path / "mine.py"
    file.write_text(
        "import numpy as np\n"
        "def climb(space, trials, rng):\n"
        "    if len(trials) == 5:\n"
        "        return None\n"
        "    best = max(trials, key=lambda t: t['score'], default=None)\n"
        "    draw, low = space['lr'].draw, space['lr'].low\n"
        "    lr = draw(rng) if best is None else max(best['settings']['lr'] / 2, low)\n"
        "    return {'lr': np.float64(lr), 'batch': space['batch'].values[0]}\n"
    )
    done = search(f"{file}:climb")
    assert len(done) == 5
    rates = [t["settings"]["lr"] for t in done]
    assert rates == [rates[0] / 2**i for i in range(5)]
    assert all(type(rate) is float for rate in rates), "no NumPy number reaches the journal"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("def f(space, trials, rng):\n    return {'lr': 9, 'batch': 16}\n", "mine.py:1, f returned lr = 9"),
        ("def f(space, trials, rng):\n    return {'lr': 0.1}\n", "dict of lr, batch"),
        ("def f(space, trials, rng):\n    return 3\n", "returned 3"),
        ("def f(space, trials, rng):\n    x = 1\n    return x / 0\n", "mine.py:3: ZeroDivisionError"),
        ("x = \n", "mine.py:1: SyntaxError"),
        ("import no_such_module\n", "mine.py:1: ModuleNotFoundError"),
        ("def ff(space, trials, rng):\n    pass\n", "no function 'f'"),
    ],
)
def test_a_fault_of_ones_own_sampler_is_told_with_file_and_line(tmp_path, text, said):
    (tmp_path / "mine.py").write_text(text)
    with pytest.raises(SamplerError) as caught:
        search(f"{tmp_path / 'mine.py'}:f")
    assert said in str(caught.value)


def test_a_sampler_that_does_not_exist_is_refused_with_the_nearest():
    with pytest.raises(SamplerError) as caught:
        sampler("rnadom", SPACE, 10, True)
    assert 'did you mean "random"?' in str(caught.value)
    with pytest.raises(SamplerError, match="no file"):
        sampler("nowhere.py:f", SPACE, 10, True)
