# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""Who waits for the notifications of an instance, and whether several do so at the same time."""

import select
import socket
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager

from werkzeug.wrappers import Request

from ..world.world import World


class Hearing:
    """The connections on which clients wait, by instance.

    A client that was killed is no longer there, although its call has not ended.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self._connections: dict[int, list[socket.socket]] = defaultdict(list)

    @contextmanager
    def hear(self, id_instance: int, request: Request) -> Iterator[None]:
        """Remember that a client waits, and when another one did so already."""
        connection: socket.socket = request.environ["werkzeug.socket"]
        connections = self._connections[id_instance]
        with self._world.changed:
            if any(map(_is_open, connections)):
                self._world.heard_together[id_instance].append(self._world.clock.now())
            connections.append(connection)
        try:
            yield
        finally:
            with self._world.changed:
                connections.remove(connection)


def _is_open(connection: socket.socket) -> bool:
    """Return whether the client at the other end is still there."""
    try:
        readable, _, _ = select.select([connection], [], [], 0)
        return not readable or bool(connection.recv(1, socket.MSG_PEEK))
    except (OSError, ValueError):  # it was reset, or closed here
        return False
