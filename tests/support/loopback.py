"""A real HTTP server on loopback that says what a test tells it to, byte by byte, and remembers what it was asked."""

from __future__ import annotations

import json
import os
import socket
import ssl
import struct
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Reply:
    """One scripted answer. `parts` are written one by one; a callable among them is called (to wait, or to look)."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=lambda: {"content-type": "text/event-stream; charset=utf-8"})
    parts: list[bytes | Callable[[], object]] = field(default_factory=list)
    chunked: bool = False
    """Chunked encoding: then `cut` is seen by the HTTP library, else only by us."""
    cut: bool = False
    """End the connection without the closing chunk."""
    reset: bool = False
    """End the connection with a reset, as a router or a killed server does."""
    silent: bool = False
    """Close without answering at all."""


@dataclass
class Asked:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Loopback:
    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.replies: list[Reply] = []
        self.asked: list[Asked] = []
        self.hung_up = threading.Event()
        self.before_answer: Callable[[], object] = lambda: None
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *args: Any) -> None:
                pass

            def do_GET(self) -> None:
                self.answer()

            def do_POST(self) -> None:
                self.answer()

            def answer(self) -> None:
                length = int(self.headers.get("content-length") or 0)
                headers = {name.lower(): value for name, value in self.headers.items()}
                outer.asked.append(Asked(self.command, self.path, headers, self.rfile.read(length)))
                self.close_connection = True
                reply = outer.replies.pop(0) if outer.replies else Reply(status=500, headers={})
                outer.before_answer()
                if reply.silent:
                    return
                try:
                    self.send(reply)
                except (BrokenPipeError, ConnectionResetError):
                    outer.hung_up.set()

            def send(self, reply: Reply) -> None:
                self.send_response(reply.status)
                for name, value in reply.headers.items():
                    self.send_header(name, value)
                self.send_header("connection", "close")
                if reply.chunked:
                    self.send_header("transfer-encoding", "chunked")
                self.end_headers()
                for part in reply.parts:
                    if callable(part):
                        part()
                    else:
                        self.wfile.write(b"%x\r\n%s\r\n" % (len(part), part) if reply.chunked else part)
                        self.wfile.flush()
                if reply.reset:
                    at_once = struct.pack("ii", 1, 0)
                    self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, at_once)
                    os.close(self.connection.detach())
                elif reply.chunked and not reply.cut:
                    self.wfile.write(b"0\r\n\r\n")

        class Server(ThreadingHTTPServer):
            daemon_threads = False
            block_on_close = True

            def handle_error(self, *args: Any) -> None:
                outer.hung_up.set()

        self.server = Server(("127.0.0.1", 0), Handler)
        self.scheme = "http" if tls is None else "https"
        if tls is not None:
            self.server.socket = tls.wrap_socket(self.server.socket, server_side=True)
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01})
        self.thread.start()

    @property
    def port(self) -> int:
        return int(self.server.server_address[1])

    @property
    def url(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.port}"

    def say(self, *parts: bytes | Callable[[], object], **fields: Any) -> None:
        self.replies.append(Reply(parts=list(parts), **fields))

    def fail(self, status: int, body: object = None, **headers: str) -> None:
        text = body if isinstance(body, bytes) else json.dumps(body or {}).encode()
        self.say(text, status=status, headers={"content-type": "application/json", **headers})

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()
