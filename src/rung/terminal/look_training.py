"""`rung look RUN --training`: how it learned: every view of its training, written into a folder."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

from rung.terminal import screen


def run(options: Namespace) -> int:
    """Write the views of a run's training and say what each shows.

    Raises:
        TrainingViewError: nothing was kept of it.
    """
    from rung.projects.looking import Looking
    from rung.projects.rate_command import search_words
    from rung.projects.training_folder import training_folder
    from rung.projects.training_views import TrainingViewError, scenes
    from rung.projects.watching import Watched
    from rung.train.record import find_run

    run = find_run(options.run)
    wanted, missing = scenes(run), Watched(run).missing
    if not wanted:
        raise TrainingViewError(
            missing or f"nothing was kept of the training of {run.name} yet",
            fix=f"a new run: rung train {run.config.get('project', 'PROJECT')}",
        )
    looking = Looking(run) if any(scene.asks for scene in wanted) else None
    found = []
    for scene in wanted:
        if scene.asks and not options.json:
            screen.say(f"computing: {scene.title} ...", "faint")
        found.append(scene.make(looking if scene.asks else None))
    folder = training_folder(found, Path(options.out or f"{run.name}-training"), f"How {run.name} learned")
    if options.json:
        views = {view.name: view.caption for view in found}
        screen.as_json({"run": run.name, "views": views, "missing": missing, "folder": str(folder)})
        return 0
    for view in found:
        screen.say()
        screen.say(view.title, "bold")
        screen.say(f"  {view.caption}")
    screen.say()
    if missing:
        screen.say(missing)
    if not any(view.name == "rate-test" for view in found) and (words := search_words(run)):
        screen.say(f"The learning-rate range test of these settings joins them after: {words}")
    screen.say(f"{len(found)} views, with what each shows: {folder / 'index.html'}")
    return 0
