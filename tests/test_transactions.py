# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from psycopg2.errors import SerializationFailure

from odoo.exceptions import UserError
from odoo.tests import tagged

from ..tools.transactions import ATTEMPTS, write_and_commit, write_in_own_transaction
from .committed_case import CommittedCase
from .common import TelegramCase


@tagged("post_install", "-at_install")
class TestNotRepeated(TelegramCase):
    """Odoo repeats a request when another transaction was in the way: not what was asked then."""

    def test_always_in_the_way(self):
        """An outcome that cannot be written down is told; the request is not begun once more."""
        tried = []

        def write(instance):
            tried.append(instance)
            raise SerializationFailure("on purpose")

        with (
            self.enter_registry_test_mode(),
            self.assertRaisesRegex(UserError, "before trying again"),
        ):
            write_in_own_transaction(self.instance, write)
        self.assertEqual(len(tried), ATTEMPTS)


@tagged("post_install", "-at_install")
class TestNotRepeatedCommitted(CommittedCase):
    name = "Repeat test"

    def test_busy_rows(self):
        """Others change the rows again and again: the result of a call was given up after five."""
        begun = []

        def write(instance):
            instance.fetch(["send_failures"])  # here the transaction takes its snapshot
            begun.append(instance)
            if len(begun) < 8:
                with self.environment() as other:
                    other["telegram.instance"].browse(instance.id).send_failures = len(begun)
            instance.send_failures = 100

        with self.environment() as env:
            write_and_commit(env, write, env["telegram.instance"].browse(self.instance_id))
        self.assertEqual(len(begun), 8)
        [failures] = self.values_of(
            "telegram.instance", "send_failures", [("id", "=", self.instance_id)]
        )
        self.assertEqual(failures, 100)

    def test_sign_in_by_code(self):
        """The receive action writes the state while a code is asked for: Telegram sends one."""
        self.phone.change(stateInstance="notAuthorized")
        with self.environment() as env:
            dialog = env["telegram.sign.in"].create({"instance_id": self.instance_id})
        with self.environment() as env:
            dialog = dialog.with_env(env)
            self.assertEqual(dialog.instance_id.state, "authorized")
            with self.environment() as other:
                other["telegram.instance"].browse(self.instance_id).send_failures = 3
            answer = dialog.request_code("+7 987 654-32-10")
            env.flush_all()  # here another transaction would be in the way
        self.assertTrue(answer["accepted"])
        self.assertEqual(answer["state"], "notAuthorized")
        with self.environment() as env:
            dialog.with_env(env).unlink()
