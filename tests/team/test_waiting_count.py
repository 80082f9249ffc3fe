# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
# pylint: disable=translation-required  # what users write

import json

from odoo.fields import Command
from odoo.tests import tagged

from ..common import CUSTOMER_CHAT
from .test_inbox import InboxCase


@tagged("post_install", "-at_install")
class TestWaitingCount(InboxCase):
    """The number of chats that wait for a user, and the badge in Discuss."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.colleague = cls.create_user("count_colleague", "user")
        cls.supervisor = cls.create_user("count_supervisor", "user")
        cls.instance.write(
            {
                "operator_ids": [Command.link(cls.colleague.id)],
                "supervisor_id": cls.supervisor.id,
                "assignment": "nobody",
            }
        )

    def count(self, *users):
        """Return the numbers that users see."""
        self.env.invalidate_all()
        return [self.env["telegram.chat"].with_user(user)._get_waiting_count() for user in users]

    def notified(self, action):
        """Return the users whose web clients count again because of an action."""
        self.env.cr.precommit.run()
        last = self.env["bus.bus"].search([], order="id desc", limit=1).id or 0
        action()
        self.env.cr.precommit.run()
        rows = self.env["bus.bus"].search([("id", ">", last)])
        told = [row.channel for row in rows if "telegram_green_api/waiting" in row.message]
        self.groups = {json.loads(each)[2] for each in told if "res.groups" in each}
        partners = {json.loads(each)[2] for each in told if "res.partner" in each}
        users = self.salesperson | self.colleague | self.supervisor
        return users.filtered(lambda user: user.partner_id.id in partners)

    def test_count(self):
        """A chat of a colleague would count, one of nobody would not, or a supervisor's."""
        everyone = (self.salesperson, self.colleague, self.supervisor)
        chat = self.write_in(0)
        self.assertEqual(self.count(*everyone), [1, 1, 0])
        chat.with_user(self.colleague).action_take()
        self.assertEqual(self.count(*everyone), [0, 1, 0])
        chat.with_user(self.colleague).action_no_answer_needed()
        self.assertEqual(self.count(*everyone), [0, 0, 0])

    def test_archived_account(self):
        """Chats in which no one can answer any more would be counted for ever."""
        own = self.write_in(0)
        own.with_user(self.colleague).action_take()
        self.assertEqual(self.count(self.colleague), [1])

        def archive():
            self.instance.active = False

        self.assertIn(self.colleague, self.notified(archive))
        self.assertEqual(self.count(self.colleague, self.salesperson), [0, 0])

    def test_live(self):
        """The number in the menu bar, and an open inbox, would be old until loaded again."""
        everyone = self.salesperson | self.colleague | self.supervisor
        self.assertEqual(self.notified(lambda: self.write_in(0)), everyone)
        administrators = self.env.ref("telegram_green_api.group_manager")
        self.assertEqual(self.groups, set(administrators.ids))
        chat = self.get_chat()
        self.assertFalse(self.notified(lambda: self.write_in(60)), "it waits already")
        self.assertEqual(
            self.notified(lambda: chat.with_user(self.colleague).action_take()), everyone
        )
        self.assertEqual(self.notified(lambda: self.ingest(self.prepare_from_phone(120))), everyone)

    def test_live_after_a_colleague_has_closed(self):
        """Colleagues would go on to see a chat as waiting that its assignee has closed."""
        everyone = self.salesperson | self.colleague | self.supervisor
        chat = self.write_in(0)
        chat.with_user(self.colleague).action_take()
        self.assertEqual(
            self.notified(lambda: chat.with_user(self.colleague).action_no_answer_needed()),
            everyone,
        )
        self.assertEqual(
            self.notified(lambda: chat.with_user(self.colleague).action_release()), everyone
        )

    def test_live_with_own_chats(self):
        """Who does not see a chat would be told of it; who has lost it would still see it."""
        self.instance.visibility = "own"
        chat = self.write_in(0)
        chat.with_user(self.colleague).action_take()
        mine = self.colleague | self.supervisor
        self.assertEqual(
            self.notified(lambda: chat.with_user(self.colleague).action_no_answer_needed()), mine
        )
        self.assertEqual(
            self.notified(lambda: chat.with_user(self.colleague)._assign(self.salesperson)),
            self.salesperson | mine,
        )

    def test_live_after_a_new_salesperson(self):
        """The chat would leave an inbox, and the number in the menu bar would still count it."""
        everyone = self.salesperson | self.colleague | self.supervisor
        self.instance.visibility = "own"
        self.customer.user_id = self.salesperson
        self.write_in(0)
        self.assertEqual(self.count(self.salesperson, self.colleague), [1, 0])

        def move():
            self.customer.user_id = self.colleague

        self.assertEqual(self.notified(move), everyone)
        self.assertEqual(self.count(self.salesperson, self.colleague), [0, 1])

    def test_live_after_new_operators(self):
        """A new operator would see no number until the page is loaded again."""
        self.write_in(0)
        self.assertEqual(self.count(self.supervisor), [0])

        def add():
            self.instance.operator_ids = [Command.link(self.supervisor.id)]

        self.assertIn(self.supervisor, self.notified(add))
        self.assertEqual(self.count(self.supervisor), [1])

    def test_operator_who_left(self):
        """The chat of somebody who left would count for no one until the customer writes again."""
        chat = self.write_in(0)
        for leave in (
            lambda: self.instance.write({"operator_ids": [Command.unlink(self.colleague.id)]}),
            lambda: self.colleague.write({"active": False}),
            lambda: self.colleague.write({"group_ids": [Command.clear()]}),
        ):
            self.colleague.write(
                {
                    "active": True,
                    "group_ids": [
                        Command.set(self.env.ref("telegram_green_api.group_user").ids),
                    ],
                }
            )
            self.instance.operator_ids = [Command.link(self.colleague.id)]
            chat._assign(self.colleague)
            self.assertEqual(self.count(self.salesperson), [0])
            self.assertIn(self.salesperson, self.notified(leave))
            self.assertFalse(chat.user_id)
            self.assertEqual(self.count(self.salesperson), [1])

    def test_badge(self):
        """The conversation in Discuss would not show that the customer waits."""
        chat = self.write_in(0)
        channel = chat._open_channel()
        self.env.cr.precommit.run()
        last = self.env["bus.bus"].search([], order="id desc", limit=1).id or 0
        chat.with_user(self.salesperson).action_no_answer_needed()
        self.env.cr.precommit.run()
        sent = self.env["bus.bus"].search([("id", ">", last)]).mapped("message")
        [shown] = [text for text in sent if "telegram_is_waiting" in text]
        self.assertIn('"telegram_is_waiting":false', shown.replace(": ", ":"))
        self.assertEqual(channel._telegram_get_chat().telegram_id, CUSTOMER_CHAT)
