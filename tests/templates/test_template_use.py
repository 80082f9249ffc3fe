# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo.exceptions import AccessError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger
from odoo.tools.safe_eval import safe_eval

from ..browser.browser_case import WebClientCase
from .template_case import TemplateCase


@tagged("post_install", "-at_install")
class TestActionMenu(TemplateCase):
    """A template in the Action menu of the records it is for."""

    def entries(self, user=None):
        actions = self.env["ir.actions.actions"].with_user(user or self.salesperson)
        bound = actions.get_bindings("res.partner").get("action", ())
        return [entry["name"] for entry in bound if "Telegram Message (" in entry["name"]]

    def test_add_and_remove(self):
        """An administrator of Telegram, without rights on actions, adds and removes the entry."""
        template = self.template.with_user(self.manager)
        template.action_create_sidebar_action()
        self.assertTrue(template.has_sidebar_action)
        self.assertEqual(self.entries(), ["Send Telegram Message (Greeting)"])
        template.action_create_sidebar_action()
        self.assertEqual(len(self.entries()), 1)
        template.action_unlink_sidebar_action()
        self.assertFalse(template.has_sidebar_action)
        self.assertFalse(self.entries())

    def test_opens_the_composer(self):
        """The entry tells the composer which records and which template."""
        self.template.action_create_sidebar_action()
        action = self.env["ir.actions.act_window"].search(
            [("telegram_template_id", "=", self.template.id)]
        )
        self.assertEqual(action.res_model, "telegram.composer")
        self.assertEqual(
            safe_eval(action.context, {"active_ids": [1, 2]}),
            {
                "default_res_model": "res.partner",
                "default_res_ids": [1, 2],
                "default_template_id": self.template.id,
            },
        )

    def test_only_for_users_of_telegram(self):
        """Who cannot write by Telegram is not offered to."""
        self.template.action_create_sidebar_action()
        employee = self.create_user("telegram_employee", "employee")
        self.assertFalse(self.entries(employee))

    def test_goes_with_the_template(self):
        """No entry is left that opens a template which is gone, archived or for other records."""
        for change in (
            lambda: self.template.with_user(self.manager).unlink(),
            lambda: self.template.with_user(self.manager).action_archive(),
            lambda: self.template.write(
                {"model_id": self.env.ref("account.model_account_move").id}
            ),
        ):
            self.template = self._create_template()
            self.template.action_create_sidebar_action()
            self.assertTrue(self.entries())
            change()
            self.assertFalse(self.entries())

    def test_follows_the_name(self):
        """A renamed template is found under its new name."""
        self.template.action_create_sidebar_action()
        self.template.with_user(self.manager).name = "Welcome"
        self.assertEqual(self.entries(), ["Send Telegram Message (Welcome)"])

    def test_not_copied(self):
        """A copy has a name of its own and no entry until somebody adds one."""
        self.template.action_create_sidebar_action()
        copied = self.template.with_user(self.manager).copy()
        self.assertEqual(copied.name, "Greeting (copy)")
        self.assertEqual(copied.with_context(lang="fr_FR").body[:7], "Bonjour")
        self.assertFalse(copied.has_sidebar_action)

    def test_foreign_action(self):
        """A template is no means to rename or delete an action that is not its own."""
        action = self.env.ref("base.action_partner_form")
        with self.assertRaises(AccessError):
            action.with_user(self.manager).telegram_template_id = self.template


@tagged("post_install", "-at_install")
class TestPreview(TemplateCase):
    """Seeing what a customer would get."""

    def preview(self, user=None, **values):
        return (
            self.env["telegram.template.preview"]
            .with_user(user or self.salesperson)
            .create(
                {
                    "template_id": self.template.id,
                    "resource_ref": f"res.partner,{self.chloe.id}",
                    **values,
                }
            )
        )

    def test_record_and_language(self):
        """The contact's own language unless another is chosen."""
        self.assertEqual(self.preview().body, "<p>Bonjour Chloé, bonne journée !</p>")
        self.assertEqual(self.preview(lang="en_US").body, "<p>Hello Chloé, good day!</p>")

    def test_formatting(self):
        """The message is shown as it arrives: with its formatting, and not with its marks."""
        self.template.write({"body": "*No.* `{{ object.ref }}`", "formatting": True})
        self.chloe.ref = "INV_2026_01 *<b>*"
        preview = self.preview(lang="en_US")
        code = "<code>INV_2026_01 *&lt;b&gt;*</code>"
        self.assertEqual(preview.body, f"<p><strong>No.</strong> {code}</p>")
        self.assertFalse(preview.warning)

    def test_form(self):
        """The window opens with some record and follows the choices."""
        previews = self.env["telegram.template.preview"].with_user(self.salesperson)
        with Form(previews.with_context(default_template_id=self.template.id)) as form:
            self.assertTrue(form.body)
            form.resource_ref = self.chloe
            self.assertEqual(form.body, "<p>Bonjour Chloé, bonne journée !</p>")
            form.lang = "en_US"
            self.assertEqual(form.body, "<p>Hello Chloé, good day!</p>")
            self.assertFalse(form.warning)

    @mute_logger("odoo.addons.mail.models.mail_render_mixin")
    def test_bad_placeholder(self):
        """A placeholder that fails for this record is named instead of a traceback."""
        self.template.body = "{{ object.parent_id.name.upper() if object.ref == 'x' else '-' }}"
        self.chloe.ref = "x"
        preview = self.preview(lang="en_US")
        self.assertFalse(preview.body)
        self.assertIn("object.parent_id.name.upper()", preview.warning)
        self.assertNotIn("Traceback", preview.warning)

    def test_too_long_and_empty(self):
        """What could not be sent is said here."""
        self.template.body = "{{ 'x' * 5000 }}"
        self.assertIn("5000", self.preview(lang="en_US").warning)
        self.template.body = "{{ object.ref }}"
        self.assertIn("empty", self.preview(lang="en_US").warning)

    def test_no_record(self):
        """Without a record that the user may see, the text is shown as it is."""
        self.template.model_id = self.env.ref("account.model_account_move")
        preview = (
            self.env["telegram.template.preview"]
            .with_user(self.salesperson)
            .create({"template_id": self.template.id})
        )
        self.assertFalse(preview.resource_ref)
        self.assertEqual(preview.body, f"<p>{self.template.body}</p>")
        self.assertIn("no record", preview.warning)

    def test_record_of_others(self):
        """A preview shows nobody what they may not read."""
        self.chloe.company_id = self.env["res.company"].create({"name": "X"})
        self.env.invalidate_all()
        preview = self.preview()
        self.assertFalse(preview.body)
        self.assertTrue(preview.warning)


@tagged("post_install", "-at_install")
class TestScreen(WebClientCase):
    """Templates as a person works with them."""

    @mute_logger("odoo.addons.mail.models.mail_render_mixin", "odoo.http")
    def test_write_and_preview(self):
        """A field is picked and not typed, a mistake is told in words, the preview has the name."""
        self.start_tour(
            "/odoo/action-telegram_green_api.telegram_template_action",
            "telegram_green_api.template",
            login="admin",
        )
        template = self.env["telegram.template"].search([("name", "=", "Tour greeting")])
        self.assertEqual(template.body, "Good evening {{object.name}}")
        self.assertTrue(template.has_sidebar_action)
