"""The running notebooks: one process a lesson, forked from a warm template, let go when nobody looks.

A figure runs the lesson's code and, once the learner has passed, the learner's own. Either may loop for ever,
use all memory or kill its process; in a process of its own that costs the learner one sentence and a restart
of that lesson, and costs the other lessons and the pages nothing. The process speaks JSON, never pickle: what
it sends is data.
"""

import asyncio
import json
import logging
import threading
import time
from contextlib import suppress
from multiprocessing.connection import Connection
from typing import Any

from rung.errors import RungError

from .processes import close_spares, own_memory, start_kernel

log = logging.getLogger("rung.studio")

START_LIMIT = 25.0  # seconds for a notebook to run; the self-check holds lessons to 10
ANSWER_LIMIT = 5.0  # seconds for one figure message; a drawing should take 0.05
IDLE_LIMIT = 300.0  # seconds a kernel is kept after its last page has gone
MOST = 8  # kernels at once; the one unused for longest is let go for a new one

Message = dict[str, Any]


class KernelGone(RungError, RuntimeError):
    """The process behind a lesson's figures stopped or did not answer in time.

    Usually code that a figure runs loops for ever or uses too much memory. The figure goes back to its first
    state and the lesson's process is started afresh; nothing you wrote is affected.
    """

    name = "kernel-gone"


class Kernel:
    """One lesson's process, seen from the studio.

    Args:
        slug: the lesson.
        mine: let the figures run what the learner has passed; else the library's only.
    """

    def __init__(self, slug: str, mine: bool = True) -> None:
        self.slug, self.mine = slug, mine
        self.used = time.monotonic()
        self.started_in = 0.0  # seconds from the wish to live figures
        self.was_live = False
        self._stopped = False
        self._waiting: dict[int, asyncio.Future[Message]] = {}
        self._count = 0
        self._connection: Connection | None = None
        self._process: Any = None
        self._ready: asyncio.Future[Message] | None = None

    @property
    def pid(self) -> int | None:
        """Process id while it runs."""
        return self._process.pid if self._process is not None and self._process.is_alive() else None

    @property
    def live(self) -> bool:
        """Whether its figures answer."""
        ready = self._ready is not None and self._ready.done() and self._ready.exception() is None
        return ready and not self._stopped and self.pid is not None

    async def start(self) -> Message:
        """Start the process, or join a start under way, and wait until its figures are live.

        Returns:
            The kernel's first message: `{"kind": "ready", "figures": {...}}`.

        Raises:
            KernelGone: the notebook failed, or did not run in time.
        """
        if self._ready is None:
            self._ready = asyncio.get_running_loop().create_future()
            self._ready.add_done_callback(_retrieved)
            begun = time.perf_counter()
            try:
                await asyncio.to_thread(self._launch, asyncio.get_running_loop())
            except OSError as error:
                self._fail(KernelGone(f"No process could be started for this lesson: {error}"))
            with suppress(TimeoutError, KernelGone):
                await asyncio.wait_for(asyncio.shield(self._ready), START_LIMIT)
                self.started_in = time.perf_counter() - begun
        try:
            return await asyncio.wait_for(asyncio.shield(self._ready), START_LIMIT)
        except TimeoutError:
            self.stop()
            raise KernelGone(
                f"The notebook of this lesson did not finish within {START_LIMIT:.0f} s.",
                fix=f"rung dev check {self.slug}",
            ) from None

    def _launch(self, loop: asyncio.AbstractEventLoop) -> None:
        self._process, here = start_kernel(self.slug, self.mine)
        self._connection = here
        name = f"kernel {self.slug}"
        threading.Thread(target=self._listen, args=(here, loop), name=name, daemon=True).start()

    def _listen(self, connection: Connection, loop: asyncio.AbstractEventLoop) -> None:
        """Carry messages from the process to the event loop until it ends (a thread: Windows needs one)."""
        with suppress(RuntimeError):  # the loop is closed: the studio is stopping
            try:
                while True:
                    message = json.loads(connection.recv_bytes())
                    loop.call_soon_threadsafe(self._arrived, message)
            except (EOFError, OSError, ValueError):
                loop.call_soon_threadsafe(self.stop)

    def _arrived(self, message: Message) -> None:
        if message.get("kind") in ("ready", "failed") and self._ready is not None and not self._ready.done():
            if message["kind"] == "ready":
                self.was_live = True
                self._ready.set_result(message)
            else:
                self._fail(KernelGone(message["message"], fix=message.get("fix", "")))
        elif (future := self._waiting.pop(message.get("id", -1), None)) is not None and not future.done():
            future.set_result(message)

    def _fail(self, error: KernelGone) -> None:
        pending = [*self._waiting.values(), *([self._ready] if self._ready is not None else [])]
        self._waiting.clear()
        for future in pending:
            if not future.done():
                future.set_exception(error)

    async def ask(self, message: Message, limit: float = ANSWER_LIMIT) -> Message:
        """Send a message and wait for its answer.

        Args:
            message: data for the kernel; an `id` is added.
            limit: seconds to wait before the process is ended.

        Raises:
            KernelGone: no answer in time (the process has been ended), or the process died.
        """
        await self.start()
        self.used = time.monotonic()
        self._count += 1
        future: asyncio.Future[Message] = asyncio.get_running_loop().create_future()
        self._waiting[self._count] = future
        assert self._connection is not None
        try:
            self._connection.send_bytes(json.dumps({**message, "id": self._count}).encode())
            return await asyncio.wait_for(future, limit)
        except TimeoutError:
            self.stop()
            raise KernelGone(
                f"The figure's code was still running after {limit:.0f} s, so it was stopped.",
                rule="A figure answers a control in well under a second.",
                fix="look for a loop that never ends; the figure has been started again",
            ) from None
        except OSError:
            raise KernelGone("The process behind this lesson's figures stopped.") from None

    def stop(self) -> None:
        """End the process now; whoever waits for it is told."""
        self._stopped = True
        if self._process is not None and self._process.pid is not None:
            self._process.kill()
        if self._connection is not None:
            with suppress(OSError):
                self._connection.close()
        self._fail(KernelGone("The process behind this lesson's figures stopped."))

    def join(self) -> None:
        """Wait for the ended process, so that nothing is left behind."""
        if self._process is not None:
            self._process.join(timeout=5)


def _retrieved(future: "asyncio.Future[Message]") -> None:
    """Mark a failure as seen: the page that opened the lesson may have gone before anybody asked."""
    if not future.cancelled():
        future.exception()


class Kernels:
    """All running kernels, by lesson."""

    def __init__(self, idle: float = IDLE_LIMIT, most: int = MOST) -> None:
        self.idle, self.most = idle, most
        self.running: dict[str, Kernel] = {}
        self.pages: dict[str, int] = {}
        self.distrusted: set[str] = set()

    def enter(self, slug: str) -> Kernel:
        """A page of the lesson has opened: return its kernel, not yet started if it is new."""
        self.pages[slug] = self.pages.get(slug, 0) + 1
        return self.get(slug)

    def leave(self, slug: str) -> None:
        """A page of the lesson has closed; its kernel stays warm for a while."""
        self.pages[slug] = max(0, self.pages.get(slug, 0) - 1)
        if slug in self.running:
            self.running[slug].used = time.monotonic()

    def get(self, slug: str) -> Kernel:
        """Return the lesson's kernel; the first call makes room and makes one."""
        if slug not in self.running:
            self._make_room()
            self.running[slug] = Kernel(slug, mine=slug not in self.distrusted)
        return self.running[slug]

    def drop(self, slug: str) -> None:
        """Let a kernel go, now; the next page or message starts a new one."""
        kernel = self.running.pop(slug, None)
        if kernel is not None:
            kernel.stop()
            threading.Thread(target=kernel.join, daemon=True).start()

    def distrust(self, slug: str) -> bool:
        """Take the learner's code out of a lesson's figures: they could not even be drawn with it.

        Returns:
            whether that can help; False when it was the library's code that failed.
        """
        if slug in self.distrusted:
            return False
        self.distrusted.add(slug)
        return True

    def trust(self, slug: str) -> None:
        """Let a lesson's figures run the learner's code again: it has changed, and passed."""
        if slug in self.distrusted:
            self.distrusted.discard(slug)
            self.drop(slug)

    def drop_dead(self, slug: str) -> None:
        """Let a kernel go if it has ended; another page may have started its successor already."""
        kernel = self.running.get(slug)
        if kernel is not None and not kernel.live:
            self.drop(slug)

    def _make_room(self) -> None:
        while len(self.running) >= self.most:
            unseen = [s for s in self.running if not self.pages.get(s)] or list(self.running)
            self.drop(min(unseen, key=lambda s: self.running[s].used))

    def sweep(self) -> list[str]:
        """Let go of kernels that no page has used for a while; returns their lessons."""
        now = time.monotonic()
        gone = [s for s, k in self.running.items() if not self.pages.get(s) and now - k.used > self.idle]
        for slug in gone:
            self.drop(slug)
        return gone

    def memory(self) -> dict[str, float]:
        """Memory that each kernel has to itself, in MB (Linux; elsewhere nothing is claimed)."""
        return {slug: mb for slug, k in self.running.items() if (mb := own_memory(k.pid)) is not None}

    def close(self) -> None:
        """End them all: the studio is stopping."""
        kernels = list(self.running.values())
        for slug in list(self.running):
            self.drop(slug)
        for kernel in kernels:
            kernel.join()
        close_spares()
