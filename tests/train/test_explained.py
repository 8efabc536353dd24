"""`--explain`: what is printed is the code that runs, with every callback where it acts."""

import ast

import rung.projects
from rung.projects.command import main
from rung.train.callbacks import ClipGradients, EarlyStopping, Ema
from rung.train.explain import acting, explained
from rung.train.loop import Callback
from rung.train.techniques import Techniques

MOMENTS = ("begin", "before_step", "after_backward", "after_step", "after_epoch", "end")
ALL = Techniques(clip=1.0, ema=0.9, early_stop=2, bf16=True)


def test_it_is_python_and_every_callback_stands_at_every_moment_it_acts_at():
    text = explained(rung.projects.load("digits").recipe, ALL)
    tree = ast.parse(text)
    calls = [ast.unparse(n.func) for n in ast.walk(tree) if isinstance(n, ast.Call)]
    for kind in acting(ALL):
        for moment in MOMENTS:
            acts = getattr(kind, moment) is not getattr(Callback, moment)
            assert (f"{kind.__name__}.{moment}" in calls) == acts
    assert "c.before_step(t)" not in text
    assert "loss.backward()" in text
    assert "cross_entropy" in text


def test_the_order_is_that_of_the_training():
    text = explained(rung.projects.load("digits").recipe, ALL)
    order = ["t.optimizer.zero_grad()", "loss.backward()", "ClipGradients", "t.optimizer.step()", "Ema.after"]
    order += ["Validation.after_epoch", "EarlyStopping.after_epoch", "Recorder.after_epoch"]
    places = [text.index(words) for words in order]
    assert places == sorted(places)


def test_what_was_not_asked_for_does_not_stand_there(capsys):
    assert main(["digits", "--explain"]) == 0
    plain = capsys.readouterr().out
    assert not [k for k in (ClipGradients, Ema, EarlyStopping) if k.__name__ in plain]
    assert main(["digits", "--explain", "--clip", "1"]) == 0
    assert "ClipGradients.after_backward(t)  # Cut the gradients" in capsys.readouterr().out


def test_the_loop_stays_forty_lines_that_a_person_can_read():
    loop = explained(rung.projects.load("digits").recipe, Techniques()).split("\n\n\n")[0]
    assert len(loop.splitlines()) <= 40
