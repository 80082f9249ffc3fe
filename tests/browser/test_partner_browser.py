# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo.tests import tagged
from odoo.tools import mute_logger

from green_api_sandbox.phone import Phone

from ..common import CUSTOMER_CHAT, SandboxCase
from ..partner_mode.partner_case import PARTNER_TOKEN
from .browser_case import TourCase

LIST = "/odoo/action-telegram_green_api.telegram_api_partner_action"


class PartnerBrowserCase(TourCase, SandboxCase):
    """Partner mode by clicking: an instance is made, connected, used and deleted."""

    sandbox_options = ("--partner-token", PARTNER_TOKEN)

    def check_partner(self):
        self.phone = self._create_phone(name="Old shop")
        new_id = self.phone.id_instance + 1  # the next one that the local service gives
        SandboxCase._next_id_instance = new_id
        new_phone = Phone(self.sandbox_url, new_id)
        lent = {"telegram_partner_token": PARTNER_TOKEN, "telegram_new_id": str(new_id)}
        self.tour("telegram_api_partner_create", LIST, **lent)
        partner = self.env["telegram.api.partner"].search([])
        instance = self.env["telegram.instance"].search([("id_instance", "=", str(new_id))])
        self.assertEqual(partner.name, "Our partner")
        self.assertEqual((instance.name, instance.state), ("Branch", "authorized"))
        message = instance.send_text(CUSTOMER_CHAT, "From the new instance")
        instance.send_cron_id.method_direct_trigger()
        self.assertEqual(message.state, "sent")
        self.assertIn("From the new instance", [each["message"] for each in new_phone.ledger()])
        instance.send_text(CUSTOMER_CHAT, "Never sent")
        self.env.flush_all()
        new_phone.fault("logout", "status", status=500)
        self.tour("telegram_api_partner_delete", f"/odoo/telegram-partners/{partner.id}")
        self.env.invalidate_all()
        self.assertEqual((instance.state, instance.active), ("deleted", False))
        self.assertTrue(new_phone.instance()["deleted"])
        self.assertEqual(new_phone.instance()["stateInstance"], "notAuthorized")
        self.assertEqual(self.leaks, [], "a token went to the browser")

    def check_connected_already(self):
        """Check that an account that is connected keeps its name and its token."""
        self.phone = self._create_phone(name="Old shop")
        values = {"api_url": self.sandbox_url, "api_token_new": self.phone.token}
        instance = self.env["telegram.instance"].create(
            {"name": "Old shop", "id_instance": str(self.phone.id_instance), **values}
        )
        partner = self.env["telegram.api.partner"].create(
            {
                "name": "Our partner",
                "api_url": self.sandbox_url,
                "instance_url": self.sandbox_url,
                "api_token_new": PARTNER_TOKEN,
            }
        )
        row = {"idInstance": self.phone.id_instance, "apiTokenInstance": "x"}
        control = Phone(self.sandbox_url)
        self.addCleanup(control.clear_faults)
        control.fault("createInstance", "status", status=200, body=row)
        with mute_logger("odoo.http"):  # refused in a dialog
            self.tour("telegram_api_partner_connected", f"/odoo/telegram-partners/{partner.id}")
        self.env.invalidate_all()
        self.assertEqual(instance.name, "Old shop")
        self.assertEqual(instance.sudo().api_token, self.phone.token)


@tagged("post_install", "-at_install")
class TestPartnerDesktop(PartnerBrowserCase):
    browser_size = "1400x900"

    def test_partner(self):
        """On a desktop."""
        self.check_partner()


@tagged("post_install", "-at_install")
class TestPartnerMobile(PartnerBrowserCase):
    browser_size = "390x844"
    touch_enabled = True

    def test_partner(self):
        """On a phone."""
        self.check_partner()


# In classes, so local services, of their own: the other tests count all instances of the partner.
@tagged("post_install", "-at_install")
class TestConnectedAlreadyDesktop(PartnerBrowserCase):
    browser_size = "1400x900"

    def test_connected_already(self):
        """An instance that is connected already is not renamed, and its token is not replaced."""
        self.check_connected_already()


@tagged("post_install", "-at_install")
class TestConnectedAlreadyMobile(PartnerBrowserCase):
    browser_size = "390x844"
    touch_enabled = True

    def test_connected_already(self):
        """On a phone."""
        self.check_connected_already()
