# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from contextlib import suppress
from unittest.mock import patch

from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .mailing_case import MailingCase


@tagged("post_install", "-at_install")
class TestInterference(MailingCase):
    """What users do to a mailing, or to what it needs, while it is being sent."""

    def test_archived_while_sending(self):
        """An archived mailing would never end, or never be stopped."""
        partners = self.create_contacts(4)
        mailing = self.create_mailing(partners[:2])
        mailing.action_start()
        mailing.sudo()._process_step()
        mailing.active = False
        self.finish(mailing, 2)
        self.assertEqual((mailing.state, mailing.sent_count), ("done", 2))
        stopped = self.start_mailing(partners[2:])
        stopped.active = False
        stopped.action_stop()
        self.finish(stopped, 2)
        self.assertEqual((stopped.has_all_outcomes, stopped.canceled_count), (True, 2))

    @mute_logger("odoo.sql_db")
    def test_wrong_filters(self):
        """A filter that nothing can be found with would crash the form, or hold up all mailings."""
        names = {"name": "Wrong", "recipient_mode": "domain"}
        for domain in (
            "5",
            "{}",
            "None",
            "['&']",
            "[(1, '=', 2)]",
            "[('no_such_field', '=', 1)]",
            "[('name', 'no such operator', 1)]",
            "[('id', '=', 'letters')]",
            f"[('id', 'in', [{10**30}])]",
            "[('create_date', '>', 'letters')]",
            "[('create_date', '>', '2026-99-99')]",
            "[('parent_id', 'child_of', 'letters')]",
            "[('name', '=', (1, [2]))]",
            "[('name', '=ilike', '\\x00')]",
            "[" * 2000,
        ):
            with self.subTest(domain[:60]), self.env.cr.savepoint():
                try:
                    wrong = self.create_mailing(self.customer, domain=domain, **names)
                except ValidationError:
                    continue
                self.assertTrue(wrong.warning or not wrong.recipient_count)
                with suppress(UserError):  # the user learns at once that it has no recipients
                    wrong.action_start()
                right = self.start_mailing(self.create_contacts(1))
                self.assertIn(wrong.state, ("draft", "sending", "done"))
                self.assertEqual(right.waiting_count, 1, "a later one is held up")
                right.sudo().recipient_ids.message_id.action_cancel()

    @mute_logger("odoo.addons.mail.models.mail_render_mixin")
    def test_wrong_text_while_paused(self):
        """A mistake in the new text would leave out everybody for good."""
        self.marketer.group_ids |= self.env.ref("mail.group_mail_template_editor")
        mailing = self.start_mailing(self.create_contacts(4))
        self.send_some(1)
        mailing.action_pause()
        mailing.body = "Hello, {{ object.no_such_field }}!"
        mailing.action_resume()
        self.finish(mailing, 4)
        self.assertEqual((mailing.state, mailing.waiting_count), ("paused", 3))
        self.assertIn("no_such_field", mailing.pause_reason)
        mailing.body = "Hello!"
        mailing.action_resume()
        self.finish(mailing, 4)
        self.assertEqual(self.get_texts(), ["Hello!"] * 3 + ["Hello, Contact 0!"])

    def test_text_that_one_cannot_get(self):
        """A record for which the text cannot be filled would stop the mailing for all."""
        partners = self.create_contacts(3)
        (partners[0] | partners[2]).user_id = self.marketer
        mailing = self.start_mailing(partners, body="{{ object.user_id.name }}")
        self.finish(mailing, 3)
        self.assertEqual((mailing.sent_count, mailing.left_out_count), (2, 1))

    def test_no_text_when_resumed(self):
        """The user would learn only later that nothing is sent."""
        mailing = self.start_mailing(self.create_contacts(2))
        mailing.action_pause()
        mailing.body = False
        with self.assertRaisesRegex(UserError, "Enter the text"):
            mailing.action_resume()
        self.assertEqual(mailing.state, "paused")

    def test_unsure_when_stopped(self):
        """A message that did not go out would be sent again after Stop."""
        mailing = self.start_mailing(self.create_contacts(2))
        self.phone.fault("sendMessage", "lost_before")
        with mute_logger("odoo.addons.telegram_green_api.models.sending.unsure"):
            self.send_queue()
        message = mailing.sudo().recipient_ids[0].message_id
        self.assertEqual((message.state, message.is_being_checked), ("unsure", True))
        mailing.action_stop()
        self.run_mailings()
        self.assertFalse(mailing.has_all_outcomes)
        message._set_state({"state": "queued"})  # GREEN-API does not know it
        self.instance.send_after = False
        self.finish(mailing, 2)
        self.assertEqual((mailing.canceled_count, mailing.has_all_outcomes), (2, True))
        self.assertFalse(self.phone.ledger())

    def test_retry_to_one_who_opted_out(self):
        """Retrying the failed messages of a mailing would reach those who want no mailings."""
        mailing = self.start_mailing(self.create_contacts(2))
        self.refuse(2)
        self.send_queue()
        self.run_mailings()
        failed = mailing.sudo().recipient_ids.message_id
        failed[0].chat_id.opted_out = True
        with self.assertRaisesRegex(UserError, "wants no mailings"):
            failed.with_user(self.marketer).action_retry()
        failed[1].with_user(self.marketer).action_retry()
        self.finish(mailing, 2)
        self.assertEqual((mailing.sent_count, mailing.failed_count), (1, 1))

    def test_deleted_meanwhile(self):
        """A contact, a template, a file or a list that is deleted would stop the mailing."""
        partners = self.create_contacts(4)
        template = self.env["telegram.template"].create(
            {
                "name": "Sale",
                "model_id": self.env["ir.model"]._get_id("res.partner"),
                "body": "Hello, {{ object.name }}!",
            }
        )
        mailing = self.create_mailing(partners, template_id=template.id)
        mailing.action_start()
        mailing.sudo()._process_step()
        partners[0].unlink()
        template.unlink()
        self.run_mailings()
        partners[1].unlink()
        mailing.action_pause()
        mailing.body = "Hi, {{ object.name }}!"
        mailing.action_resume()
        self.finish(mailing, 4)
        self.assertEqual(self.get_texts(), ["Hi, Contact 2!", "Hi, Contact 3!"])
        self.assertEqual((mailing.left_out_count, mailing.state), (2, "done"))

    def test_chat_is_deleted(self):
        """Deleting a chat would lose its message, or its recipient."""
        mailing = self.start_mailing(self.create_contacts(2))
        chat = mailing.sudo().recipient_ids[0].chat_id
        with self.assertRaisesRegex(UserError, "still waiting"):
            chat.unlink()
        self.send_queue()
        self.run_mailings()
        chat.unlink()
        self.check_figures(mailing, 2)
        self.assertEqual((mailing.deleted_count, mailing.sent_count), (1, 1))

    def test_account_is_archived_or_deleted(self):
        """A mailing would be lost with its account, or go on by an archived one."""
        mailing = self.create_mailing(self.create_contacts(3))
        mailing.action_start()
        mailing.sudo()._process_step()
        self.instance.action_archive()
        self.run_mailings()
        self.check_figures(mailing, 3)
        self.assertEqual((mailing.state, mailing.waiting_count), ("paused", 3))
        self.assertIn("archived", mailing.pause_reason)
        self.instance.action_unarchive()
        with self.assertRaisesRegex(UserError, "Sale"), self.env.cr.savepoint():
            self.instance.unlink()
        mailing.action_resume()
        self.instance.sudo()._update_state("authorized")
        self.finish(mailing, 3)
        self.assertEqual((mailing.state, mailing.sent_count), ("done", 3))

    def test_author_loses_the_account(self):
        """What is left would be sent with rights that the author no longer has."""
        mailing = self.create_mailing(self.create_contacts(2))
        mailing.action_start()
        mailing.sudo()._process_step()
        self.instance.operator_ids -= self.marketer
        self.run_mailings()
        self.send_queue()
        self.assertEqual(mailing.sudo().state, "paused")
        self.assertIn("has no access to the mailing", mailing.sudo().pause_reason)
        self.assertFalse(self.get_texts())
        colleague = self.create_user("mailing_colleague", "mailing", "contacts")
        self.instance.operator_ids |= colleague
        mailing.with_user(colleague).action_resume()
        self.finish(mailing.with_user(colleague), 2)
        self.assertEqual(mailing.sudo().state, "done")

    def test_pressed_twice(self):
        """A second press, or that of a colleague, would do something else."""
        mailing = self.create_mailing(self.create_contacts(2))
        mailing.action_start()
        for button in ("action_start", "action_pause", "action_resume"):
            with self.assertRaisesRegex(UserError, "no longer possible"):
                getattr(mailing, button)()
        self.run_mailings()
        mailing.action_pause()
        with self.assertRaises(UserError):
            mailing.action_pause()
        mailing.action_stop()
        for button in ("action_stop", "action_resume", "action_start", "action_unschedule"):
            with self.assertRaises(UserError):
                getattr(mailing, button)()
        self.finish(mailing, 2)
        self.assertEqual(mailing.canceled_count, 2)

    def test_one_message_canceled_by_hand(self):
        """A message that a user has canceled would be composed again with a new text."""
        mailing = self.start_mailing(self.create_contacts(3))
        mailing.action_pause()
        message = mailing.sudo().recipient_ids[0].message_id
        message.with_user(self.marketer).action_cancel()
        mailing.body = "New"
        mailing.action_resume()
        self.finish(mailing, 3)
        self.assertEqual((self.get_texts(), mailing.canceled_count), (["New"] * 2, 1))

    def test_failing_rules(self):
        """A rule that fails for one mailing would stop all of them, without a reason."""
        self.env["ir.config_parameter"].create({"key": "broken rule", "value": "1"})

        def fail(env):
            raise RuntimeError("broken rule")

        def create_twice(env):  # which the database reports as a conflict of two transactions
            env["ir.config_parameter"].sudo().create({"key": "broken rule", "value": "2"})

        model = self.env.registry["res.partner"]
        origin = model._message_telegram_batch
        for number, break_rule in enumerate((fail, create_twice)):
            bad, good = self.create_contacts(2, ref=str(number))
            bad.phone, good.phone = f"+7911{number}000001", f"+7911{number}000002"
            mailings = self.create_mailing(bad) | self.create_mailing(good)

            def message_telegram_batch(records, *args, _bad=bad, _rule=break_rule, **kwargs):
                if _bad in records:
                    _rule(records.env)
                return origin(records, *args, **kwargs)

            rule = patch.object(model, "_message_telegram_batch", message_telegram_batch)
            logs = self.assertLogs("odoo.addons.telegram_green_api", "WARNING")
            with self.subTest(break_rule.__name__), rule, logs:
                for mailing in mailings:
                    mailing.action_start()
                self.run_mailings()
                self.assertEqual(mailings[0].state, "paused")
                self.assertIn("broken rule", mailings[0].pause_reason)
                self.assertEqual(mailings[1].recipient_ids.mapped("state"), ["composed"])
