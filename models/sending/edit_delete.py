# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from datetime import timedelta

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import plaintext2html

from ... import const
from ...tools.arguments import takes
from ..telegram_message import CONFIRMED_STATES, NOT_SENT_STATES

EDIT_HOURS = 48  # for which Telegram allows edits of a text, after sending
# A deleted text that is longer is folded: few want to read it, and it pushes the others away.
FOLDED_LENGTH = 200
FOLDED_LINES = 5
# A block, because the text consists of paragraphs, which cannot be in an <s>.
# The blank keeps the words apart where Odoo shows the text in one line.
DELETED_BODY = Markup(
    '<p><i>%s</i></p> <div class="o-telegram-deleted text-decoration-line-through"%s>%s</div>'
)
FOLDED = Markup(' data-o-mail-quote="1"')  # Odoo folds quotations, see message_patch.js


class TelegramMessage(models.Model):
    """Extend ``telegram.message`` with editing and deleting sent messages.

    An edit is a ``telegram.message`` that points to the edited one, and so is a deletion. Those
    made in Odoo go through the queue, those made in Telegram arrive as events. Once an edit is
    sent, the new text is copied to the target; the previous text is kept on the edit.
    """

    _inherit = "telegram.message"

    target_message_id = fields.Many2one(
        "telegram.message",
        "Edited Message",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="The message that was edited or deleted.",
    )
    former_text = fields.Text(
        "Previous Text", readonly=True, help="Text of the edited message before this edit."
    )
    is_edited = fields.Boolean("Edited", readonly=True, copy=False)
    is_deleted = fields.Boolean("Deleted", readonly=True, copy=False)
    is_being_changed = fields.Boolean(
        "Being Changed",
        compute="_compute_is_being_changed",
        help="Whether an edit or a deletion of this message is on its way to Telegram.",
    )
    can_edit = fields.Boolean(
        compute="_compute_can_change",
        help="Whether this is a text sent from this account, recent enough to be edited.",
    )
    can_delete = fields.Boolean(compute="_compute_can_change")
    can_forward = fields.Boolean(
        compute="_compute_can_change", help="Whether Telegram has the message."
    )

    @api.depends(
        "state", "type_message", "id_message", "is_deleted", "direction", "chat_id.left_date"
    )
    def _compute_can_change(self):
        for message in self:
            is_real = not (message.is_deleted or message.type_message in const.KINDS_ABOUT_ANOTHER)
            is_own = is_real and message.direction == "outgoing"
            # sudo: telegram.chat - users who see the message may know if the account has left
            is_reachable = not message.sudo().chat_id.left_date
            message.can_delete = is_own and is_reachable and message._is_sent()
            message.can_edit = (
                is_own
                and message._is_text()
                and (message.state == "queued" or (message.can_delete and message._is_editable()))
            )
            message.can_forward = (
                is_real and bool(message.id_message) and message.state not in NOT_SENT_STATES
            )

    def _compute_is_being_changed(self):
        # sudo: telegram.message - users who see the message may know that it is being changed
        changes_sudo = self.sudo().search(
            [("target_message_id", "in", self.ids), ("state", "in", ("queued", "sending"))]
        )
        for message in self:
            message.is_being_changed = message in changes_sudo.target_message_id

    # === ACTION METHODS === #

    def action_edit(self):
        """Open the dialog in which the text is edited."""
        self.ensure_one()
        self._check_operated()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Edit Message"),
            "res_model": "telegram.message.edit",
            "views": [[False, "form"]],
            "target": "new",
            "context": {"default_message_id": self.id},
        }

    def action_delete(self):
        """Delete messages for everybody in their chats."""
        for message in self:
            message.delete()

    # === BUSINESS METHODS === #

    @takes(text=str)
    def edit(self, text, *, formatting=False):
        """Replace the text of a message; the recipient gets no new notification.

        A queued message gets its new text at once. The edit of a sent message is queued.

        https://green-api.com/en/telegram/docs/api/service/EditMessage/

        :param str text: text of 1 to 4096 characters
        :param bool formatting: whether marks in the text format it, as in ``*bold*``
        :return: the ``telegram.message`` of the edit; for a queued message, itself
        :raise UserError: it is not a text of this account, Telegram no longer allows the edit, or
            the account has left the group
        """
        return self._edit(self._read_text(text, formatting))

    def _edit(self, text):
        """Replace the text of a message as ``edit`` does.

        :param text: str or FormattedText
        """
        self.ensure_one()
        self._check_operated()
        values = self._check_text(text, self.instance_id)
        self._check_own()
        if not self._is_text():
            raise UserError(
                self.env._(
                    "Only texts can be edited. Delete the message and send another one instead."
                )
            )
        if self.state == "queued":
            self._change_state({"queued"}, values)
            self._update_posted_body()
            return self
        self._check_sent()
        if not self._is_editable():
            raise UserError(
                self.env._(
                    "Telegram allows editing a message for %s hours only. Send a new one instead.",
                    EDIT_HOURS,
                )
            )
        return self._queue_change({"type_message": "editedMessage", **values})

    def delete(self):
        """Delete a message for everybody in the chat. A queued message is canceled.

        https://green-api.com/en/telegram/docs/api/service/DeleteMessage/

        :return: the ``telegram.message`` of the deletion; for a queued message, itself
        :raise UserError: it is not a message of this account, was never sent or is deleted already,
            or the account has left the group
        """
        self.ensure_one()
        self._check_operated()
        self._check_own()
        if self.state == "queued":
            self.action_cancel()
            return self
        self._check_sent()
        return self._queue_change({"type_message": "deletedMessage"})

    def _is_text(self):
        """Return whether the message is a text that was written here, not a forwarded one."""
        return self.type_message in const.TEXT_KINDS and not self.is_forwarded

    def _is_text_to_edit(self):
        """Return whether the web client offers to edit the message.

        It is told so once, so the state does not count: what is being sent can be edited soon.
        """
        return self._is_text() and (self.state == "queued" or self._is_editable())

    def _is_sent(self):
        """Return whether Telegram has the message."""
        return self.state in CONFIRMED_STATES and bool(self.id_message)

    def _is_editable(self):
        """Return whether Telegram still allows editing: for ``EDIT_HOURS`` after sending."""
        age = fields.Datetime.now() - self._get_last_attempt_date()
        return age <= timedelta(hours=EDIT_HOURS)

    def _check_own(self):
        """Raise a UserError if this is not a message of the account."""
        if self.direction != "outgoing" or self.type_message in const.CHANGE_KINDS:
            raise UserError(
                self.env._("Only messages of your own account can be edited or deleted.")
            )

    def _check_sent(self):
        """Raise a UserError if Telegram does not have the message."""
        if self.is_deleted:
            raise UserError(self.env._("The message has already been deleted."))
        if not self._is_sent():
            raise UserError(
                self.env._("The message has not been sent, so it cannot be edited or deleted.")
            )

    def _queue_change(self, values):
        values["target_message_id"] = self.id
        return self._queue(self.chat_id, values)

    def _apply_change(self):
        """Apply this edit or deletion to its target message."""
        self.ensure_one()
        target = self.target_message_id
        is_deletion = self.type_message == "deletedMessage"
        is_same = target.text == self.text and target.text_entities == self.text_entities
        is_done = target.is_deleted or (is_same and not is_deletion)
        if not target or is_done:
            return
        self.former_text = target.text
        if is_deletion:
            target.is_deleted = True
        else:
            values = {"text": self.text, "text_entities": self.text_entities}
            target.write({**values, "is_edited": True})
        target._update_posted_body()

    def _update_posted_body(self):
        """Update the posts of this message to its current text, or to show its deletion."""
        self.ensure_one()
        body = self._get_body()
        if self.is_deleted:
            text = self.text or ""
            is_long = len(text) > FOLDED_LENGTH or len(text.splitlines()) > FOLDED_LINES
            mark = FOLDED if is_long else ""
            body = DELETED_BODY % (self.env._("Deleted in Telegram"), mark, body)
        # Odoo marks each change as an edit. Of one before sending, nobody has seen another text.
        is_marked = self.is_edited and not self.is_deleted
        # sudo: mail.message - it follows the message in Telegram, for every user
        for mail_message in self.sudo().mail_message_ids:
            if mail_message.model and mail_message.res_id:
                record = self.env[mail_message.model].sudo().browse(mail_message.res_id)
                record._message_update_content(mail_message, body=body, strict=False)
                if not is_marked:
                    mail_message.body = body
                    mail_message._telegram_send_body()

    def _notify_change_refused(self):
        """Notify the author that an edit or deletion was refused and restore the posted text."""
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
