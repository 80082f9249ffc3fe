# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

import logging
import re
from collections import Counter
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import clean_context, format_datetime

from ... import const
from ...client import GreenApiError
from ...tools.transactions import write_and_commit

_logger = logging.getLogger(__name__)
BATCH = 500  # rows of one transaction
LISTS = {"contacts": "get_contacts", "chats": "get_chats"}
PROTECTED = {
    "sync_state",
    "sync_list",
    "sync_done",
    "sync_total",
    "sync_new",
    "sync_changed",
    "sync_unread",
    "sync_problem",
    "sync_user_id",
    "last_sync_date",
}
# Telegram names a person's phone with each listing: that is written down again after so long.
NOTE_PHONE_EVERY = timedelta(days=7)


class TelegramInstance(models.Model):
    """Contacts and chats of the Telegram account, taken into Odoo at a person's request.

    A scheduled action of all instances does it, in batches that are committed: what came in stays
    when the service fails in between, and the next run completes it.
    """

    _inherit = "telegram.instance"
    _protected = PROTECTED

    sync_state = fields.Selection(
        [
            ("waiting", "Waiting"),
            ("running", "Running"),
            ("done", "Done"),
            ("failed", "Interrupted"),
        ],
        "Synchronisation",
        readonly=True,
        copy=False,
    )
    sync_list = fields.Selection(
        [("contacts", "Contacts"), ("chats", "Chats")], readonly=True, copy=False
    )
    sync_done = fields.Integer(readonly=True, copy=False)
    sync_total = fields.Integer(readonly=True, copy=False)
    sync_new = fields.Integer(readonly=True, copy=False)
    sync_changed = fields.Integer(readonly=True, copy=False)
    sync_unread = fields.Integer(readonly=True, copy=False)
    sync_problem = fields.Char(readonly=True, copy=False)
    sync_user_id = fields.Many2one("res.users", readonly=True, copy=False, ondelete="set null")
    last_sync_date = fields.Datetime("Last Synchronised", readonly=True, copy=False)
    is_sync_running = fields.Boolean(compute="_compute_sync_message")
    sync_message = fields.Char(compute="_compute_sync_message")

    # === COMPUTE METHODS === #

    @api.depends(*PROTECTED)
    @api.depends_context("lang", "tz")
    def _compute_sync_message(self):
        for instance in self:
            instance.is_sync_running = instance.sync_state in ("waiting", "running")
            instance.sync_message = instance._get_sync_message()

    # === ACTION METHODS === #

    def action_sync(self):
        """Let the contacts and chats of the account be taken in, in the background."""
        self.ensure_one()
        self.check_access("write")
        if not self.active or not self.has_api_token:
            raise UserError(self.env._("Only an active instance with an API token can do that."))
        # sudo: telegram.instance - nobody else may write these
        self.sudo().write(
            {
                "sync_state": "waiting",
                "sync_user_id": self.env.uid,
                "sync_problem": False,
                **dict.fromkeys(("sync_done", "sync_total", "sync_new"), 0),
                **dict.fromkeys(("sync_changed", "sync_unread"), 0),
            }
        )
        # sudo: ir.cron - whoever may change the instance may let it be synchronised
        self.env.ref("telegram_green_api.ir_cron_telegram_sync").sudo()._trigger()
        return {"type": "ir.actions.client", "tag": "soft_reload"}

    # === FOR PROGRAMMERS === #

    def sync_contacts(self):
        """Take the contacts of the Telegram account into ``telegram.chat``.

        The service is asked first; then the current transaction writes. Nothing is doubled,
        however often it is called. The list may be 5 minutes old.

        https://green-api.com/en/telegram/docs/api/service/GetContacts/

        :return: dict with the numbers of "new", "changed" and "unread" (not understood) ones
        :raise UserError: the service did not tell; nothing was changed
        :raise AccessError: the user may not change the instance
        """
        return self._sync_now("contacts")

    def sync_chats(self):
        """Take the chats of the account – people, groups, channels – into ``telegram.chat``.

        https://green-api.com/en/telegram/docs/api/service/GetChats/

        The rest is as for sync_contacts.
        """
        return self._sync_now("chats")

    def _sync_now(self, which):
        self.ensure_one()
        self.check_access("write")
        chats = self.env["telegram.chat"]
        listed = self._call_service(LISTS[which])
        usable = list(chats._select_listed(listed).values())
        done = Counter(new=0, changed=0, unread=len(listed) - len(usable))
        for start in range(0, len(usable), BATCH):
            done += chats._process_listed(self, usable[start : start + BATCH])
        return {key: done[key] for key in ("new", "changed", "unread")}

    # === SCHEDULED ACTION === #

    @api.model
    def _cron_sync(self):
        """Synchronise the instances for which somebody asked. Commits: for the scheduled action.

        One that is "running" now was interrupted, and begins anew.
        """
        for instance in self.search([("sync_state", "in", ("waiting", "running"))]):
            if not instance.has_api_token:  # it was removed since
                instance.sync_state = False
                continue
            try:
                instance._in_company()._sync()
            except Exception:  # pylint: disable=broad-exception-caught
                # Whatever is wrong with one instance, the others go on.
                self.env.cr.rollback()
                _logger.exception("The chats of the Telegram account %s", instance.display_name)
                problem = self.env._("something unexpected happened; the server's log has more.")
                write_and_commit(self.env, instance._finish_sync, problem)

    def _sync(self):
        """Take in contacts and chats, batch by batch. Commits."""
        try:
            with self._get_client() as client:
                for which, method in LISTS.items():
                    write_and_commit(self.env, self._start_list, which)
                    # Nothing is open while the service is waited for.
                    self._process_list(getattr(client, method)())
        except GreenApiError as error:
            write_and_commit(self.env, self._record_error, error)
            write_and_commit(self.env, self._finish_sync, self._get_error_message(error))
        else:
            write_and_commit(self.env, self._finish_sync)

    def _process_list(self, listed):
        usable = list(self.env["telegram.chat"]._select_listed(listed).values())
        unread = len(listed) - len(usable)
        write_and_commit(
            self.env,
            lambda: self.write(
                {"sync_total": len(usable), "sync_unread": self.sync_unread + unread}
            ),
        )
        for start in range(0, len(usable), BATCH):
            write_and_commit(self.env, self._process_batch, usable[start : start + BATCH])

    def _start_list(self, which):
        self.write({"sync_state": "running", "sync_list": which, "sync_done": 0, "sync_total": 0})

    def _process_batch(self, rows):
        done = self.env["telegram.chat"]._process_listed(self, rows)
        self.write(
            {
                "sync_done": self.sync_done + len(rows),
                "sync_new": self.sync_new + done["new"],
                "sync_changed": self.sync_changed + done["changed"],
            }
        )

    def _finish_sync(self, problem=None):
        """Keep what came of it, and tell whoever asked.

        :param str problem: why it was interrupted
        """
        if problem:
            self.write({"sync_state": "failed", "sync_problem": problem})
        else:
            self.write({"sync_state": "done", "last_sync_date": fields.Datetime.now()})
        user = self.sync_user_id
        if user:
            params = {
                "type": "warning" if problem else "success",
                "title": self.name,
                "message": self.with_context(lang=user.lang, tz=user.tz).sync_message,
            }
            user._bus_send("simple_notification", params)

    # === TEXTS === #

    def _get_sync_message(self):
        """Say how far the synchronisation has come, or what came of it; False before the first."""
        self.ensure_one()
        _ = self.env._
        match self.sync_state:
            case "waiting":
                return _("It begins in a moment.")
            case "running":
                return self._get_running_message()
            case "failed":
                return _(
                    "Interrupted: %(problem)s What had come in by then is kept (%(new)s new). "
                    "Synchronise again to complete it.",
                    problem=self.sync_problem,
                    new=self.sync_new,
                )
            case "done":
                return self._get_done_message()
        return False

    def _get_running_message(self):
        _ = self.env._
        if not self.sync_total:
            if self.sync_list == "contacts":
                return _("The service is asked for the contacts…")
            return _("The service is asked for the chats…")
        numbers = {"done": self.sync_done, "total": self.sync_total}
        if self.sync_list == "contacts":
            return _("%(done)s of %(total)s contacts", **numbers)
        return _("%(done)s of %(total)s chats", **numbers)

    def _get_done_message(self):
        _ = self.env._
        if not self.sync_total:
            return _(
                "The service lists no chats at all. If the account has some, wait 5 minutes and "
                "synchronise again; else ask the support of GREEN-API."
            )
        text = _(
            "Synchronised %(when)s: %(new)s new, %(changed)s changed, all others were up to date.",
            when=format_datetime(self.env, self.last_sync_date, dt_format="short"),
            new=self.sync_new,
            changed=self.sync_changed,
        )
        if self.sync_unread:
            text += " " + _("%s entries could not be read and were left out.", self.sync_unread)
        return text


class TelegramChat(models.Model):
    """Taking in the chats and contacts that the service lists: many at once, each of them once."""

    _inherit = "telegram.chat"

    @api.model
    def _select_listed(self, rows):
        """Return what can be used of a list of the service, each chat once.

        :param list rows: of the client's Chat
        :return: dict of chat id -> Chat
        """
        usable = (row for row in rows if re.fullmatch(const.CHAT_ID_PATTERN, row.chat_id))
        # The phone form is a way to write first; a list has the numbers.
        return {row.chat_id: row for row in usable if "@" not in row.chat_id}

    @api.model
    def _process_listed(self, instance, rows):
        """Make the chats that are new, and keep what the service says of the others.

        The number of queries does not grow with that of the chats, but for the writing: one query
        for each hundred that change.

        :param list rows: of the client's Chat, as from _select_listed
        :return: Counter with "new" and "changed"
        """
        chats_sudo = self.sudo().with_context(  # sudo: telegram.chat - what the service said
            clean_context(self.env.context), active_test=False
        )
        domain = Domain("instance_id", "=", instance.id)
        ids = [row.chat_id for row in rows]
        found = chats_sudo.search(domain & Domain("telegram_id", "in", ids))
        known = {chat.telegram_id: chat for chat in found}
        chats_sudo._resolve_listed(instance, rows, known)
        done = Counter()
        for row in rows:
            values = row.chat_id in known and known[row.chat_id]._get_listed_changes(row)
            if values:
                known[row.chat_id].write(values)
                done["changed"] += values.keys() != {"number_check_date"}
        new = [row for row in rows if row.chat_id not in known]
        made = chats_sudo._create_listed(instance, new)
        done["new"] = len(made)
        (chats_sudo.union(*known.values()) | made)._link_partners()
        return done

    @api.model
    def _resolve_listed(self, instance, rows, known):
        """Let chats known by phone only have their numbers.

        :param dict known: chat id -> chat; what was learned is added
        """
        by_phone = {}
        for row in rows:
            if row.phone and not const.is_group_id(row.chat_id):
                by_phone.setdefault(row.phone + const.PHONE_CHAT_SUFFIX, row.chat_id)
        domain = Domain("instance_id", "=", instance.id)
        for chat in self.search(domain & Domain("telegram_id", "in", list(by_phone))):
            number = by_phone[chat.telegram_id]
            if number in known:
                chat._resolve_phone_chat(number)
            else:
                chat._set_telegram_id(number)
                known[number] = chat

    def _get_listed_changes(self, row):
        """Return what changes by what the service lists of this chat, as a dict of values."""
        self.ensure_one()
        contact_name = row.contact_name if "contactName" in row.raw else None
        values = self._get_name_values(row.name, contact_name)
        # The list of contacts calls everybody a user, also bots.
        if self._is_type(row.type) and (contact_name is None or not self.chat_type):
            values["chat_type"] = row.type
        if row.username:
            values["username"] = row.username
        values.update(self._get_phone_values(row.phone))
        return {field: value for field, value in values.items() if self[field] != value}

    def _get_phone_values(self, phone):
        """Return what changes by a phone that Telegram shows of a person, as a dict of values.

        :param str phone: digits; empty when hidden
        """
        if not phone or self.is_group:
            return {}
        values, now = {"phone": f"+{phone}"}, fields.Datetime.now()
        last_check_date = self.number_check_date
        if not last_check_date or last_check_date < now - NOTE_PHONE_EVERY:
            values["number_check_date"] = now
        return values

    @api.model
    def _is_type(self, value):
        return value in dict(self._fields["chat_type"].selection)

    @api.model
    def _create_listed(self, instance, rows):
        now = self.env.cr.now().replace(microsecond=0)
        vals_list = []
        for row in rows:
            is_group = const.is_group_id(row.chat_id)
            phone = False if is_group or not row.phone else f"+{row.phone}"
            vals_list.append(
                {
                    "name": row.contact_name or row.name or row.username or phone or row.chat_id,
                    "telegram_name": row.name or row.username or phone or row.chat_id,
                    "contact_name": row.contact_name or False,
                    "username": row.username or False,
                    "telegram_id": row.chat_id,
                    "chat_type": row.type
                    if self._is_type(row.type)
                    else ("group" if is_group else "user"),
                    "phone": phone,
                    "number_check_date": now if phone else False,
                    "is_new_contact": not is_group,
                }
            )
        return self._create_chats(instance, vals_list)
