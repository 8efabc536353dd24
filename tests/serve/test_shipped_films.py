"""Films recommended to somebody new by what travels with an export: the person is made as the app says."""

import numpy as np
import onnxruntime as ort
import pytest
import torch

from rung.models.matrix_factorization import MatrixFactorization
from rung.models.neural_collaborative_filtering import NeuralCollaborativeFiltering
from rung.projects.movies import recipe
from rung.projects.movies.app import stars_of_all
from rung.projects.movies.recommend import neighbours
from rung.projects.movies.scratch import PenalisedFactors
from rung.serve.onnx_file import onnx_bytes
from rung.serve.shipped import films

USERS, ITEMS, DIM = 9, 31, 4
TITLES = [f"Film {chr(65 + i % 26)}{i} (19{60 + i})" for i in range(ITEMS - 1)]
NUMBERS = list(range(ITEMS - 1, 0, -1))  # of the list, in another order than the network's
VECTOR = {"titles": TITLES, "numbers": NUMBERS, "way": "vector", "dim": DIM, "penalty": 0.1}
PEOPLE = {"titles": TITLES, "numbers": NUMBERS, "way": "people", "users": USERS}
PLACES, STARS = np.array([3, 11, 25]), np.array([5.0, 5.0, 1.0])


def factors(engine):
    if engine == "scratch":
        model = PenalisedFactors(USERS, ITEMS, DIM, 3.5, rng=0)
        rng = np.random.default_rng(1)
        for table in model.tables():
            table.data[...] = rng.normal(0, 0.5, table.shape)
        return model.eval()
    torch.manual_seed(0)
    model = MatrixFactorization(USERS, ITEMS, DIM, 3.5)
    for table in (model.user, model.item, model.user_bias, model.item_bias):
        torch.nn.init.normal_(table.weight, std=0.5)
    return model.eval()


def asking(content):
    session = ort.InferenceSession(content, providers=["CPUExecutionProvider"])
    names = [entry.name for entry in session.get_inputs()]
    return lambda arrays, outputs: session.run(list(outputs), dict(zip(names, arrays, strict=True)))


def exported(model):
    x = np.zeros((3, DIM), np.float32), np.zeros((3, 1), np.float32)
    return asking(onnx_bytes(model, x, {}, False, stars_of_all))


@pytest.mark.parametrize("engine", ["pytorch", "scratch"])
def test_the_network_alone_tells_what_it_knows_of_every_film(engine):
    model = factors(engine)
    known = films.films(exported(model), VECTOR)
    weights = {k: np.asarray(v) for k, v in model.state_dict().items()}
    np.testing.assert_allclose(known.vectors, weights["item.weight"][NUMBERS], atol=1e-5)
    np.testing.assert_allclose(known.start, weights["item_bias.weight"][NUMBERS, 0] + 3.5, atol=1e-5)


def test_somebody_new_is_the_minimum_of_the_training_s_own_loss():
    model = factors("pytorch")
    known = films.films(exported(model), VECTOR)
    found = films.foretold(known, PLACES, STARS, VECTOR)
    # the same by many steps of the recipe's loss, as person 1, all films standing still
    model.weight_of_penalty = VECTOR["penalty"]
    for parameter in model.parameters():
        parameter.requires_grad_(False)
    for table in (model.user, model.user_bias):
        table.weight.requires_grad_(True)
    x = torch.ones(3, dtype=torch.long), torch.tensor(NUMBERS)[PLACES]
    steps = torch.optim.LBFGS([model.user.weight, model.user_bias.weight], max_iter=200, tolerance_change=0)

    def closure():
        steps.zero_grad()
        loss = recipe.loss(model, x, torch.tensor(STARS, dtype=torch.float32))
        loss.backward()
        return loss

    steps.step(closure)
    with torch.inference_mode():
        expected = model(torch.ones(ITEMS - 1, dtype=torch.long), torch.tensor(NUMBERS)).numpy()
    np.testing.assert_allclose(found, expected, atol=2e-3)


def test_what_was_picked_is_not_recommended_and_each_film_says_what_it_is_owed_to():
    known = films.films(exported(factors("pytorch")), VECTOR)
    best = films.recommended(known, PLACES, STARS, VECTOR)
    whole = films.foretold(known, PLACES, STARS, VECTOR)
    assert len(best) == 10
    assert not {one.place for one in best} & set(PLACES)
    assert [one.stars for one in best] == sorted((one.stars for one in best), reverse=True)
    for one in best:
        falls = {
            int(PLACES[i]): whole[one.place]
            - films.foretold(known, np.delete(PLACES, i), np.delete(STARS, i), VECTOR)[one.place]
            for i in range(3)
        }
        most = max(falls, key=lambda place: falls[place])
        assert one.because == (most if falls[most] > 0 else None)
        assert one.worth == pytest.approx(max(falls[most], 0))
    (alone, *_) = films.recommended(known, PLACES[:1], STARS[:1], VECTOR)
    assert alone.because is None, "of one pick nothing can be left out"


def test_films_alike_are_the_neighbours_of_the_run_s_report():
    known = films.films(exported(factors("pytorch")), VECTOR)
    assert films.alike(known, 7, 4) == neighbours(7, known.vectors, 4)


def test_a_network_without_a_formula_asks_the_people_who_are_near():
    torch.manual_seed(0)
    model = NeuralCollaborativeFiltering(USERS, ITEMS, 4, mean=3.5).eval()
    for table in (model.user, model.item, model.user_read, model.item_read):
        torch.nn.init.normal_(table.weight)
    x = np.array([1, 2, 3]), np.array([1, 2, 3])
    run = asking(onnx_bytes(model, x, {}, False, recipe.outputs))
    known = films.films(run, PEOPLE)
    with torch.inference_mode():
        table = np.stack(
            [model(torch.full((ITEMS - 1,), u), torch.tensor(NUMBERS)).numpy() for u in range(1, USERS)]
        )
    table -= table.mean(axis=1, keepdims=True)
    np.testing.assert_allclose(known.vectors, table.T, atol=1e-5)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(films, "NEIGHBOURS", 2)
        found = films.foretold(known, PLACES, STARS, PEOPLE)
    near = np.argsort(-(table[:, 3] + table[:, 11] - table[:, 25]))[:2]
    np.testing.assert_allclose(found, table[near].mean(axis=0), atol=1e-5)


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ([], "Pick a film that you liked."),
        ({"disliked": TITLES[:2]}, "Pick a film that you liked."),
        (None, "Pick a film that you liked."),
        ("Film A0 (1960)", '"liked" is a list of titles.'),
        ([1, 2], '"liked" is a list of titles.'),
        ({"loved": []}, 'Films are given as "liked" and "disliked".'),
        (TITLES[:1] * 51, "You picked 51 films; at most 50 go."),
        (TITLES[:1] * 2, "A film was picked twice."),
        (["film b1"], r"There is no film 'film b1' in the list. Did you mean 'Film B1 \(1961\)'\?"),
        (["🙂"], "There is no film '🙂' in the list."),
        (["x" * 9000], "There is no film 'x{60}' in the list."),
    ],
)
def test_what_are_no_films_is_refused_in_plain_words(given, why):
    with pytest.raises(films.Refused, match=f"^{why}$"):
        films.prepare(given, VECTOR)


def test_picks_become_places_and_stars():
    places, stars = films.prepare({"liked": [TITLES[4]], "disliked": [TITLES[0]]}, VECTOR)
    assert places.tolist() == [4, 0]
    assert stars.tolist() == [5.0, 1.0]
