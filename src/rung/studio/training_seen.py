"""The trainings that are being looked at: views computed once, and one network at a time asked for them."""

import threading
from collections import OrderedDict

from rung.projects.looking import Looking
from rung.projects.training_views import Scene, TrainingView, scenes
from rung.projects.watching import Watched
from rung.train.record import Run

from .faults import NotHere

KEPT = 16  # views in memory

_Key = tuple[str, str, tuple[int, int], float]

_lock = threading.Lock()  # a network is asked by one at a time: other weights are in it while it is
_opened: OrderedDict[tuple[str, float], Looking] = OrderedDict()
_views: OrderedDict[_Key, TrainingView] = OrderedDict()


def view(run: Run, name: str) -> TrainingView:
    """Return a view of a run's training, computed when it is asked for first.

    Args:
        run: the run.
        name: of one of its scenes.

    Raises:
        NotHere: it has no such view.
        RunError, CheckpointError: the run cannot be brought back.
        TrainingViewError: its network is none that this view is for.
    """
    scene = next((s for s in scenes(run) if s.name == name), None)
    if scene is None:
        raise NotHere(f"there is no view {name!r} of the training of {run.name}")
    with _lock:
        return _computed(run, scene)


def _computed(run: Run, scene: Scene) -> TrainingView:
    weights = run.folder / "model.safetensors"
    ended = weights.stat().st_mtime if weights.is_file() else 0.0
    key = (str(run.folder), scene.name, Watched(run).stamp, ended)
    if key not in _views or scene.group == "rate":  # a search may have been made anew
        _views[key] = scene.make(_open(run, ended) if scene.asks else None)
    _views.move_to_end(key)
    while len(_views) > KEPT:
        _views.popitem(last=False)
    return _views[key]


def _open(run: Run, ended: float) -> Looking:
    """Return the run's network with its data; the last one is kept."""
    key = (str(run.folder), ended)
    if key not in _opened:
        _opened.clear()
        _opened[key] = Looking(run)
    return _opened[key]
