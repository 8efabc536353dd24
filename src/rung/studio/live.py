"""The line between an open page and the studio: one WebSocket for figures, files and news.

From the page: `{"kind": "hello", "lesson": slug or null}`, then `{"kind": "figure", "message": {"figure",
"set" | "event"}}`. To the page: `standing`, `passed`, `file`, and for a lesson `scenes`, `scene`, `refused`
and `trouble`.
"""

import asyncio
import json
import logging
from collections import deque
from contextlib import suppress
from typing import Any

from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from rung.errors import RungError
from rung.learn.lesson import lesson

from .kernels import KernelGone, Kernels
from .watch import Watch

log = logging.getLogger("rung.studio")

Message = dict[str, Any]
LOOK_EVERY = 0.4  # seconds between looks at the open files and the record
SWEEP_EVERY = 15.0  # seconds between looks for kernels that nobody uses


class Page:
    """One open page.

    Args:
        socket: its WebSocket.
        hub: where all pages meet.
    """

    def __init__(self, socket: WebSocket, hub: "Hub") -> None:
        self.socket, self.hub = socket, hub
        self.lesson: str | None = None
        self.review = False
        self.session = f"{id(self):x}"
        self._moves: deque[Message] = deque()
        self._moved = asyncio.Event()
        self._work: asyncio.Task[None] | None = None
        self._sending = asyncio.Lock()

    async def send(self, message: Message) -> None:
        """Send a message; a page that has just gone is no error."""
        with suppress(WebSocketDisconnect, RuntimeError, OSError):
            async with self._sending:
                await self.socket.send_text(json.dumps(message))

    async def run(self) -> None:
        """Serve the page until it goes."""
        try:
            while True:
                try:
                    message = json.loads(await self.socket.receive_text())
                except ValueError:
                    continue
                if message.get("kind") == "hello":
                    await self._hello(message.get("lesson"), message.get("review") is True)
                elif message.get("kind") == "figure" and isinstance(message.get("message"), dict):
                    self._move(message["message"])
        except WebSocketDisconnect:
            pass
        finally:
            await self._bye()

    async def _hello(self, slug: Any, review: bool) -> None:
        if self.lesson is None and isinstance(slug, str):
            with suppress(RungError):
                self.lesson, self.review = lesson(slug).slug, review
                self.hub.kernels.enter(self.lesson)
                self._work = asyncio.create_task(self._serve_figures(self.lesson))
        await self.hub.look()  # so that what this page is told is what every page was told
        await self.send(await asyncio.to_thread(self.hub.watch.standing))
        if self.lesson is not None:
            now = await asyncio.to_thread(self.hub.watch.file, self.lesson, self.review)
            if now is not None:
                await self.send(now)

    def _move(self, move: Message) -> None:
        """Queue a move. Of a slider being dragged only the newest place matters: it replaces one waiting."""
        last = self._moves[-1] if self._moves else {}
        old, new = last.get("set"), move.get("set")
        if isinstance(old, dict) and isinstance(new, dict) and last.get("figure") == move.get("figure"):
            points = any(isinstance(value, dict) for value in new.values())  # dragged one by one: each counts
            if old.keys() == new.keys() and not points:
                self._moves.pop()
        self._moves.append(move)
        self._moved.set()

    async def _serve_figures(self, slug: str) -> None:
        """Open the lesson's figures, then answer moves in order; start afresh when the process is lost."""
        while True:
            opened = False
            try:
                await self._open(slug)
                opened = True
                while True:
                    await self._moved.wait()
                    while self._moves:
                        move = self._moves.popleft()
                        if "redraw" in move:
                            opened = False
                            await self._open(slug)
                            opened = True
                            continue
                        answer = await self._ask(slug, {"kind": "figure", "message": move})
                        await self.send({**answer, "figure": move.get("figure")})
                    self._moved.clear()
            except KernelGone as error:
                self._moves.clear()
                self._moved.clear()
                # A figure that cannot be opened would be lost again and again. If it is the learner's code
                # that does it, the library's takes its place until theirs has changed.
                final = not opened and not self.hub.kernels.distrust(slug)
                told = {"kind": "trouble", "message": error.message, "fix": error.fix, "final": final}
                await self.send(told)
                self.hub.kernels.drop_dead(slug)
                if final:
                    return

    async def _open(self, slug: str) -> None:
        answer = await self._ask(slug, {"kind": "open"})
        await self.send(answer)

    async def _ask(self, slug: str, message: Message) -> Message:
        answer = await self.hub.kernels.get(slug).ask({**message, "session": self.session})
        return {k: v for k, v in answer.items() if k != "id"}

    def redraw(self) -> None:
        """Draw every figure again as it stands: what it runs has changed."""
        self._move({"redraw": True})

    async def _bye(self) -> None:
        self.hub.pages.discard(self)
        if self._work is not None:
            self._work.cancel()
        if self.lesson is not None:
            self.hub.kernels.leave(self.lesson)
            kernel = self.hub.kernels.running.get(self.lesson)
            if kernel is not None and kernel.live:
                with suppress(KernelGone):
                    await kernel.ask({"kind": "close", "session": self.session})


class Hub:
    """All open pages, and what they are told.

    Args:
        kernels: the running notebooks.
        watch: the files and the record.
    """

    def __init__(self, kernels: Kernels, watch: Watch) -> None:
        self.kernels, self.watch = kernels, watch
        self.pages: set[Page] = set()

    async def serve(self, socket: WebSocket) -> None:
        """Serve one WebSocket."""
        try:
            await socket.accept()
        except (WebSocketDisconnect, RuntimeError, OSError):
            return  # the page had gone before it was let in
        page = Page(socket, self)
        self.pages.add(page)
        await page.run()

    async def tell(self, message: Message) -> None:
        """Send a message to every page."""
        for page in list(self.pages):
            await page.send(message)

    async def look(self) -> None:
        """Look once whether a file or the record changed, here or in a terminal, and tell the pages."""
        for slug, review in {(page.lesson, page.review) for page in self.pages if page.lesson}:
            if (changed := self.watch.file(slug, review, only_if_changed=True)) is not None:
                for page in [p for p in self.pages if (p.lesson, p.review) == (slug, review)]:
                    await page.send(changed)
        news = await asyncio.to_thread(self.watch.news)
        for message in news:
            await self.tell(message)
            for slug in message.get("changed", ()):
                self.redraw(slug)

    def redraw(self, slug: str) -> None:
        """Draw the figures of a lesson again, on every page: whose code they run may have changed."""
        self.kernels.trust(slug)
        for page in self.pages:
            if page.lesson == slug:
                page.redraw()

    async def run(self) -> None:
        """Look again and again; a look that fails is logged and does not end the watch."""
        passed = 0.0
        while True:
            await asyncio.sleep(LOOK_EVERY)
            passed += LOOK_EVERY
            try:
                if self.pages:
                    await self.look()
                if passed >= SWEEP_EVERY:
                    passed = 0.0
                    self.kernels.sweep()
            except Exception:
                log.exception("watching failed")


def routes(hub: Hub) -> list[WebSocketRoute]:
    """The address of the line."""
    return [WebSocketRoute("/api/live", hub.serve)]
