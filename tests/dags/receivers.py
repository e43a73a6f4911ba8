"""Servers of the tests' own that take what is sent to people: a mail server, and a web address."""

import email
import json
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import Message
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any


@dataclass
class Mailbox:
    """A mail server on this machine, and the mails it took: sender, recipients, message."""

    port: int = 0
    answer: str = "250 done"
    mails: list[tuple[str, list[str], Message]] = field(default_factory=list)

    @property
    def connection(self) -> str:
        """Return the server as an Airflow connection."""
        extra = {"disable_ssl": True, "disable_tls": True, "from_email": "etl@example.com", "retry_limit": 1}
        return json.dumps({"conn_type": "smtp", "host": "127.0.0.1", "port": self.port, "extra": extra})


@contextmanager
def mail_server() -> Iterator[Mailbox]:
    """Run a mail server that takes everything."""
    box = Mailbox()

    class Talk(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            sender, recipients = "", []
            self._say("220 ready")
            while line := self.rfile.readline().decode().strip():
                word = line.upper()
                if word.startswith("DATA"):
                    self._say("354 go on")
                    text = b"".join(iter(self.rfile.readline, b".\r\n"))
                    box.mails.append((sender, recipients, email.message_from_bytes(text)))
                elif word.startswith("MAIL FROM:"):
                    sender, recipients = line[10:].split()[0].strip("<>"), []
                elif word.startswith("RCPT TO:"):
                    recipients.append(line[8:].strip("<>"))
                if word.startswith("QUIT"):
                    self._say("221 bye")
                    return
                self._say(box.answer if word.startswith("RCPT TO:") else "250 done")

        def _say(self, words: str) -> None:
            self.wfile.write(f"{words}\r\n".encode())

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Talk) as server:
        box.port = server.server_address[1]
        yield from _serving(server, box)


@dataclass
class Address:
    """A web address on this machine, the requests it took (path, headers, body), and how it answers."""

    port: int = 0
    status: int = 204
    taken: list[tuple[str, dict[str, str], Any]] = field(default_factory=list)

    def connection(self, **more: Any) -> str:
        """Return the address as an Airflow connection."""
        whole = {"conn_type": "http", "host": "127.0.0.1", "port": self.port} | more
        return json.dumps(whole)


@contextmanager
def web_address() -> Iterator[Address]:
    """Run a web server that takes every POST."""
    address = Address()

    class Take(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            address.taken.append((self.path, dict(self.headers), body))
            self.send_response(address.status)
            self.end_headers()

        def log_message(self, *args: Any) -> None:
            """Keep quiet."""

    with HTTPServer(("127.0.0.1", 0), Take) as server:
        address.port = server.server_address[1]
        yield from _serving(server, address)


def _serving(server: socketserver.BaseServer, what: Any) -> Iterator[Any]:
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield what
    finally:
        server.shutdown()
        thread.join()
