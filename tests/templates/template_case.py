# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from ..common import UserCase, new_user

EDITOR = "mail.group_mail_template_editor"


class TemplateCase(UserCase):
    """A template for contacts, an administrator, and a salesperson who edits no template."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("fr_FR")
        # by default Odoo makes everybody a template editor
        cls.env.ref("base.group_user").implied_ids -= cls.env.ref(EDITOR)
        cls.salesperson = cls.create_user("telegram_salesperson", "user", "contacts")
        cls.manager = cls.create_user("telegram_manager", "manager", "contacts")
        cls.editor = new_user(
            cls.env, "telegram_editor", groups=f"telegram_green_api.group_manager,{EDITOR}"
        )
        cls.contacts = cls.env.ref("base.model_res_partner")
        cls.anna, cls.chloe = cls.env["res.partner"].create(
            [{"name": "Anna", "lang": "en_US"}, {"name": "Chloé", "lang": "fr_FR"}]
        )
        cls.template = cls._create_template(body="Hello {{ object.name }}, good day!")
        cls.template.with_context(lang="fr_FR").body = "Bonjour {{ object.name }}, bonne journée !"

    @classmethod
    def _create_template(cls, **values):
        return cls.env["telegram.template"].create(
            {"name": "Greeting", "model_id": cls.contacts.id, "body": "Hello", **values}
        )

    def render(self, body, record=None, **values):
        record = record or self.anna
        return self._create_template(body=body, **values)._render_bodies(record)[record.id]
