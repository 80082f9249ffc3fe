# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.disk import is_full


class TelegramComposer(models.TransientModel):
    """A template fills the text and brings files and reports; all of it may be changed.

    What is computed is computed with the user's own rights: it is shown, and sent.
    """

    _inherit = "telegram.composer"

    template_id = fields.Many2one(
        "telegram.template",
        domain="[('model', '=', res_model)]",
        help="Its text, files and reports are taken over.",
    )
    has_templates = fields.Boolean(compute="_compute_has_templates")
    body = fields.Text(compute="_compute_body", compute_sudo=False, store=True, readonly=False)
    attachment_ids = fields.Many2many(
        compute="_compute_attachment_ids", compute_sudo=False, store=True, readonly=False
    )
    report_ids = fields.Many2many(
        "ir.actions.report",
        string="Reports",
        compute="_compute_report_ids",
        compute_sudo=False,
        store=True,
        readonly=False,
        domain="[('model', '=', res_model)]",
        help="Each is made for the record and sent as a file.",
    )

    # === COMPUTE METHODS === #

    @api.depends("res_model")
    def _compute_has_templates(self):
        for composer in self:
            domain = [("model", "=", composer.res_model)]
            composer.has_templates = self.env["telegram.template"].search_count(domain, limit=1)

    @api.depends("template_id")
    def _compute_body(self):
        for composer in self:
            template = composer.template_id
            if template and not composer.is_mass:
                record = composer._get_records()
                composer.body = template._render_bodies(record)[record.id]
            else:
                composer.body = template.body or composer.body

    @api.depends("template_id")
    def _compute_attachment_ids(self):
        for composer in self:
            own = composer.attachment_ids.filtered(lambda file: not self._is_of_template(file))
            composer.attachment_ids = own | composer.template_id.attachment_ids

    @api.depends("template_id")
    def _compute_report_ids(self):
        for composer in self:
            composer.report_ids = composer.template_id.report_template_ids

    @api.model
    def _is_of_template(self, attachment):
        return attachment.res_model == "telegram.template"

    # === WHAT IS SENT === #

    def _prepare_text_and_files(self):
        for report in self.report_ids:
            if report.model != self.res_model:
                raise UserError(
                    self.env._(
                        "Reports: “%s” is not made for this kind of record. Remove it.", report.name
                    )
                )
        message = super()._prepare_text_and_files()
        owner = self.instance_id if self.is_mass else self._get_records()
        message["attachments"] = self._own_files(message["attachments"], owner)
        if self.is_mass:
            reports = [self.env["telegram.message"]._prepare_report(r) for r in self.report_ids]
            message["contents"] = reports + message["contents"]
        else:
            message["attachments"] = self._make_reports() | message["attachments"]
        return message

    def _own_files(self, attachments, owner):
        """Return the files with copies in place of a template's: those go with the template."""
        # sudo: ir.attachment - as message_post does: whoever may post may add files to the post
        copies = {
            file: file.sudo().copy({"res_model": owner._name, "res_id": owner.id}).sudo(False)
            for file in attachments.filtered(self._is_of_template)
        }
        return attachments.browse([copies.get(file, file).id for file in attachments])

    def _make_reports(self):
        """Make the reports for the one record, in the language of its contact."""
        record = self._get_records()
        lang = self.partner_ids[:1].lang or self.env.lang
        templates = self.env["telegram.template"].with_context(lang=lang)
        made = self.env["ir.attachment"]
        for report in self.report_ids.with_context(lang=lang):
            try:
                made |= templates._get_report_attachment(record.with_context(lang=lang), report)
            except OSError as error:
                if not is_full(error):
                    raise
                raise UserError(
                    self.env._(
                        "“%(file)s” cannot be stored: %(reason)s. Nothing was sent. Ask your "
                        "administrator to make room on the disk of the Odoo server.",
                        file=report.name,
                        reason=error.strerror,
                    )
                ) from None
        return made.with_env(self.env)

    def _render_bodies(self, records, body):
        """Return the text for each record.

        An unchanged template is rendered in the language of each contact. A text of one's own may
        hold placeholders, too.
        """
        if self.template_id and body == self.template_id.body:
            return self.template_id._render_bodies(records)
        if "{{" not in body:
            return dict.fromkeys(records.ids, body)
        rendered = self.env["mail.render.mixin"]._render_template(body, records._name, records.ids)
        return {res_id: text.strip() for res_id, text in rendered.items()}
