# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo import api, fields, models
from odoo.fields import Domain

from odoo.addons.mail.tools.discuss import Store

REACTION_MAX_LENGTH = 16  # what is longer is no emoji


class TelegramMessage(models.Model):
    """What the service reports about other messages: changes, deletions, reactions, votes.

    Each is a row of its own, and the message that it is about shows it. One that comes before the
    message it is about stands for itself until that is there.
    """

    _inherit = "telegram.message"

    target_id_message = fields.Char(
        "Concerns Message Id",
        readonly=True,
        help="The message that is changed, deleted, reacted to or voted in.",
    )
    sender = fields.Char("Sender Id", readonly=True, help="Chat id of whoever wrote it.")
    _quoted_index = models.Index("(chat_id, quoted_id_message) WHERE quoted_id_message IS NOT NULL")
    _target_index = models.Index("(chat_id, target_id_message) WHERE target_id_message IS NOT NULL")

    @api.model
    def _prepare_received_content(self, notification):
        """Give what the kind holds besides text and file, by the service's names."""
        if location := notification.location:
            return {"latitude": location.latitude, "longitude": location.longitude}
        if contact := notification.contact:
            return {
                "phoneContact": contact.phone,
                "firstName": contact.first_name,
                "lastName": contact.last_name,
            }
        if not notification.poll:
            return False
        options = notification.poll.options
        content = {
            "options": [option.name for option in options],
            "multipleAnswers": notification.poll.multiple_answers,
        }
        if notification.target_id_message:
            content["votes"] = [len(option.voters) for option in options]
        return content

    def _apply_update(self):
        """Let the message that this one is about show it.

        :return: bool, whether that message is known
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
                # The text stays; what was before the later change is what this one made it.
                self.former_text, later.former_text = later.former_text, self.text
            case _:
                self._apply()
        return True

    def _find_later_edit(self):
        """Return the first change of the same message that was made after this one."""
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
        """Let messages show what was reported about them before they came themselves."""
        of_these = Domain("chat_id", "in", self.chat_id.ids)
        ids_message = self.mapped("id_message")
        messages = {(message.chat_id, message.id_message): message for message in self}
        changes = self.search(of_these & Domain("target_id_message", "in", ids_message), order="id")
        for change in changes:
            if (change.chat_id, change.target_id_message) in messages:
                change.mail_message_ids.unlink()  # it stood for itself so far
                change._apply_update()
        answers = of_these & Domain("quoted_id_message", "in", ids_message)
        # A reaction quotes what it is about.
        for answer in self.search(answers & Domain("target_id_message", "=", False)):
            quoted = messages.get((answer.chat_id, answer.quoted_id_message))
            if quoted:
                answer._set_target(quoted)

    def _set_target(self, quoted):
        """Let the message, which came before the one that it answers, be shown as its answer,
        and where that stands."""
        record = quoted._get_record()
        if record and not self.res_id:
            self.write({"res_model": quoted.res_model, "res_id": quoted.res_id})
            if not self._get_conversation_message(record) and hasattr(record, "message_post"):
                self._post_on_record(record)
        shown = self._get_conversation_message(self.chat_id.channel_id)
        if shown and not shown.parent_id:
            shown.parent_id = quoted._get_conversation_message(self.chat_id.channel_id)
            Store(bus_channel=shown._bus_channel()).add(shown, ["parent_id"]).bus_send()

    # === REACTIONS === #

    def _apply_reaction(self, target):
        """Show a reaction on the message; it takes the place of the sender's former one."""
        emoji = (self.text or "").strip()
        if len(emoji) > REACTION_MAX_LENGTH:
            return
        # sudo: mail.message.reaction - they follow Telegram, whoever processes the event
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
        """Return who reacted, as values of a reaction: a contact, or a guest with the name."""
        author_id = self._prepare_author()["author_id"]
        if author_id:
            return {"partner_id": author_id, "guest_id": False}
        guest = self.env["mail.guest"]._telegram_find_or_create(
            self.instance_id, self.sender, self.sender_name or self.chat_id.name
        )
        return {"partner_id": False, "guest_id": guest.id}

    # === VOTES === #

    def _count_votes(self, target):
        """Show on a poll how many chose each answer."""
        content, news = target.content or {}, self.content or {}
        votes = dict(zip(news.get("options", []), news.get("votes", []), strict=False))
        options = content.get("options") or list(votes)
        target.content = {
            **content,
            "options": options,
            "votes": [votes.get(option, 0) for option in options],
        }
        body = target._get_body()
        # Not as a change of the text: nobody has edited the poll.
        # sudo: mail.message - what the service reports is shown wherever the poll stands
        for shown in target.sudo().mail_message_ids:
            shown.body = body
            Store(bus_channel=shown._bus_channel()).add(shown, ["body"]).bus_send()
