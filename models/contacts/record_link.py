# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...tools.records import find_records, get_record_names


class TelegramMessage(models.Model):
    """Extend ``telegram.message``: link a message to another record than the one it answers.

    Operators cannot write messages. They can link each message that they may read.
    """

    _inherit = "telegram.message"

    link_date = fields.Datetime(
        "Linked On",
        readonly=True,
        copy=False,
        help="Date on which a user linked it to the record. Later answers belong there, too.",
    )
    _linked_index = models.Index("(chat_id, link_date) WHERE link_date IS NOT NULL")

    # === ACTION METHODS === #

    def action_link_record(self):
        """Open the dialog that links messages to a record."""
        self._check_operated()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Link to Record"),
            "res_model": "telegram.link.record",
            "view_mode": "form",
            "target": "new",
            "context": {"default_message_ids": self.ids},
        }

    def action_unlink_record(self):
        """Unlink messages from their record."""
        self._link_to_record(self.env["res.partner"])

    def action_link_partner(self):
        """Open the dialog that links the chat of the message to a contact."""
        return self.chat_id.action_link_partner()

    def action_create_partner(self):
        """Create a contact for the chat of the message, link it and open it."""
        return self.chat_id.action_create_partner()

    # === BUSINESS METHODS === #

    def _link_to_record(self, record):
        """Move messages to a record, where later answers of the chat are posted, too.

        Outgoing messages stay in the chatter of the record from which they were sent. Incoming
        ones are removed from their former record.

        :param record: of a model with a chatter; empty to unlink the messages only
        :raise AccessError: the user may not see the messages, or not post on the record
        :raise UserError: the record has no chatter, or belongs to another company
        """
        self._check_operated()
        if record:
            record.ensure_one()
            self._check_may_link(record)
        # sudo: telegram.message - users who may read a message may link it
        for message_sudo in self.sudo().sorted("id"):
            message_sudo._unlink_from_record(record)
            message_sudo.write(
                {
                    "res_model": record._name if record else False,
                    "res_id": record.id,
                    "link_date": fields.Datetime.now() if record else False,
                }
            )
            if record and not message_sudo._get_conversation_message(record):
                # sudo: the record - users who may link to it may post the message there
                message_sudo._post_on_record(record.sudo())
                if message_sudo.is_deleted:
                    message_sudo._update_posted_body()

    def _check_may_link(self, record):
        for instance in self.instance_id:
            self._check_may_show_on(record, instance)

    @api.model
    def _check_may_show_on(self, record, instance):
        """Check that the user may post the messages of an account on a record.

        :raise AccessError: the user may not post on the record
        :raise UserError: it has no chatter, or belongs to another company than the account
        """
        if record._name == "discuss.channel" or not hasattr(record, "message_post"):
            raise UserError(
                self.env._(
                    "“%s” has no chatter to show messages in. Choose another record.",
                    record.display_name,
                )
            )
        record.check_access("read")
        record._telegram_check_post_access()
        record._telegram_check_instance(instance)

    def _unlink_from_record(self, record):
        """Remove an incoming message from the chatter of its record, unless it is this one."""
        self.ensure_one()
        former = self._get_record()
        is_own = former == self.partner_id or former == record  # the message stays there
        if not former or is_own or self.direction != "incoming":
            return
        shown = self._get_conversation_message(former)
        # sudo: ir.attachment - a downloaded file is removed with the message
        files_sudo = shown.sudo().attachment_ids if self.download_state == "fetched" else None
        shown.unlink()
        if files_sudo:
            files_sudo.unlink()


class TelegramChat(models.Model):
    """Extend ``telegram.chat``: the record that a group is about.

    The messages of the group are posted in its chatter, too. From there users write to the group.
    """

    _inherit = "telegram.chat"
    _protected = {"res_model", "res_id"}

    res_model = fields.Char("Record Model", readonly=True, copy=False)
    res_id = fields.Many2oneReference(
        "Record ID", model_field="res_model", readonly=True, copy=False
    )
    record_name = fields.Char("Record", compute="_compute_record_name", compute_sudo=False)
    _tied_index = models.Index("(res_model, res_id) WHERE res_id IS NOT NULL")

    # === COMPUTE METHODS === #

    @api.depends("res_model", "res_id")
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_record_name(self):
        names = get_record_names(self)
        for chat in self:
            chat.record_name = names.get(chat)

    def _get_record(self):
        """Return the record that the group is linked to; empty if it does not exist."""
        self.ensure_one()
        return find_records(self).get(self, self.env["res.partner"])

    # === ACTION METHODS === #

    def action_tie_record(self):
        """Open the dialog that links the group to a record."""
        self._check_group()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Link to Record"),
            "res_model": "telegram.group.record",
            "view_mode": "form",
            "target": "new",
            "context": {"default_chat_id": self.id},
        }

    def action_untie_record(self):
        """Unlink the group from its record; messages posted there stay."""
        self._tie_to_record(self.env["res.partner"])

    def action_open_record(self):
        """Open the record that the group is linked to."""
        self.ensure_one()
        record = self._get_record()
        if not record:
            raise UserError(self.env._("The record was deleted. Link the group to another one."))
        return record.get_formview_action()

    # === BUSINESS METHODS === #

    def _tie_to_record(self, record):
        """Link the group to a record, on which its messages are posted from now on.

        :param record: of a model with a chatter; empty to unlink the group
        :raise AccessError: the user may not see the group, or not post on the record
        :raise UserError: the chat is not a group, or the record has no chatter or belongs to
            another company
        """
        self._check_group()
        if record:
            record.ensure_one()
            self.env["telegram.message"]._check_may_show_on(record, self.instance_id)
        # sudo: telegram.chat - users who may read a group may link it
        self.sudo().write(
            {
                "res_model": record._name if record else False,
                "res_id": record.id if record else False,
            }
        )

    @api.model
    def _find_tied(self, record):
        """Return the groups linked to a record that the user sees, and that the account is in."""
        return self.search(
            [
                ("res_model", "=", record._name),
                ("res_id", "=", record.id),
                ("left_date", "=", False),
            ]
        )
