# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""The templates of ready-made rules, in each language that their default text has."""

from odoo import api, models

TRANSLATED = ("name", "body")


class TelegramAutomation(models.Model):
    """Extend ``telegram.automation`` with the creation and translation of its template."""

    _inherit = "telegram.automation"

    def _create_template(self):
        """Create the template from the default message, in every installed language."""
        default = self.with_context(lang="en_US")
        template = self.env["telegram.template"].with_env(default.env)
        template = template.create(
            {"name": default.name, "model_id": self.model_id.id, "body": default.body}
        )
        langs = [code for code, _name in self.env["res.lang"].get_installed()]
        self._translate_template(template, langs)
        return template.with_env(self.env)

    def _translate_template(self, template, langs):
        """Add the default texts to a template in languages in which it has none.

        A template whose English text a user has changed stays as it is.

        :param template: the ``telegram.template``
        :param list langs: codes of languages
        """
        for field in TRANSLATED:
            text = template.with_context(lang="en_US")[field]
            if text != self.with_context(lang="en_US")[field]:
                continue
            texts = {
                lang: self.with_context(lang=lang)[field]
                for lang in langs
                if template.with_context(lang=lang)[field] == text
            }
            texts = {lang: translated for lang, translated in texts.items() if translated != text}
            if texts:
                template.update_field_translations(field, texts)

    @api.model
    def _process_new_languages(self, langs):
        """Add the texts of languages that were just installed to the templates of the rules.

        :param list langs: codes of languages
        """
        for automation in self.search([("template_id", "!=", False)]):
            # While Odoo is updated, the models of other apps may not be loaded yet.
            if automation.model in self.env:
                automation._translate_template(automation.template_id, langs)


class IrModuleModule(models.Model):
    """Update the templates of rules after a language was installed."""

    _inherit = "ir.module.module"

    @api.model
    def _load_module_terms(self, modules, langs, overwrite=False):  # pylint: disable=missing-return
        super()._load_module_terms(modules, langs, overwrite=overwrite)
        if "telegram_green_api" in modules:
            # sudo: telegram.automation, telegram.template - who may install a language need not
            # administer Telegram
            self.env["telegram.automation"].sudo()._process_new_languages(langs)
