"""Modified Kneser-Ney: a probability distribution after every context, by the paper's formulas."""

import numpy as np
import pytest

from rung.models.kneser_ney import KneserNey, discounts

RNG = np.random.default_rng(0)
TEXT = RNG.choice(30, 1000, p=np.arange(30, 0, -1) / 465)


@pytest.mark.parametrize("order", [1, 2, 3, 4, 5])
def test_probabilities_sum_to_1_after_seen_and_unseen_contexts(order):
    model = KneserNey(TEXT, size=40, order=order)
    unseen = [35, 36, 37, 38]
    half_seen = [35, int(TEXT[0]), int(TEXT[1])]
    for context in ([], TEXT[10:14].tolist(), TEXT[-4:].tolist(), unseen, half_seen, [3]):
        p = model.distribution(context)
        assert p.sum() == pytest.approx(1, abs=1e-12)
        assert p.min() > 0
        assert model.probability(context, 7) == pytest.approx(p[7], rel=1e-12)


def test_a_bigram_model_by_hand():
    model = KneserNey([0, 1, 0, 1, 0, 2], size=4, order=2)
    one = 0.25 / 3 + 0.75 / 4  # after one token each: (1 - 0.75) / 3, and 0.75 of 1 / 4
    assert model.distribution([0]) == pytest.approx(
        [one / 2, 1.25 / 3 + one / 2, 0.25 / 3 + one / 2, 0.75 / 4 / 2]
    )


def test_what_follows_one_word_only_is_a_bad_guess_after_another():
    # 5 ("francisco") is as frequent as 6, but stands after 4 ("san") alone
    text = [4, 5] * 20 + [w for k in range(20) for w in (k % 4, 6)]
    model = KneserNey(text, size=9, order=2)
    assert text.count(5) == text.count(6)
    after_a_stranger = model.distribution([8])
    assert after_a_stranger[6] > 2 * after_a_stranger[5]
    assert model.distribution([4])[5] > 0.9


def test_the_discounts_are_those_of_the_paper():
    n1, n2, n3, n4 = 100, 30, 15, 9
    y = n1 / (n1 + 2 * n2)
    found = discounts([1] * n1 + [2] * n2 + [3] * n3 + [4] * n4 + [17])
    assert found == pytest.approx((1 - 2 * y * n2 / n1, 2 - 3 * y * n3 / n2, 3 - 4 * y * n4 / n3))
    assert discounts([5, 5]) == (0.75, 0.75, 0.75)


def test_surprises_are_those_of_the_probabilities_and_know_no_future():
    model = KneserNey(TEXT[:900], size=30, order=3)
    text = TEXT[900:950]
    found = model.surprises(text, start=10)
    assert len(found) == 40
    assert found[5] == pytest.approx(-np.log(model.distribution(text[:15])[text[15]]))
    other = text.copy()
    other[20:] = 0
    assert (model.surprises(other, start=10)[:10] == found[:10]).all()


def test_longer_contexts_help_where_the_text_has_patterns():
    pattern = np.tile([0, 1, 2, 0, 3, 4], 200)
    errors = [KneserNey(pattern[:900], 5, order).surprises(pattern[900:], 10).mean() for order in (1, 2, 3)]
    assert errors[0] > errors[1] > errors[2]
    assert errors[2] < 0.05
