# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
# pylint: disable=translation-required  # what users write

from lxml import etree

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from .visibility_case import VisibilityCase


class SupervisorCase(VisibilityCase):
    """The supervisor of an account, who is no operator."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.supervisor = cls.create_user("visibility_supervisor", "user", "contacts")
        cls.other = cls.create_user("visibility_other", "user", "contacts")
        cls.instance.supervisor_id = cls.supervisor

    def check_nothing_was_sent(self):
        """Check that nothing waits to be sent, and that the phone has received nothing."""
        self.send_queue()
        self.assertFalse(self.chat.message_ids.filtered(lambda m: m.direction == "outgoing"))
        self.assertFalse(self.phone.ledger())


@tagged("post_install", "-at_install")
class TestSupervisor(SupervisorCase):
    """A supervisor reads all chats of the account and writes in none."""

    def test_reads_all(self):
        """A supervisor would not see the chats of a salesperson's own customers."""
        everything = {"telegram.chat", "telegram.message", "discuss.channel"}
        for visibility in ("all", "own"):
            self.instance.visibility = visibility
            self.env.invalidate_all()
            self.assertEqual(self.sees(self.supervisor), everything)
            self.assertFalse(self.sees(self.other))
        self.assertTrue(self.instance.with_user(self.supervisor).has_access("read"))

    def test_account_of_another_supervisor(self):
        """The supervisor of one account would read the chats of another one."""
        other = self._create_instance(self._create_phone(), name="Other")
        chat = self.env["telegram.chat"]._get_or_create(other, "10000007", name="Secret")
        own = chat.with_user(self.supervisor)
        self.assertFalse(own.search([("id", "=", chat.id)]))
        with self.assertRaises(AccessError):
            own.read(["name"])

    def test_no_supervisor_any_more(self):
        """A former supervisor would read on, in Discuss as well."""
        self.instance.supervisor_id = False
        self.env.invalidate_all()
        self.assertFalse(self.sees(self.supervisor))

    def test_no_buttons_in_lists(self):
        """The lists would offer buttons that refuse a supervisor."""
        for name in ("telegram_inbox_view_list", "telegram_chat_view_list_unlinked"):
            view = self.env.ref(f"telegram_green_api.{name}")
            for user, is_shown in ((self.salesperson, True), (self.supervisor, False)):
                arch = self.chat.with_user(user).get_view(view.id, "list")["arch"]
                self.assertEqual("<header" in arch, is_shown, (name, user.login))

    def test_no_button_refuses(self):
        """The forms, lists and cards would offer buttons that refuse a supervisor."""
        member = self.env["telegram.group.member"].create(
            {
                "group_id": self.group.id,
                "user_chat_id": self.nobodys.telegram_id,
                "chat_id": self.nobodys.id,
            }
        )
        message, checked = self.chat.message_ids[:1], set()
        rows = {"member_ids": member, "message_ids": message}
        domain = [("mode", "=", "primary"), ("type", "in", ("form", "list", "kanban"))]
        for record in (self.chat, self.group, message):
            views = self.env["ir.ui.view"].search([*domain, ("model", "=", record._name)])
            for view in views:
                own = record.with_user(self.supervisor)
                arch = etree.fromstring(own.get_view(view.id, view.type)["arch"])
                for button in arch.xpath("//*[@type='object']"):
                    parents = [each.get("name") for each in button.iterancestors("field")]
                    row = rows[parents[0]] if parents else record
                    self.check_button(row.with_user(self.supervisor), view, button)
                    checked.add(button.get("name"))
        self.assertLessEqual({"action_take", "action_retry", "action_edit_group"}, checked)

    def check_button(self, record, view, button):
        """Check that a button is hidden from the reader of a record, or does what it says."""
        for element in (button, *button.iterancestors()):
            if element.tag == "header" and element.getparent().tag == "list":
                # The web client hides them: see static/src/views/chat/chat_views.js.
                self.assertIn("js_class", element.getparent().attrib, view.name)
                self.assertTrue(element.getparent().xpath("field[@name='is_read_only']"))
                return
            if "is_read_only" in f"{element.get('invisible')} {element.get('t-if')}":
                return
        with self.subTest(view=view.name, button=button.get("name")):
            try:
                with self.env.cr.savepoint():
                    getattr(record, button.get("name"))()
            except UserError as error:  # it would do nothing here for other reasons
                self.assertNotIsInstance(error, AccessError, "the button refuses a supervisor")

    def test_is_no_member(self):
        """A supervisor would be notified of every message, and listed among the operators."""
        self.chat.with_user(self.supervisor).action_open_in_discuss()
        self.assertNotIn(self.supervisor.partner_id, self.channel.channel_member_ids.partner_id)

    def test_writes_nothing_in_discuss(self):
        """What a supervisor writes would reach the customer, or look like an operator's note."""
        channel = self.channel.with_user(self.supervisor)
        for values in (
            {"message_type": "comment"},
            {"message_type": "comment", "subtype_xmlid": "mail.mt_note"},
            {"message_type": "comment", "is_internal": True},
            {"message_type": "notification"},
            {},
        ):
            with self.subTest(values=values), self.assertRaises(AccessError):
                channel.message_post(body="Hello", **values)
        message = self.channel.message_ids[:1]
        with self.assertRaises(AccessError):
            message.with_user(self.supervisor).write({"body": "Changed"})
        with self.assertRaises(UserError):
            channel.with_user(self.supervisor).add_members(self.supervisor.partner_id.ids)
        self.check_nothing_was_sent()

    def test_supervisor_as_operator(self):
        """A supervisor who was made an operator could not write to others' customers."""
        self.instance.visibility = "own"
        self.instance.operator_ids = [Command.link(self.supervisor.id)]
        self.assertIn(self.supervisor.partner_id, self.channel.channel_member_ids.partner_id)
        self.channel.with_user(self.supervisor).message_post(body="Hello", message_type="comment")
        self.send_queue()
        self.assertEqual(len(self.phone.ledger()), 1)
        self.instance.supervisor_id = False
        self.assertNotIn(self.supervisor.partner_id, self.channel.channel_member_ids.partner_id)

    def test_default_account(self):
        """The composer would offer an account with which the supervisor cannot write."""
        with self.assertRaises(UserError):
            self.env["telegram.instance"].with_user(self.supervisor)._default()
        with self.assertRaises(UserError):
            self.customer.with_user(self.supervisor)._message_telegram("Hello")
        with self.assertRaises(AccessError):
            self.customer.with_user(self.supervisor)._message_telegram(
                "Hello",
                instance=self.instance.with_user(self.supervisor),
            )

    def test_needs_access_right(self):
        """A supervisor without access to Telegram would be reminded of chats they cannot open."""
        employee = self.create_user("visibility_employee", "employee")
        with self.assertRaises(ValidationError):
            self.instance.supervisor_id = employee


@tagged("post_install", "-at_install")
class TestSupervisorRoutes(SupervisorCase, HttpCase):
    """A supervisor uses the routes of Discuss directly."""

    def setUp(self):
        super().setUp()
        self.authenticate(self.supervisor.login, self.supervisor.login)

    def call(self, route, **params):
        response = self.url_open(route, json={"jsonrpc": "2.0", "params": params}).json()
        return response.get("result"), response.get("error", {}).get("data", {}).get("name")

    @mute_logger("odoo.http")
    def test_routes(self):
        """The disabled composer would be the only thing that keeps a supervisor from writing."""
        place = {"thread_model": "discuss.channel", "thread_id": self.channel.id}
        messages, error = self.call("/discuss/channel/messages", channel_id=self.channel.id)
        self.assertFalse(error)
        self.assertTrue(messages["messages"])
        for data in (
            {"body": "Hello", "message_type": "comment", "subtype_xmlid": "mail.mt_comment"},
            {"body": "Hello", "message_type": "comment", "subtype_xmlid": "mail.mt_note"},
        ):
            _result, error = self.call("/mail/message/post", **place, post_data=data)
            self.assertEqual(error, "odoo.exceptions.AccessError")
        self.call("/discuss/channel/notify_typing", channel_id=self.channel.id, is_typing=True)
        first = self.channel.message_ids[-1:]
        for route, values in (
            ("/mail/message/reaction", {"content": "👍", "action": "add"}),
            ("/mail/message/update_content", {"update_data": {"body": "Changed"}}),
        ):
            _result, error = self.call(route, message_id=first.id, **values)
            self.assertTrue(error, route)
        self.env.invalidate_all()
        self.assertNotIn("Changed", first.body)
        self.check_nothing_was_sent()

    def test_reason(self):
        """The composer would not say why a supervisor cannot write."""
        data, _error = self.call(
            "/mail/data", fetch_params=[["discuss.channel", [self.channel.id]]]
        )
        [thread] = data["discuss.channel"] if "discuss.channel" in data else data["mail.thread"]
        self.assertIn("not an operator", thread["telegram_read_only_reason"])
        self.authenticate(self.salesperson.login, self.salesperson.login)
        data, _error = self.call(
            "/mail/data", fetch_params=[["discuss.channel", [self.channel.id]]]
        )
        [thread] = data["discuss.channel"] if "discuss.channel" in data else data["mail.thread"]
        self.assertFalse(thread["telegram_read_only_reason"])
