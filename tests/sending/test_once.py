# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

import threading
from concurrent.futures import ThreadPoolExecutor

from psycopg2.errors import SerializationFailure

from odoo import SUPERUSER_ID, api
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.service.model import retrying
from odoo.tests import tagged

from ...tools.transactions import write_in_own_transaction
from ..committed_case import CommittedCase
from ..common import CUSTOMER_CHAT, SECRET_MARK

PARTNER_TOKEN = f"gac.{SECRET_MARK}once"
BLOCKED = """
    SELECT count(*) FROM pg_stat_activity
     WHERE datname = current_database() AND wait_event_type = 'Lock'
"""


class OnceCase(CommittedCase):
    """A dialog in the database itself, whose button is pressed in transactions of their own."""

    name = "Once test"

    def create_dialog(self, model, **values):
        with self.environment() as env:
            return model, env[model].create(values).id

    def press(self, dialog, button):
        """Press a button as a request of its own, which Odoo repeats after a conflict."""
        model, dialog_id = dialog
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            return retrying(getattr(env[model].browse(dialog_id), button), env)

    def press_while_open(self, dialog, button):
        """Press a button twice; the second time while the first transaction is still open.

        :return: what both presses return
        """
        model, dialog_id = dialog
        with ThreadPoolExecutor(1) as others, self.environment() as env:
            first = getattr(env[model].browse(dialog_id), button)()
            env.flush_all()
            pressed = others.submit(self.press, dialog, button)
            self.wait_until_blocked()
            env.cr.commit()
            return first, pressed.result(60)

    def wait_until_blocked(self):
        with self.registry.cursor() as cr:
            for _look in range(600):
                cr.execute(BLOCKED)
                if cr.fetchone()[0]:
                    return
                cr.rollback()  # a transaction sees one state of the others
                threading.Event().wait(0.1)
        self.fail("the second press did not wait for the first one")

    def message(self, action):
        return action["params"]["message"]


@tagged("post_install", "-at_install")
class TestDialogsOnce(OnceCase):
    """A dialog acts once, however often and however fast its button is pressed."""

    def setUp(self):
        super().setUp()
        with self.environment() as env:
            instance = env["telegram.instance"].browse(self.instance_id)
            self.chat_id = env["telegram.chat"]._get_or_create(instance, CUSTOMER_CHAT).id

    def create_composer(self, **values):
        values = {"res_model": "res.partner", "body": "Only once", **values}
        return self.create_dialog("telegram.composer", instance_id=self.instance_id, **values)

    def test_composer_again(self):
        """Pressed again after a gateway's timeout, the composer says what it has sent."""
        composer = self.create_composer(res_id=self.customer_id)
        self.press(composer, "action_send")
        text = self.message(self.press(composer, "action_send"))
        self.assertIn("Messages queued: 1", text)
        self.assertIn("not sent again", text)
        self.assertEqual(self.texts("outgoing"), ["Only once"])

    def test_composer_double_press(self):
        """Of two presses at the same time, the second one sends nothing."""
        composer = self.create_composer(res_id=self.customer_id)
        _first, second = self.press_while_open(composer, "action_send")
        self.assertIn("not sent again", self.message(second))
        self.assertEqual(self.texts("outgoing"), ["Only once"])

    def test_mailing_double_press(self):
        """Everybody got the mailing twice."""
        with self.environment() as env:
            other = env["res.partner"].create({"name": self.name, "phone": "+79998887701"})
        composer = self.create_composer(res_ids=repr([self.customer_id, other.id]))
        _first, second = self.press_while_open(composer, "action_send")
        self.assertIn("Messages queued: 2", self.message(second))
        self.assertEqual(self.texts("outgoing"), ["Only once"] * 2)

    def test_composer_after_an_error(self):
        """What was not sent because something was missing may be sent afterwards."""
        composer = self.create_composer(res_id=self.customer_id, body=False)
        with self.assertRaises(UserError):
            self.press(composer, "action_send")
        with self.environment() as env:
            env["telegram.composer"].browse(composer[1]).body = "Only once"
        self.press(composer, "action_send")
        self.assertEqual(self.texts("outgoing"), ["Only once"])

    def test_forward_double_press(self):
        """A message was forwarded twice."""
        with self.environment() as env:
            instance = env["telegram.instance"].browse(self.instance_id)
            message = instance.send_text(CUSTOMER_CHAT, "Forward me")
            message._set_state({"state": "sent", "id_message": "17"})
            message_id = message.id
        wizard = self.create_dialog(
            "telegram.forward",
            message_ids=[Command.set([message_id])],
            chat_ids=[Command.set([self.chat_id])],
        )
        _first, second = self.press_while_open(wizard, "action_forward")
        self.assertIn("not sent again", self.message(second))
        self.assertEqual(len(self.texts("outgoing")), 2, "the message, and forwarded once")

    def test_group_double_press(self):
        """While a group is being created, another press creates none; later it opens the first."""
        wizard = self.create_dialog(
            "telegram.group.create",
            instance_id=self.instance_id,
            name="Team",
            chat_ids=[Command.set([self.chat_id])],
        )
        self.phone.fault("createGroup", "hold")
        with ThreadPoolExecutor(1) as others:
            pressed = others.submit(self.press, wizard, "action_create")
            self.phone.requests("createGroup", count=1, timeout=60)
            meanwhile = self.press(wizard, "action_create")
            self.assertEqual(meanwhile["res_id"], wizard[1])
            [problem] = self.values_of(wizard[0], "problem", [("id", "=", wizard[1])])
            self.assertIn("being created", problem)
            self.phone.release()
            first = pressed.result(60)
        self.assertEqual(self.press(wizard, "action_create"), first)
        self.assertEqual(len(self.phone.requests("createGroup")), 1)

    def test_new_token_double_press(self):
        """Two new tokens: the one that was stored last was not the last one of GREEN-API."""
        account = ("telegram.instance", self.instance_id)
        self.phone.fault("updateApiToken", "hold")
        with ThreadPoolExecutor(2) as others:
            pressed = [others.submit(self.press, account, "action_new_api_token")]
            self.phone.requests("updateApiToken", count=1, timeout=60)
            pressed.append(others.submit(self.press, account, "action_new_api_token"))
            self.wait_until_blocked()
            self.phone.release()
            first, second = (each.result(60) for each in pressed)
        self.assertEqual(first, second)
        self.assertEqual(len(self.phone.requests("updateApiToken")), 1)
        self.assertEqual(self.press(account, "action_new_api_token"), first)
        with self.environment() as env:
            token = env["telegram.instance"].browse(self.instance_id).api_token
        self.assertEqual(self.phone.instance()["apiTokenInstance"], token)

    def test_guided_start_double_press(self):
        """Two test messages went to the own chat."""
        start = self.create_dialog("telegram.onboarding", instance_id=self.instance_id)
        self.phone.fault("getAccountSettings", "hold", times=2)
        with ThreadPoolExecutor(2) as others:
            pressed = [others.submit(self.press, start, "send_test") for _press in range(2)]
            self.phone.requests("getAccountSettings", count=2, timeout=60)
            self.phone.release()
            for each in pressed:
                self.assertEqual(each.result(60)["status"], "queued")
        self.assertEqual(len(self.texts("outgoing")), 1)

    def test_result_that_could_not_be_saved(self):
        """After conflicts, what GREEN-API had done counted as not done: a press did it again."""

        def call(dialog):
            def conflict(_own):
                raise SerializationFailure

            write_in_own_transaction(dialog, conflict)

        dialog = self.create_dialog("telegram.queue", instance_id=self.instance_id)
        for text in ("could not be saved", "already clicked.*could not be saved"):
            with self.environment() as env, self.assertRaisesRegex(UserError, text):
                queue = env[dialog[0]].browse(dialog[1])
                queue._call_once("button", lambda queue=queue: call(queue))

    def test_queue_cleared_twice(self):
        """A second press clears nothing that was queued after the first one."""
        dialog = self.create_dialog("telegram.queue", instance_id=self.instance_id)
        first = self.press(dialog, "action_clear_messages")
        self.assertEqual(
            self.message(self.press(dialog, "action_clear_messages")), self.message(first)
        )
        self.assertEqual(len(self.phone.requests("clearMessagesQueue")), 1)


@tagged("post_install", "-at_install")
class TestInstanceOnce(OnceCase):
    """An instance at the partner costs money: it is created once."""

    sandbox_options = ("--partner-token", PARTNER_TOKEN)
    MODEL = "telegram.api.partner.create"
    BUTTON = "action_create_instance"

    def setUp(self):
        super().setUp()
        with self.environment() as env:
            partner = env["telegram.api.partner"].create(
                {
                    "name": self.name,
                    "api_url": self.sandbox_url,
                    "instance_url": self.sandbox_url,
                    "api_token_new": PARTNER_TOKEN,
                }
            )
            self.api_partner_id = partner.id
        self.dialog = self.create_dialog(
            self.MODEL, api_partner_id=self.api_partner_id, name=self.name
        )

    def remove_records(self):  # pylint: disable=missing-return
        super().remove_records()
        with self.environment() as env:
            env["telegram.api.partner"].search([("name", "=", self.name)]).unlink()

    def count_calls(self):
        return len(self.phone.requests_without_instance("createInstance"))

    def test_double_press(self):
        """A press during the first one says that it is under way; later it opens its instance."""
        before = self.count_calls()
        self.phone.fault("createInstance", "hold")
        with ThreadPoolExecutor(1) as others:
            pressed = others.submit(self.press, self.dialog, self.BUTTON)
            self.phone.requests_without_instance("createInstance", count=before + 1)
            with self.assertRaisesRegex(UserError, "already clicked"):
                self.press(self.dialog, self.BUTTON)
            self.phone.release()
            first = pressed.result(60)
        self.assertEqual(self.press(self.dialog, self.BUTTON), first)
        self.assertEqual(self.count_calls(), before + 1)

    def test_unknown_outcome(self):
        """After a lost response, the same dialog creates no second instance, and says why.

        It said that the first click had not ended, however long the user waited.
        """
        before = self.count_calls()
        self.phone.fault("createInstance", "lost_after")
        for text in ("may have been completed", "already clicked.*Click Refresh"):
            with self.assertRaisesRegex(UserError, text):
                self.press(self.dialog, self.BUTTON)
        self.assertEqual(self.count_calls(), before + 1)

    def test_refused(self):
        """After a refusal nothing was created, so the button may be pressed again."""
        before = self.count_calls()
        self.phone.fault("createInstance", "status", status=429)
        with self.assertRaises(UserError):
            self.press(self.dialog, self.BUTTON)
        self.assertTrue(self.press(self.dialog, self.BUTTON))
        self.assertEqual(self.count_calls(), before + 2)
