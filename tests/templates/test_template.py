# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .template_case import TemplateCase


@tagged("post_install", "-at_install")
class TestText(TemplateCase):
    """Placeholders become what stands in the record."""

    def test_language_of_each_contact(self):
        """Everybody is written to in their own language, in one go; others get the writer's."""
        nobody = self.env["res.partner"].create({"name": "Nemo", "lang": False})
        self.assertEqual(
            self.template._render_bodies(self.anna + self.chloe + nobody),
            {
                self.anna.id: "Hello Anna, good day!",
                self.chloe.id: "Bonjour Chloé, bonne journée !",
                nobody.id: "Hello Nemo, good day!",
            },
        )

    def test_language_of_the_template(self):
        """A template may say itself where the language comes from."""
        self.template.lang = "{{ object.parent_id.lang }}"
        self.anna.parent_id = self.env["res.partner"].create({"name": "Société", "lang": "fr_FR"})
        self.assertIn("Bonjour", self.template._render_bodies(self.anna)[self.anna.id])

    def test_language_that_is_gone(self):
        """A language that was switched off does not keep the whole mailing from going out."""
        self.template.lang = "de_DE"
        self.assertIn("Hello", self.template._render_bodies(self.anna)[self.anna.id])

    def test_plain_text(self):
        """Nothing is escaped as if it were HTML, lines stay, blanks around go."""
        self.anna.name = "A & B <Ltd>"
        self.assertEqual(
            self.render("\n Dear {{ object.name }},\n\nbye! \n"), "Dear A & B <Ltd>,\n\nbye!"
        )

    def test_default(self):
        """An empty field gives what stands behind the bars."""
        self.assertEqual(self.render("Phone: {{ object.phone ||| none}}"), "Phone: none")

    def test_dates_and_amounts(self):
        """Numbers and dates are written as the contact's language writes them."""
        body = "{{ format_amount(1234.5, user.company_id.currency_id) }}"
        template = self._create_template(body=body)
        english, french = template._render_bodies(self.anna + self.chloe).values()
        self.assertIn("1,234.50", english)
        self.assertIn("234,50", french)

    def test_queries_do_not_grow(self):
        """Two thousand records cost as many queries as two."""
        template = self._create_template(body="{{ object.parent_id.name }}: {{ object.name }}")
        partners = self.env["res.partner"].create([{"name": str(n)} for n in range(44)])
        template._render_bodies(partners[:2])  # fills caches

        def count(records):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            template._render_bodies(records)
            return self.cr.sql_log_count - before

        self.assertEqual(count(partners[2:4]), count(partners[4:]))

    @mute_logger("odoo.addons.mail.models.mail_render_mixin")
    def test_failure_names_the_record(self):
        """What works for one record may fail for another: the message says for which."""
        template = self._create_template(
            body="{{ object.ref.upper() if object.parent_id else '-' }}"
        )
        self.chloe.parent_id = self.anna
        with self.assertRaisesRegex(UserError, "Chloé.*before “.upper” is empty"):
            template._render_bodies(self.anna + self.chloe)

    def test_records_of_others(self):
        """A template shows nobody what they may not read."""
        secret = self.env["res.partner"].create(
            {"name": "Secret", "company_id": self.env["res.company"].create({"name": "X"}).id}
        )
        self.env.invalidate_all()
        with self.assertRaises(AccessError):
            self.template.with_user(self.salesperson)._render_bodies(secret)


@tagged("post_install", "-at_install")
class TestSaving(TemplateCase):
    """What cannot work, or may not be written, is refused when the template is saved."""

    def assertRefused(self, body, reason):
        with self.assertRaisesRegex(ValidationError, reason):
            self.template.body = body

    @mute_logger("odoo.addons.mail.models.mail_render_mixin")
    def test_unknown_field(self):
        """A misspelled field is found now and not when a customer should get the message."""
        self.assertRefused("Hello {{ object.nmae }}", "object.nmae.*has no field “nmae”")

    def test_not_python(self):
        """A placeholder that cannot be read is named."""
        self.assertRefused("Hello {{ object. }}", "object.*cannot be read")

    def test_half_a_placeholder(self):
        """One brace too few would go to the customer as it stands."""
        for body in ("Hello {{ object.name }", "Hello object.name }}", "Hello {{ object\n.name }}"):
            with self.subTest(body):
                self.assertRefused(body, "is missing")

    @mute_logger("odoo.addons.mail.models.mail_render_mixin")
    def test_language(self):
        """The language's placeholder is checked like the text's."""
        with self.assertRaisesRegex(ValidationError, "has no field “nmae”"):
            self.template.lang = "{{ object.nmae }}"

    @mute_logger("odoo.addons.mail.models.mail_render_mixin")
    def test_translation(self):
        """A translation is checked although the original is right."""
        with self.assertRaisesRegex(ValidationError, "has no field “nom”"):
            self.template.update_field_translations("body", {"fr_FR": "Bonjour {{ object.nom }}"})

    def test_no_record_to_try(self):
        """Without any record, or without the right to see one, a placeholder is at least read."""
        model = self.env["ir.model"]._get("account.move")
        template = self.env["telegram.template"].with_user(self.editor)
        values = {"name": "Invoice", "model_id": model.id}
        template.create({**values, "body": "{{ object.amount_total * 2 }}"})
        with self.assertRaisesRegex(ValidationError, "cannot be read"):
            template.create({**values, "body": "{{ object.amount_total * }}"})

    def test_installing(self):
        """A data file is only read: an odd record must not keep an addon from being installed."""
        template = self.template.with_context(install_mode=True)
        template.body = "{{ object.nmae }}"
        with self.assertRaisesRegex(ValidationError, "cannot be read"):
            template.body = "{{ object. }}"

    def test_trial_leaves_nothing(self):
        """Trying a placeholder that writes changes no record."""
        body = "{{ object.write({'comment': 'tried'}) and '' }}"
        self._create_template(body=body)
        self.assertFalse(self.env["res.partner"].search([("comment", "ilike", "tried")]))

    def test_model_without_chatter(self):
        """A template for something that cannot be written from would be offered nowhere."""
        with self.assertRaisesRegex(ValidationError, "no chatter"):
            self.template.model_id = self.env.ref("base.model_res_lang")

    def test_report_of_another_model(self):
        """A report of other records cannot be made for these."""
        with self.assertRaisesRegex(ValidationError, "not one of"):
            self.template.report_template_ids = self.env.ref("account.account_invoices")

    def test_warns_of_length(self):
        """The form says that a text is too long before anybody tries to send it."""
        with Form(self.template) as form:
            form.body = "x" * 4096
            self.assertFalse(form.warning)
            form.body = "x" * 4097
            self.assertIn("4097", form.warning)


@tagged("post_install", "-at_install")
class TestAccess(TemplateCase):
    """Who may write templates, and which placeholders."""

    def test_users_read(self):
        """A salesperson uses templates and changes none."""
        ready = self.env.ref("telegram_green_api.telegram_template_partner").with_user(
            self.salesperson
        )
        with self.assertRaises(AccessError):
            ready.reset_template()
        template = self.template.with_user(self.salesperson)
        self.assertEqual(
            template._render_bodies(self.anna), {self.anna.id: "Hello Anna, good day!"}
        )
        for change in (
            lambda: template.write({"body": "Hi"}),
            lambda: template.copy(),
            lambda: template.unlink(),
            lambda: template.action_create_sidebar_action(),
            lambda: template.action_unlink_sidebar_action(),
        ):
            with self.assertRaises(AccessError):
                change()

    def test_administrator_without_editor_rights(self):
        """Telegram's administrator writes texts and plain fields, and no code."""
        template = self.template.with_user(self.manager)
        template.body = "Dear {{ object.name }}"
        for values in (
            {"body": "{{ object.env['ir.config_parameter'].sudo().search([]).mapped('value') }}"},
            {"body": "{{ object.create_uid.login }}"},
            {"lang": "{{ object.parent_id.lang }}"},
        ):
            with self.subTest(values), self.assertRaises(AccessError):
                template.write(values)
            with self.subTest(values), self.assertRaises(AccessError):
                self.env["telegram.template"].with_user(self.manager).create(
                    {"name": "New", "model_id": self.contacts.id, "body": "Hi", **values}
                )

    def test_code_in_a_translation(self):
        """A translation is no way around the rights."""
        template = self.template.with_user(self.manager)
        code = "{{ object.create_uid.login }}"
        with self.assertRaises(AccessError):
            template.update_field_translations("body", {"fr_FR": code})
        with self.assertRaises(AccessError):
            template.with_context(lang="fr_FR").body = code

    def test_editor_and_user(self):
        """What an editor wrote works for everybody, with their own rights."""
        self.env["telegram.template"].with_user(self.editor).create(
            {"name": "Code", "model_id": self.contacts.id, "body": "{{ object.create_date.year }}"}
        )
        template = self.env["telegram.template"].search([("name", "=", "Code")])
        body = template.with_user(self.salesperson)._render_bodies(self.anna)[self.anna.id]
        self.assertEqual(body, str(self.anna.create_date.year))

    def test_companies(self):
        """A company's template is not offered in another company."""
        self.template.company_id = self.env["res.company"].create({"name": "Subsidiary"})
        with self.assertRaises(AccessError):
            self.template.with_user(self.salesperson).read(["body"])
        self.template.company_id = False
        self.template.with_user(self.salesperson).read(["body"])

    def test_outsiders(self):
        """Without the Telegram group, there are no templates."""
        employee = self.create_user("telegram_employee", "employee")
        for model in ("telegram.template", "telegram.template.preview"):
            with self.subTest(model), self.assertRaises(AccessError):
                self.env[model].with_user(employee).search([])

    def test_administrator_creates_in_the_form(self):
        """The model is found by an administrator who has no rights on Odoo's technical models."""
        form = Form(self.env["telegram.template"].with_user(self.manager))
        form.name = "New"
        form.model_id = self.contacts.with_user(self.manager)
        form.body = "Hello {{ object.name }}"
        self.assertEqual(form.save().model, "res.partner")
