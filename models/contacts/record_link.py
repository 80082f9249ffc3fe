# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo import api, fields, models
from odoo.exceptions import UserError


class TelegramMessage(models.Model):
    """Putting a message on another record than the one that it was taken to answer.

    Operators have no right to write messages: they move those that they may read.
    """

    _inherit = "telegram.message"

    link_date = fields.Datetime(
        "Linked",
        readonly=True,
        copy=False,
        help="When a person put it on the record; what the chat answers later belongs there, too.",
    )
    _linked_index = models.Index("(chat_id, link_date) WHERE link_date IS NOT NULL")

    # === ACTION METHODS === #

    def action_link_record(self):
        """Open the dialog that puts messages on a record."""
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Link to a Record"),
            "res_model": "telegram.link.record",
            "view_mode": "form",
            "target": "new",
            "context": {"default_message_ids": self.ids},
        }

    def action_unlink_record(self):
        """Take messages off the record that they stand on."""
        self._link_to_record(self.env["res.partner"])

    def action_link_partner(self):
        """Open the dialog that links the chat of the message to a contact."""
        return self.chat_id.action_link_partner()

    def action_create_partner(self):
        """Make a contact of the chat of the message, link it and open it."""
        return self.chat_id.action_create_partner()

    # === BUSINESS METHODS === #

    def _link_to_record(self, record):
        """Move messages to a record: they are shown there, and later answers of the chat go there.

        What was sent from a record stays in its chatter; what came in leaves it.

        :param record: of a model with a chatter; empty: they only leave where they are
        :raise AccessError: the user may not see the messages, or not write in that chatter
        :raise UserError: the record has no chatter, or is of another company
        """
        self.check_access("read")
        if record:
            record.ensure_one()
            self._check_may_link(record)
        # sudo: telegram.message - whoever reads a message says where it belongs
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
                # sudo: the record - whoever may link to it may have the message stand there
                message_sudo._post_on_record(record.sudo())
                if message_sudo.is_deleted:
                    message_sudo._update_posted_body()

    def _check_may_link(self, record):
        for instance in self.instance_id:
            self._check_may_show_on(record, instance)

    @api.model
    def _check_may_show_on(self, record, instance):
        """Refuse a record on which the user may not have an instance's messages stand.

        :raise AccessError: the user may not write in its chatter
        :raise UserError: it has no chatter, or is of another company than the instance
        """
        if record._name == "discuss.channel" or not hasattr(record, "message_post"):
            raise UserError(
                self.env._("“%s” has no chatter to show messages in.", record.display_name)
            )
        record.check_access("read")
        record._telegram_check_post_access()
        record._telegram_check_instance(instance)

    def _unlink_from_record(self, record):
        """Take a message that came in off the record that it stands on, unless it is this one."""
        self.ensure_one()
        former = self._get_record()
        is_own = former == self.partner_id or former == record  # there it stays
        if not former or is_own or self.direction != "incoming":
            return
        shown = self._get_conversation_message(former)
        # sudo: ir.attachment - a downloaded file leaves with the message
        files_sudo = shown.sudo().attachment_ids if self.download_state == "fetched" else None
        shown.unlink()
        if files_sudo:
            files_sudo.unlink()


class TelegramChat(models.Model):
    """The record that a group is about: what is written in the group stands in its chatter, too,
    and from there one writes to the group.
    """

    _inherit = "telegram.chat"
    _protected = {"res_model", "res_id"}

    res_model = fields.Char("Record Model", readonly=True, copy=False)
    res_id = fields.Many2oneReference(
        "Record Id", model_field="res_model", readonly=True, copy=False
    )
    record_name = fields.Char("Record", compute="_compute_record_name", compute_sudo=False)
    _tied_index = models.Index("(res_model, res_id) WHERE res_id IS NOT NULL")

    # === COMPUTE METHODS === #

    @api.depends("res_model", "res_id")
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_record_name(self):
        for chat in self:
            record = chat._get_record()
            # A record that the reader may not see keeps its name to itself.
            chat.record_name = record.has_access("read") and record.display_name

    def _get_record(self):
        """Return the record that the group is tied to; empty when there is none any more."""
        self.ensure_one()
        if self.res_model not in self.env or not self.res_id:
            return self.env["res.partner"]
        return self.env[self.res_model].browse(self.res_id).exists()

    # === ACTION METHODS === #

    def action_tie_record(self):
        """Open the dialog that ties the group to a record."""
        self._check_group()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Tie to a Record"),
            "res_model": "telegram.group.record",
            "view_mode": "form",
            "target": "new",
            "context": {"default_chat_id": self.id},
        }

    def action_untie_record(self):
        """Undo that; what stands on the record stays there."""
        self._tie_to_record(self.env["res.partner"])

    def action_open_record(self):
        """Open the record that the group is tied to."""
        self.ensure_one()
        record = self._get_record()
        if not record:
            raise UserError(self.env._("The record is not there any more. Choose another one."))
        return record.get_formview_action()

    # === BUSINESS METHODS === #

    def _tie_to_record(self, record):
        """Tie the group to a record: from now on its messages are shown there.

        :param record: of a model with a chatter; empty: tied to none any more
        :raise AccessError: the user may not see the group, or not write in that chatter
        :raise UserError: it is no group, or the record has no chatter or is of another company
        """
        self._check_group()
        if record:
            record.ensure_one()
            self.env["telegram.message"]._check_may_show_on(record, self.instance_id)
        # sudo: telegram.chat - whoever reads a group says what it is about
        self.sudo().write(
            {
                "res_model": record._name if record else False,
                "res_id": record.id if record else False,
            }
        )

    @api.model
    def _find_tied(self, record):
        """Return the groups tied to a record in which the user may write."""
        return self.search(
            [
                ("res_model", "=", record._name),
                ("res_id", "=", record.id),
                ("left_date", "=", False),
            ]
        )
