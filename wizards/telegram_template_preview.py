# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo import api, fields, models
from odoo.exceptions import UserError

from .. import const
from ..tools.formatting import FormattedText


class TelegramTemplatePreview(models.TransientModel):
    """The dialog that shows the message of a template for a record."""

    _name = "telegram.template.preview"
    _inherit = "telegram.wizard.mixin"
    _description = "Telegram Template Preview"

    template_id = fields.Many2one(
        "telegram.template", required=True, readonly=True, ondelete="cascade"
    )
    model = fields.Char(related="template_id.model")
    resource_ref = fields.Reference(
        "_selection_resource_ref",
        "Record",
        compute="_compute_resource_ref",
        compute_sudo=False,
        store=True,
        readonly=False,
    )
    lang = fields.Selection("_selection_lang", "Language")
    body = fields.Html("Message", compute="_compute_body", compute_sudo=False, sanitize=False)
    warning = fields.Text(compute="_compute_body", compute_sudo=False)
    report_template_ids = fields.Many2many(related="template_id.report_template_ids")
    attachment_ids = fields.Many2many(related="template_id.attachment_ids")

    @api.model
    def _selection_resource_ref(self):
        # sudo: ir.model - only names of models; access to records is checked
        models_sudo = self.env["ir.model"].sudo().search([("is_mail_thread", "=", True)])
        return [(model.model, model.name) for model in models_sudo]

    @api.model
    def _selection_lang(self):
        return self.env["res.lang"].get_installed()

    @api.depends("template_id")
    def _compute_resource_ref(self):
        for preview in self:
            records = self.env.get(preview.model)
            if records is not None and records.has_access("read"):
                records = records.search([], limit=1)
            preview.resource_ref = f"{preview.model},{records.id}" if records else False

    @api.depends("template_id", "resource_ref", "lang")
    def _compute_body(self):
        for preview in self:
            preview.body, preview.warning = preview._render()

    def _render(self):
        """Return the message as HTML, and the reason why it cannot be sent."""
        template, record = self.template_id, self.resource_ref
        messages = self.env["telegram.message"]
        if not record:
            return messages._get_preview(template.body, template.formatting), self.env._(
                "There is no record for a preview, so the placeholders are not filled."
            )
        if self.lang:
            template = template.with_context(template_preview_lang=self.lang)
        try:
            text = template._render_bodies(record)[record.id]
        except UserError as error:
            return False, str(error)
        body = bool(text) and messages._get_preview(text, False)
        length = len(FormattedText.of(text).text)
        if length > const.MESSAGE_MAX_LENGTH:
            return body, self.env._(
                "The text has %(length)s characters; the maximum is %(limit)s. It cannot be sent.",
                length=length,
                limit=const.MESSAGE_MAX_LENGTH,
            )
        return body, not text and self.env._("The text is empty. It cannot be sent.")
