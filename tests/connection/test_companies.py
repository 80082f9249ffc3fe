# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import format_datetime

from ..common import CUSTOMER_CHAT, TelegramCase


@tagged("post_install", "-at_install")
class TestCompanies(TelegramCase):
    """Two companies with an account, a language and a time zone each, and a shared customer."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("fr_FR")
        cls.paris = cls.env["res.company"].create({"name": "Paris"})
        cls.salesperson.write({"lang": "en_US", "tz": "America/New_York"})
        cls.vendeur = cls.create_user(
            "telegram_vendeur",
            "user",
            "contacts",
            company_id=cls.paris.id,
            lang="fr_FR",
            tz="Europe/Paris",
        )
        cls.both = (cls.salesperson, cls.vendeur)

    def setUp(self):
        super().setUp()
        self.phones = (self.phone, self._create_phone())
        there = self._create_instance(
            self.phones[1],
            name="Ventes",
            company_id=self.paris.id,
            operator_ids=[Command.set(self.vendeur.ids)],
        )
        self.instances = (self.instance, there)

    def spy(self, model, *names):
        """Note for whom methods work from now on: dict of the company, the language and the time
        zone of each call, by the method's name."""
        seen = {}

        def watch(name):
            original = getattr(self.registry[model], name)

            def method(records, *args, **kwargs):
                env = records.env
                seen.setdefault(name, []).append((env.company, env.lang, env.context.get("tz")))
                return original(records, *args, **kwargs)

            self.patch(self.registry[model], name, method)

        for name in names:
            watch(name)
        return seen

    def test_scheduled_actions(self):
        """Whatever a scheduled action writes down for an account is written in the company of the
        account, its language and zone: its files, too, are that company's."""
        self.paris.partner_id.write({"lang": "fr_FR", "tz": "Europe/Paris"})
        here, there = self.instances
        own_partner = here.company_id.partner_id
        expected = {
            here: (here.company_id, own_partner.lang, own_partner.tz),
            there: (self.paris, "fr_FR", "Europe/Paris"),
        }
        names = (
            "_mark_sent",
            "_process_send_error",
            "_update_posted_file",
            "_prepare_received",
            "_store_incoming_file",
        )
        of_messages = self.spy("telegram.message", *names)
        of_accounts = self.spy(
            "telegram.instance",
            "_fetch_missed_messages",
            "_pause_sending",
        )
        of_syncs = self.spy("telegram.sync", "_finish")
        of_checks = self.spy("telegram.number.check", "_process_result")
        for user, instance, phone in zip(self.both, self.instances, self.phones, strict=True):
            self.write_from(self.customer, "Hello", user)
            self.send_queue(instance)
            phone.fault("sendMessage", "status", status=429)
            self.write_from(self.customer, "Once more", user)
            self.send_queue(instance)
            phone.write_file(CUSTOMER_CHAT, "photo.txt", b"photo", "Look")
            self.receive(instance)
            self.env["telegram.sync"]._request(instance)
            self._run(self.env.ref("telegram_green_api.ir_cron_telegram_sync"))
            chat = self.env["telegram.chat"]._get_or_create(instance, "79998887766@c.us")
            self.env["telegram.number.check"].with_user(user)._request(chat)
            self._run(self.env.ref("telegram_green_api.ir_cron_check_phone_numbers"))
            message = self.messages(user).filtered("download_state")
            self.assertEqual(message.attachment_id.company_id, instance.company_id)
            message.sudo()._erase_files()
            calls = {**of_messages, **of_accounts, **of_syncs, **of_checks}
            self.assertEqual(set(calls) - set(of_accounts), {*names, "_finish", "_process_result"})
            self.assertEqual(len(calls), 9, "each was seen")
            for name, seen in calls.items():
                self.assertEqual(set(seen), {expected[instance]}, name)
                seen.clear()
            of_messages.clear()
            of_accounts.clear()
            of_syncs.clear()
            of_checks.clear()

    def test_activity_in_words_and_zone_of_its_user(self):
        """The administrator in Paris gets the activity about the account there, in French, and on
        the day that it is for them."""
        manager = self.create_user(
            "telegram_directrice",
            "manager",
            company_id=self.paris.id,
            lang="fr_FR",
            tz="Pacific/Auckland",
        )
        there = self.instances[1]
        there.write({"responsible_id": manager.id, "was_operational": True})
        seen = self.spy("telegram.instance", "activity_schedule")
        self.phones[1].fault("*", "status", status=401, times=5)
        self.receive(there)
        self.assertEqual(there.activity_ids.user_id, manager)
        self.assertEqual(seen["activity_schedule"], [(self.paris, "fr_FR", "Pacific/Auckland")])

    def messages(self, user=None):
        ids = [instance.id for instance in self.instances]
        messages = self.env["telegram.message"].with_user(user or self.env.user)
        return messages.search([("instance_id", "in", ids)], order="id")

    def test_whole_way(self):
        """Each company writes by its own account to the customer they share, and only reads what
        is answered to it, although the chat has the same id at the service for both."""
        texts = ("Hello", "Bonjour")
        for user, text in zip(self.both, texts, strict=True):
            self.write_from(self.customer, text, user)
        for instance, phone in zip(self.instances, self.phones, strict=True):
            self.send_queue(instance)
            phone.write(CUSTOMER_CHAT, f"Answer to {instance.name}")
            self.receive(instance)
        for user, text, instance, phone in zip(
            self.both, texts, self.instances, self.phones, strict=True
        ):
            with self.subTest(user.login):
                self.assertEqual([entry["message"] for entry in phone.ledger()], [text])
                mine = self.messages(user)
                self.assertEqual(mine.mapped("text"), [text, f"Answer to {instance.name}"])
                self.assertEqual(mine.company_id, user.company_id)
                self.assertEqual(mine.chat_id.partner_id, self.customer)
                self.assertEqual(len(mine.chat_id), 1)
        self.assertEqual(len(self.messages().chat_id), 2, "the chats of a customer are separate")
        self.assertFalse(self.customer.company_id, "the customer stays shared")

    def test_account_of_the_other(self):
        """Nobody reads the other company's account, or writes by it."""
        for user, other in zip(self.both, reversed(self.instances), strict=True):
            with self.subTest(user.login):
                self.assertNotIn(other, self.env["telegram.instance"].with_user(user).search([]))
                as_user = other.with_user(user)
                with self.assertRaises(AccessError):
                    as_user.read(["name"])
                with self.assertRaises(AccessError):
                    as_user.send_text(CUSTOMER_CHAT, "Hi")

    def test_same_notification_for_both(self):
        """What the service reports about one account never becomes a message of the other."""
        for instance in self.instances:
            body = self.notification(f"For {instance.name}")
            body["instanceData"] = {"idInstance": int(instance.id_instance)}
            self.ingest(body, instance=instance)
        for user, instance in zip(self.both, self.instances, strict=True):
            self.assertEqual(self.messages(user).mapped("text"), [f"For {instance.name}"])

    def test_language_of_the_customer(self):
        """A template speaks the customer's language, whichever company's user sends it."""
        template = self.env["telegram.template"].create(
            {
                "name": "Greeting",
                "model_id": self.env["ir.model"]._get_id("res.partner"),
                "lang": "{{ object.lang }}",
                "body": "Hello {{ object.name }}",
            }
        )
        template.with_context(lang="fr_FR").body = "Bonjour {{ object.name }}"
        for lang, word in (("en_US", "Hello"), ("fr_FR", "Bonjour")):
            self.customer.lang = lang
            for user in self.both:
                with self.subTest(user.login, lang=lang):
                    texts = template.with_user(user)._render_bodies(self.customer.with_user(user))
                    self.assertEqual(texts[self.customer.id], f"{word} {self.customer.name}")

    def test_zone_of_the_reader(self):
        """A moment is told in the zone and the language of who reads it; it stays one moment."""
        until = fields.Datetime.now() + timedelta(hours=1)
        told = set()
        for user, instance in zip(self.both, self.instances, strict=True):
            instance.send_after = until
            self.write_from(self.customer, "Waits", user)
            env = self.env(user=user, context={"lang": user.lang, "tz": user.tz})
            moment = format_datetime(env, until, dt_format="short")
            reason = instance.with_env(env).waiting_reason
            self.assertIn(moment, reason)
            told.add(moment)
        self.assertEqual(len(told), 2)
