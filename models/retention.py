# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain

from .. import const

# Files that are there for a conversation only; those of records belong to these.
OWN_PLACES = ("discuss.channel", "telegram.message")
SETTLED = Domain("state", "not in", ("queued", "sending")) & Domain("is_settling", "=", False)


class TelegramChat(models.Model):
    """Removing a person's chats for good."""

    _inherit = "telegram.chat"

    def _erase(self):
        """Remove chats, their conversations, and what else names them. As superuser.

        :raise UserError: a message still waits to be sent there
        """
        for chat in self:
            here = Domain("instance_id", "=", chat.instance_id.id)
            # In quotes: as a value of JSON, and not as a part of another number.
            is_named = f'"{chat.telegram_id}"'
            events = self.env["telegram.event"]
            events.search(here & Domain("payload", "like", is_named)).unlink()
            named = Domain("request", "like", is_named) | Domain("answer", "like", is_named)
            if chat.phone:  # a number of JSON: after it comes a comma or the end of the line
                digits = chat.phone.removeprefix("+")
                named |= Domain("request", "like", f": {digits},")
                named |= Domain("request", "like", f": {digits}\n")
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
    """How long what an instance has brought is kept."""

    _inherit = "telegram.instance"

    message_retention_days = fields.Integer(
        "Keep Messages For",
        help="Days, after which messages are removed, from Discuss and from the records, too. "
        "0: for ever.",
    )
    file_retention_days = fields.Integer(
        "Keep Files For",
        help="Days, after which the files that customers have sent are removed; their messages "
        "stay. 0: for ever.",
    )
    event_retention_days = fields.Integer(
        "Keep Events For",
        default=30,
        help="Days, after which the raw notifications are removed that were processed. "
        "0: for ever.",
    )
    call_retention_days = fields.Integer(
        "Keep Calls For",
        default=const.CALL_LOG_DAYS,
        help="Days, after which logged calls are removed. 0: for ever.",
    )
    _retention_days_positive = models.Constraint(
        "CHECK(LEAST(message_retention_days, file_retention_days, event_retention_days, call_retention_days) >= 0 "
        "AND GREATEST(message_retention_days, file_retention_days, event_retention_days, call_retention_days) "
        f"<= {const.KEEP_DAYS_MAX})",
        "The days for which something is kept are 0 (for ever) to 36500.",
    )


class TelegramMessage(models.Model):
    """Removing messages for good: after their time, or because the person wants it."""

    _inherit = "telegram.message"

    def _erase(self):
        """Remove messages, with what shows them and their raw notifications. As superuser.

        :raise UserError: one of them still waits to be sent
        """
        shown = self.mail_message_ids
        files = self._get_own_files()
        self.env["telegram.event"].search([("message_id", "in", self.ids)]).unlink()
        self.unlink()
        shown.unlink()
        files.exists().unlink()

    def _erase_files(self):
        """Remove the files that came with messages; these say that they were removed."""
        fetched = self.filtered(lambda message: message.download_state == "fetched")
        fetched._get_own_files().unlink()
        fetched.download_state = "removed"
        for message in fetched:
            instance = message.instance_id._in_company()
            message.with_env(instance.env)._update_posted_file()

    def _get_own_files(self):
        """Return the files that are there because of these messages only."""
        came_in = self.filtered(lambda message: message.download_state == "fetched")
        files = self.attachment_id | self.mail_message_ids.attachment_ids
        own = files.filtered(lambda file: file.res_model in OWN_PLACES)
        own |= came_in.attachment_id | came_in.mail_message_ids.attachment_ids
        others = self.search([("attachment_id", "in", own.ids), ("id", "not in", self.ids)])
        return own - others.attachment_id

    @api.autovacuum
    def _gc_messages(self):
        """Remove messages that are older than their instance keeps them."""
        overdue = find_overdue(self, "instance_id", "message_retention_days", SETTLED, "date")
        overdue._erase()
        return len(overdue), len(overdue) == const.REMOVED_AT_ONCE

    @api.autovacuum
    def _gc_files(self):
        """Remove files that are older than their instance keeps them."""
        fetched = Domain("download_state", "=", "fetched")
        overdue = find_overdue(self, "instance_id", "file_retention_days", fetched, "date")
        overdue._erase_files()
        return len(overdue), len(overdue) == const.REMOVED_AT_ONCE


class TelegramEvent(models.Model):
    """Remove processed events."""

    _inherit = "telegram.event"

    @api.autovacuum
    def _gc_events(self):
        """Remove events that were processed long ago; those set aside stay."""
        settled = [("state", "in", ("done", "ignored"))]
        overdue = find_overdue(self, "instance_id", "event_retention_days", settled)
        overdue.unlink()
        return len(overdue), len(overdue) == const.REMOVED_AT_ONCE


class TelegramCall(models.Model):
    """Remove old calls from the log."""

    _inherit = "telegram.call"

    @api.autovacuum
    def _gc_calls(self):
        """Remove the calls that are older than their instance or partner keeps them; and those of
        neither, such as with credentials that were refused in the guided start."""
        overdue = find_overdue(self, "instance_id", "call_retention_days")
        overdue |= find_overdue(self, "api_partner_id", "call_retention_days")
        nobodys = [
            ("instance_id", "=", False),
            ("api_partner_id", "=", False),
            ("create_date", "<", fields.Datetime.now() - timedelta(days=const.CALL_LOG_DAYS)),
        ]
        overdue |= overdue.search(nobodys, limit=const.REMOVED_AT_ONCE)
        overdue = overdue[: const.REMOVED_AT_ONCE]
        overdue.unlink()
        return len(overdue), len(overdue) == const.REMOVED_AT_ONCE


class TelegramSync(models.Model):
    """Remove old synchronizations."""

    _inherit = "telegram.sync"

    @api.autovacuum
    def _gc_syncs(self):
        """Remove old synchronizations, except the last one of each account."""
        limit = fields.Datetime.now() - timedelta(days=const.SYNC_DAYS)
        instances = self.env["telegram.instance"].with_context(active_test=False)
        kept = instances.search([("last_sync_id", "!=", False)]).last_sync_id
        domain = [("create_date", "<", limit), ("id", "not in", kept.ids)]
        overdue = self.search(domain, limit=const.REMOVED_AT_ONCE)
        overdue.unlink()
        return len(overdue), len(overdue) == const.REMOVED_AT_ONCE


def find_overdue(records, link, days_field, domain=(), date_field="create_date"):
    """Find records that are older than what they belong to keeps them, of all companies.

    :param records: of the model to look in
    :param str link: many2one to what they belong to: an instance, or a partner
    :param str days_field: there, with the days; 0 keeps them for ever
    :param domain: of the records that may be removed
    :return: the records in superuser mode, at most ``const.REMOVED_AT_ONCE``
    """
    # sudo: the cleaning of all companies
    found = records.sudo().browse()
    keepers_sudo = found.env[found._fields[link].comodel_name].with_context(active_test=False)
    for keeper_sudo in keepers_sudo.search([(days_field, ">", 0)]):
        limit = fields.Datetime.now() - timedelta(days=keeper_sudo[days_field])
        overdue = [(link, "=", keeper_sudo.id), (date_field, "<", limit), *domain]
        found |= found.search(overdue, limit=const.REMOVED_AT_ONCE - len(found), order="id")
        if len(found) >= const.REMOVED_AT_ONCE:
            break
    return found
