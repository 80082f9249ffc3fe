# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo.tests import tagged

from ..common import SandboxCase, UserCase
from .browser_case import TourCase


class StartBrowserCase(TourCase, SandboxCase, UserCase):
    """The guided start by clicking, from the empty list to the message that came back."""

    def check_start(self):
        self.env["telegram.instance"].search([]).active = False
        self.phone = self._create_phone(stateInstance="notAuthorized", settings={})
        seller = self.create_user("start_seller", "user", name="Start Seller")
        beginner = self.create_user("start_beginner", "employee", name="Start Beginner")
        self.tour("telegram_start", "/odoo/action-telegram_green_api.telegram_instance_action")
        start = "/odoo/action-telegram_green_api.telegram_onboarding_action"
        self.tour("telegram_start_continue", start)
        instance = self.env["telegram.instance"].search([])
        self.assertEqual((instance.name, instance.state), ("Guided", "authorized"))
        self.tour("telegram_start_again", f"/odoo/telegram.instance/{instance.id}")
        self.env.invalidate_all()
        self.assertTrue(instance.test_date)
        self.assertLessEqual(seller + beginner, instance.operator_ids)
        self.assertTrue(beginner.has_group("telegram_green_api.group_user"))
        self.assertEqual([entry["chatId"] for entry in self.phone.ledger()], ["20000000"])
        self.assertEqual(self.leaks, [], "a token went to the browser")

    def create_with_wrong_token(self):
        self.phone = self._create_phone()
        return self.env["telegram.instance"].create(
            {
                "name": "Guided",
                "id_instance": str(self.phone.id_instance),
                "api_token_new": "former",
                "api_url": self.sandbox_url,
            }
        )

    def check_wrong_token(self):
        instance = self.create_with_wrong_token()
        self.tour("telegram_start_wrong_token", f"/odoo/telegram.instance/{instance.id}")
        self.env.invalidate_all()
        self.assertEqual(instance.state, "unauthorized")

    def check_connected_already(self):
        instance = self.create_with_wrong_token()
        url = "/odoo/action-telegram_green_api.telegram_onboarding_action"
        self.tour("telegram_start_connected", url)
        self.env.invalidate_all()
        self.assertEqual((instance.name, instance.sudo().api_token), ("Guided", "former"))


@tagged("post_install", "-at_install")
class TestStartDesktop(StartBrowserCase):
    browser_size = "1400x900"

    def test_start(self):
        """On a desktop."""
        self.check_start()

    def test_wrong_token(self):
        """The first button says that a token is wrong, and the guide beside its field, too."""
        self.check_wrong_token()

    def test_connected_already(self):
        """An instance ID typed by mistake does not change the account that it belongs to."""
        self.check_connected_already()


@tagged("post_install", "-at_install")
class TestStartMobile(StartBrowserCase):
    browser_size = "390x844"
    touch_enabled = True

    def test_start(self):
        """On a phone."""
        self.check_start()

    def test_wrong_token(self):
        """The same on a phone."""
        self.check_wrong_token()

    def test_connected_already(self):
        """The same on a phone."""
        self.check_connected_already()
