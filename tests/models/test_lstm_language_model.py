"""The LSTM language model: the papers' sizes, no look into the future, surprises that are probabilities."""

import pytest
import torch

from rung.models.lstm_language_model import LSTMLanguageModel


@pytest.fixture
def model():
    torch.manual_seed(0)
    return LSTMLanguageModel(vocabulary=50, width=12, layers=2, dropout=0.5).eval()


def test_it_is_as_large_as_the_papers_say():
    """The small model of Zaremba and others has 4.6 million parameters; tying saves one table."""
    untied, tied = (
        sum(p.numel() for p in LSTMLanguageModel(10_000, 200, layers=2, tied=t).parameters())
        for t in (False, True)
    )
    assert untied == pytest.approx(4.6e6, rel=0.02)
    assert untied - tied == 10_000 * 200


def test_no_score_depends_on_what_comes_later(model):
    tokens = torch.randint(0, 50, (3, 10))
    later = tokens.clone()
    later[:, 6:] = 0
    assert model(tokens).shape == (3, 10, 50)
    assert torch.equal(model(tokens)[:, :6], model(later)[:, :6])


def test_surprises_are_minus_log_probabilities_of_the_last_tokens(model):
    tokens = torch.randint(0, 50, (2, 9))
    p = model(tokens).softmax(-1)
    by_hand = [[-p[b, t - 1, tokens[b, t]].log().item() for t in range(5, 9)] for b in range(2)]
    assert model.surprises(tokens, 4).tolist() == [pytest.approx(row, rel=1e-4) for row in by_hand]


def test_tying_is_one_table_and_dropout_acts_in_training_only(model):
    assert model.output.weight is model.embedding.weight
    tokens = torch.randint(0, 50, (2, 9))
    assert torch.equal(model(tokens), model(tokens))
    model.train()
    assert not torch.equal(model(tokens), model(tokens))
