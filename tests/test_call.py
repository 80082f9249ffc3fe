# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

import json
from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .. import const
from ..client.call_log import Call, to_masked_text
from .common import SECRET_MARK, TelegramCase, new_user


@tagged("post_install", "-at_install")
class TestTelegramCall(TelegramCase):
    """The call log: what people asked the service, and what it answered."""

    def ask(self, method, *args, **kwargs):
        with self.enter_registry_test_mode():
            return self.instance._call_service(method, *args, **kwargs)

    def get_calls(self):
        return self.env["telegram.call"].search([("instance_id", "=", self.instance.id)])

    def test_failure_is_kept(self):
        """A button that failed leaves nothing to look at: its transaction is undone."""
        self.phone.fault("getSettings", "status", status=500)
        with self.assertRaisesRegex(UserError, "temporarily unavailable"):
            self.ask("get_settings")
        call = self.get_calls()
        self.assertEqual(
            (call.method, call.status, call.code), ("getSettings", 500, const.CODE_SERVER)
        )
        self.assertEqual(call.company_id, self.instance.company_id)
        self.ask("get_state_instance")
        self.assertEqual(self.get_calls(), call, "what worked is not kept by default")

    def test_everything_is_kept_on_demand(self):
        """With the log set to everything, the answer stands as it came, readable."""
        self.instance.call_log = "all"
        self.ask("get_state_instance")
        call = self.get_calls()
        self.assertEqual(json.loads(call.answer), {"stateInstance": "authorized"})
        self.assertFalse(call.code)
        self.assertGreaterEqual(call.duration, 0)

    def test_nothing_is_kept_on_demand(self):
        """Switched off means off, for failures too."""
        self.instance.call_log = "off"
        self.phone.fault("getSettings", "status", status=500)
        with self.assertRaises(UserError):
            self.ask("get_settings")
        self.assertFalse(self.get_calls())

    def test_each_method_has_a_name(self):
        """A method without a name shows as the word of a program, in all technical screens."""
        calls = self.env["telegram.call"]
        names = dict(calls._fields["operation"].selection)
        self.assertEqual(set(names), set(const.METHODS))
        self.assertEqual(len(set(names.values())), len(names), "names that cannot be told apart")
        self.instance.call_log = "all"
        self.ask("get_state_instance")
        call = self.get_calls()
        self.assertEqual((call.operation, call.display_name), (call.method, "Read Account State"))
        self.assertEqual(calls.search([("method", "ilike", "stateinst")], limit=1), call)
        self.assertEqual(calls._get_method_label("somethingNew"), "somethingNew")

    def test_each_reason_has_a_name(self):
        """A reason without a name cannot be logged, and shows as the word of a program."""
        codes = {value for name, value in vars(const).items() if name.startswith("CODE_")}
        names = dict(self.env["telegram.call"]._fields["code"].selection)
        self.assertEqual(set(names), codes)

    def test_secrets_are_masked(self):
        """Neither the token nor the webhook's secret gets into the log by what is sent or read."""
        self.instance.call_log = "all"
        self.ask("set_settings", {"webhookUrlToken": f"{SECRET_MARK}-hook"})
        self.ask("get_settings")
        self.ask("update_api_token")
        texts = " ".join(self.get_calls().mapped(lambda call: f"{call.request} {call.answer}"))
        self.assertNotIn(SECRET_MARK, texts)
        self.assertIn('"webhookUrlToken": "***"', texts)
        self.assertIn('"apiTokenInstance": "***"', texts)

    def test_qr_code_is_masked(self):
        """The picture that signs an account in is a secret as long as it lives."""
        call = Call("qr", None, "t0ken")
        call.content = b'{"type": "qrCode", "message": "iVBORw0KGgo"}'
        self.assertNotIn("iVBOR", call.answer)
        call.content = b'{"type": "alreadyLogged", "message": "already authorized"}'
        self.assertIn("already authorized", call.answer)

    def test_odd_answers(self):
        """A web page, half characters, NUL or a thousand brackets break no row of the log."""
        call = Call("getSettings", None, "t0ken")
        for content, text in (
            (
                b"<html>/waInstance41/getSettings/abc</html>",
                "<html>/waInstance41/getSettings/***</html>",
            ),
            (b"\xff\x00", "�\\0"),
            (rb'{"name": "\ud83d t0ken"}', '{\n  "name": "\\ud83d ***"\n}'),
            (b"[" * 100_000, ""),
            (b"", ""),
        ):
            call.content = content
            self.assertEqual(call.answer, text)
        call.content = b"x" * 50_000
        self.assertLess(len(call.answer), 21_000)

    def test_repeated_in_another_spelling(self):
        """A password with a quote in it looks different in JSON, and in JSON within that."""
        sent = {"password": 'пароль "a\\b"'}
        for is_ascii in (True, False):
            repeated = json.dumps(sent, ensure_ascii=is_ascii)
            for answer in (
                sent["password"],
                repeated,
                json.dumps(repeated),
                f"refused: {repeated}",
            ):
                call = Call("sendAuthorizationPassword", sent, "")
                call.content = json.dumps({"message": answer}).encode()
                with self.subTest(answer):
                    self.assertIn("***", call.answer)
                    self.assertNotIn("a\\", call.answer)
                    self.assertNotIn("a\\", call.mask(answer))

    def test_codes_of_errors_are_no_secrets(self):
        """The number of an error stays, the code of a sign-in does not."""
        text = to_masked_text([{"code": 401}, {"code": "12345", "password": "p"}])
        self.assertIn("401", text)
        self.assertNotIn("12345", text)

    def test_not_done(self):
        """What the service did not do, though it answered 200, is no success."""
        self.ask("clear_webhooks_queue")
        with self.assertRaisesRegex(UserError, "wait [0-9]+ seconds"):
            self.ask("clear_webhooks_queue")

    def test_unknown_outcome(self):
        """After a call of unknown outcome a person looks first, and does not just press again."""
        self.phone.fault("clearMessagesQueue", "lost_after")
        with self.assertRaisesRegex(UserError, "Check before trying again"):
            self.ask("clear_messages_queue")

    def test_state_told_by_failure(self):
        """A failure that tells the state of the instance changes it, though the button failed."""
        self.phone.change(stateInstance="notAuthorized")
        with self.assertRaisesRegex(UserError, "Sign In"):
            self.ask("get_contacts")
        self.instance.invalidate_recordset()
        self.assertEqual(self.instance.state, "notAuthorized")

    def test_answer_for_people(self):
        """What is shown holds words, and the raw answer without its secrets."""
        action = self.instance._display_result("Done", {"apiTokenInstance": SECRET_MARK, "n": 1})
        self.assertEqual(action["params"]["message"], "Done")
        self.assertEqual(json.loads(action["params"]["raw"]), {"apiTokenInstance": "***", "n": 1})
        action = self.instance.with_user(self.salesperson)._display_result("Done", {"n": 1})
        self.assertFalse(action["params"]["raw"], "the API log is not for everybody")

    def test_rights(self):
        """Calls hold what others wrote: for administrators of the company, and nobody writes."""
        self.instance.call_log = "all"
        self.ask("get_state_instance")
        call = self.get_calls()
        with self.assertRaises(AccessError):
            call.with_user(self.salesperson).read(["answer"])
        groups = "telegram_green_api.group_manager"
        manager = new_user(self.env, "call_manager", groups=groups)
        self.assertEqual(call.with_user(manager).method, "getStateInstance")
        with self.assertRaises(AccessError):
            call.with_user(manager).answer = "Something else"
        company = self.env["res.company"].create({"name": "Other"})
        other = new_user(self.env, "call_other", groups=groups, company_id=company.id)
        self.assertFalse(self.env["telegram.call"].with_user(other).search([]))

    def test_removed_by_age(self):
        """The log does not grow for ever, and does not lose what is young."""
        self.instance.write({"call_log": "all", "call_retention_days": 14})
        self.ask("get_state_instance")
        self.ask("get_settings")
        old, young = self.get_calls().sorted("id")
        self.env.cr.execute(
            "UPDATE telegram_call SET create_date = %s WHERE id = %s",
            [fields.Datetime.now() - timedelta(days=15), old.id],
        )
        self.env["telegram.call"]._gc_calls()
        self.assertEqual(self.get_calls(), young)
