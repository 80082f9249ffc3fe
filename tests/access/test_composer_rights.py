# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo.exceptions import UserError
from odoo.tests import tagged

from ..common import TelegramCase


@tagged("post_install", "-at_install")
class TestComposerRights(TelegramCase):
    """The composer shows and sends only what its user may read, whatever a program fills in."""

    def compose(self, **values):
        composers = self.env["telegram.composer"].with_user(self.salesperson)
        return composers.create(
            {
                "res_model": "res.partner",
                "res_id": self.customer.id,
                "instance_id": self.instance.id,
                "partner_ids": self.customer.ids,
                **values,
            }
        )

    def template(self, **values):
        company = self.env["res.company"].create({"name": "Other"})
        return self.env["telegram.template"].create(
            {
                "name": "T",
                "model_id": self.env["ir.model"]._get_id("res.partner"),
                "body": "Secret price list",
                "company_id": company.id,
                **values,
            }
        )

    def test_template_file_of_other_company(self):
        """A file that only another company may read does not get out by its template."""
        file = self.env["ir.attachment"].create({"name": "a.txt", "raw": b"secret"})
        self.template(attachment_ids=file.ids)
        for mass in (False, True):
            values = {"res_ids": repr(self.customer.ids), "res_id": False} if mass else {}
            with self.subTest(mass=mass), self.assertRaises(UserError):
                self.compose(body="x", attachment_ids=file.ids, **values).action_send()

    def test_template_of_other_company(self):
        """The text of a template that the user may not read is neither shown nor sent."""
        template = self.template()
        for mass in (False, True):
            values = {"res_ids": repr(self.customer.ids), "res_id": False} if mass else {}
            with self.subTest(mass=mass), self.assertRaises(UserError):
                self.compose(template_id=template.id, **values).action_send()

    def test_template_of_other_model(self):
        """A template of another model would show records that have the same ids."""
        template = self.env["telegram.template"].create(
            {
                "name": "T",
                "model_id": self.env["ir.model"]._get_id("product.template"),
                "body": "Dear {{ object.name }}",
            }
        )
        for mass in (False, True):
            values = {"res_ids": repr(self.customer.ids), "res_id": False} if mass else {}
            with self.subTest(mass=mass), self.assertRaises(UserError):
                self.compose(template_id=template.id, **values).action_send()

    def test_report_of_other_model(self):
        """A report of another model would be made of the records that have the same ids."""
        self.env["ir.ui.view"].create(
            {"name": "card", "type": "qweb", "key": "telegram_green_api.card", "arch": "<p>Hi</p>"}
        )
        report = self.env["ir.actions.report"].create(
            {
                "name": "Card",
                "model": "res.users",
                "report_type": "qweb-text",
                "report_name": "telegram_green_api.card",
            }
        )
        for mass in (False, True):
            values = {"res_ids": repr(self.customer.ids), "res_id": False} if mass else {}
            with self.subTest(mass=mass), self.assertRaises(UserError):
                self.compose(body="x", report_ids=report.ids, **values).action_send()

    def test_file_of_unreadable_record(self):
        """A file of a record that the user may not read is not sent."""
        file = self.env["ir.attachment"].create(
            {"name": "a.txt", "raw": b"secret", "res_model": "ir.cron", "res_id": 1}
        )
        for field in ("attachment_ids", "record_attachment_ids"):
            for mass in (False, True):
                values = {"res_ids": repr(self.customer.ids), "res_id": False} if mass else {}
                with self.subTest(f=field, m=mass), self.assertRaises(UserError):
                    self.compose(body="x", **{field: file.ids}, **values).action_send()

    def test_contact_that_may_not_be_read(self):
        """Nobody is written to whom the user may not see."""
        self.env["ir.rule"].create(
            {
                "name": "x",
                "model_id": self.env["ir.model"]._get_id("res.partner"),
                "domain_force": f"[('id', '!=', {self.customer.id})]",
            }
        )
        with self.assertRaises(UserError):
            self.compose(body="x").action_send()

    def test_place_of_an_unreadable_contact(self):
        """Address and coordinates of a contact that the user may not see stay unseen."""
        other = self.env["res.partner"].create({"name": "Hidden", "street": "Secret Street 1"})
        self.env["ir.rule"].create(
            {
                "name": "x",
                "model_id": self.env["ir.model"]._get_id("res.partner"),
                "domain_force": f"[('id', '!=', {other.id})]",
            }
        )
        self.env.invalidate_all()  # what is in the cache is not checked
        with self.assertRaises(UserError):
            self.compose(kind="location", location_partner_id=other.id).address  # noqa: B018

    def test_instance_not_operated(self):
        """Whoever does not operate an account does nothing with it or its messages."""
        other = self._create_instance(self._create_phone())
        other.operator_ids = False
        with self.assertRaises(UserError):
            self.compose(body="x", instance_id=other.id).action_send()
        with self.assertRaises(UserError):
            other.with_user(self.salesperson).send_text("10000000", "x")
        message = other.send_text("10000000", "x")
        for name, args in (
            ("edit", ("y",)),
            ("delete", ()),
            ("action_send_now", ()),
            ("action_cancel", ()),
        ):
            with self.subTest(name), self.assertRaises(UserError):
                getattr(message.with_user(self.salesperson), name)(*args)
        with self.assertRaises(UserError):
            self.env["telegram.forward"].with_user(self.salesperson).create(
                {"message_ids": message.ids, "partner_ids": self.customer.ids}
            ).action_forward()
