# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

import json
import socket

from odoo.tests import tagged
from odoo.tools import SQL, mute_logger

from green_api_sandbox.phone import Phone

from ..common import SECRET_MARK
from .access_case import JSON2, SCREEN
from .access_matrix import METHODS, roles_by_method
from .test_secrets_reach import SecretsCase

# What the service says when it refuses a call: its errors name the address, and with it the token.
WORDS = "Cannot do it"


@tagged("post_install", "-at_install")
class TestSecretsErrors(SecretsCase):
    """No error page, no error of a call and no traceback shows a secret."""

    def check(self, way, get_fault=None):
        """Call everything there is while no call of the service goes well.

        :param get_fault: what the service does, by the path of a call with its token
        :return: the methods whose answer has the words of the service
        """
        everybody, user = Phone(self.sandbox_url), self.users["system"]
        path = f"/waInstance{self.phone.id_instance}/method/{self.phone.token}"
        partner_path = f"/partner/method/{SECRET_MARK}partner"
        found = set()
        for model in METHODS:
            is_partner = model.startswith("telegram.api.partner")
            fault = get_fault(partner_path if is_partner else path) if get_fault else None
            for method in roles_by_method(model):
                with self.env.cr.savepoint() as savepoint:
                    records = self.target(model, method, user)
                    arguments = self.arguments(model, method)
                    self.env.flush_all()
                    if fault:
                        everybody.fault("*", times=50, **fault)
                    answer = self.ask(way, model, method, records.ids, **arguments)
                    everybody.clear_faults()
                    self.env.invalidate_all()
                    savepoint.rollback()
                self.env.invalidate_all()
                with self.subTest(f"{model}.{method}", way=way):
                    self.assertNotIn(SECRET_MARK, answer.text)
                if WORDS in answer.text:
                    found.add(f"{model}.{method}")
        return found

    @mute_logger("odoo.http", "odoo.addons.rpc.controllers.json2")
    def test_refused_by_the_service(self):
        """The service repeats address and token in its refusal: people get its words without."""

        def get_fault(path):
            words = f"{WORDS}: POST {path} with {path.rpartition('/')[2]}"
            body = {"statusCode": 400, "message": words, "path": path}
            return {"kind": "status", "status": 400, "body": body}

        found = self.check(JSON2, get_fault)
        self.assertGreater(len(found), 20, "the words of the service are not shown at all")
        self.assertIn("telegram.api.partner.action_refresh", found)

    @mute_logger("odoo.http", "odoo.addons.rpc.controllers.json2")
    def test_not_reached(self):
        """Nobody is there: the exception of the HTTP library names the whole address, and Odoo
        shows with an error what it came from."""
        with socket.create_server(("127.0.0.1", 0)) as server:
            url = f"http://127.0.0.1:{server.getsockname()[1]}"
        for table in ("telegram_instance", "telegram_api_partner"):
            query = SQL("UPDATE %s SET api_url = %s", SQL.identifier(table), url)
            self.env.cr.execute(query)
        self.env.invalidate_all()
        self.check(SCREEN)
        self.check(JSON2)

    @mute_logger("odoo.http", "odoo.addons.rpc.controllers.json2")
    def test_what_was_sent(self):
        """The service repeats what it refuses: the secret of the webhook, the password or the
        code of a sign-in."""
        user = self.users["system"]
        self.instance.receive_mode = "webhook"
        secret, password, code = self.instance._get_webhook_secret(), "Open, Sesame", "48151"
        instance, sign_in = "telegram.instance", "telegram.sign.in"
        for model, method, arguments, called, sent in (
            (instance, "action_set_up_receiving", {}, "setSettings", secret),
            (
                sign_in,
                "submit_password",
                {"password": password},
                "sendAuthorizationPassword",
                password,
            ),
            (sign_in, "submit_code", {"code": code}, "sendAuthorizationCode", code),
        ):
            records = self.target(model, method, user)
            self.env.flush_all()
            body = {"message": f"{WORDS}: {sent} is not valid"}
            self.phone.fault(called, "status", status=400, body=body)
            answer = self.ask(JSON2, model, method, records.ids, **arguments)
            with self.subTest(called):
                self.assertIn(WORDS, answer.text)
                self.assertNotIn(sent, answer.text)

    def test_webhook(self):
        """A delivery at which Odoo breaks is answered with a page, in the mode for developers
        too, and a traceback in the log: neither shows the secret that came with it."""
        secret = self.instance._get_webhook_secret()
        path = self.instance._get_webhook_address()
        self.env.flush_all()
        query = SQL("UPDATE telegram_instance SET receive_cron_id = NULL")
        self.env.cr.execute(query)
        self.env.invalidate_all()
        for number, debug in enumerate(("0", "1", "assets")):
            body = self.notification(idMessage=str(number))
            with self.subTest(debug=debug), self.assertLogs("odoo.http", "ERROR") as logs:
                answer = self.url_open(
                    f"{path}?debug={debug}",
                    data=json.dumps(body),
                    headers={
                        "Authorization": f"Bearer {secret}",
                        "Content-Type": "application/json",
                    },
                )
                self.assertEqual(answer.status_code, 500)
                self.assertNotIn(secret, answer.text)
                self.assertNotIn(SECRET_MARK, answer.text)
            self.assertNotIn(secret, "".join(logs.output))
