# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

import dataclasses
import logging
import re
from urllib.parse import urlsplit

from odoo.tests import tagged
from odoo.tests.common import _super_send

from green_api_sandbox.phone import Phone

from ... import const
from ...client import (
    GreenApiClient,
    OutcomeUnknownError,
    PartnerClient,
    RefusedError,
    RetryableError,
    results,
)
from ..common import SECRET_MARK, SandboxCase
from .cases import CASES

PARTNER_TOKEN = f"gac.{SECRET_MARK}"
PARTNER_METHODS = {"getInstances", "createInstance", "deleteInstanceAccount"}
# What urllib3 says of each request when its log is on.
LINE = re.compile(r'(?P<host>https?://[^ ]+) "(?P<verb>[A-Z]+) (?P<path>[^ ?]+)')


class WireCase(SandboxCase):
    """The client and the local service, watched on the wire between them."""

    sandbox_options = ("--partner-token", PARTNER_TOKEN)

    def setUp(self):
        super().setUp()
        # Another name of the same machine tells the media host from the other one.
        self.media_url = self.sandbox_url.replace("127.0.0.1", "localhost")

    @classmethod
    def _request_handler(cls, session, request, /, **kwargs):
        if urlsplit(request.url).hostname == "localhost":
            return _super_send(session, request, **kwargs)
        return super()._request_handler(session, request, **kwargs)

    def watch(self, call):
        """Call, and return the answer with host, verb and path of the last request."""
        with self.assertLogs("urllib3.connectionpool", logging.DEBUG) as logs:
            answer = call()
        for line in logs.output:
            self.assertNotIn(SECRET_MARK, line)
        return answer, [match for line in logs.output if (match := LINE.search(line))][-1]

    def assertResult(self, found, expected):
        """Compare results, but for the raw answers: those have to be there."""
        self.assertEqual(self.without_raw(found), self.without_raw(expected))

    def without_raw(self, value):
        if isinstance(value, list):
            return [self.without_raw(item) for item in value]
        if dataclasses.is_dataclass(value) and hasattr(value, "raw"):
            return dataclasses.replace(value, raw=None)
        return value


@tagged("post_install", "-at_install")
class TestClientMethods(WireCase):
    """Every method of the client, against the local service."""

    def test_table_is_complete(self):
        """A method of the service that the client does not have, or that no case calls."""
        cases = {case.method for case in CASES}
        self.assertEqual(cases | PARTNER_METHODS, set(const.METHODS))
        self.assertEqual(len(const.METHODS), 56)
        for method in const.METHODS:
            name = re.sub("([A-Z])", lambda match: f"_{match[1].lower()}", method)
            owner = PartnerClient if method in PARTNER_METHODS else GreenApiClient
            self.assertTrue(getattr(owner, name).__doc__, f"{name} has no docstring")

    def test_every_method(self):
        """A wrong verb, path, host, field or header, or an answer that is read wrongly."""
        for number, case in enumerate(CASES):
            with self.subTest(f"{number} {case.method}"):
                self.check_case(case)

    def check_case(self, case):
        phone = self._create_phone(**case.phone)
        client = GreenApiClient(
            self.sandbox_url, phone.id_instance, phone.token, media_url=self.media_url
        )
        self.addCleanup(client.close)
        known = case.before(client, phone) if case.before else None
        answer, line = self.watch(lambda: case.call(client, known))

        self.assertResult(answer, case.result)
        self.assertEqual(line["verb"], case.verb)
        host = self.media_url if case.method in const.MEDIA_METHODS else self.sandbox_url
        self.assertEqual(line["host"], host)
        path = f"/waInstance{phone.id_instance}/{case.method}/***{case.tail.format(known)}"
        self.assertEqual(line["path"], path)

        request = phone.requests(case.method)[-1]
        self.assertEqual(request["verb"], case.verb)
        self.assertEqual(request["query"], case.query)
        self.assertEqual(request["body"], case.body(known) if callable(case.body) else case.body)
        self.check_headers(case, request["headers"])

    def check_headers(self, case, headers):
        for name, value in case.headers.items():
            self.assertEqual(headers[name].partition(";")[0], value)
        if case.verb == "POST" and not case.headers:
            self.assertEqual(headers["Content-Type"], "application/json")
        self.assertNotIn("Transfer-Encoding", headers, "the length has to be known")
        self.assertNotIn(SECRET_MARK, str(headers))


@tagged("post_install", "-at_install")
class TestPartnerClient(WireCase):
    """The partner's methods: another path, another token."""

    def setUp(self):
        super().setUp()
        self.client = self.make_client(PARTNER_TOKEN)
        self.service = Phone(self.sandbox_url)

    def make_client(self, token):
        client = PartnerClient(self.sandbox_url, token)
        self.addCleanup(client.close)
        return client

    def test_life_of_an_instance(self):
        """Made with its settings, listed, used with its own token, removed."""
        settings = {"incomingWebhook": "yes", "delaySendMessagesMilliseconds": 1000}
        made, line = self.watch(lambda: self.client.create_instance("Branch office", settings))
        self.assertEqual((line["verb"], line["path"]), ("POST", "/partner/createInstance/***"))
        self.assertEqual((made.name, made.type_instance), ("Branch office", "telegram"))
        self.assertEqual(self.last_body(), {"name": "Branch office", **settings})
        self.assertNotIn(made.api_token_instance, repr(made))

        with GreenApiClient(self.sandbox_url, made.id_instance, made.api_token_instance) as own:
            self.assertEqual(own.get_settings() | settings, own.get_settings())

        listed, line = self.watch(self.client.get_instances)
        self.assertEqual((line["verb"], line["path"]), ("GET", "/partner/getInstances/***"))
        [found] = [each for each in listed if each.id_instance == made.id_instance]
        self.assertTrue(found.tariff and found.created_at, "only the list says these")
        plain = dataclasses.replace(found, tariff="", created_at="", expires_at="")
        self.assertResult(plain, made)

        gone, line = self.watch(lambda: self.client.delete_instance_account(made.id_instance))
        path = "/partner/deleteInstanceAccount/***"
        self.assertEqual((line["verb"], line["path"]), ("POST", path))
        self.assertResult(gone, results.Step(True, ""))
        self.assertEqual(self.last_body(), {"idInstance": int(made.id_instance)})
        self.assertTrue(self.client.get_instances()[-1].deleted)

    def last_body(self):
        return self.service.requests_without_instance()[-1]["body"]

    def test_instance_that_may_have_been_made(self):
        """An instance costs money: a call that may have made one is not to be repeated."""
        for kind in ("lost_after", "html"):
            self.service.fault("createInstance", kind)
            self.assertRaises(OutcomeUnknownError, self.client.create_instance, "Branch office")
        self.service.fault("getInstances", "lost_after")
        self.assertRaises(RetryableError, self.client.get_instances)

    def test_refusals_inside_200(self):
        """The service answers 200 to a wrong token and a wrong id: no success, no secret."""
        stranger = self.make_client(f"wrong{SECRET_MARK}")
        for call, code in (
            (stranger.get_instances, const.CODE_UNAUTHORIZED),
            (lambda: stranger.create_instance("Branch office"), const.CODE_UNAUTHORIZED),
            (lambda: self.client.delete_instance_account(404), const.CODE_NOT_FOUND),
        ):
            with self.subTest(code), self.assertRaises(RefusedError) as caught:
                call()
            self.assertEqual(caught.exception.code, code)
            self.assertTrue(caught.exception.detail)
            self.assertNotIn(SECRET_MARK, str(caught.exception))

    def test_refused_settings(self):
        """A setting that the service does not know is refused, and no instance is made."""
        before = self.client.get_instances()
        with self.assertRaises(RefusedError) as caught:
            self.client.create_instance("Branch office", {"colour": "green"})
        self.assertEqual(caught.exception.code, const.CODE_BAD_REQUEST)
        self.assertIn("'colour' is not allowed", caught.exception.detail)
        self.assertEqual(self.client.get_instances(), before)
