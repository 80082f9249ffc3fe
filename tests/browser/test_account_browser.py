# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo.tests import tagged

from ..common import SandboxCase, TelegramCase
from ..connection.account_case import picture_file
from .browser_case import TourCase

STRANGER_CHAT = "30000000"


class AccountBrowserCase(TourCase, SandboxCase):
    """The page "Account" of an instance: who is signed in, settings, out and in again."""

    def check_account(self):
        self.phone = self._create_phone(twoFactorPassword="correct horse")
        instance = self.env["telegram.instance"].create(
            {
                "name": "Sales",
                "id_instance": str(self.phone.id_instance),
                "api_token_new": self.phone.token,
                "api_url": self.sandbox_url,
            }
        )
        instance._refresh_state()
        picture = self.env["telegram.instance.picture"].create(
            {
                "instance_id": instance.id,
                "picture": picture_file("PNG", "RGB", (300, 300), (0, 136, 204)),
            }
        )
        picture.action_set()
        instance.write({"account_picture": False})
        self.env.flush_all()
        url = f"/odoo/telegram.instance/{instance.id}"
        self.tour("telegram_account", url)
        self.assertEqual(self.phone.instance()["settings"]["keepOnlineStatus"], "yes")
        # Telegram sends no second code within five minutes: the first is known beforehand.
        self.env["telegram.sign.in"].create({"instance_id": instance.id}).request_code(
            "+79876543210"
        )
        self.tour("telegram_account_sign_in", url, telegram_code=self.phone.instance()["loginCode"])
        self.env.invalidate_all()
        self.assertEqual(instance.state, "authorized")
        self.assertEqual(self.leaks, [], "a token went to the browser")


class NoAccountCase(TelegramCase, TourCase):
    """What a user finds who may use Telegram, but operates no account."""

    def check_no_account(self):
        """Check that the empty lists name the person to ask, by Odoo's own way to the action."""
        self.assertTrue(self.instance.active)  # of the salesperson
        self.create_user("account_beginner", "user")
        for name in ("telegram_inbox_action", "telegram_message_action", "telegram_chat_action"):
            with self.subTest(name):
                url = f"/odoo/action-telegram_green_api.{name}"
                self.tour("telegram_no_account", url, login="account_beginner")


class ChangedAccountCase(TelegramCase, TourCase):
    """An account is archived or signed out, while people work with it."""

    def check_archived(self):
        """Check the question before it, and that the conversation can be read afterwards."""
        self.phone.add_customer("Ivan Petrov", chatId=STRANGER_CHAT)
        self.phone.write(STRANGER_CHAT, "Is it in stock?")
        self.receive()
        chat = self.env["telegram.chat"]._find(self.instance, STRANGER_CHAT)
        self.instance.send_text(STRANGER_CHAT, "Yes")
        self.tour("telegram_archive_account", f"/odoo/telegram.instance/{self.instance.id}")
        self.assertFalse(self.instance.active)
        url = f"/odoo/discuss?active_id=discuss.channel_{chat._open_channel().id}"
        self.tour("telegram_archived_conversation", url, login=self.salesperson.login)

    def check_live(self):
        """Check that an open form shows by itself that the phone has signed out."""
        sign_out = self.env["ir.cron"].create(
            {
                "name": "Sign out",
                "model_id": self.env["ir.model"]._get_id("telegram.instance"),
                "state": "code",
                "code": f"model.browse({self.instance.id})._update_state('notAuthorized')",
            }
        )
        url = f"/odoo/telegram.instance/{self.instance.id}"
        self.tour("telegram_account_live", url, sign_out_cron_id=str(sign_out.id))


@tagged("post_install", "-at_install")
class TestChangedAccountDesktop(ChangedAccountCase):
    browser_size = "1400x900"

    def test_archived(self):
        """Odoo asked without a word on what ends, and operators got an error of access."""
        self.check_archived()

    def test_live(self):
        """An open form said "Signed In" until the page was loaded again."""
        self.check_live()


@tagged("post_install", "-at_install")
class TestChangedAccountMobile(ChangedAccountCase):
    browser_size = "390x844"
    touch_enabled = True

    def test_archived(self):
        """The same on a phone."""
        self.check_archived()


@tagged("post_install", "-at_install")
class TestNoAccountDesktop(NoAccountCase):
    browser_size = "1400x900"

    def test_no_account(self):
        """An empty list looks as if no customer had written yet."""
        self.check_no_account()


@tagged("post_install", "-at_install")
class TestNoAccountMobile(NoAccountCase):
    browser_size = "390x844"
    touch_enabled = True

    def test_no_account(self):
        """The same on a phone."""
        self.check_no_account()


@tagged("post_install", "-at_install")
class TestAccountDesktop(AccountBrowserCase):
    browser_size = "1400x900"

    def test_account(self):
        """On a desktop."""
        self.check_account()


@tagged("post_install", "-at_install")
class TestAccountMobile(AccountBrowserCase):
    browser_size = "390x844"
    touch_enabled = True

    def test_account(self):
        """On a phone."""
        self.check_account()
