# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""A line to the sandbox that can be cut, as the network between two machines.

The proxy breaks single requests; here all connections are gone at once, and nothing says so.
"""

import asyncio
import socket
import threading
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager, suppress
from typing import Any

BLOCK = 64 * 1024  # bytes
HOST = "127.0.0.1"
WAITING = 3  # connections that fill the queue of a listener that accepts none


class Line:
    """Forwards connections to a port of this machine. Use ``running_line``.

    :param target: the port
    """

    def __init__(self, target: int) -> None:
        self._target = target
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._is_cut = False
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        # Connections that were cut: both ends still take them for open.
        self._dead: list[asyncio.StreamWriter] = []
        self._silent: list[socket.socket] = []
        self._thread.start()
        self.port = 0
        self._run(self._listen())

    @property
    def url(self) -> str:
        """Return the address for programs."""
        return f"http://{HOST}:{self.port}"

    def cut(self, *, is_silent: bool) -> None:
        """Cut the line: open connections hear nothing any more, not even that they are over.

        :param is_silent: whether attempts to connect get no answer; else they are refused
        """
        self._run(self._stop_listening())
        if is_silent:
            self._silent = _listen_silently(self.port)

    def mend(self) -> None:
        """Let new connections pass again."""
        for each in self._silent:
            each.close()
        self._silent = []
        self._run(self._listen())

    def close(self) -> None:
        """End all connections."""
        self._run(self._stop_listening())
        for writer in self._dead:
            self._loop.call_soon_threadsafe(writer.close)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    def _run(self, coroutine: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(coroutine, self._loop).result()

    async def _listen(self) -> None:
        self._is_cut = False
        self._server = await asyncio.start_server(self._forward, HOST, self.port, backlog=1000)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _stop_listening(self) -> None:
        self._is_cut = True
        if self._server:
            self._server.close()
        self._server = None
        for task in self._tasks:
            task.cancel()
        self._tasks = set()

    async def _forward(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            target_reader, target_writer = await asyncio.open_connection(HOST, self._target)
        except OSError:
            writer.close()
            return
        tasks = [
            asyncio.ensure_future(_pump(reader, target_writer)),
            asyncio.ensure_future(_pump(target_reader, writer)),
        ]
        self._tasks.update(tasks)
        with suppress(asyncio.CancelledError):
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        if self._is_cut or any(task.cancelled() for task in tasks):
            self._dead += [writer, target_writer]
            return
        for task in tasks:
            task.cancel()
        self._tasks.difference_update(tasks)
        for each in (writer, target_writer):
            each.close()


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while block := await reader.read(BLOCK):
            writer.write(block)
            await writer.drain()


def _listen_silently(port: int) -> list[socket.socket]:
    """Return sockets because of which further ones get no answer to their attempts to connect."""
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((HOST, port))
    listener.listen(0)
    sockets = [listener]
    for _number in range(WAITING):
        waiting = socket.socket()
        waiting.setblocking(False)
        with suppress(BlockingIOError):
            waiting.connect((HOST, port))
        sockets.append(waiting)
    return sockets


@contextmanager
def running_line(target: int) -> Iterator[Line]:
    """Run a Line to a port of this machine until the block ends."""
    line = Line(target)
    try:
        yield line
    finally:
        line.close()
