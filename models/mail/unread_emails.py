# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""E-mails about messages that a user has not read in Discuss, for users who want them.

One e-mail has all unread messages of the user, and each message is in one e-mail only.
"""

from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import ConcurrencyError
from odoo.tools import SQL

from ...tools.transactions import write_and_commit

MESSAGES_MAX = 100  # in one e-mail


class ResUsers(models.Model):
    """Extend ``res.users`` with e-mails about unread Telegram messages."""

    _inherit = "res.users"

    telegram_email_delay = fields.Integer(
        "E-mail Unread Telegram Messages (minutes)",
        help="You get an e-mail with the Telegram messages that you have not read in Discuss after "
        "this time. With 0, you get none.",
    )
    telegram_emailed_message_id = fields.Integer(
        copy=False,
        groups=fields.NO_ACCESS,
        help="ID of the last message in such an e-mail.",
    )
    _telegram_email_delay_positive = models.Constraint(
        "CHECK(telegram_email_delay >= 0)", "Enter a number of minutes, or 0 to get no e-mails."
    )

    @property
    def SELF_READABLE_FIELDS(self):  # noqa: N802 - Odoo's name
        return [*super().SELF_READABLE_FIELDS, "telegram_email_delay"]

    @property
    def SELF_WRITEABLE_FIELDS(self):  # noqa: N802 - Odoo's name
        return [*super().SELF_WRITEABLE_FIELDS, "telegram_email_delay"]

    @api.model
    def _cron_email_unread(self):
        """Send the e-mails that are due. Commits after each user."""
        for user in self.search([("telegram_email_delay", ">", 0)]):
            try:
                write_and_commit(self.env, user._email_unread)
            except ConcurrencyError:
                continue  # the next run repeats it; the others do not wait for it

    def _email_unread(self):
        """Send an e-mail if a message is unread for the time that the user has chosen."""
        if not self.exists().telegram_email_delay:
            return  # changed since the scheduled action began
        messages = self._find_unread_telegram_messages()
        due = fields.Datetime.now() - timedelta(minutes=self.telegram_email_delay)
        # sudo: mail.message, telegram.message, mail.mail - the user is a member
        posted_sudo = messages.sudo()
        if not posted_sudo or posted_sudo[0].create_date > due:
            return
        # sudo: res.users - the user's own settings
        user_sudo = self.sudo().with_context(lang=self.lang, tz=self.tz)
        user_sudo.telegram_emailed_message_id = posted_sudo[-1].id
        conversations = [
            (channel, posts.telegram_message_ids)
            for channel, posts in posted_sudo[:MESSAGES_MAX].grouped(self._get_conversation).items()
        ]
        values = {"user": user_sudo, "conversations": conversations, "count": len(posted_sudo)}
        views, renderer = user_sudo.env["ir.qweb"], user_sudo.env["mail.render.mixin"]
        body = views._render("telegram_green_api.unread_email", values)
        company = user_sudo.company_id
        user_sudo.env["mail.mail"].create(
            {
                "subject": user_sudo.env._("Unread Telegram messages: %s", len(posted_sudo)),
                "body_html": renderer._render_encapsulate(
                    "mail.mail_notification_light", body, {"company": company}
                ),
                "email_from": company.email_formatted or user_sudo.email_formatted,
                "recipient_ids": user_sudo.partner_id.ids,
                "auto_delete": True,
            }
        )

    @api.model
    def _get_conversation(self, mail_message):
        """Return the ``discuss.channel`` of a message in a conversation."""
        # sudo: discuss.channel - the user is a member
        return self.env["discuss.channel"].sudo().browse(mail_message.res_id)

    def _find_unread_telegram_messages(self):
        """Return the unread messages that were in no e-mail yet, the oldest first.

        Without muted conversations, and those of which only the salesperson is notified.

        :return: the ``mail.message`` records in the conversations
        """
        self.ensure_one()
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT posted.id, chat.id
                  FROM discuss_channel_member AS member
                  JOIN discuss_channel AS channel
                    ON channel.id = member.channel_id AND channel.channel_type = 'telegram'
                  JOIN mail_message AS posted
                    ON posted.model = 'discuss.channel'
                   AND posted.res_id = channel.id
                   AND posted.id >= member.new_message_separator
                   AND posted.id > %(emailed)s
                  JOIN mail_message_telegram_message_rel AS link
                    ON link.mail_message_id = posted.id
                  JOIN telegram_message AS message ON message.id = link.telegram_message_id
                  JOIN telegram_chat AS chat ON chat.id = message.chat_id
                 WHERE member.partner_id = %(partner)s
                   AND (member.mute_until_dt IS NULL OR member.mute_until_dt < %(now)s)
                   AND message.direction = 'incoming'
                   AND message.is_deleted IS NOT TRUE
              ORDER BY posted.id
                """,
                emailed=self.sudo().telegram_emailed_message_id or 0,  # sudo: own field
                partner=self.partner_id.id,
                now=fields.Datetime.now(),
            )
        )
        # sudo: telegram.chat - who is notified of a chat
        chats_sudo = self.env["telegram.chat"].sudo().browse({chat_id for _id, chat_id in rows})
        notified_ids = {
            chat.id
            for chat in chats_sudo
            if (chat._get_responsible() or self.partner_id) == self.partner_id
        }
        ids = [posted_id for posted_id, chat_id in rows if chat_id in notified_ids]
        return self.env["mail.message"].browse(dict.fromkeys(ids))
