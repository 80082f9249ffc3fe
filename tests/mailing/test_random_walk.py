# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

import random
from collections import Counter

from odoo import fields
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from .mailing_case import MailingCase

SEEDS = range(1, 9)
STEPS = 45
PERSONS = 7
# The figures of the form, and the filters of their lists.
LISTS = {
    "waiting_count": [("outcome", "=", "waiting")],
    "sent_count": [("outcome", "in", ("sent", "delivered", "read"))],
    "failed_count": [("outcome", "in", ("failed", "unsure"))],
    "left_out_count": [("outcome", "=", "left_out")],
    "canceled_count": [("outcome", "=", "canceled")],
    "answered_count": [("answer_date", "!=", False)],
    "opted_out_count": [("has_opted_out", "=", True)],
}


@tagged("post_install", "-at_install", "slow")
class TestRandomWalk(MailingCase):
    """Users, customers and accidents in any order, with what must hold at every look."""

    @mute_logger("odoo.addons.telegram_green_api.models.sending.unsure")
    def test_any_order(self):
        """An order of events that no other test has would write twice, or lose somebody."""
        for seed in SEEDS:
            with self.subTest(seed=seed), self.env.cr.savepoint() as savepoint:
                self.walk(random.Random(seed))
                savepoint.rollback()
            self.env.invalidate_all()
            self._reset_service()
            self._register_phone(self.phone)

    def walk(self, chance):
        """Make steps at random, and look after each of them."""
        self.chance, self.steps = chance, []
        other_phone = self._create_phone()
        self.accounts = {self.instance: self.phone, self._create_instance(other_phone): other_phone}
        for account, phone in self.accounts.items():
            account.operator_ids |= self.marketer
            account.daily_new_contact_limit = 1000
            for number in range(PERSONS):
                phone.add_customer(
                    f"C {number}", chatId=f"2000000{number}", phoneNumber=79100000000 + number
                )
        self.partners = self.create_contacts(PERSONS)
        self.silent = {}  # messages got by chat at the time of STOP
        first, second = self.accounts
        self.mailings = self.env["telegram.mailing"].with_user(self.marketer)
        for number, account in enumerate((first, first, second)):
            self.mailings += self.create_mailing(
                self.partners, instance_id=account.id, body=f"M{number} {{{{ object.name }}}}"
            )
        comparison = {"is_ab_test": True, "body_b": "M1 B", "ab_share": 50}
        self.mailings[1].write(comparison)
        actions = [name for name in dir(self) if name.startswith("act_")]
        for _step in range(STEPS):
            name = chance.choice(actions)
            self.steps.append(name)
            try:
                with self.env.cr.savepoint():
                    getattr(self, name)(chance.choice(self.mailings))
            except UserError:
                self.steps[-1] += " (refused)"
            self.look()
        self.end()

    # === WHAT MUST HOLD === #

    def look(self):
        """Check the figures, their lists, and what Telegram got."""
        recipients = self.env["telegram.mailing.recipient"]
        self.mailings.invalidate_recordset()
        for mailing in self.mailings:
            own = [("mailing_id", "=", mailing.id)]
            total = len(recipients.search(own))
            self.check_figures(mailing, total)
            for figure, domain in LISTS.items():
                found = recipients.search_count([*own, *domain])
                self.assertEqual(mailing[figure], found, (figure, self.steps))
            shown = Counter(recipients.search(own).mapped("outcome"))
            for outcome, count in shown.items():
                found = recipients.search_count([*own, ("outcome", "=", outcome)])
                self.assertEqual(count, found, (outcome, self.steps))
            self.assertLessEqual(mailing.answered_count, total - mailing.left_out_count)
        got = self.count_got()
        twice = [key for key, count in got.items() if count > 1]
        self.assertFalse(twice, self.steps)
        for chat_id, before in self.silent.items():
            self.assertLessEqual(self.count_of(got, chat_id), before, (chat_id, self.steps))

    def count_got(self):
        """Return how often each chat got each mailing."""
        got = Counter()
        for phone in self.accounts.values():
            for row in phone.ledger():
                text = row.get("message") or row.get("text") or ""
                if text[:1] == "M" and text[1:2].isdigit():
                    got[row["chatId"], text[:2]] += 1
        return got

    def count_of(self, got, chat_id):
        return sum(count for (chat, _mailing), count in got.items() if chat == chat_id)

    def end(self):
        """Let everything come to its end."""
        for mailing in self.mailings:
            if mailing.state in ("sending", "paused", "scheduled"):
                mailing.action_stop()
        self.mailings.invalidate_recordset()
        for _round in range(4):
            self.act_send_all(self.mailings)
            self.run_mailings()
            self.look()
        for mailing in self.mailings:
            self.assertIn(mailing.state, ("draft", "stopped", "done"))
            left = self.env["telegram.message"].search(
                [("mailing_id", "=", mailing.id), ("state", "in", ("queued", "sending"))]
            )
            self.assertFalse(left, self.steps)

    # === STEPS === #

    def act_start(self, mailing):
        mailing.action_start()

    act_start_again = act_start

    def act_compose(self, _mailing):
        self.run_mailings()

    act_compose_again = act_compose

    def act_send_one(self, mailing):
        instance, self.instance = self.instance, mailing.sudo().instance_id
        self.send_some(1)
        self.instance = instance

    act_send_one_again = act_send_one

    def act_send_all(self, _mailing):
        for account in self.accounts:
            account.send_after = False
            self.send_queue(account)

    def act_pause(self, mailing):
        mailing.action_pause()

    def act_resume(self, mailing):
        mailing.action_resume()

    act_resume_again = act_resume

    def act_stop(self, mailing):
        if self.chance.random() < 0.3:
            mailing.action_stop()

    def act_new_text(self, mailing):
        mailing.body = f"{mailing.body[:2]} new {self.chance.random()}"

    def act_archive(self, mailing):
        mailing.active = not mailing.active

    def act_pace(self, mailing):
        mailing.pace = self.chance.choice((0, 6000))

    def act_refuse(self, _mailing):
        body = {"statusCode": 400, "message": "chatId: not found"}
        self.phone.fault("sendMessage", "status", status=400, body=body)

    def act_lose(self, _mailing):
        kind = self.chance.choice(("lost_before", "lost_after"))
        self.chance.choice(list(self.accounts.values())).fault("sendMessage", kind)

    def get_messages(self, *states):
        domain = [("mailing_id", "in", self.mailings.ids), ("state", "in", states)]
        messages = self.env["telegram.message"].with_user(self.marketer).search(domain)
        return self.chance.choice(messages) if messages else messages

    def act_retry(self, _mailing):
        self.get_messages("error").action_retry()

    act_retry_again = act_retry

    def act_cancel(self, _mailing):
        self.get_messages("queued").action_cancel()

    def act_answer(self, _mailing, text="Yes"):
        number = self.chance.randrange(PERSONS)
        chat_id = f"2000000{number}"
        sender = {
            **self.notification()["senderData"],
            "chatId": chat_id,
            "sender": chat_id,
            "senderPhoneNumber": 79100000000 + number,
        }
        self.ingest(
            self.notification(
                text,
                senderData=sender,
                idMessage=str(self.chance.random())[2:],
                timestamp=int(fields.Datetime.now().timestamp()) + len(self.steps),
            )
        )
        return chat_id

    def act_stop_word(self, _mailing):
        chat_id = self.act_answer(_mailing, "Стоп! СТОП!")
        self.silent[chat_id] = self.count_of(self.count_got(), chat_id)

    def act_start_word(self, _mailing):
        self.silent.pop(self.act_answer(_mailing, "start"), None)

    def act_merge(self, _mailing):
        partners = self.partners.exists()
        if len(partners) > 3:
            two = self.env["res.partner"].union(*self.chance.sample(list(partners), 2))
            wizard = self.env["base.partner.merge.automatic.wizard"]
            was_silent = two.filtered("telegram_opted_out")
            wizard._merge(two.ids, two[1])
            if was_silent:
                got = self.count_got()
                for chat in two.exists().telegram_chat_ids:
                    number = (chat.phone or "")[-1:]
                    if number and f"2000000{number}" not in self.silent:
                        self.silent[f"2000000{number}"] = self.count_of(got, f"2000000{number}")

    def act_delete_contact(self, _mailing):
        partners = self.partners.exists()
        if len(partners) > 4:
            self.chance.choice(partners).unlink()

    def act_archive_contact(self, _mailing):
        partner = self.chance.choice(self.partners.exists())
        partner.active = not partner.active

    def act_exclude(self, mailing):
        mailing.excluded_partner_ids = [Command.link(self.partners.exists()[0].id)]

    def act_blacklist(self, _mailing):
        partner = self.chance.choice(self.partners.exists())
        self.env["phone.blacklist"].with_user(self.marketer).sudo()._add([partner.phone_sanitized])
        chat_id = f"2000000{partner.phone_sanitized[-1]}"
        self.silent[chat_id] = self.count_of(self.count_got(), chat_id)
