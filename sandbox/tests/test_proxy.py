# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""The proxy between a program and the local service, and answers before the answer."""

import http.client
import json
from contextlib import ExitStack

import requests

from green_api_sandbox.http.proxy import start_proxy

from .service_case import VASILISA, LocalServiceCase

BODY = {"chatId": VASILISA, "message": "Hello"}


class TestProxy(LocalServiceCase):
    def setUp(self):
        super().setUp()
        stack = ExitStack()
        self.addCleanup(stack.close)
        self.proxy = stack.enter_context(start_proxy())
        self.path = f"/waInstance{self.phone.id_instance}/sendMessage/{self.token}"

    def post(self):
        proxies = {"http": self.proxy.url}
        return requests.post(self.url + self.path, json=BODY, proxies=proxies, timeout=60)

    def count_sent(self):
        self.send(VASILISA, "last")
        return [entry["message"] for entry in self.phone.ledger()].count("Hello")

    def test_pass(self):
        """A request that passes is answered as without the proxy."""
        response = self.post()
        self.assertEqual(response.status_code, 200)
        self.assertIn("idMessage", response.json())
        self.assertEqual(self.proxy.seen, [("POST", self.url.partition("//")[2])])

    def test_cut(self):
        """A cut connection looks the same whether the service has the request or not."""
        for order, count in (("cut_before", 0), ("cut_after", 1)):
            self.proxy.orders.append(order)
            with self.assertRaises(requests.ConnectionError):
                self.post()
            self.assertEqual(self.count_sent(), count)

    def test_refuse(self):
        """A request that the proxy refuses never comes to the service."""
        self.proxy.orders.append("refuse")
        self.assertEqual(self.post().status_code, 502)
        self.assertEqual(self.count_sent(), 0)

    def test_time_out(self):
        """A proxy that gives up has passed the request on; orders wait for their requests."""
        self.proxy.part = "/sendMessage/"
        self.proxy.orders.append("time_out")
        proxies = {"http": self.proxy.url}
        path = self.path.replace("sendMessage", "getSettings")
        response = requests.get(self.url + path, proxies=proxies, timeout=60)
        self.assertEqual(response.status_code, 200)
        self.assertEqual(self.post().status_code, 504)
        self.assertEqual(self.post().status_code, 200)
        self.assertEqual(self.count_sent(), 2)

    def test_tunnel(self):
        """A tunnel passes on all that is sent, or is not opened."""
        self.ask_through_tunnel()
        for order in ("refuse", "cut_tunnel"):
            self.proxy.orders.append(order)
            with self.assertRaises(OSError):
                self.ask_through_tunnel()
        self.assertEqual(self.count_sent(), 1)

    def ask_through_tunnel(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.proxy.server_port)
        self.addCleanup(connection.close)
        host, _colon, port = self.url.partition("//")[2].partition(":")
        connection.set_tunnel(host, int(port))
        headers = {"Content-Type": "application/json"}
        connection.request("POST", self.path, json.dumps(BODY), headers)
        self.assertEqual(connection.getresponse().status, 200)


class TestEarlyHints(LocalServiceCase):
    def test_before_the_answer(self):
        """Interim answers come first, the answer of the call follows on the same connection."""
        self.phone.fault("sendMessage", "early_hints")
        connection = http.client.HTTPConnection(*self.url.partition("//")[2].split(":"))
        self.addCleanup(connection.close)
        path = f"/waInstance{self.phone.id_instance}/sendMessage/{self.token}"
        headers = {"Content-Type": "application/json", "Connection": "close"}
        connection.request("POST", path, json.dumps(BODY), headers)
        lines = connection.sock.makefile("rb").read().splitlines()
        statuses = [int(line.split()[1]) for line in lines if line.startswith(b"HTTP/1.1 ")]
        self.assertEqual(statuses, [102, 103, 200])
