# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""Whose chat it is: assigned to one operator, who alone is notified."""

from datetime import datetime, timedelta

import pytz

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain


class TelegramInstance(models.Model):
    """Extend ``telegram.instance`` with the rule for chats of new customers."""

    _inherit = "telegram.instance"

    assignment = fields.Selection(
        [
            ("nobody", "Nobody: the first to answer takes it"),
            ("salesperson", "The salesperson of the customer, otherwise nobody"),
            ("salesperson_in_turn", "The salesperson, otherwise operators in turn"),
            ("salesperson_evenly", "The salesperson, otherwise the one with the fewest chats"),
            ("in_turn", "Operators in turn"),
            ("evenly", "The operator with the fewest waiting chats"),
        ],
        "Assign New Chats To",
        default="salesperson",
        required=True,
        tracking=True,
        help="To whom a chat is assigned when a customer writes and no one has the chat. Everybody "
        "is notified of the messages in chats that are assigned to nobody.",
    )

    assign_present = fields.Boolean(
        "Only Those Who Work Now",
        help="New chats are assigned to operators in their working time only: that of the "
        "employee, otherwise that of the account. Not to those who are out of office. If no one "
        "works now, the chats are assigned to nobody.",
    )

    def _choose_assignee(self, chat):
        """Return the operator to whom a chat is assigned, empty for nobody.

        The receive action processes the messages of an account one after the other, so this needs
        no lock.

        :param chat: a ``telegram.chat`` of this account that is assigned to nobody
        """
        self.ensure_one()
        users = self.env["res.users"]
        if self.assignment == "nobody":
            return users
        if self._assigns_salesperson():
            # Most customers have none.
            salesperson = chat.partner_id._telegram_get_salesperson()
            if salesperson and (user := self._filter_present(salesperson & chat._get_operators())):
                return user
            if self.assignment == "salesperson":
                return users
        operators = self._filter_present(chat._get_operators())
        domain = Domain("instance_id", "=", self.id) & Domain("user_id", "in", operators.ids)
        chats = self.env["telegram.chat"].with_context(active_test=False)
        match self.assignment:
            case "in_turn" | "salesperson_in_turn":
                last = dict(chats._read_group(domain, ["user_id"], ["assigned_date:max"]))
                # Many may be assigned at one time.
                newest = max(filter(None, last.values()), default=False)
                domain &= Domain("assigned_date", "=", newest)
                counts = dict(chats._read_group(domain, ["user_id"], ["__count"]))
                return operators.sorted(
                    lambda user: (last.get(user) or datetime.min, counts.get(user, 0), user.id)
                )[:1]
            case "evenly" | "salesperson_evenly":
                domain &= Domain("inbox_state", "=", "waiting")
                counts = dict(chats._read_group(domain, ["user_id"], ["__count"]))
                return operators.sorted(lambda user: (counts.get(user, 0), user.id))[:1]
        return users

    def _assigns_salesperson(self):
        """Return whether the chats of a salesperson's customers are assigned to them."""
        return self.assignment.startswith("salesperson")

    def _filter_present(self, users):
        """Return the users who work now, if the account assigns chats to them only."""
        self.ensure_one()
        if not self.assign_present:
            return users
        now = fields.Datetime.now()
        return users.filtered(lambda user: self._works_at(user, now))

    def _works_at(self, user, date):
        """Return whether an operator works at a date, without days off.

        :param datetime date: UTC
        """
        if user.is_out_of_office:
            return False
        # sudo: resource.resource - only whether the operator works
        resources_sudo = user.sudo().resource_ids.filtered("calendar_id")
        # Who is an employee of several companies works here as one of the account's.
        resource_sudo = resources_sudo.sorted(lambda each: each.company_id != self.company_id)[:1]
        if not resource_sudo:
            return self._is_working_time(date)
        start = pytz.utc.localize(date)
        end = start + timedelta(seconds=1)
        work = resource_sudo.calendar_id._work_intervals_batch(start, end, resource_sudo)
        return bool(list(work[resource_sudo.id]))


class TelegramChat(models.Model):
    """Extend ``telegram.chat`` with the operator to whom it is assigned."""

    _inherit = "telegram.chat"

    user_id = fields.Many2one(
        "res.users",
        "Assigned To",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        help="The operator who answers in this chat and alone is notified of its messages.",
    )
    assigned_date = fields.Datetime("Assigned On", readonly=True, copy=False)

    # === ACTION METHODS === #

    def action_take(self):
        """Assign chats to the current user.

        :raise UserError: one is assigned to somebody else
        """
        self._check_operated()
        self._check_assignee(self.env.user)
        self._lock_inbox()
        taken = self.filtered(lambda chat: chat._get_assignee() - self.env.user)
        if taken:
            raise UserError(
                self.env._(
                    "“%(chat)s” is assigned to %(user)s already. Ask them to hand it over.",
                    chat=taken[0].name,
                    user=taken[0]._get_assignee().name,
                )
            )
        self._assign(self.env.user)

    def action_release(self):
        """Assign chats to nobody."""
        self._check_operated()
        self._lock_inbox()
        self._assign(self.env["res.users"])

    def action_hand_over(self):
        """Return an action that opens the dialog to hand the chat over to another operator."""
        self.ensure_one()
        self._check_operated()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Hand Over"),
            "res_model": "telegram.hand.over",
            "view_mode": "form",
            "target": "new",
            "context": {"default_chat_id": self.id},
        }

    # === BUSINESS METHODS === #

    def _check_assignee(self, user):
        """Check that these chats can be assigned to a user, who may not see them before.

        :raise UserError: the user is not an operator of the account
        """
        for instance_sudo in self.sudo().instance_id:  # sudo: res.users - the operators
            if user not in instance_sudo._get_operators():
                raise UserError(
                    self.env._(
                        "%(user)s is not an operator of the Telegram account “%(account)s”, so "
                        "the chat cannot be assigned to this user.",
                        user=user.name,
                        account=instance_sudo.name,
                    )
                )

    def _assign(self, user):
        """Assign chats to a user, empty for nobody. Only this user is notified from now on."""
        # With microseconds, since the order tells whose turn it is.
        date = user and datetime.now(pytz.utc).replace(tzinfo=None)
        self._write_inbox({"user_id": user.id, "assigned_date": date})
        self.sudo()._move_reminders(user)  # sudo: mail.activity - of the former operator
        for chat_sudo in self.sudo():  # sudo: discuss.channel - its members see the change
            if chat_sudo.instance_id.visibility == "own":
                chat_sudo._update_channel_members()
            if chat_sudo.channel_id:
                chat_sudo.channel_id._telegram_send_store()

    def _assign_new(self):
        """Assign a chat in which a customer has just written, unless an operator has it."""
        self.ensure_one()
        chat_sudo = self.sudo()  # sudo: telegram.chat, telegram.instance - as the rule says
        if chat_sudo._get_assignee():
            return
        user = chat_sudo.instance_id._choose_assignee(chat_sudo)
        if user != chat_sudo.user_id:
            chat_sudo._assign(user)

    def _get_salespeople(self):
        """Return the salesperson of the contact of each chat, for ``_follow_salesperson``.

        :return: dict of ``res.users`` by ``telegram.chat``
        """
        chats_sudo = self.sudo()  # sudo: res.partner - the salesperson of the contact
        return {chat: chat.partner_id._telegram_get_salesperson() for chat in chats_sudo}

    def _follow_salesperson(self, former):
        """Assign chats to the new salesperson of their contacts, if the account is set so.

        A chat that an operator has taken or got from a colleague stays theirs. A salesperson who
        is no operator of the account does not get a chat: then nobody has it.

        :param dict former: the result of ``_get_salespeople`` before the change
        """
        for chat, salesperson in self._get_salespeople().items():
            assignee, instance = chat._get_assignee(), chat.instance_id
            is_moved = salesperson != former.get(chat)
            if is_moved and chat.inbox_state and instance.visibility == "own":
                chat._send_waiting(instance._get_operators())  # who no longer see it, too
            is_taken = assignee and assignee != former.get(chat)
            if not chat.inbox_state or not instance._assigns_salesperson() or is_taken:
                continue
            user = salesperson & instance.operator_ids
            if salesperson and is_moved and user != chat.user_id:
                chat._assign(user)

    @api.model
    def _release_left(self, users):
        """Assign the waiting chats of users to nobody if they no longer operate the account.

        No one else would be told to answer there.
        """
        # sudo: telegram.chat - of users who have left
        chats_sudo = self.sudo().with_context(active_test=False)
        domain = [("user_id", "in", users.ids), ("inbox_state", "=", "waiting")]
        left_sudo = chats_sudo.search(domain).filtered(lambda chat: not chat._get_assignee())
        if left_sudo:
            left_sudo._assign(self.env["res.users"])

    def _take_by_answer(self):
        """Assign the chat to the current user, who has just answered, unless an operator has it."""
        self.ensure_one()
        chat_sudo = self.sudo()  # sudo: telegram.chat, res.users - the user may write there
        is_operator = self.env.user in chat_sudo.instance_id.operator_ids
        if chat_sudo.inbox_state == "waiting" and is_operator and not chat_sudo._get_assignee():
            chat_sudo._assign(self.env.user)

    def _get_assignee(self):
        """Return the user to whom the chat is assigned; empty if they are no operator any more."""
        self.ensure_one()
        chat_sudo = self.sudo()  # sudo: res.users - the operators
        user = chat_sudo.user_id
        # Most chats are of nobody. Who operates the account takes more time to find out.
        return user & chat_sudo.instance_id._get_operators() if user else user

    def _get_assignee_data(self):
        """Return ID and name of the assignee's partner for the web client as a dict, or False."""
        partner = self._get_assignee().partner_id
        return {"id": partner.id, "name": partner.name} if partner else False
