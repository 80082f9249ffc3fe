# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo.tests import tagged

from ..common import CUSTOMER_CHAT
from ..groups.group_case import IVAN, MARFA, OWN_CHAT
from .test_whole_way import BrowserCase


class GroupBrowserCase(BrowserCase):
    """Contacts whom the account knows in Telegram, and one whom it does not."""

    def setUp(self):
        super().setUp()
        self.phone.change(stateInstance="authorized")
        self.instance = self.env["telegram.instance"].create(
            {
                "name": "Groups",
                "id_instance": str(self.phone.id_instance),
                "api_token_new": self.phone.token,
                "api_url": self.sandbox_url,
            }
        )
        self.instance.action_check_state()
        names = ["Vasilisa Ivanova", "Ivan Petrov", "Without Phone", "Marfa Sidorova"]
        self.people = self.env["res.partner"].create([{"name": name} for name in names])
        self.order = self.env["res.partner"].create({"name": "Renovation Order"})
        chats = self.env["telegram.chat"]
        known = self.people.filtered(lambda partner: partner.name != "Without Phone")
        for partner, chat_id in zip(known, (CUSTOMER_CHAT, IVAN, MARFA), strict=True):
            chat = chats._get_or_create(self.instance, chat_id, name=partner.name)
            chat.partner_id = partner

    @property
    def group(self):
        return self.env["telegram.chat"].search(
            [("instance_id", "=", self.instance.id), ("chat_type", "=", "group")]
        )

    def check_conversation(self):
        """Check who are the operators and who are the members in the conversation of a group."""
        self.instance.operator_ids |= self.env.ref("base.user_admin")
        self.env.flush_all()
        self.instance.create_group("Office renovation", self.people[0])
        self.env.invalidate_all()
        group = self.group
        self.instance.send_text(group.telegram_id, "We begin at nine")
        self.tour("telegram_group_conversation", f"/odoo/telegram.chat/{group.id}")


@tagged("post_install", "-at_install")
class TestGroupOnDesktop(GroupBrowserCase):
    browser_size = "1400x900"

    def test_life_of_a_group(self):
        """Made from contacts, changed, people come and go, its QR, tied, written to, left."""
        action = self.env["ir.actions.act_window"].create(
            {
                "name": "People",
                "res_model": "res.partner",
                "view_mode": "list,form",
                "domain": [("id", "in", self.people[:3].ids)],
            }
        )
        self.tour("telegram_group", f"/odoo/action-{action.id}")
        self.env.invalidate_all()
        self.assertEqual(self.group.name, "Office renovation")
        self.assertTrue(self.group.left_date)
        self.assertEqual(self.group._get_record(), self.order)
        with self.instance._get_client() as client:
            data = client.get_group_data(self.group.telegram_id)
        members = {each.chat_id: each.is_admin for each in data.participants}
        self.assertEqual(members, {CUSTOMER_CHAT: True, MARFA: False})
        self.assertEqual(data.name, "Office renovation")
        self.assertFalse(data.settings["allowParticipantsPinMessages"])
        self.assertEqual([entry["message"] for entry in self.phone.ledger()], ["We begin at nine"])
        self.assertEqual(len(self.phone.requests("createGroup")), 1)
        self.assertEqual(self.leaks, [], "a token went to the browser")

    def test_conversation(self):
        """In the conversation, the colleagues and the members of the group are told apart."""
        self.check_conversation()


@tagged("post_install", "-at_install")
class TestGroupOnMobile(GroupBrowserCase):
    browser_size = "390x844"
    touch_enabled = True

    def test_members(self):
        """On a phone's screen: from the chats to a new group whose answer is lost, so that it is
        looked for; its members, an administrator."""
        self.phone.fault("createGroup", "lost_after")
        self.tour("telegram_group_mobile", "/odoo/action-telegram_green_api.telegram_chat_action")
        self.env.invalidate_all()
        with self.instance._get_client() as client:
            data = client.get_group_data(self.group.telegram_id)
        members = {each.chat_id: each.is_admin for each in data.participants}
        self.assertEqual(members, {IVAN: True, OWN_CHAT: True})
        self.assertEqual(len(self.phone.requests("createGroup")), 1)

    def test_conversation(self):
        """The same on a phone, where the actions are in a menu."""
        self.check_conversation()
