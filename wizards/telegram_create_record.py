# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import plaintext2html

from .telegram_link_record import EXCLUDED_MODELS


class TelegramCreateRecord(models.TransientModel):
    """Create a record from a conversation, of any model that takes e-mail."""

    _name = "telegram.create.record"
    _inherit = "telegram.once.mixin"
    _description = "Create Record from Telegram Conversation"

    chat_id = fields.Many2one("telegram.chat", "Conversation", required=True, readonly=True)
    model = fields.Selection("_selection_model", "Record Type", required=True)
    name = fields.Char("Subject", required=True)
    message_ids = fields.Many2many(
        "telegram.message",
        string="Messages",
        domain="[('chat_id', '=', chat_id), ('direction', '=', 'incoming')]",
        help="They are shown in the chatter of the record, with their files.",
    )

    # === DEFAULT METHODS === #

    @api.model
    def default_get(self, fields):
        values = super().default_get(fields)
        chat = self.env["telegram.chat"].browse(values.get("chat_id") or ())
        if chat and "message_ids" in fields and "message_ids" not in values:
            messages = chat._get_messages_to_carry()
            values["message_ids"] = [Command.set(messages.ids)]
            values["name"] = chat._get_subject(messages[:1].text)
        if "model" in fields and "model" not in values:
            values["model"] = self._get_default_model(chat)
        return values

    @api.model
    def _get_default_model(self, chat):
        """Return the model that the account creates by itself, else the first one."""
        models = [name for name, _label in self._selection_model()]
        # sudo: ir.model - the account's setting is for administrators of Odoo
        own = chat.instance_id.sudo().create_model_id.model
        return own if own in models else next(iter(models), False)

    @api.model
    def _selection_model(self):
        """Return the models with a chatter of which the user may create records.

        Those with a rule of their own for incoming e-mails come first, such as leads and tasks.
        """
        default_rule = type(self.env["mail.thread"]).message_new
        # sudo: ir.model - only the names; create access to each model is checked below
        models_sudo = (
            self.env["ir.model"]
            .sudo()
            .search([("is_mail_thread", "=", True), ("transient", "=", False)], order="name")
        )
        found = [
            (type(self.env[model.model]).message_new is default_rule, model.name, model.model)
            for model in models_sudo
            if model.model in self.env and self._is_selectable(self.env[model.model])
        ]
        return [(name, label) for _is_default, label, name in sorted(found)]

    @api.model
    def _is_selectable(self, model):
        is_own = model._name.startswith("telegram.") or model._name in EXCLUDED_MODELS
        return model._auto and not model._abstract and not is_own and model.has_access("create")

    # === ACTION METHODS === #

    def action_create(self):
        """Create the record, link the messages to it and open it.

        :raise UserError: the record needs values that the conversation does not have
        """
        self._check_access_to_all()
        return self._act_once("action_create", self._create_and_open)

    # === BUSINESS METHODS === #

    def _create_and_open(self):
        """Create the record.

        :return: the action that opens it, twice: also for a second click
        """
        chat, messages = self.chat_id, self.message_ids.sorted("id")
        chat._check_may_become_record()
        if messages.chat_id - chat:
            raise UserError(self.env._("Choose messages of this conversation only."))
        if not chat.partner_id and not chat.is_group:
            chat._create_partner()
        text = "\n".join(filter(None, messages.mapped("text")))
        model = self.env[self.model].with_company(chat.company_id)
        values = {"subject": self.name, "body": plaintext2html(text)}
        record = chat._create_record(model, values, {}).with_env(self.env)
        if messages:
            messages._link_to_record(record)
        # sudo: telegram.chat - users who may read a chat may link it to a record
        chat.sudo().write({"created_res_model": record._name, "created_res_id": record.id})
        action = record.get_formview_action()
        return action, action
