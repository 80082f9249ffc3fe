# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

import os
import tempfile
from contextlib import ExitStack
from pathlib import Path
from unittest.mock import patch

from odoo.tests import tagged

from green_api_sandbox.http.proxy import start_proxy

from ... import const
from ...client import GreenApiError, OutcomeUnknownError, PartnerClient, RetryableError
from ..certificate import write_certificate
from ..common import CUSTOMER_CHAT, SECRET_MARK
from .cases import CASES
from .client_case import ClientCase

PARTNER_TOKEN = f"gac.{SECRET_MARK}"


@tagged("post_install", "-at_install")
class TestClientProxy(ClientCase):
    """The client behind an outgoing proxy, by http and by https through a tunnel."""

    sandbox_options = ("--partner-token", PARTNER_TOKEN)

    def setUp(self):
        super().setUp()
        stack = ExitStack()
        self.addCleanup(stack.close)
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        self.certificate = folder / "certificate.pem"
        write_certificate(self.certificate)
        self.proxy = stack.enter_context(start_proxy(certificate=str(self.certificate)))
        self.https_url = self.sandbox_url.replace("http://", "https://")
        self.environment = {
            **{key: value for key, value in os.environ.items() if "proxy" not in key.lower()},
            "HTTP_PROXY": self.proxy.url,
            "HTTPS_PROXY": self.proxy.url,
            "REQUESTS_CA_BUNDLE": str(self.certificate),
        }
        self.use_environment()

    def use_environment(self, **values):
        """Let the clients of the test have these variables, besides those of the proxy."""
        patcher = patch.dict(os.environ, {**self.environment, **values}, clear=True)
        patcher.start()
        self.addCleanup(patcher.stop)

    def clients(self):
        """Give a client that calls by http, and one that calls by https."""
        for url in (self.sandbox_url, self.https_url):
            self.proxy.orders.clear()
            yield self.make_client(url)

    def send(self, client):
        return client.send_message(CUSTOMER_CHAT, "Hello")

    def test_proxy_is_used(self):
        """A client that bypasses the proxy would make the other tests prove nothing."""
        for client in self.clients():
            self.proxy.seen.clear()
            self.assertTrue(self.send(client).id_message)
            self.assertTrue(self.proxy.seen)

    def test_certificate_that_nobody_trusts(self):
        """Authorities that one client was told of are not those of the next one."""
        self.assertTrue(self.send(self.make_client(self.https_url)).id_message)
        self.use_environment(REQUESTS_CA_BUNDLE="")
        client = self.make_client(self.https_url)
        self.assertFails(RetryableError, const.CODE_UNREACHABLE, self.send, client)

    def test_connection_breaks_after_the_request(self):
        """A message that the proxy passed on was sent again: two copies."""
        for client in self.clients():
            for order in ("cut_after", "cut_before"):
                self.proxy.orders.append(order)
                self.assertFails(OutcomeUnknownError, const.CODE_CONNECTION_LOST, self.send, client)

    def test_connection_breaks_on_a_used_connection(self):
        """A second call on a kept connection is no other case than the first one."""
        for client in self.clients():
            self.send(client)
            self.proxy.orders.append("cut_after")
            self.assertFails(OutcomeUnknownError, const.CODE_CONNECTION_LOST, self.send, client)

    def test_every_method_as_without_proxy(self):
        """A second group, token or cleared queue: each call is judged as without a proxy."""
        for case in {case.method: case for case in CASES}.values():
            kinds = []
            for url, fault in (
                (self.sandbox_url, None),
                (self.https_url, None),
                (self.sandbox_url, "lost_after"),
            ):
                phone = self._create_phone(**case.phone)
                self.phone = phone
                environment = {} if not fault else {"NO_PROXY": "*"}
                self.use_environment(**environment)
                client = self.make_client(url)
                value = case.before(client, phone) if case.before else None
                if fault:
                    phone.fault(case.method, fault)
                else:
                    self.proxy.orders.append("cut_after")
                with self.assertRaises(GreenApiError) as caught:
                    case.call(client, value)
                kinds.append((type(caught.exception), caught.exception.code))
            with self.subTest(case.method):
                self.assertEqual(kinds[:2], [kinds[2]] * 2)

    def test_instance_that_costs_money(self):
        """An instance that was created behind the proxy was created again."""
        for url in (self.sandbox_url, self.https_url):
            client = PartnerClient(url, PARTNER_TOKEN)
            self.addCleanup(client.close)
            self.proxy.orders.append("cut_after")
            self.assertFails(
                OutcomeUnknownError, const.CODE_CONNECTION_LOST, client.create_instance, "Shop"
            )

    def test_request_that_never_left(self):
        """Without a proxy, or without a tunnel, nothing was sent: that is no doubt."""
        for client in self.clients():
            if client._api_url == self.https_url:
                self.proxy.orders.append("refuse")
                self.assertFails(RetryableError, const.CODE_UNREACHABLE, self.send, client)
            self.use_environment(HTTP_PROXY="http://127.0.0.1:1", HTTPS_PROXY="http://127.0.0.1:1")
            self.assertFails(RetryableError, const.CODE_UNREACHABLE, self.send, client)
            self.use_environment(
                HTTP_PROXY="http://proxy.invalid:1", HTTPS_PROXY="http://proxy.invalid:1"
            )
            self.assertFails(RetryableError, const.CODE_UNREACHABLE, self.send, client)
            self.use_environment()

    def test_certificate_that_is_not_trusted(self):
        """A rejected certificate comes before the request; an alert after it is doubt."""
        other = self.certificate.with_name("other.pem")
        write_certificate(other)
        self.use_environment(REQUESTS_CA_BUNDLE=str(other))
        client = self.make_client(self.https_url)
        self.assertFails(RetryableError, const.CODE_UNREACHABLE, self.send, client)

    def test_netrc(self):
        """Credentials of the server's user for a host went along, and replaced our own header."""
        netrc = self.certificate.with_name("netrc")
        netrc.write_text("default login somebody password s3cret\n")
        netrc.chmod(0o600)
        self.use_environment(NETRC=str(netrc))
        for client in self.clients():
            self.send(client)
            sent = self.phone.requests("sendMessage")[-1]
            self.assertNotIn("Authorization", sent["headers"])
