# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

import logging
from functools import partial
from textwrap import shorten

from odoo import api, fields, models
from odoo.exceptions import ConcurrencyError, UserError
from odoo.fields import Domain
from odoo.tools import SQL
from odoo.tools.rendering_tools import INLINE_TEMPLATE_REGEX

from ...tools.context import OwnValue
from ...tools.transactions import is_conflict, write_and_commit
from ..telegram_message import NOTIFY_LATER, OUTCOME_PENDING
from .telegram_mailing import FILTER_ERRORS

_logger = logging.getLogger(__name__)
BATCH_SIZE = 200  # recipients composed in one transaction
NAME_LENGTH = 60  # characters of a mailing that is named by its text
RECALL_SIZE = 500  # messages taken out of the queue in one transaction
# Whether the person of "chat" wants no mailings, as SQL.
IS_OUT = SQL(
    """
    (chat.opted_out IS TRUE OR EXISTS (
        SELECT 1 FROM phone_blacklist AS blacklist
         WHERE blacklist.active AND blacklist.number = chat.phone))
    """
)


class TelegramMailing(models.Model):
    """Extends ``telegram.mailing`` with the scheduled action that fills the queue.

    Each step is one commit and begins with what is in the database, so it continues after a crash.
    The messages of a batch and the state of its recipients are one commit.
    """

    _inherit = "telegram.mailing"

    @api.model
    def _cron_run(self):
        """Begin, compose and finish mailings. Commits after each step."""
        commit = self.env["ir.cron"]._commit_progress
        active = Domain("state", "in", ("scheduled", "sending", "stopped"))
        # Archiving hides a mailing; only Stop ends it. It does not write to archived contacts.
        mailings = self.with_context(active_test=False)
        mailings = mailings.search(active & Domain("has_all_outcomes", "!=", True), order="id")
        mailings = mailings.with_env(self.env)
        seconds_left = commit(remaining=len(mailings))
        for mailing in mailings:
            while seconds_left and mailing.exists():
                try:
                    step = mailing._in_language()._process_step
                    has_more, seconds_left = write_and_commit(self.env, step)
                except ConcurrencyError:
                    break  # the next run repeats the step
                if not has_more:
                    break
            commit(processed=1)
            if not seconds_left:
                return

    def _in_language(self):
        """Return the mailing in the language of its author, who reads what is stored."""
        return self.with_context(lang=self.user_id.lang, tz=self.user_id.tz)

    def _process_step(self):
        """Do the next thing that this mailing needs.

        :return: bool, whether there is more to do now
        """
        if not self.exists():
            return False
        if self.state == "scheduled":
            return self._begin()
        if self.state == "stopped":
            return self._cancel_rest()
        if self.state != "sending":
            return False
        if self.is_outdated:
            return self._recall_outdated()
        self._pause_for_account(self.instance_id)
        self._check_refusals()
        if self.state != "sending":
            return False
        self._leave_out_unwanted()
        self._decide_comparison()
        return self._compose_batch() or self._finish()

    # === BEGIN === #

    def _begin(self):
        """Fix the recipients of a mailing whose time has come, and start to send.

        :return: bool, whether it has begun
        """
        now = fields.Datetime.now()
        if self.scheduled_date and self.scheduled_date > now:
            self._trigger_composing(self.scheduled_date)
            return False
        author_self = self._as_author()
        try:
            with self.env.cr.savepoint():
                if blocker := self._get_blocker(self.env):
                    raise UserError(blocker)
                author_self._assign_files()
                recipients = author_self._find_recipients()
        except FILTER_ERRORS as error:  # such as a filter by a field that was removed
            reason = str(error)
            self._pause(lambda _env: reason)
            self.state = "draft"  # it has no recipients yet, so there is nothing to resume
            return False
        # New contacts first: the daily limit makes them last longest.
        # sudo: telegram.chat - as in TelegramComposer._get_queue_warnings
        recipients.sort(key=lambda each: bool(each.chat) and not each.chat.sudo().is_new_contact)
        self.env["telegram.mailing.recipient"]._add_waiting(self, recipients)
        self._assign_variants()
        self.write({"state": "sending", "start_date": now, "resume_date": now})
        return True

    def _as_author(self):
        """Return the mailing in the environment of the user whose rights it is sent with."""
        user = self.user_id
        company = self.instance_id.company_id
        allowed = [company.id, *(user.company_ids - company).ids]
        return self.with_user(user).with_context(
            allowed_company_ids=allowed, lang=user.lang, tz=user.tz
        )

    def _assign_files(self):
        """Make the files the mailing's own: those of a template are deleted with it."""
        foreign = self.attachment_ids.filtered(
            lambda file: (file.res_model, file.res_id) != (self._name, self.id)
        )
        # sudo: ir.attachment - users who write a mailing may attach the files that they see
        copies = {
            file.id: file.sudo().copy({"res_model": self._name, "res_id": self.id}).id
            for file in foreign
        }
        if copies:
            ids = [copies.get(file.id, file.id) for file in self.attachment_ids]
            self.sudo().write({"attachment_ids": ids})  # sudo: the mailing is the user's

    # === COMPOSING === #

    def _compose_batch(self):
        """Queue the messages of the next recipients.

        :return: bool, whether there were any
        """
        recipients = self.env["telegram.mailing.recipient"].search(
            Domain("mailing_id", "=", self.id) & Domain("state", "=", "waiting"),
            order="id",
            limit=BATCH_SIZE,
        )
        if self.is_ab_test and not self.ab_winner:
            recipients = self.env["telegram.mailing.recipient"].search(
                Domain("mailing_id", "=", self.id)
                & Domain("state", "=", "waiting")
                & Domain("variant", "!=", False),
                order="id",
                limit=BATCH_SIZE,
            )
        if recipients and not self._check_can_compose():
            return True  # it is paused, not finished
        for variant, of_variant in recipients.grouped("variant").items():
            if self.state == "sending":
                self._compose(of_variant, variant or "")
        return bool(recipients)

    def _needs_author(self):
        """Return whether messages still have to be composed. As superuser."""
        return self.is_outdated or self._has_waiting_recipients()

    def _is_author_allowed(self):
        """Return whether the author may still send the mailing. As superuser."""
        is_there = self.user_id.active or self.user_id._is_superuser()
        is_readable = is_there and self._as_author().has_access("read")
        return is_readable and self.instance_id._is_operated_by(self.user_id)

    def _get_blocker(self, env):
        """Return why no message can be composed, in the language of an environment, or False."""
        if self.res_model not in self.env:
            return env._("The app with the records of the mailing was uninstalled.")
        if not self.instance_id.active:
            return env._("The Telegram account is archived.")
        if not self._is_author_allowed():
            return env._(
                "%s has no access to the mailing or to its account any more. Start or resume the "
                "mailing to send it with your access rights.",
                self.user_id.name,
            )
        return False

    def _check_can_compose(self):
        """Pause a mailing that lacks its account, its kind of records or its author's rights.

        :return: bool, whether it goes on
        """
        if self._get_blocker(self.env):
            self._pause(self._get_blocker)
        return self.state == "sending"

    def _compose(self, recipients, variant):
        """Queue the messages to recipients, or store why each is left out.

        :param recipients: of this mailing
        :param str variant: of the text
        """
        author_self = self._as_author()
        records = author_self.env[self.res_model].browse(recipients.mapped("res_id"))
        readable = records.exists()._filtered_access("read")
        missing = recipients.filtered(lambda each: each.res_id not in readable._ids)
        missing._leave_out("missing", self.env._("The record was deleted, or cannot be read."))
        if not readable:
            return
        composer = author_self.env["telegram.composer"].create(
            author_self._prepare_composer_values(readable, variant)
        )
        reachable, left_out = composer._split_recipients()
        reachable, repeated = self._split_repeated(reachable)
        left_out += repeated
        try:
            with self.env.cr.savepoint():
                if reachable:
                    composer._send_mass(reachable, left_out, self)
        except Exception as error:  # pylint: disable=broad-exception-caught
            # Reports, automation rules and placeholders run the code of any app.
            if is_conflict(error):
                raise
            if not isinstance(error, UserError):
                _logger.warning(
                    "Telegram mailing “%s” cannot be composed", self.name, exc_info=True
                )
            excluded = {each.record.id for each in left_out}
            is_about_each = all(each.record.id in excluded for each in reachable)
            if not is_about_each or not (len(reachable) == 1 or self._is_text_tried(variant)):
                self._pause_for_content(error, is_about_each and variant)
                return
        else:
            if reachable:
                self._mark_text_tried(variant)
        self._store_left_out(left_out)

    def _is_text_tried(self, variant):
        """Return whether a text could be filled before, or the user knows that it could not."""
        return self._get_text_name(variant) in (self.tried_texts or "")

    def _mark_text_tried(self, variant):
        if not self._is_text_tried(variant):
            self.tried_texts = (self.tried_texts or "") + self._get_text_name(variant)

    def _pause_for_content(self, error, variant):
        """Pause the mailing because no message of a batch can be composed.

        It is a mistake in the text, or each of these records lacks what the text needs. The user
        decides: who resumes with the same text leaves out the recipients for whom it fails.

        :param Exception error: about the last of them
        :param variant: the text, False if the reason is another one than filling it
        """
        reason = str(error) or type(error).__name__
        if variant is False:
            self._pause(lambda _env: reason)
        else:
            self._mark_text_tried(variant)
            self._pause(partial(self._get_text_reason, reason))

    @api.model
    def _get_text_reason(self, reason, env):
        """Return why a text cannot be sent, and what to do, in the language of an environment."""
        advice = env._(
            "Correct the text. If you resume the mailing without a change, the recipients whose "
            "text cannot be filled are left out."
        )
        return f"{reason}\n{advice}"

    @api.model
    def _create_for_composer(self, values):
        """Create the mailing of a message that the composer sends to many. As superuser.

        :param dict values: of the mailing's content and recipients
        :return: the ``telegram.mailing``, which is being sent
        """
        now = fields.Datetime.now()
        name = (values["body"] or "").strip().partition("\n")[0]
        # Users read the name; placeholders are for the server.
        name = INLINE_TEMPLATE_REGEX.sub("…", name)
        name = name.strip("… ") and name
        name = name or (values["res_model"] and self.env[values["res_model"]]._description)
        without_log = self.with_context(
            mail_create_nolog=True, mail_create_nosubscribe=True, tracking_disable=True
        )
        mailing = without_log.create(
            {
                "name": shorten(name, NAME_LENGTH, placeholder="…"),
                "state": "sending",
                "start_date": now,
                "resume_date": now,
                **values,
            }
        )
        mailing._trigger_composing()
        return mailing

    def _add_composed(self, records, partners, chats, messages):
        """Store which recipients have their messages in the queue.

        :param list records: of each message
        :param dict partners: ``res.partner`` by id of the record
        :param dict chats: ``telegram.chat`` by id of the contact
        :param messages: the ``telegram.message`` records, in the order of the records
        """
        # sudo: telegram.mailing.recipient - only the addon writes them
        recipients_sudo = self.env["telegram.mailing.recipient"].sudo()
        recipients_sudo._add_composed(self, records, partners, chats, messages)

    def _store_left_out(self, left_out):
        """Store the recipients that the composer leaves out.

        :param list left_out: of ComposerRecipient
        """
        self.env["telegram.mailing.recipient"]._add_waiting(self, left_out)

    @api.model
    def _process_less_consent(self, domain):
        """Leave out recipients who have withdrawn their consent, or who need it from now on.

        :param domain: of the recipients that it concerns
        """
        # sudo: telegram.mailing - what is sent does not depend on who records the consent
        recipients_sudo = self.env["telegram.mailing.recipient"].sudo()
        going_on = Domain("mailing_id.state", "in", ("sending", "paused"))
        composed = going_on & Domain("state", "=", "composed") & Domain(domain)
        for [mailing_sudo] in recipients_sudo._read_group(composed, ["mailing_id"]):
            mailing_sudo._in_language()._leave_out_unwanted()

    def _leave_out_unwanted(self):
        """Leave out recipients who have opted out since their message was queued.

        Their answer has canceled the message already, or it is canceled here. In a company that
        needs consent, those who have withdrawn it are left out, too.
        """
        self.env.flush_all()
        needs_consent = self.company_id.telegram_needs_consent and not self.is_automatic
        rows = self.env.execute_query(
            SQL(
                """
                SELECT recipient.id, bool_or(%(is_out)s)
                  FROM telegram_message AS message
                  JOIN telegram_chat AS chat ON chat.id = message.chat_id
                  JOIN telegram_mailing_recipient AS recipient
                    ON recipient.mailing_id = message.mailing_id
                   AND recipient.res_id = message.res_id
                  LEFT JOIN res_partner AS partner ON partner.id = recipient.partner_id
                 WHERE message.mailing_id = %(mailing)s
                   AND message.state IN ('queued', 'canceled')
                   AND recipient.state = 'composed'
                   AND (%(is_out)s
                        OR %(needs_consent)s AND partner.telegram_consent IS NOT TRUE)
                 GROUP BY recipient.id
                """,
                mailing=self.id,
                is_out=IS_OUT,
                needs_consent=needs_consent,
            )
        )
        recipients = self.env["telegram.mailing.recipient"]
        reasons = self.env["telegram.chat"]._get_unreachable_reasons()
        for code, is_out in (("opted_out", True), ("no_consent", False)):
            unwanted = recipients.browse(id_ for id_, has_left in rows if has_left is is_out)
            unwanted._cancel_queued(reasons[code])
            canceled = unwanted.filtered(lambda each: each.message_id.state == "canceled")
            canceled._leave_out(code, reasons[code])

    # === A CHANGED TEXT === #

    def _recall_outdated(self):
        """Remove messages with the former text from the queue, to be composed again.

        A recipient who already got a part of the message gets the rest of it unchanged.

        :return: bool, whether there is more to do now
        """
        recipients = self._find_unsent_recipients()
        if not recipients:
            if not self._check_can_compose():
                return False
            self._as_author()._assign_files()
            self.is_outdated = False
            return True
        messages = recipients._find_queued_messages().filtered(lambda part: part.mailing_part >= 0)
        posts = messages.mail_message_ids
        messages.write({"state": "canceled"})
        messages.unlink()
        posts.unlink()
        recipients.write({"state": "waiting"})
        return True

    def _find_unsent_recipients(self):
        """Return some recipients none of whose messages was ever handed over."""
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT recipient.id
                  FROM telegram_mailing_recipient AS recipient
                  JOIN telegram_message AS message ON message.id = recipient.message_id
                 WHERE recipient.mailing_id = %(mailing)s
                   AND recipient.state = 'composed'
                   AND recipient.is_merged IS NOT TRUE
                   AND message.state = 'queued'
                   AND NOT EXISTS (
                        SELECT 1 FROM telegram_message AS part
                         WHERE part.mailing_id = %(mailing)s
                           AND part.res_id = recipient.res_id
                           AND part.mailing_part >= 0
                           AND part.state != 'queued')
                 ORDER BY recipient.id
                 LIMIT %(limit)s
                """,
                mailing=self.id,
                limit=RECALL_SIZE,
            )
        )
        return self.env["telegram.mailing.recipient"].browse(row[0] for row in rows)

    # === THE END === #

    def _finish(self):
        """Mark the mailing as done if each of its messages has its outcome.

        :return: bool, False: there is nothing more to do now
        """
        if self._get_decision_date() and self._has_compared():
            return False  # the user wants to know which text was better
        open_states = Domain("state", "in", ("queued", "sending")) | OUTCOME_PENDING
        left = Domain("mailing_id", "=", self.id) & open_states
        if not self.env["telegram.message"].search_count(left, limit=1):
            now = fields.Datetime.now()
            self.write({"state": "done", "end_date": now, "has_all_outcomes": True})
        return False

    def _has_waiting_recipients(self):
        domain = [("mailing_id", "=", self.id), ("state", "=", "waiting")]
        return bool(self.env["telegram.mailing.recipient"].search_count(domain, limit=1))

    def _cancel_rest(self):
        """Cancel what a stopped mailing has not handed over.

        :return: bool, whether there is more to do now
        """
        recipients = self.env["telegram.mailing.recipient"]
        of_mailing = Domain("mailing_id", "=", self.id)
        waiting = recipients.search(
            of_mailing & Domain("state", "=", "waiting"), limit=10 * RECALL_SIZE
        )
        waiting.write({"state": "canceled"})
        queued = self.env["telegram.message"].search(
            of_mailing & Domain("state", "=", "queued"), order="id", limit=RECALL_SIZE
        )
        queued.with_context(**{NOTIFY_LATER: OwnValue()})._set_state({"state": "canceled"})
        if waiting or queued:
            return True
        # One whose outcome is unknown may come back to the queue.
        unknown = Domain("state", "=", "sending") | OUTCOME_PENDING
        if not self.env["telegram.message"].search_count(of_mailing & unknown, limit=1):
            self.has_all_outcomes = True
        return False


class TelegramMailingRecipient(models.Model):
    """Extends ``telegram.mailing.recipient`` with leaving out recipients."""

    _inherit = "telegram.mailing.recipient"

    def _leave_out(self, code, reason):
        """Store why recipients get no message.

        :param str code: of the reason
        :param str reason: a sentence for users
        """
        self.write({"state": "left_out", "reason_code": code, "reason": reason})

    def _find_queued_messages(self):
        """Return the messages to these recipients that are still in the queue."""
        return self.env["telegram.message"].search(
            [
                ("mailing_id", "in", self.mailing_id.ids),
                ("res_id", "in", self.mapped("res_id")),
                ("state", "=", "queued"),
            ]
        )

    def _cancel_queued(self, reason):
        """Cancel the messages to these recipients that are still in the queue.

        :param str reason: for users
        """
        messages = self._find_queued_messages()
        values = {"state": "canceled", "failure_reason": reason}
        messages.with_context(**{NOTIFY_LATER: OwnValue()})._set_state(values)
