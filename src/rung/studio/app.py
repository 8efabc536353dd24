"""The studio as one ASGI application: its routes on one page, what it holds, and how it starts and stops."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from starlette.applications import Starlette
from starlette.types import ASGIApp

from rung.learn.grading import client
from rung.learn.roadmap import roadmap
from rung.learn.standing import upcoming

from . import (
    assets,
    exercises,
    home,
    lessons,
    live,
    notebooks,
    project_pages,
    proof,
    record,
    runs,
    sweep_pages,
)
from .faults import handlers
from .kernels import Kernels
from .live import Hub
from .notebooks import Editors
from .processes import warm_up
from .rendered import Renderer
from .security import Access, Gate
from .watch import Watch


def _likely_first() -> list[str]:
    """The written lessons, the one that will be opened first before the rest of the path."""
    following = upcoming()
    written = [t.slug for t in roadmap().path() if t.lesson]
    return [following.slug, *written] if following is not None else written


def build() -> Starlette:
    """Return the application without its gate, for tests that speak to it directly."""
    kernels, editors = Kernels(), Editors()
    hub = Hub(kernels, Watch())

    async def made(slug: str) -> None:
        await hub.tell({"kind": "made", "lesson": slug})

    renderer = Renderer(made)

    @asynccontextmanager
    async def life(app: Starlette) -> AsyncIterator[None]:
        await asyncio.to_thread(warm_up)
        tasks = [
            asyncio.create_task(work)
            for work in (hub.run(), renderer.all(_likely_first()), asyncio.to_thread(client.start))
        ]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            renderer.close()
            for task in tasks:
                with suppress(asyncio.CancelledError, Exception):
                    await task
            await asyncio.to_thread(kernels.close)
            await asyncio.to_thread(editors.close)

    app = Starlette(
        routes=[
            *home.routes,
            *notebooks.routes,
            *lessons.routes,
            *record.routes,
            *project_pages.routes,
            *runs.routes,
            *sweep_pages.routes,
            *proof.routes,
            *exercises.routes,
            *live.routes(hub),
            *assets.routes,
        ],
        exception_handlers=handlers,
        lifespan=life,
    )
    app.state.hub, app.state.renderer, app.state.editors = hub, renderer, editors
    return app


def application(access: Access) -> ASGIApp:
    """Return the application behind its gate: what a server is given."""
    return Gate(build(), access)
