# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from datetime import timedelta

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import plaintext2html

from ... import const

ARRIVED = ("sent", "delivered", "read")


class TelegramMessage(models.Model):
    """Changing and deleting messages after they were sent.

    A change is a message of its own, about another one: ours go through the queue like any
    message, those of others come as notifications. When it is done, the message it is about shows
    it; what that said before stays on the change.
    """

    _inherit = "telegram.message"

    target_message_id = fields.Many2one(
        "telegram.message",
        "Changes",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="The message that was changed or deleted.",
    )
    former_text = fields.Text(readonly=True, help="What the changed message said before.")
    is_edited = fields.Boolean("Changed", readonly=True, copy=False)
    is_deleted = fields.Boolean("Deleted", readonly=True, copy=False)

    @api.depends("state", "type_message", "id_message", "is_deleted", "direction")
    def _compute_can(self):
        limit = fields.Datetime.now() - timedelta(hours=const.EDIT_HOURS)
        no_message = (*const.CHANGE_KINDS, "reactionMessage")
        for message in self:
            is_real = message.type_message not in no_message and not message.is_deleted
            has_arrived = is_real and message.state in ARRIVED and bool(message.id_message)
            is_text = message.type_message in const.TEXT_KINDS and not message.is_forwarded
            is_new = message._get_last_attempt_date() >= limit
            message.can_delete = message.direction == "outgoing" and has_arrived
            message.can_edit = is_text and (
                message.can_delete
                and is_new
                or message.direction == "outgoing"
                and message.state == "queued"
            )
            message.can_forward = is_real and bool(message.id_message)

    def edit(self, text):
        """Replace the text of a message; the recipient gets no new alert.

        One that still waits gets its new text at once. The change of one that was sent is queued.

        https://green-api.com/en/telegram/docs/api/service/EditMessage/

        :param str text: plain text of 1 to 4096 characters
        :return: the ``telegram.message`` of the change; of a waiting message, itself
        :raise UserError: it is not our own text, or Telegram does not let it be changed any more
        """
        self.ensure_one()
        self.check_access("read")
        text = self._check_text(text)
        self._check_own()
        if self.type_message not in const.TEXT_KINDS or self.is_forwarded:
            raise UserError(self.env._("Only texts can be changed. Delete it, and send another."))
        if self.state == "queued":
            self._change_state({"queued"}, {"text": text})
            self._update_posted_body()
            return self
        self._check_sent()
        if self._get_last_attempt_date() < fields.Datetime.now() - timedelta(
            hours=const.EDIT_HOURS
        ):
            raise UserError(
                self.env._(
                    "Telegram lets a message be changed for %s hours only. Send a new one instead.",
                    const.EDIT_HOURS,
                )
            )
        return self._queue_change({"type_message": "editedMessage", "text": text})

    def delete(self):
        """Delete a message for everybody in the chat. One that still waits is cancelled.

        https://green-api.com/en/telegram/docs/api/service/DeleteMessage/

        :return: the ``telegram.message`` of the deletion; of a waiting message, itself
        :raise UserError: it is not our own, or was never sent
        """
        self.ensure_one()
        self.check_access("read")
        self._check_own()
        if self.state == "queued":
            self.action_cancel()
            return self
        self._check_sent()
        return self._queue_change({"type_message": "deletedMessage"})

    def _check_own(self):
        """Refuse what is not a message of ours."""
        if self.direction != "outgoing" or self.type_message in const.CHANGE_KINDS:
            raise UserError(
                self.env._("Only messages of your own account can be changed or deleted.")
            )

    def _check_sent(self):
        """Refuse what Telegram does not have."""
        if self.is_deleted:
            raise UserError(self.env._("The message has been deleted already."))
        if self.state not in ARRIVED or not self.id_message:
            raise UserError(
                self.env._("The message has not been sent, so there is nothing to change.")
            )

    def _queue_change(self, values):
        values["target_message_id"] = self.id
        return self._queue(self.chat_id, values)

    def _apply(self):
        """Let the message that this change is about show it."""
        self.ensure_one()
        target = self.target_message_id
        is_deletion = self.type_message == "deletedMessage"
        is_done = target.is_deleted or (target.text == self.text and not is_deletion)
        if not target or is_done:
            return
        self.former_text = target.text
        if is_deletion:
            target.is_deleted = True
        else:
            target.write({"text": self.text, "is_edited": True})
        target._update_posted_body()

    def _update_posted_body(self):
        """Let the chatter show the text as it is now, or that the message was deleted."""
        self.ensure_one()
        body = self._get_body()
        if self.is_deleted:
            body = Markup("<p><i>%s</i></p><s>%s</s>") % (
                self.env._("Deleted in Telegram"),
                body,
            )
        # sudo: mail.message - it follows the message in Telegram, whoever changed that
        for mail_message in self.sudo().mail_message_ids:
            if mail_message.model and mail_message.res_id:
                record = self.env[mail_message.model].sudo().browse(mail_message.res_id)
                record._message_update_content(mail_message, body=body, strict=False)

    def _report_refused_change(self):
        """Tell whoever wanted a change that it was refused; the message itself is as it was."""
        self.ensure_one()
        target = self.target_message_id
        for mail_message in target.mail_message_ids[:1]:
            record = self.env[mail_message.model].browse(mail_message.res_id)
            text = self.env._(
                "“%(message)s” could not be changed in Telegram: %(reason)s",
                message=target.display_name,
                reason=self.failure_reason,
            )
            record.message_notify(
                body=plaintext2html(text),
                subject=self.env._("Change refused by Telegram"),
                partner_ids=self.author_id.ids,
            )
        target._update_posted_body()  # Discuss shows a new text before it is confirmed
