# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ... import const

FORMATTING_HELP = """*bold*  _italic_  ~struck~  `code`  ```block of code```
> quotation, at the beginning of a line
A mark that is written twice is a letter. Values of placeholders are not formatted.
If this is not checked, every character arrives as it is written."""


class TelegramTemplate(models.Model):
    """A text for the records of one model, with placeholders, reports and files.

    Rendering it for records is in ``rendering.py``.
    """

    _name = "telegram.template"
    _description = "Telegram Template"
    _inherit = ["telegram.render.mixin", "template.reset.mixin"]
    _order = "name, id"
    # Stored templates are rendered without restriction: mail.render.mixin lets only template
    # editors store placeholders other than allowed fields.
    _unrestricted_rendering = True

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", help="Leave empty to use the template in all companies."
    )
    model_id = fields.Many2one(
        "ir.model",
        "Applies To",
        required=True,
        ondelete="cascade",
        domain=[("is_mail_thread", "=", True), ("transient", "=", False), ("abstract", "=", False)],
    )
    model = fields.Char("Model", related="model_id.model", store=True, index=True)
    body = fields.Text("Message", required=True, translate=True)
    formatting = fields.Boolean(help=FORMATTING_HELP)
    warning = fields.Char(compute="_compute_warning")
    allowed_placeholders = fields.Char(compute="_compute_allowed_placeholders")
    report_template_ids = fields.Many2many(
        "ir.actions.report",
        "telegram_template_report_rel",
        "template_id",
        "report_id",
        string="Reports",
        domain="[('model', '=', model)]",
        help="Reports to generate for the record and attach to the message.",
    )
    attachment_ids = fields.Many2many(
        "ir.attachment",
        "telegram_template_attachment_rel",
        "template_id",
        "attachment_id",
        string="Attachments",
        copy=False,  # copied with their content in copy()
        bypass_search_access=True,
        help="Files to attach to every message.",
    )
    has_sidebar_action = fields.Boolean(
        "In Action Menu", compute="_compute_has_sidebar_action", compute_sudo=True
    )

    # === COMPUTE METHODS === #

    @api.depends("model")
    def _compute_render_model(self):
        for template in self:
            template.render_model = template.model

    @api.depends("body")
    def _compute_warning(self):
        for template in self:
            length = len(template.body or "")
            template.warning = length > const.MESSAGE_MAX_LENGTH and self.env._(
                "The text has %(length)s characters; the maximum of a message is %(limit)s. It can "
                "only be sent if its placeholders make it shorter.",
                length=length,
                limit=const.MESSAGE_MAX_LENGTH,
            )

    @api.depends("model")
    @api.depends_context("uid")
    def _compute_allowed_placeholders(self):
        """Compute the placeholders for users who may not write any other ones."""
        may_use_all = self._may_use_all_placeholders()
        for template in self:
            allowed = not may_use_all and self._get_allowed_placeholders(template.model)
            template.allowed_placeholders = allowed

    def _compute_has_sidebar_action(self):
        with_action = self._get_sidebar_actions().telegram_template_id
        for template in self:
            template.has_sidebar_action = template.id in with_action.ids

    @api.onchange("model_id")
    def _onchange_model_id(self):
        """Remove the reports of another model."""
        self.report_template_ids = self.report_template_ids.filtered(
            lambda report: report.model == self.model
        )

    # === CONSTRAINT METHODS === #

    def _check_access_right_dynamic_template(self):
        """Check the rights as Odoo does, but name the placeholder that is not allowed."""
        if not self.env.su:
            for template in self:
                template._check_placeholder_rights(template.body, template.model)
        return super()._check_access_right_dynamic_template()

    @api.constrains("model_id")
    def _check_model_id(self):
        for template in self:
            model = template.sudo().model_id  # sudo: ir.model - what kind of model it is
            if not model.is_mail_thread or model.transient or model.abstract:
                raise ValidationError(
                    self.env._(
                        "“%s” has no chatter to send messages from. Choose another model in "
                        "“Applies To”.",
                        model.name,
                    )
                )

    @api.constrains("model_id", "report_template_ids")
    def _check_report_template_ids(self):
        for template in self:
            for report in template.report_template_ids:
                if report.model != template.model:
                    # sudo: ir.model - the name of the template's own model
                    raise ValidationError(
                        self.env._(
                            "The report “%(report)s” is not one of “%(model)s”. Remove it from "
                            "the template.",
                            report=report.name,
                            model=template.sudo().model_id.name,
                        )
                    )

    # === CRUD METHODS === #
    # Placeholders are not checked by a constraint: mail.render.mixin has to check first whether
    # the user may store them.

    @api.model_create_multi
    def create(self, vals_list):
        templates = super().create(vals_list)
        templates._check_placeholders()
        templates._fix_attachment_ownership()
        return templates

    def write(self, vals):
        super().write(vals)
        if {"body", "lang", "model_id"} & vals.keys():
            self._check_placeholders()
        if "attachment_ids" in vals:
            self._fix_attachment_ownership()
        if {"name", "model_id", "active"} & vals.keys():
            self._update_sidebar_actions()
        return True

    def _update_field_translations(self, field_name, translations, digest=None, source_lang=""):
        result = super()._update_field_translations(
            field_name, translations, digest=digest, source_lang=source_lang
        )
        if field_name == "body":
            for lang in translations:
                self.with_context(lang=lang)._check_placeholders()
        return result

    def copy_data(self, default=None):
        vals_list = super().copy_data(default=default)
        if "name" in (default or {}):
            return vals_list
        return [
            dict(vals, name=self.env._("%s (copy)", template.name))
            for template, vals in zip(self, vals_list, strict=True)
        ]

    def copy(self, default=None):
        copies = super().copy(default=default)
        if "attachment_ids" not in (default or {}):
            for template, copied in zip(self, copies, strict=True):
                copied.attachment_ids = template.attachment_ids.copy({"res_id": copied.id})
        return copies

    def unlink(self):
        self._get_sidebar_actions().unlink()
        return super().unlink()

    def _fix_attachment_ownership(self):
        """Update the attachments to belong to the template, and to be read and deleted with it."""
        for template in self:
            for file in template.attachment_ids:
                if (file.res_model, file.res_id) != (template._name, template.id):
                    file.write({"res_model": template._name, "res_id": template.id})

    # === ACTION METHODS === #

    def action_create_sidebar_action(self):
        """Create an entry in the Action menu of the records of the model."""
        self.check_access("write")
        new = self - self._get_sidebar_actions().telegram_template_id
        # sudo: ir.actions.act_window - it only opens the composer with this template
        self.env["ir.actions.act_window"].sudo().create(
            [template._prepare_sidebar_action_values() for template in new]
        )
        self.invalidate_recordset(["has_sidebar_action"])
        return True

    def action_unlink_sidebar_action(self):
        """Remove the entry of the template from the Action menu."""
        self.check_access("write")
        self._get_sidebar_actions().unlink()
        self.invalidate_recordset(["has_sidebar_action"])
        return True

    # === BUSINESS METHODS === #

    def _get_sidebar_actions(self):
        """Return the actions that open the composer with one of the templates."""
        # sudo: ir.actions.act_window - found by their template only
        actions_sudo = self.env["ir.actions.act_window"].sudo()
        return actions_sudo.search([("telegram_template_id", "in", self.ids)])

    def _update_sidebar_actions(self):
        """Update the entries of changed templates; remove those of archived ones."""
        for action_sudo in self._get_sidebar_actions():
            template = self.browse(action_sudo.telegram_template_id.id)
            if template.active:
                action_sudo.write(template._prepare_sidebar_action_values())
            else:
                template.action_unlink_sidebar_action()

    def _prepare_sidebar_action_values(self):
        self.ensure_one()
        return {
            "name": self.env._("Send Telegram Message (%s)", self.name),
            "telegram_template_id": self.id,
            "binding_model_id": self.model_id.id,
            "group_ids": self.env.ref("telegram_green_api.group_user").ids,
            "res_model": "telegram.composer",
            "view_mode": "form",
            "view_id": self.env.ref("telegram_green_api.telegram_composer_view_form").id,
            "target": "new",
            # The web client replaces active_ids.
            "context": f"{{'default_res_model': '{self.model}', 'default_res_ids': active_ids, "
            f"'default_template_id': {self.id}}}",
        }
