# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""How long data is kept, and its erasure.

The retention periods of accounts and partners are fields. Those of synchronizations, of automatic
messages and of calls without an owner are below. Odoo deletes what is overdue once a day.
"""

from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain

KEEP_DAYS_MAX = 36_500  # days of a retention period; a longer one could exceed the year 9999
CALL_LOG_DAYS = 14  # days for which logged calls are kept by default
SYNC_DAYS = 90  # for which synchronizations are kept; the last one of an account is always kept
REMOVED_AT_ONCE = 1000  # records deleted in one go; with a message, others are deleted too
# Days for which automatic messages are kept, unless they keep another one from being sent. Longer
# than the longest "once per contact within some days" (automation/ir_actions_server.py).
AUTOMATIC_MESSAGE_DAYS = 400

# Files of these models exist for a conversation only. Files of other records belong to those.
OWN_MODELS = ("discuss.channel", "telegram.message")
# Messages that are neither in the queue nor being checked.
DELETABLE_MESSAGES = Domain("state", "not in", ("queued", "sending"))
DELETABLE_MESSAGES &= Domain("is_being_checked", "=", False)


class TelegramChat(models.Model):
    """Extends ``telegram.chat`` with the erasure of a person's chats."""

    _inherit = "telegram.chat"

    def _erase(self):
        """Erase chats, their conversations, and logs and members that name them. As superuser.

        :raise UserError: a message of the chat is still queued
        """
        for chat in self:
            here = Domain("instance_id", "=", chat.instance_id.id)
            # In quotes it is a JSON value, not a part of another number.
            quoted_id = f'"{chat.telegram_id}"'
            events = self.env["telegram.event"]
            events.search(here & Domain("payload", "like", quoted_id)).unlink()
            named = Domain("request", "like", quoted_id) | Domain("answer", "like", quoted_id)
            if chat.phone:  # a JSON number, followed by a comma or the end of the line
                digits = chat.phone.removeprefix("+")
                named |= Domain("request", "like", f": {digits},")
                named |= Domain("request", "like", f": {digits}\n")
            if chat.username:
                quoted_username = f'"{chat.username}"'
                named |= Domain("request", "ilike", quoted_username)
                named |= Domain("answer", "ilike", quoted_username)
            self.env["telegram.call"].search(here & named).unlink()
            members = self.env["telegram.group.member"].search(
                [
                    ("group_id.instance_id", "=", chat.instance_id.id),
                    ("user_chat_id", "=", chat.telegram_id),
                ]
            )
            members.unlink()
            guests = self.env["mail.guest"]
            key = guests._telegram_get_key(chat.instance_id, chat.telegram_id)
            guests.search([("telegram_key", "=", key)]).unlink()
        self.unlink()


class TelegramInstance(models.Model):
    """Extends ``telegram.instance`` with its retention periods."""

    _inherit = "telegram.instance"

    message_retention_days = fields.Integer(
        "Message Retention (days)",
        help="Older messages are deleted, including those in Discuss and on records. 0 keeps them "
        "forever.",
    )
    file_retention_days = fields.Integer(
        "File Retention (days)",
        help="Older files sent by customers or from the phone are deleted; their messages are "
        "kept. 0 keeps them forever.",
    )
    event_retention_days = fields.Integer(
        "Event Retention (days)",
        default=30,
        help="Older processed events are deleted. 0 keeps them forever.",
    )
    call_retention_days = fields.Integer(
        "Call Retention (days)",
        default=CALL_LOG_DAYS,
        help="Older logged calls are deleted. 0 keeps them forever.",
    )
    _retention_days_positive = models.Constraint(
        "CHECK(LEAST(message_retention_days, file_retention_days, event_retention_days,"
        " call_retention_days) >= 0 AND GREATEST(message_retention_days, file_retention_days,"
        f" event_retention_days, call_retention_days) <= {KEEP_DAYS_MAX})",
        f"Retention periods are between 0 (forever) and {KEEP_DAYS_MAX} days.",
    )


class TelegramApiPartner(models.Model):
    """Extends ``telegram.api.partner`` with its retention period."""

    _inherit = "telegram.api.partner"

    call_retention_days = fields.Integer(
        "Call Retention (days)",
        default=CALL_LOG_DAYS,
        help="Days after which logged calls are deleted. 0 keeps them forever.",
    )
    _call_retention_days_positive = models.Constraint(
        f"CHECK(call_retention_days BETWEEN 0 AND {KEEP_DAYS_MAX})",
        "Call retention must be between 0 (forever) and 36500 days.",
    )


class TelegramMessage(models.Model):
    """Extends ``telegram.message`` with the deletion of messages and files."""

    _inherit = "telegram.message"

    def _erase(self):
        """Erase messages, their posts in Odoo, their files and events. As superuser.

        :raise UserError: one of them is still queued
        """
        shown = self.mail_message_ids
        files = self._get_own_files()
        self.env["telegram.event"].search([("message_id", "in", self.ids)]).unlink()
        self.unlink()
        shown.unlink()
        files.exists().unlink()

    def _erase_files(self):
        """Delete the files of received messages. The messages show that they were deleted."""
        fetched = self.filtered(lambda message: message.download_state == "fetched")
        fetched._get_own_files().unlink()
        fetched.download_state = "removed"
        for message in fetched:
            instance = message.instance_id._in_company()
            message.with_env(instance.env)._update_posted_file()

    def _get_own_files(self):
        """Return the files that exist only because of these messages."""
        received = self.filtered(lambda message: message.download_state == "fetched")
        files = self.attachment_id | self.mail_message_ids.attachment_ids
        own = files.filtered(lambda file: file.res_model in OWN_MODELS)
        own |= received.attachment_id | received.mail_message_ids.attachment_ids
        others = self.search([("attachment_id", "in", own.ids), ("id", "not in", self.ids)])
        return own - others.attachment_id

    @api.autovacuum
    def _gc_messages(self):
        """Delete messages older than the retention period of their account."""
        overdue = find_overdue(
            self, "instance_id", "message_retention_days", DELETABLE_MESSAGES, "date"
        )
        overdue._erase()
        return len(overdue), len(overdue) == REMOVED_AT_ONCE

    @api.autovacuum
    def _gc_files(self):
        """Delete files older than the retention period of their account."""
        fetched = Domain("download_state", "=", "fetched")
        overdue = find_overdue(self, "instance_id", "file_retention_days", fetched, "date")
        overdue._erase_files()
        return len(overdue), len(overdue) == REMOVED_AT_ONCE


class TelegramEvent(models.Model):
    """Extends ``telegram.event`` with the deletion of processed events."""

    _inherit = "telegram.event"

    @api.autovacuum
    def _gc_events(self):
        """Delete old processed events. Events that were set aside are kept."""
        processed = [("state", "in", ("done", "ignored"))]
        overdue = find_overdue(self, "instance_id", "event_retention_days", processed)
        overdue.unlink()
        return len(overdue), len(overdue) == REMOVED_AT_ONCE


class TelegramCall(models.Model):
    """Extends ``telegram.call`` with the deletion of old calls."""

    _inherit = "telegram.call"

    @api.autovacuum
    def _gc_calls(self):
        """Delete calls older than the retention period of their account or partner.

        Calls of neither, such as with credentials refused in the guided start, have a fixed one.
        """
        overdue = find_overdue(self, "instance_id", "call_retention_days")
        overdue |= find_overdue(self, "api_partner_id", "call_retention_days")
        unowned = [
            ("instance_id", "=", False),
            ("api_partner_id", "=", False),
            ("create_date", "<", fields.Datetime.now() - timedelta(days=CALL_LOG_DAYS)),
        ]
        overdue |= overdue.search(unowned, limit=REMOVED_AT_ONCE)
        overdue = overdue[:REMOVED_AT_ONCE]
        overdue.unlink()
        return len(overdue), len(overdue) == REMOVED_AT_ONCE


class TelegramSync(models.Model):
    """Remove old synchronizations."""

    _inherit = "telegram.sync"

    @api.autovacuum
    def _gc_syncs(self):
        """Remove old synchronizations, except the last one of each account."""
        limit = fields.Datetime.now() - timedelta(days=SYNC_DAYS)
        instances = self.env["telegram.instance"].with_context(active_test=False)
        kept = instances.search([("last_sync_id", "!=", False)]).last_sync_id
        domain = [("create_date", "<", limit), ("id", "not in", kept.ids)]
        overdue = self.search(domain, limit=REMOVED_AT_ONCE)
        overdue.unlink()
        return len(overdue), len(overdue) == REMOVED_AT_ONCE


class TelegramAutomaticMessage(models.Model):
    """Extends ``telegram.automatic.message`` with the deletion of old ones."""

    _inherit = "telegram.automatic.message"

    @api.autovacuum
    def _gc_automatic_messages(self):
        """Delete messages that no "once" needs. Those of "once per record" are kept."""
        limit = fields.Datetime.now() - timedelta(days=AUTOMATIC_MESSAGE_DAYS)
        domain = [("is_once", "=", False), ("state", "!=", "waiting"), ("create_date", "<", limit)]
        overdue = self.search(domain, limit=REMOVED_AT_ONCE)
        overdue.unlink()
        return len(overdue), len(overdue) == REMOVED_AT_ONCE


class IrAttachment(models.Model):
    """Extends ``ir.attachment`` with the deletion of files that were never sent."""

    _inherit = "ir.attachment"

    @api.autovacuum
    def _gc_telegram_unsent_files(self):
        """Delete files that were uploaded but not sent, as Odoo's own composer does."""
        yesterday = fields.Datetime.subtract(fields.Datetime.now(), days=1)
        self.search(
            [
                ("res_model", "=", "telegram.composer"),
                ("res_id", "=", 0),
                ("create_date", "<", yesterday),
                ("write_date", "<", yesterday),
            ]
        ).unlink()


def find_overdue(records, link, days_field, domain=(), date_field="create_date"):
    """Return records of all companies that are older than their owner's retention period.

    :param records: of the model to search
    :param str link: Many2one to the owner: an account or a partner
    :param str days_field: field of the owner with the days; 0 keeps records forever
    :param domain: of the records that may be deleted
    :return: records in superuser mode, at most ``REMOVED_AT_ONCE``
    """
    # sudo: records of all companies are cleaned up
    found = records.sudo().browse()
    owners_sudo = found.env[found._fields[link].comodel_name].with_context(active_test=False)
    for owner_sudo in owners_sudo.search([(days_field, ">", 0)]):
        limit = fields.Datetime.now() - timedelta(days=owner_sudo[days_field])
        overdue = [(link, "=", owner_sudo.id), (date_field, "<", limit), *domain]
        found |= found.search(overdue, limit=REMOVED_AT_ONCE - len(found), order="id")
        if len(found) >= REMOVED_AT_ONCE:
            break
    return found
