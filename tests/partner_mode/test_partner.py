# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

import logging
from datetime import timedelta

from psycopg2.errors import NotNullViolation

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from ..common import SECRET_MARK
from .partner_case import PARTNER_TOKEN, PartnerCase


@tagged("post_install", "-at_install")
class TestPartner(PartnerCase):
    """The partner, its token, and the list of its instances."""

    def test_token_is_never_given_back(self):
        """Whoever asks, an administrator of Odoo included, learns only that the token is set."""
        self.assertTrue(self.partner.has_api_token)
        self.assertFalse(self.partner.api_token_new)
        with self.assertRaises(AccessError):
            self.partner.read(["api_token"])
        with self.assertRaises(AccessError):
            self.partner.search([("api_token", "=like", "g%")])
        self.assertNotIn(SECRET_MARK, str(self.partner.read()))
        values = {"api_token_new": PARTNER_TOKEN}
        saved = self.partner.web_save(values, {"api_token_new": {}, "name": {}})
        self.assertNotIn(SECRET_MARK, str(saved))
        self.assertFalse(self.partner.copy().has_api_token)

    def test_failed_statement_does_not_log_the_token(self):
        """A statement that fails stands in the log with its values: not with the token."""
        with (
            self.assertLogs("odoo.sql_db", logging.ERROR) as logs,
            self.assertRaises(NotNullViolation),
            self.cr.savepoint(),
        ):
            self.partner.write({"api_token_new": f"{SECRET_MARK}new", "name": False})
            self.env.flush_all()
        self.assertNotIn(SECRET_MARK, "".join(logs.output))

    def test_odd_values(self):
        """A token with spaces, an address without https: refused before anything is sent there."""
        for values in (
            {"api_token_new": "two words"},
            {"api_url": "http://example.com"},
            {"instance_url": "ftp://example.com"},
        ):
            with self.subTest(values), self.assertRaises(ValidationError):
                self.partner.write(values)

    def test_list(self):
        """All instances with name and state; the tokens in the answer are kept nowhere."""
        self.phone.change(name="Shop", plan="developer")
        expired = self._create_phone(expired=True)
        deleted = self._create_phone(deleted=True)
        answer = self.refresh()
        line = self.line(self.phone.id_instance)
        self.assertEqual((line.name, line.tariff, line.state), ("Shop", "DEVELOPER", "active"))
        self.assertEqual(line.instance_id.id, self.instance.id)
        self.assertFalse(line.can_connect, "it is connected")
        self.assertEqual(self.line(expired.id_instance).state, "expired")
        self.assertEqual(self.line(deleted.id_instance).state, "deleted")
        calls = self.env["telegram.call"].search([("api_partner_id", "=", self.partner.id)])
        self.assertEqual(calls.mapped("method"), ["getInstances"])
        kept = [answer, calls.read(), self.partner.read(), self.partner.line_ids.read()]
        self.assertNotIn(SECRET_MARK, str(kept))

    def test_list_again(self):
        """Nothing is doubled; what is not listed any more was deleted."""
        phone = self._create_phone()
        self.refresh()
        count = len(self.partner.line_ids)
        phone.forget()
        self.refresh()
        self.assertEqual(len(self.partner.line_ids), count)
        self.assertEqual(self.line(phone.id_instance).state, "deleted")

    def test_deleted_elsewhere(self):
        """An instance that somebody deleted in the console is told of where it is used."""
        self.instance.was_operational = True
        self.phone.change(deleted=True)
        self.refresh()
        self.assertEqual(self.instance.state, "deleted")
        self.assertIn("deleted at GREEN-API", self.instance.state_message)
        self.assertTrue(self.instance.activity_ids)

    def test_failures(self):
        """Wrong token, no connection, a web page: in words, and without the token."""
        self.control.fault("getInstances", "html")
        with self.assertRaisesRegex(UserError, "is not one of GREEN-API"):
            self.refresh()
        self.control.fault("getInstances", "status", status=500, body=f"partner/{PARTNER_TOKEN}")
        with self.assertRaisesRegex(UserError, "temporarily unavailable") as caught:
            self.refresh()
        self.assertNotIn(SECRET_MARK, str(caught.exception))
        self.partner.api_token_new = f"{SECRET_MARK}wrong"
        with self.assertRaisesRegex(UserError, "does not accept the partner token"):
            self.refresh()
        self.partner.api_url = "http://127.0.0.1:9"
        with self.assertRaisesRegex(UserError, "no connection"):
            self.refresh()
        calls = self.env["telegram.call"].search([("api_partner_id", "=", self.partner.id)])
        self.assertEqual(len(calls), 4)
        self.assertNotIn(SECRET_MARK, str(calls.read()))

    def test_calls_are_removed_by_age(self):
        """The partner's calls do not stay longer than they are to be kept."""
        self.refresh()
        self.refresh()
        calls = self.env["telegram.call"].search([("api_partner_id", "=", self.partner.id)])
        self.env.cr.execute(
            "UPDATE telegram_call SET create_date = %s WHERE id = %s",
            [fields.Datetime.now() - timedelta(days=15), calls[0].id],
        )
        self.env["telegram.call"]._gc_calls()
        self.assertEqual(calls.exists(), calls[1])

    def test_no_token(self):
        """Without a token nothing is asked."""
        with self.assertRaisesRegex(UserError, "partnerToken"):
            self.press("action_refresh", self.partner.copy())

    def test_rights(self):
        """Partner mode is for administrators of Odoo: others see neither it nor its calls."""
        self.refresh()
        line = self.partner.line_ids[0]
        for user in (self.manager, self.salesperson):
            with self.subTest(user.login):
                for record in (self.partner, line):
                    with self.assertRaises(AccessError):
                        record.with_user(user).read(["name"])
                for action in ("action_refresh", "action_create_instance"):
                    with self.assertRaises(AccessError):
                        getattr(self.partner.with_user(user), action)()
                for action in ("action_connect", "action_delete"):
                    with self.assertRaises(AccessError):
                        getattr(line.with_user(user), action)()
                with self.assertRaises(AccessError):
                    self.env["telegram.api.partner.delete"].with_user(user).create(
                        {"line_id": line.id}
                    )
        calls = self.env["telegram.call"].with_user(self.manager)
        self.assertFalse(calls.search([("method", "=", "getInstances")]))
        with self.assertRaises(AccessError):
            line.with_user(self.admin).write({"state": "deleted"})

    def test_other_company(self):
        """Who does not see a company does not see its partner either."""
        company = self.env["res.company"].create({"name": "Elsewhere"})
        self.partner.sudo().company_id = company
        self.assertFalse(self.env["telegram.api.partner"].with_user(self.admin).search([]))
