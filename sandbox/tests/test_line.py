# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""A line between a program and the sandbox is cut, and mended."""

import socket
from urllib.parse import urlsplit

import requests

from green_api_sandbox.http.line import running_line

from .service_case import LocalServiceCase

TIMEOUT = 1  # second


class TestLine(LocalServiceCase):
    def setUp(self):
        super().setUp()
        line = running_line(urlsplit(self.phone.base_url).port)
        self.line = line.__enter__()
        self.addCleanup(line.__exit__, None, None, None)

    def get(self):
        """Return the status of a request over the line."""
        return requests.get(f"{self.line.url}/nothing", timeout=TIMEOUT).status_code

    def test_open_connections_hear_nothing(self):
        """A connection that was open stays so, dead for good, as behind a router that is gone."""
        with socket.create_connection(("127.0.0.1", self.line.port), timeout=TIMEOUT) as connection:
            connection.sendall(b"GET /nothing HTTP/1.1\r\n")
            self.assertEqual(self.get(), 404)
            self.line.cut(is_silent=False)
            connection.sendall(b"Host: localhost\r\n\r\n")
            with self.assertRaises(TimeoutError):
                connection.recv(1)
            self.line.mend()
            with self.assertRaises(TimeoutError):
                connection.recv(1)

    def test_refused(self):
        """New connections are refused until the line is mended."""
        self.line.cut(is_silent=False)
        with self.assertRaisesRegex(requests.ConnectionError, "refused"):
            self.get()
        self.line.mend()
        self.assertEqual(self.get(), 404)

    def test_no_answer(self):
        """Attempts to connect get no answer until the line is mended."""
        self.line.cut(is_silent=True)
        for _attempt in range(2):
            with self.assertRaises(requests.ConnectTimeout):
                self.get()
        self.line.mend()
        self.assertEqual(self.get(), 404)
