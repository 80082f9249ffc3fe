# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

import logging
import re
from collections import Counter
from datetime import timedelta

from psycopg2.errors import UniqueViolation

from odoo import api, fields, models
from odoo.exceptions import ConcurrencyError, UserError
from odoo.tools import clean_context

from ... import const
from ...client import GreenApiError
from ...tools.clock import format_short_datetime
from ...tools.transactions import CONFLICTS, write_and_commit
from ...tools.username import normalize_username

_logger = logging.getLogger(__name__)
BATCH = 500  # rows of one transaction
LISTS = {"contacts": "get_contacts", "chats": "get_chats"}
OPEN_STATES = ("waiting", "running")
# A synchronization that meets concurrent updates begins anew after this time, so many times.
CONFLICT_PAUSE, CONFLICTS_MAX = timedelta(minutes=1), 10
# Each list contains the phone numbers again: the date of the check is updated only this often.
PHONE_DATE_INTERVAL = timedelta(days=7)


class RequestedAnewError(Exception):
    """A user has requested the synchronization again, so its lists have to be fetched again."""


class TelegramSync(models.Model):
    """One synchronization of an account: its contacts and chats are imported into Odoo.

    A user requests it, and one scheduled action for all accounts executes it. Each batch is
    committed, so the imported chats stay when GREEN-API fails, and the next run completes them.
    """

    _name = "telegram.sync"
    _description = "Telegram Synchronization"
    _order = "id desc"
    _rec_name = "instance_id"

    instance_id = fields.Many2one(
        "telegram.instance",
        "Account",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(related="instance_id.company_id")
    user_id = fields.Many2one("res.users", "Requested By", readonly=True, ondelete="set null")
    state = fields.Selection(
        [
            ("waiting", "Waiting"),
            ("running", "Running"),
            ("done", "Done"),
            ("failed", "Interrupted"),
            ("canceled", "Canceled"),
        ],
        required=True,
        readonly=True,
        default="waiting",
    )
    list_type = fields.Selection(
        [("contacts", "Contacts"), ("chats", "Chats")], "Current List", readonly=True
    )
    done_count = fields.Integer("Processed", readonly=True)
    total_count = fields.Integer("Total", readonly=True)
    new_count = fields.Integer("New", readonly=True)
    changed_count = fields.Integer("Changed", readonly=True)
    unreadable_count = fields.Integer("Unreadable", readonly=True)
    conflict_count = fields.Integer("Interruptions by Concurrent Updates", readonly=True)
    error = fields.Char(readonly=True)
    start_date = fields.Datetime(readonly=True)
    end_date = fields.Datetime(readonly=True)
    is_running = fields.Boolean("In Progress", compute="_compute_message")
    message = fields.Char("Progress", compute="_compute_message")
    # A second request before the end would import the same lists twice.
    _open_uniq = models.UniqueIndex("(instance_id) WHERE state IN ('waiting', 'running')")

    # === COMPUTE METHODS === #

    @api.depends(
        "state",
        "list_type",
        "done_count",
        "total_count",
        "new_count",
        "changed_count",
        "unreadable_count",
        "error",
        "end_date",
    )
    @api.depends_context("lang", "tz")
    def _compute_message(self):
        for sync in self:
            sync.is_running = sync.state in OPEN_STATES
            sync.message = sync._get_message()

    def _get_message(self):
        """Return the progress or the result in words; False for a canceled one."""
        _ = self.env._
        match self.state:
            case "waiting":
                return _("The synchronization starts in a moment.")
            case "running":
                return self._get_running_message()
            case "failed":
                return _(
                    "Interrupted: %(error)s The chats imported before are kept (%(new)s new). "
                    "Click Synchronize to import the others.",
                    error=self.error,
                    new=self.new_count,
                )
            case "done":
                return self._get_done_message()
        return False

    def _get_running_message(self):
        _ = self.env._
        is_contacts = self.list_type == "contacts"
        if not self.total_count:
            if is_contacts:
                return _("Fetching the contacts from GREEN-API…")
            return _("Fetching the chats from GREEN-API…")
        numbers = {"done": self.done_count, "total": self.total_count}
        if is_contacts:
            return _("%(done)s of %(total)s contacts", **numbers)
        return _("%(done)s of %(total)s chats", **numbers)

    def _get_done_message(self):
        _ = self.env._
        if not self.total_count:
            return _(
                "GREEN-API lists no chats at all. If the account has chats, wait 5 minutes and "
                "click Synchronize. If the list stays empty, contact the support of GREEN-API."
            )
        text = _(
            "Synchronized %(when)s: %(new)s new, %(changed)s changed, all others up to date.",
            when=format_short_datetime(self.env, self.end_date),
            new=self.new_count,
            changed=self.changed_count,
        )
        if self.unreadable_count:
            text += " " + _("Skipped because they could not be read: %s.", self.unreadable_count)
        return text

    # === REQUESTING === #

    @api.model
    def _request(self, instance):
        """Create a synchronization of an account and wake the scheduled action.

        One that has not ended yet begins anew instead.

        :return: the ``telegram.sync``, in superuser mode
        """
        syncs_sudo = self.sudo()  # sudo: telegram.sync - created by this method only
        values = {"user_id": self.env.uid, "state": "waiting", "error": False}
        values |= dict.fromkeys(("done_count", "total_count", "new_count"), 0)
        values |= dict.fromkeys(("changed_count", "unreadable_count", "conflict_count"), 0)
        domain = [("instance_id", "=", instance.id), ("state", "in", OPEN_STATES)]
        sync_sudo = syncs_sudo.search(domain)
        if sync_sudo:
            sync_sudo.write(values)
        else:
            try:
                sync_sudo = syncs_sudo.create({**values, "instance_id": instance.id})
            except UniqueViolation:
                raise ConcurrencyError("a telegram.sync was requested meanwhile") from None
            # sudo: telegram.instance - written by the addon only
            instance.sudo().last_sync_id = sync_sudo
        self._trigger_cron()
        return sync_sudo

    @api.model
    def _trigger_cron(self, at=None):
        """Wake the scheduled action when this transaction commits, or at a time (UTC)."""
        # sudo: ir.cron - the user may change the account, so they may synchronize it
        self.env.ref("telegram_green_api.ir_cron_telegram_sync").sudo()._trigger(at)

    # === SCHEDULED ACTION === #

    @api.model
    def _cron_sync(self):
        """Execute the requested synchronizations. Commits: for the scheduled action only.

        One that is "running" now was interrupted by a crash or by concurrent updates, and begins
        anew.
        """
        domain = [("state", "in", OPEN_STATES), ("instance_id.active", "=", True)]
        for sync in self.search(domain, order="id"):
            try:
                sync._execute()
            except ConcurrencyError:
                # Not even that could be stored. The others do not wait for the next run.
                _logger.warning("Telegram synchronization %s: concurrent updates", sync.id)

    def _execute(self):
        """Import the lists, and store how it has ended. Commits.

        :raise ConcurrencyError: it is still open, because every attempt met a concurrent update
        """
        if self.exists().state not in OPEN_STATES or self.instance_id.is_other_database:
            return  # the account was deleted since the scheduled action began, or is not ours
        if not self.instance_id.has_api_token:  # it was removed after the request
            write_and_commit(self.env, self.write, {"state": "canceled"})
            return
        in_company = self.with_env(self.instance_id._in_company().env)
        try:
            in_company._run()
        except RequestedAnewError:
            self.env.cr.rollback()  # the request has triggered the action
        except CONFLICTS:
            self.env.cr.rollback()
            write_and_commit(self.env, in_company._process_conflict)
        except Exception:  # pylint: disable=broad-exception-caught
            # An unexpected error with one account must not stop the others.
            self.env.cr.rollback()
            if not self.exists():
                return  # the account was deleted meanwhile
            _logger.exception("Telegram synchronization %s", self.id)
            error = self.env._("An unexpected error occurred. See the server log for details.")
            write_and_commit(self.env, in_company._finish, error)

    def _run(self):
        """Import the contacts and the chats of the account, batch by batch. Commits."""
        instance = self.instance_id
        try:
            with instance._get_client() as client:
                for list_type, method in LISTS.items():
                    write_and_commit(self.env, self._start_list, list_type)
                    # No transaction is open while GREEN-API is called.
                    self._process_list(getattr(client, method)())
        except GreenApiError as error:
            write_and_commit(self.env, instance._record_error, error)
            write_and_commit(self.env, self._finish, instance._get_error_message(error))
        else:
            write_and_commit(self.env, self._finish_lists)

    def _check_not_requested_anew(self):
        """Check that the numbers are still those of this run.

        :raise RequestedAnewError: they were reset, and the lists may have changed since
        """
        if self.state == "waiting":
            raise RequestedAnewError

    def _start_list(self, list_type):
        values = {"state": "running", "list_type": list_type, "done_count": 0, "total_count": 0}
        if list_type != next(iter(LISTS)):
            self._check_not_requested_anew()
        else:
            values |= {"start_date": fields.Datetime.now(), "unreadable_count": 0}
        self.write(values)

    def _process_list(self, listed):
        """Import the rows of one list. Commits.

        :param list listed: of the client's Chat
        """
        usable = list(self.env["telegram.chat"]._select_listed(listed).values())
        unreadable = len(listed) - len(usable)
        write_and_commit(self.env, self._set_total, len(usable), unreadable)
        for start in range(0, len(usable), BATCH):
            write_and_commit(self.env, self._process_batch, usable[start : start + BATCH])

    def _set_total(self, total, unreadable):
        self._check_not_requested_anew()
        self.write({"total_count": total, "unreadable_count": self.unreadable_count + unreadable})

    def _process_batch(self, rows):
        self._check_not_requested_anew()
        done = self.env["telegram.chat"]._process_listed(self.instance_id, rows)
        self.write(
            {
                "done_count": self.done_count + len(rows),
                "new_count": self.new_count + done["new"],
                "changed_count": self.changed_count + done["changed"],
            }
        )

    def _finish_lists(self):
        self._check_not_requested_anew()
        self._finish()

    def _process_conflict(self):
        """Plan to begin the synchronization anew after a pause.

        It is interrupted for good after some times: an automation rule may cause a conflict each
        time.
        """
        if not self.exists():
            return  # the account was deleted meanwhile
        self.conflict_count += 1
        if self.conflict_count < CONFLICTS_MAX:
            self._trigger_cron(fields.Datetime.now() + CONFLICT_PAUSE)
            return
        error = self.env._("Other programs or rules kept changing the same chats.")
        _logger.warning("Telegram synchronization %s: concurrent updates each time", self.id)
        self._finish(error)

    def _finish(self, error=None):
        """Store the result and notify the user who requested it.

        :param str error: reason of the interruption
        """
        state = "failed" if error else "done"
        self.write({"state": state, "error": error, "end_date": fields.Datetime.now()})
        user = self.user_id
        if user:
            params = {
                "type": "warning" if error else "success",
                "title": self.instance_id.name,
                "message": self.with_context(lang=user.lang, tz=user.tz).message,
            }
            user._bus_send("simple_notification", params)


class TelegramInstance(models.Model):
    """Extend ``telegram.instance``: synchronize the account, and show the last synchronization."""

    _inherit = "telegram.instance"
    _protected = {"last_sync_id"}

    last_sync_id = fields.Many2one(
        "telegram.sync", "Last Synchronization", readonly=True, copy=False, ondelete="set null"
    )
    # For the progress bar of the form, which reads the fields of its own record only.
    is_sync_running = fields.Boolean(related="last_sync_id.is_running")
    sync_message = fields.Char("Synchronization", related="last_sync_id.message")
    sync_done_count = fields.Integer("Synchronized Chats", related="last_sync_id.done_count")
    sync_total_count = fields.Integer("Chats to Synchronize", related="last_sync_id.total_count")

    # === ACTION METHODS === #

    def action_sync(self):
        """Synchronize the contacts and chats of the account in the background."""
        self.ensure_one()
        self.check_access("write")
        if not self.active or not self.has_api_token:
            raise UserError(
                self.env._(
                    "Only an active account with an API token can be synchronized. Enter the API "
                    "token, or unarchive the account."
                )
            )
        self.env["telegram.sync"]._request(self)
        return {"type": "ir.actions.client", "tag": "soft_reload"}

    # === FOR PROGRAMMERS === #

    def sync_contacts(self):
        """Import the contacts of the Telegram account as ``telegram.chat``.

        GREEN-API is called first; then the current transaction writes. Existing chats are updated
        and not duplicated. The list may be 5 minutes old.

        https://green-api.com/en/telegram/docs/api/service/GetContacts/

        :return: dict with the numbers of "new", "changed" and "unread" (not readable) contacts
        :raise UserError: the call failed; nothing was changed
        :raise AccessError: the user may not change the account
        """
        return self._sync_now("contacts")

    def sync_chats(self):
        """Import the chats of the account (people, groups, channels) as ``telegram.chat``.

        https://green-api.com/en/telegram/docs/api/service/GetChats/

        The rest is as for sync_contacts.
        """
        return self._sync_now("chats")

    def _sync_now(self, list_type):
        self.ensure_one()
        self.check_access("write")
        chats = self.env["telegram.chat"]
        listed = self._call_service(LISTS[list_type])
        usable = list(chats._select_listed(listed).values())
        done = Counter(new=0, changed=0, unread=len(listed) - len(usable))
        for start in range(0, len(usable), BATCH):
            done += chats._process_listed(self, usable[start : start + BATCH])
        return {key: done[key] for key in ("new", "changed", "unread")}


class TelegramChat(models.Model):
    """Extend ``telegram.chat``: create and update many chats from the lists of GREEN-API."""

    _inherit = "telegram.chat"

    @api.model
    def _select_listed(self, rows):
        """Return the usable rows of a list, each chat once.

        :param list rows: of the client's Chat
        :return: dict of chat ID -> Chat
        """
        usable = (row for row in rows if re.fullmatch(const.CHAT_ID_PATTERN, row.chat_id))
        # The phone form is a way to write first: the lists contain the Telegram IDs.
        return {row.chat_id: row for row in usable if "@" not in row.chat_id}

    @api.model
    def _process_listed(self, instance, rows):
        """Create the chats that are new, and update the others.

        The number of queries does not depend on the number of chats, except for one UPDATE per
        hundred changed chats.

        :param list rows: of the client's Chat, as from _select_listed
        :return: Counter with "new" and "changed"
        """
        chats_sudo = self.sudo().with_context(  # sudo: telegram.chat - reported by GREEN-API
            clean_context(self.env.context), active_test=False
        )
        phones = {}
        for row in rows:
            if row.phone and not const.is_group_id(row.chat_id):
                phones.setdefault(f"+{row.phone}", row.chat_id)
        chats_sudo._resolve_phone_chats(instance, phones)
        usernames = {normalize_username(row.username): row.chat_id for row in rows if row.username}
        chats_sudo._resolve_usernames(instance, usernames)
        known = chats_sudo._find_all(instance, [row.chat_id for row in rows])
        done = Counter()
        for row in rows:
            values = row.chat_id in known and known[row.chat_id]._get_listed_changes(row)
            if values:
                known[row.chat_id].write(values)
                done["changed"] += values.keys() != {"number_check_date"}
        new = [row for row in rows if row.chat_id not in known]
        created = chats_sudo._create_listed(instance, new)
        done["new"] = len(created)
        (chats_sudo.union(*known.values()) | created)._link_partners()
        return done

    def _get_listed_changes(self, row):
        """Return the changes caused by a row of a list, as a dict of values."""
        self.ensure_one()
        if row.chat_id == self.former_telegram_id:
            return {}
        contact_name = row.contact_name if "contactName" in row.raw else None
        values = self._get_name_values(row.name, contact_name)
        # The list of contacts gives the type "user" to bots, too.
        if self._is_type(row.type) and (contact_name is None or not self.chat_type):
            values["chat_type"] = row.type
        if username := normalize_username(row.username):
            values["username"] = username
        values.update(self._get_phone_values(row.phone))
        return {field: value for field, value in values.items() if self[field] != value}

    def _get_phone_values(self, phone):
        """Return the changes caused by a phone number that Telegram shows, as a dict of values.

        :param str phone: digits; empty when hidden
        """
        if not phone or self.is_group:
            return {}
        values, now = {"phone": f"+{phone}"}, fields.Datetime.now()
        last_check_date = self.number_check_date
        if not last_check_date or last_check_date < now - PHONE_DATE_INTERVAL:
            values["number_check_date"] = now
        return values

    @api.model
    def _create_listed(self, instance, rows):
        now = self.env.cr.now().replace(microsecond=0)
        vals_list = []
        for row in rows:
            is_group = const.is_group_id(row.chat_id)
            phone = False if is_group or not row.phone else f"+{row.phone}"
            telegram_name = row.name or row.username or phone or row.chat_id
            default_type = "group" if is_group else "user"
            vals_list.append(
                {
                    "name": row.contact_name or telegram_name,
                    "telegram_name": telegram_name,
                    "contact_name": row.contact_name or False,
                    "username": normalize_username(row.username) or False,
                    "telegram_id": row.chat_id,
                    "chat_type": row.type if self._is_type(row.type) else default_type,
                    "phone": phone,
                    "number_check_date": now if phone else False,
                    "is_new_contact": not is_group,
                }
            )
        return self._create_chats(instance, vals_list)
