# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
# pylint: disable=translation-required  # what users write

from datetime import datetime, timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from ..common import CUSTOMER_CHAT
from .test_inbox import START, InboxCase


@tagged("post_install", "-at_install")
class TestAssignment(InboxCase):
    """Whose chat it is, and who is notified."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.colleague = cls.create_user("colleague", "user", "contacts")
        cls.instance.operator_ids = [Command.set((cls.salesperson | cls.colleague).ids)]

    def write_as(self, number):
        """Let another customer write, and return their chat."""
        chat_id = str(20000000 + number)
        sender = {"chatId": chat_id, "chatType": "user", "sender": chat_id, "chatName": "Ivan"}
        self.ingest(self.prepare(number, senderData=sender))
        return self.env["telegram.chat"]._find(self.instance, chat_id)

    def test_nobody_then_the_first_to_answer(self):
        """Everybody is notified until somebody answers; then only they are."""
        self.instance.assignment = "nobody"
        chat = self.write_in(0)
        self.assertFalse(chat.user_id or chat._get_responsible())
        chat._open_channel().with_user(self.colleague).message_post(
            body="Yes", message_type="comment"
        )
        self.assertEqual(chat.user_id, self.colleague)
        self.assertEqual(chat._get_responsible(), self.colleague.partner_id)
        chat._open_channel().with_user(self.salesperson).message_post(
            body="Indeed", message_type="comment"
        )
        self.assertEqual(chat.user_id, self.colleague, "an answer takes no chat away")

    def test_salesperson(self):
        """The chat of a known customer would ring everybody."""
        self.customer.user_id = self.colleague
        self.assertEqual(self.write_in(0).user_id, self.colleague)
        self.assertFalse(self.write_as(1).user_id)

    def test_in_turn(self):
        """One operator would get all new customers."""
        self.instance.assignment = "in_turn"
        users = [self.write_as(number).user_id for number in range(4)]
        self.assertEqual(users[0] | users[1], self.salesperson | self.colleague)
        self.assertEqual(users[2:], users[:2])

    def test_in_turn_at_the_end_of_a_second(self):
        """An operator would get two new customers in a row."""
        self.instance.assignment = "in_turn"
        users, start = [], datetime(2026, 5, 1, 12, 0, 0)
        for number, seconds in enumerate((0.9, 1.1, 1.5, 1.9)):
            with freeze_time(start + timedelta(seconds=seconds)):
                users.append(self.write_as(number).user_id)
        self.assertEqual(users[2:], users[:2])

    def test_in_turn_of_known_customers(self):
        """After an outage, customers who write in the same second would all get one operator."""
        third = self.create_user("third", "user")
        self.instance.operator_ids = [Command.link(third.id)]
        users = self.salesperson | self.colleague | third
        chats = [self.write_as(number) for number in range(12)]
        for number, chat in enumerate(chats):
            chat._assign(users[number // 4])
        for chat in chats:
            chat.with_user(self.salesperson).action_no_answer_needed()
        for chat in chats[:3] + chats[4:7] + chats[8:11]:
            chat.action_release()
        self.instance.assignment = "in_turn"
        released = [chat for chat in chats if not chat.user_id]
        later = int(fields.Datetime.now().timestamp()) + 60
        with freeze_time(fields.Datetime.now() + timedelta(minutes=2)):
            self.ingest(
                *(
                    self.prepare(
                        later + number - START,
                        senderData={
                            "chatId": chat.telegram_id,
                            "chatType": "user",
                            "sender": chat.telegram_id,
                        },
                    )
                    for number, chat in enumerate(released)
                )
            )
        counts = [sum(chat.user_id == user for chat in released) for user in users]
        self.assertEqual(counts, [3, 3, 3])

    def test_evenly(self):
        """An operator who answers slowly would get as many new chats as the others."""
        self.instance.assignment = "evenly"
        first, second = self.write_as(1), self.write_as(2)
        self.assertEqual(first.user_id | second.user_id, self.salesperson | self.colleague)
        first.with_user(first.user_id).action_no_answer_needed()
        self.assertEqual(self.write_as(3).user_id, first.user_id)

    def test_salesperson_otherwise_in_turn(self):
        """Strangers would wait until somebody takes them, or a customer would change hands."""
        self.customer.user_id = self.colleague
        for assignment in ("salesperson_in_turn", "salesperson_evenly"):
            self.instance.assignment = assignment
            number = 10 * (assignment == "salesperson_evenly")
            strangers = [self.write_as(number + each).user_id for each in (1, 2)]
            self.assertEqual(strangers[0] | strangers[1], self.salesperson | self.colleague)
            self.assertEqual(self.write_in(number).user_id, self.colleague)
            self.get_chat()._assign(self.env["res.users"])

    def test_only_those_who_work_now(self):
        """A new customer would wait for somebody who is on holiday or sleeps."""
        self.instance.write({"assignment": "in_turn", "assign_present": True})
        self.customer.user_id = self.colleague
        now = fields.Datetime.now()
        self.colleague.out_of_office_from = now - timedelta(hours=1)
        self.assertEqual(
            [self.write_as(number).user_id for number in (1, 2)], [self.salesperson] * 2
        )
        self.colleague.out_of_office_from = False
        self.assertEqual(self.write_as(3).user_id, self.colleague)
        self.instance.assignment = "salesperson_in_turn"
        self.create_day_off(self.colleague)
        self.assertEqual(self.write_in(4).user_id, self.salesperson)
        self.instance.assignment = "salesperson"
        self.get_chat()._assign(self.env["res.users"])
        self.assertFalse(self.write_in(5).user_id, "everybody is notified")
        self.instance.assignment = "evenly"
        self.create_day_off(self.salesperson)
        self.assertFalse(self.write_as(6).user_id, "no one works")
        self.instance.assign_present = False
        self.assertTrue(self.write_as(7).user_id)

    def test_employee_of_two_companies(self):
        """The working time in another company would count, in which the operator has a day off."""
        self.instance.write({"assignment": "in_turn", "assign_present": True})
        self.instance.operator_ids = self.colleague
        other = self.env["res.company"].create({"name": "Other company"})
        self.colleague.company_ids |= other
        self.create_day_off(self.colleague, other)
        self.assertFalse(self.write_as(1).user_id, "the only working time there is")
        every_day = self.env["resource.calendar"].create(
            {
                "name": "Every day",
                "tz": "UTC",
                "attendance_ids": [
                    Command.clear(),
                    *(
                        Command.create(
                            {"name": "Day", "dayofweek": str(day), "hour_from": 0, "hour_to": 24}
                        )
                        for day in range(7)
                    ),
                ],
            }
        )
        self.env["resource.resource"].create(
            {
                "name": "office",
                "user_id": self.colleague.id,
                "calendar_id": every_day.id,
                "company_id": self.instance.company_id.id,
            }
        )
        self.assertEqual(self.write_as(2).user_id, self.colleague)

    def create_day_off(self, user, company=None):
        """Let a user work on another day of the week than today."""
        other_day = str((fields.Datetime.now().weekday() + 3) % 7)
        hours = {"name": "Day", "hour_from": 8, "hour_to": 17, "day_period": "morning"}
        attendance = [Command.clear(), Command.create({**hours, "dayofweek": other_day})]
        calendar = self.env["resource.calendar"].create(
            {"name": "Part-time", "tz": "UTC", "attendance_ids": attendance}
        )
        self.env["resource.resource"].create(
            {
                "name": user.name,
                "user_id": user.id,
                "calendar_id": calendar.id,
                "company_id": (company or self.instance.company_id).id,
            }
        )

    def test_stays_with_its_operator(self):
        """A customer who writes again would get another operator each time."""
        self.instance.assignment = "in_turn"
        chat = self.write_in(0)
        user = chat.user_id
        self.ingest(self.prepare_from_phone(60))
        self.write_in(120)
        self.assertEqual(chat.user_id, user)

    def test_operator_who_left(self):
        """The chats of somebody who left would be answered by nobody."""
        self.instance.assignment = "in_turn"
        chat = self.write_in(0)
        leaving = chat.user_id
        self.instance.operator_ids = [Command.unlink(leaving.id)]
        self.assertFalse(chat._get_responsible() & leaving.partner_id)
        with self.subTest("somebody else takes it"), self.env.cr.savepoint() as savepoint:
            staying = (self.salesperson | self.colleague) - leaving
            chat.with_user(staying).action_take()
            self.assertEqual(chat.user_id, staying)
            savepoint.rollback()
            chat.invalidate_recordset()
        self.write_in(60)
        self.assertEqual(chat.user_id, (self.salesperson | self.colleague) - leaving)

    def test_take_and_release(self):
        """Two operators would answer the same customer."""
        self.instance.assignment = "nobody"
        chat = self.write_in(0)
        chat.with_user(self.colleague).action_take()
        with self.assertRaises(UserError):
            chat.with_user(self.salesperson).action_take()
        chat.with_user(self.colleague).action_take()
        chat.with_user(self.salesperson).action_release()
        chat.with_user(self.salesperson).action_take()
        self.assertEqual(chat.user_id, self.salesperson)

    def test_hand_over(self):
        """The note for the colleague is in the conversation, and never reaches the customer."""
        chat = self.write_in(0)
        chat.with_user(self.salesperson).action_take()
        action = chat.with_user(self.salesperson).action_hand_over()
        wizard = (
            self.env[action["res_model"]]
            .with_user(self.salesperson)
            .with_context(**action["context"])
            .create({"user_id": self.colleague.id, "note": "Difficult customer"})
        )
        self.assertEqual(wizard.available_user_ids, self.colleague)
        wizard.action_hand_over()
        self.assertEqual(chat.user_id, self.colleague)
        self.assertIn("Difficult customer", chat.channel_id.message_ids[0].body)
        self.assertFalse(chat.message_ids.filtered(lambda m: m.direction == "outgoing"))
        self.send_queue()
        self.assertFalse(self.phone.ledger())
        self.assertEqual(chat.inbox_state, "waiting")

    def test_hand_over_in_the_language_of_the_colleague(self):
        """A Russian colleague would be told in English."""
        self.env["res.lang"]._activate_lang("ru_RU")
        self.colleague.lang = "ru_RU"
        chat = self.write_in(0)
        wizards = self.env["telegram.hand.over"].with_user(self.salesperson)
        wizards.create({"chat_id": chat.id, "user_id": self.colleague.id}).action_hand_over()
        note = chat.channel_id.message_ids[0].body
        author, to = self.salesperson.name, self.colleague.name
        self.assertEqual(note.striptags(), f"{author} передаёт чат пользователю {to}.")

    def test_visibility_follows(self):
        """With own chats only, the colleague would not see the chat that they were given."""
        self.instance.visibility = "own"
        self.customer.user_id = self.salesperson
        chat = self.write_in(0)
        self.assertFalse(chat.with_user(self.colleague).has_access("read"))
        chat.with_user(self.salesperson)._assign(self.colleague)
        self.assertTrue(chat.with_user(self.colleague).has_access("read"))
        self.assertFalse(chat.with_user(self.salesperson).has_access("read"))
        members = chat.channel_id.sudo().channel_member_ids.partner_id
        self.assertEqual(members, self.colleague.partner_id)

    def hand_over(self, chat, user):
        """Let the salesperson hand a chat over by the dialog, and return it."""
        action = chat.with_user(self.salesperson).action_hand_over()
        wizard = (
            self.env[action["res_model"]]
            .with_user(self.salesperson)
            .with_context(**action["context"])
            .create({"user_id": user.id, "note": "Difficult customer"})
        )
        wizard.action_hand_over()
        return wizard

    def test_hand_over_notifies(self):
        """A colleague would not learn that a chat is theirs now, or the customer would."""
        self.customer.email = "vasilisa@example.com"
        for visibility in ("all", "own"):
            self.instance.visibility = visibility
            self.customer.user_id = self.salesperson
            chat = self.write_in(0)
            chat._assign(self.salesperson)
            self.hand_over(chat, self.colleague)
            note = chat.channel_id.message_ids[0]
            self.assertEqual(note.notification_ids.res_partner_id, self.colleague.partner_id)

    def test_hand_over_of_own_chats(self):
        """With own chats only, a salesperson could hand a chat over to no colleague."""
        self.instance.visibility = "own"
        self.customer.user_id = self.salesperson
        chat = self.write_in(0)
        wizard = self.hand_over(chat, self.colleague)
        self.assertEqual(wizard.sudo().chat_id.user_id, self.colleague)
        self.assertEqual(chat._get_responsible(), self.colleague.partner_id)

    def test_available_colleagues_of_own_chats(self):
        """With own chats only, the dialog would offer no colleague."""
        self.instance.visibility = "own"
        self.customer.user_id = self.salesperson
        chat = self.write_in(0)
        wizards = self.env["telegram.hand.over"].with_user(self.salesperson)
        wizard = wizards.new({"chat_id": chat.id})
        self.assertEqual(wizard.available_user_ids._origin, self.colleague)

    def test_administrator_who_is_no_operator(self):
        """A chat of somebody who is not notified of its messages would be forgotten."""
        chat = self.write_in(0)
        manager = self.create_user("manager", "manager")
        with self.assertRaises(UserError):
            chat.with_user(manager).action_take()
        self.assertFalse(chat.user_id)

    def test_new_salesperson(self):
        """The chat goes to the new salesperson, with its date and its reminder."""
        self.customer.user_id = self.salesperson
        self.instance.answer_minutes = 1
        chat = self.write_in(0)
        self._run(self.env.ref("telegram_green_api.ir_cron_remind"))
        chat.assigned_date = False
        self.customer.user_id = self.colleague
        self.assertEqual(chat.user_id, self.colleague)
        self.assertTrue(chat.assigned_date)
        self.assertIn(self.colleague, chat.activity_ids.user_id)
        self.assertNotIn(self.salesperson, chat.activity_ids.user_id)

    def test_new_company_of_the_contact(self):
        """A hand-over would be undone because the customer's company has a salesperson."""
        chat = self.write_in(0)
        chat.with_user(self.salesperson).action_take()
        self.hand_over(chat, self.colleague)
        company = self.env["res.partner"].create(
            {"name": "Company", "is_company": True, "user_id": self.salesperson.id}
        )
        self.customer.parent_id = company
        self.env.flush_all()
        self.assertEqual(chat.user_id, self.colleague)

    def test_linked_to_a_customer_of_somebody_else(self):
        """An operator would lose the chat that they have taken, by linking its contact."""
        outsider = self.create_user("outsider", "user")
        customer = self.env["res.partner"].create({"name": "Ivan", "user_id": outsider.id})
        chat = self.write_as(1)
        chat.with_user(self.colleague).action_take()
        chat.with_user(self.colleague)._link_to_partner(customer)
        self.env.flush_all()
        self.assertEqual(chat.user_id, self.colleague)
        with self.subTest("a chat that nobody has"):
            free = self.write_as(2)
            customer.user_id = self.colleague
            free._link_to_partner(customer)
            self.assertEqual(free.user_id, self.colleague)
            self.assertTrue(free.assigned_date)

    def test_visible_with_the_assignee(self):
        """With own chats only, the salesperson would see whether a colleague's chat exists."""
        self.instance.visibility = "own"
        self.customer.user_id = self.salesperson
        chat = self.write_in(0)
        self.hand_over(chat, self.colleague)
        is_visible = {
            user: chat.with_user(user).browse()._is_contact_visible(self.instance, self.customer)
            for user in (self.salesperson, self.colleague)
        }
        self.assertEqual(is_visible, {self.salesperson: False, self.colleague: True})

    def test_strangers(self):
        """A user who does not operate the account would take or get its chats."""
        chat = self.write_in(0)
        stranger = self.create_user("stranger", "user")
        with self.assertRaises(AccessError):
            chat.with_user(stranger).action_take()
        with self.assertRaises(UserError):
            self.hand_over(chat, stranger)
        self.assertFalse(chat.user_id)
        self.assertEqual(chat.telegram_id, CUSTOMER_CHAT)
