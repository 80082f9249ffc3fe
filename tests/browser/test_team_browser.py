# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo.fields import Command
from odoo.tests import tagged

from ..common import TelegramCase
from .browser_case import TourCase


class TeamBrowserCase(TelegramCase, TourCase):
    """A customer waits in the inbox; an operator takes the chat, asks a colleague and answers."""

    def setUp(self):
        super().setUp()
        self.instance.operator_ids = [Command.link(self.env.ref("base.user_admin").id)]
        self.instance.assignment = "nobody"
        self.env.flush_all()  # what comes in is processed in a transaction of its own

    def check_team(self):
        """Check that the customer gets the answer, and not the note for the colleague."""
        event = self.ingest(self.notification("Is it in stock?"))
        chat = event.message_id.chat_id
        self.assertEqual(chat.inbox_state, "waiting")
        self.tour("telegram_team", "/odoo/action-telegram_green_api.telegram_inbox_action")
        self.env.invalidate_all()
        self.assertEqual(chat.user_id, self.env.ref("base.user_admin"))
        self.assertEqual(chat.inbox_state, "answered")
        self.send_queue()
        self.assertEqual([each["message"] for each in self.phone.ledger()], ["Yes, it is."])

    def check_automations(self):
        """Check that a ready rule can be found, understood and switched on."""
        self.tour(
            "telegram_automation_on", "/odoo/action-telegram_green_api.telegram_automation_action"
        )
        automation = self.env.ref("telegram_green_api.telegram_automation_invoice_overdue")
        automation.invalidate_recordset()
        self.assertTrue(automation.is_on)
        action = automation.action_id
        self.tour("telegram_server_action", f"/odoo/ir.actions.server/{action.id}")


@tagged("post_install", "-at_install")
class TestTeamDesktop(TeamBrowserCase):
    browser_size = "1400x900"

    def test_list_of_a_supervisor(self):
        """A supervisor who operates another account would get buttons that refuse them."""
        boris = self.create_user("team_boris", "user", name="Boris")
        self.instance.operator_ids |= boris
        supervised = self._create_instance(self._create_phone(), name="Supervised")
        supervised.supervisor_id = boris
        self.ingest(self.notification("Is it in stock?"))
        sender = {"chatId": "10000008", "chatType": "user", "sender": "10000008"}
        names = {"senderName": "Pyotr", "chatName": "Pyotr"}
        self.ingest(
            self.notification("Hello?", senderData={**sender, **names}), instance=supervised
        )
        inbox = "/odoo/action-telegram_green_api.telegram_inbox_action"
        self.tour("telegram_inbox_list", inbox, login="team_boris")
        self.env.invalidate_all()
        chats = self.env["telegram.chat"].search([("inbox_state", "=", "waiting")], order="id")
        self.assertEqual(chats.mapped("user_id"), boris)
        self.assertEqual(chats.filtered("user_id").instance_id, self.instance)

    def test_hand_over_of_own_chats(self):
        """The dialog would refuse with an error what it has done; buttons would fill two rows."""
        anna = self.create_user("team_anna", "user", name="Anna")
        boris = self.create_user("team_boris", "user", name="Boris")
        self.instance.write(
            {"operator_ids": [Command.set((anna | boris).ids)], "visibility": "own"}
        )
        chat = self.ingest(self.notification("Is it in stock?")).message_id.chat_id
        chat.with_user(anna).action_take()
        inbox = "/odoo/action-telegram_green_api.telegram_inbox_action"
        with self.assertLogs("odoo.http", "WARNING"):  # the form tries to read the chat
            self.tour("telegram_hand_over", inbox, login="team_anna")
        self.env.invalidate_all()
        self.assertEqual(chat.user_id, boris)

    def test_close_own(self):
        """What was closed would stay unread, and the counter would open colleagues' chats."""
        anna = self.create_user("team_anna", "user", name="Anna")
        boris = self.create_user("team_boris", "user", name="Boris")
        self.instance.operator_ids = [Command.set((anna | boris).ids)]
        chat = self.ingest(self.notification("Is it in stock?")).message_id.chat_id
        sender = {"chatId": "10000008", "chatType": "user", "sender": "10000008"}
        names = {"senderName": "Pyotr", "chatName": "Pyotr"}
        other = self.ingest(self.notification("Hello?", senderData={**sender, **names}))
        other.message_id.chat_id._assign(boris)
        members = other.message_id.chat_id.channel_id.channel_member_ids
        members.filtered(lambda member: member.partner_id == anna.partner_id).write(
            {"new_message_separator": 2**31 - 1}
        )
        inbox = "/odoo/action-telegram_green_api.telegram_inbox_action"
        self.tour("telegram_close_own", inbox, login="team_anna")
        self.env.invalidate_all()
        self.assertEqual(chat.inbox_state, "closed")
        unread = {
            member.partner_id: member.message_unread_counter
            for member in chat.channel_id.channel_member_ids
        }
        self.assertEqual(unread, {anna.partner_id: 0, boris.partner_id: 1})

    def test_hand_over_in_russian(self):
        """The title of a dialog would be English for who reads Russian."""
        self.env["res.lang"]._activate_lang("ru_RU")
        modules = self.env["ir.module.module"].search([("state", "=", "installed")])
        modules._update_translations(["ru_RU"])
        self.env.ref("base.user_admin").lang = "ru_RU"
        chat = self.ingest(self.notification("Thank you!")).message_id.chat_id
        url = f"/odoo/discuss?active_id=discuss.channel_{chat._open_channel().id}"
        self.tour("telegram_hand_over_in_russian", url)

    def test_activities(self):
        """The menu of activities would open the chats without any, too."""
        chat = self.ingest(self.notification("Is it in stock?")).message_id.chat_id
        sender = {"chatId": "10000008", "chatType": "user", "sender": "10000008"}
        names = {"senderName": "Pyotr", "chatName": "Pyotr"}
        self.ingest(self.notification("Hello?", senderData={**sender, **names}))
        chat.activity_schedule(
            "mail.mail_activity_data_todo", user_id=self.env.ref("base.user_admin").id
        )
        self.tour("telegram_activities", "/odoo")

    def test_assignee_in_discuss(self):
        """Nobody would see that they answer in a colleague's chat, or could take one."""
        anna = self.create_user("team_anna", "user", name="Anna")
        boris = self.create_user("team_boris", "user", name="Boris")
        self.instance.operator_ids = [Command.set((anna | boris).ids)]
        chat = self.ingest(self.notification("Is it in stock?")).message_id.chat_id
        url = f"/odoo/discuss?active_id=discuss.channel_{chat._open_channel().id}"
        self.tour("telegram_assignee", url, login="team_anna")
        self.env.invalidate_all()
        self.assertEqual(chat.user_id, boris)

    def test_close_in_discuss(self):
        """Who reads a thank-you in Discuss would have to look for the chat in the inbox."""
        chat = self.ingest(self.notification("Thank you!")).message_id.chat_id
        url = f"/odoo/discuss?active_id=discuss.channel_{chat._open_channel().id}"
        self.tour("telegram_close_in_discuss", url)
        self.env.invalidate_all()
        self.assertEqual(chat.inbox_state, "closed")

    def test_team(self):
        """On a desktop."""
        self.check_team()

    def test_automations(self):
        """On a desktop."""
        self.check_automations()


@tagged("post_install", "-at_install")
class TestTeamMobile(TeamBrowserCase):
    browser_size = "390x844"
    touch_enabled = True

    def test_team(self):
        """On a phone."""
        self.check_team()

    def test_automations(self):
        """On a phone."""
        self.check_automations()
