"""A relay between a client and a server that cuts the line after a given number of bytes in one direction."""

import contextlib
import socket
import struct
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

RESET = struct.pack("ii", 1, 0)
PIECE = 512
"""Bytes relayed at a time: few, so that a line is cut in the middle of what is said."""


class Proxy:
    """Listens on a port of its own; once the line is cut every connection is reset, and new ones are refused."""

    def __init__(self, upstream: tuple[str, int] | str) -> None:
        """Relay to a host and port, or to a Unix socket."""
        self.upstream = upstream
        self.relayed: Counter[str] = Counter()
        self.cut_at: tuple[str, int] | None = None
        self.is_cut = False
        self._lock = threading.Lock()
        self._open: list[socket.socket] = []
        self._door = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._door.getsockname()[1])
        threading.Thread(target=self._receive, daemon=True).start()

    def _receive(self) -> None:
        while True:
            try:
                client, _ = self._door.accept()
            except OSError:
                return
            if self.is_cut:
                _reset(client)
                continue
            server = self._connected()
            with self._lock:
                self._open += [client, server]
            for way, origin, goal in (("up", client, server), ("down", server, client)):
                threading.Thread(target=self._relay, args=(way, origin, goal), daemon=True).start()

    def _connected(self) -> socket.socket:
        if isinstance(self.upstream, str):
            server = socket.socket(socket.AF_UNIX)
            server.connect(self.upstream)
            return server
        return socket.create_connection(self.upstream)

    def _relay(self, way: str, origin: socket.socket, goal: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while piece := origin.recv(PIECE):
                if self._is_over(way, len(piece)):
                    self.cut()
                    return
                goal.sendall(piece)
            goal.shutdown(socket.SHUT_WR)

    def _is_over(self, way: str, size: int) -> bool:
        with self._lock:
            self.relayed[way] += size
            return self.is_cut or (
                self.cut_at is not None and way == self.cut_at[0] and self.relayed[way] > self.cut_at[1]
            )

    def cut(self) -> None:
        """Reset every connection and refuse new ones."""
        with self._lock:
            self.is_cut = True
            for link in self._open:
                _reset(link)
            self._open.clear()

    def close(self) -> None:
        """Stop listening and let every connection go."""
        self.cut()
        with contextlib.suppress(OSError):
            self._door.shutdown(socket.SHUT_RDWR)
        self._door.close()


def _reset(link: socket.socket) -> None:
    with contextlib.suppress(OSError):
        link.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    with contextlib.suppress(OSError):
        # A thread that reads from it wakes up.
        link.shutdown(socket.SHUT_RDWR)
    with contextlib.suppress(OSError):
        link.close()


@contextmanager
def relayed(upstream: tuple[str, int] | str, cut_at: tuple[str, int] | None = None) -> Iterator[Proxy]:
    """Yield a proxy that cuts the line once more than so many bytes went `up` or `down`."""
    proxy = Proxy(upstream)
    proxy.cut_at = cut_at
    try:
        yield proxy
    finally:
        proxy.close()
