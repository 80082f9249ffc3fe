# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo import fields, models
from odoo.fields import Domain

from odoo.addons.mail.tools.discuss import Store

from ..sending.same_message import get_visible

REACTION_MAX_LENGTH = 16  # characters; a longer text is not an emoji


class TelegramMessage(models.Model):
    """Extend ``telegram.message``: apply reported edits, deletions, reactions and votes.

    Each update is stored as a separate row and applied to its target message. An update that
    arrives before its target is shown by itself until the target exists.
    """

    _inherit = "telegram.message"

    target_id_message = fields.Char(
        "Target Message ID",
        readonly=True,
        help="The idMessage of the message that this update changes, deletes or reacts to.",
    )
    sender = fields.Char("Sender ID", readonly=True, help="The chat ID of the sender.")
    _quoted_index = models.Index("(chat_id, quoted_id_message) WHERE quoted_id_message IS NOT NULL")
    _target_index = models.Index("(chat_id, target_id_message) WHERE target_id_message IS NOT NULL")

    def _apply_update(self):
        """Apply this update to its target message.

        :return: bool, whether the target is known
        """
        self.ensure_one()
        target = self.search(
            [("chat_id", "=", self.chat_id.id), ("id_message", "=", self.target_id_message)]
        )
        if not target:
            return False
        self.target_message_id = target
        match self.type_message:
            case "reactionMessage":
                self._apply_reaction(target)
            case "pollUpdateMessage":
                self._count_votes(target)
            case "editedMessage" if later := self._find_later_edit():
                # An edit made later has arrived before: the text of the target stays.
                self.former_text, later.former_text = later.former_text, self.text
            case _:
                self._apply_change()
        return True

    def _find_later_edit(self):
        """Return the first edit of the same message that was made after this one."""
        return self.search(
            [
                ("target_message_id", "=", self.target_message_id.id),
                ("type_message", "=", "editedMessage"),
                ("date", ">", self.date),
            ],
            order="date",
            limit=1,
        )

    def _apply_pending_updates(self):
        """Apply updates and quotes that arrived before these messages."""
        same_chats = Domain("chat_id", "in", self.chat_id.ids)
        ids_message = self.mapped("id_message")
        messages = {(message.chat_id, message.id_message): message for message in self}
        for_these = Domain("target_id_message", "in", ids_message)
        for update in self.search(same_chats & for_these, order="id"):
            if (update.chat_id, update.target_id_message) in messages:
                update.mail_message_ids.unlink()  # it was shown by itself until now
                update._apply_update()
        # Reactions quote their target too, and were applied above.
        quoting = Domain("quoted_id_message", "in", ids_message)
        quoting &= Domain("target_id_message", "=", False)
        for answer in self.search(same_chats & quoting):
            quoted = messages.get((answer.chat_id, answer.quoted_id_message))
            if quoted:
                answer._link_to_quoted(quoted)

    def _link_to_quoted(self, quoted):
        """Show the message as an answer to one that arrived after it, and on the same record.

        :param quoted: the ``telegram.message`` that this one answers
        """
        self._assign_record_of_quoted(quoted)
        shown = self._get_conversation_message(self.chat_id.channel_id)
        if shown and not shown.parent_id:
            shown.parent_id = quoted._get_conversation_message(self.chat_id.channel_id)
            Store(bus_channel=shown._bus_channel()).add(shown, ["parent_id"]).bus_send()

    # === REACTIONS === #

    def _apply_reaction(self, target):
        """Show the reaction on its target; it replaces the former one of the sender."""
        emoji = (self.text or "").strip()
        if len(emoji) > REACTION_MAX_LENGTH:
            return
        # sudo: mail.message.reaction - reactions follow Telegram, whatever user is processing
        reactions_sudo = self.env["mail.message.reaction"].sudo()
        persona = self._get_persona()
        for shown in target.sudo().mail_message_ids:
            former = reactions_sudo.search(
                [("message_id", "=", shown.id), *((key, "=", val) for key, val in persona.items())]
            )
            contents = {*former.mapped("content"), emoji} - {""}
            former.unlink()
            if emoji:
                reactions_sudo.create({"message_id": shown.id, "content": emoji, **persona})
            for content in sorted(contents):
                shown._bus_send_reaction_group(content)

    def _get_persona(self):
        """Return the values of a reaction for its author: a contact, or a guest with the name."""
        author_id = self._prepare_author()["author_id"]
        if author_id:
            return {"partner_id": author_id, "guest_id": False}
        guest = self.env["mail.guest"]._telegram_find_or_create(
            self.instance_id, self.sender, self.sender_name or self.chat_id.name
        )
        return {"partner_id": False, "guest_id": guest.id}

    # === VOTES === #

    def _count_votes(self, target):
        """Show the number of votes for each option of a poll.

        Telegram may have changed the marks in the options.

        :param target: the ``telegram.message`` of the poll
        """
        content, update = target.content or {}, self.content or {}
        reported = update.get("options", [])
        votes = dict(zip(map(get_visible, reported), update.get("votes", []), strict=False))
        options = content.get("options") or reported
        target.content = {
            **content,
            "options": options,
            "votes": [votes.get(get_visible(option), 0) for option in options],
        }
        body = target._get_body()
        # Written directly, because the poll must not be shown as edited.
        # sudo: mail.message - votes follow Telegram wherever the poll is shown
        for shown in target.sudo().mail_message_ids:
            shown.body = body
            Store(bus_channel=shown._bus_channel()).add(shown, ["body"]).bus_send()
