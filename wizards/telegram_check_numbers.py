# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo import api, fields, models
from odoo.exceptions import UserError


class TelegramCheckNumbers(models.TransientModel):
    """Dialog that checks the phone numbers of contacts, one after the other, in the background.

    It shows the progress. The checks continue when the dialog is closed.
    """

    _name = "telegram.check.numbers"
    _inherit = "telegram.wizard.mixin"
    _description = "Check Telegram Numbers"

    instance_id = fields.Many2one(
        "telegram.instance",
        "Account",
        required=True,
        default=lambda self: self.env["telegram.instance"]._default(),
    )
    partner_ids = fields.Many2many("res.partner", string="Contacts", required=True)
    force = fields.Boolean(
        "Check Known Numbers", help="Also check numbers with a result of the last 30 days."
    )
    chat_ids = fields.Many2many(
        "telegram.chat", string="Numbers", readonly=True, context={"active_test": False}
    )
    is_started = fields.Boolean(readonly=True)
    is_running = fields.Boolean(compute="_compute_progress")
    done_count = fields.Integer(compute="_compute_progress")
    total_count = fields.Integer(compute="_compute_progress")
    summary = fields.Text(compute="_compute_summary")
    unreadable = fields.Char(compute="_compute_summary")
    can_start = fields.Boolean(compute="_compute_summary")
    progress = fields.Char(compute="_compute_progress")
    check_count = fields.Integer(related="instance_id.check_count")
    check_message = fields.Char(related="instance_id.check_message")

    # === COMPUTE METHODS === #

    @api.depends("partner_ids", "instance_id", "force")
    def _compute_summary(self):
        for wizard in self:
            to_check, known, others, without = wizard._sort_numbers()
            wizard.can_start = bool(to_check)
            wizard.summary = wizard._get_plan_summary(len(to_check), len(known), len(others))
            wizard.unreadable = wizard._get_unreadable_summary(without)

    @api.depends("chat_ids")
    def _compute_progress(self):
        for wizard in self:
            counts = self.env["telegram.chat"]._count_account_states(wizard.chat_ids.ids)
            wizard.total_count = counts["total"]
            wizard.done_count = counts["total"] - counts["waiting"]
            wizard.is_running = bool(counts["waiting"])
            wizard.progress = self.env._(
                "%(done)s of %(total)s numbers: %(yes)s on Telegram, %(no)s not, %(problem)s could "
                "not be checked.",
                done=wizard.done_count,
                total=wizard.total_count,
                yes=counts["yes"],
                no=counts["no"],
                problem=counts["problem"],
            )

    # === ACTION METHODS === #

    def action_check(self):
        """Add the numbers to the queue, and show the progress."""
        self._check_access_to_all()
        self.instance_id._check_operated()
        to_check, *_rest = self._sort_numbers()
        if not to_check:
            raise UserError(self.env._("There is no number to check."))
        chats = self.env["telegram.chat"]
        found = chats._find_by_number(self.instance_id, list(to_check))
        new = {key: partners for key, partners in to_check.items() if key not in found}
        if new:
            found.update(
                chats._get_or_create_for_addresses(self.instance_id, new, last_message_date=False)
            )
        chats = chats.union(*found.values())
        self.env["telegram.number.check"]._request(chats)
        self.write({"chat_ids": [fields.Command.set(chats.ids)], "is_started": True})
        return self._reopen()

    def action_stop(self):
        """Remove the numbers from the queue that have not been checked yet."""
        self._check_access_to_all()
        # sudo: telegram.number.check - the user may request a check, so they may cancel it
        self.chat_ids.sudo().check_ids._cancel()
        return self._reopen()

    def action_show(self):
        """Open the list of the numbers with their results."""
        self._check_access_to_all()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Numbers on Telegram"),
            "res_model": "telegram.chat",
            "views": [[False, "list"], [False, "form"]],
            "domain": [("id", "in", self.chat_ids.exists().ids)],
            "context": {"active_test": False, "telegram_numbers": True},
        }

    # === BUSINESS METHODS === #

    def _sort_numbers(self):
        """Return which numbers are to be checked, and which are left out.

        A contact without a phone number is checked by its username.

        :return: tuple of the contacts to check by address, the addresses with a known result, those
            of other salespeople, and the contacts without an address that can be read
        """
        by_address, without = {}, self.partner_ids.browse()
        for partner in self.partner_ids._origin:
            if address := partner.phone_sanitized or partner.telegram_username:
                by_address.setdefault(address, []).append(partner)
            else:
                without += partner
        chats = self.env["telegram.chat"]
        found = chats._find_by_number(self.instance_id, list(by_address)) if by_address else {}
        own = chats.union(*found.values()).with_env(self.env)._filtered_access("read")
        others = {
            address
            for address, partners in by_address.items()
            if (address in found and found[address] not in own)
            or (
                address not in found
                and not chats._is_contact_visible(self.instance_id, partners[0])
            )
        }
        known = {key for key, chat in found.items() if not self.force and chat._is_number_known()}
        left_out = known | others
        to_check = {key: partners for key, partners in by_address.items() if key not in left_out}
        return to_check, known - others, others, without

    def _reopen(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Check Numbers"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }

    # === TEXTS === #

    def _get_plan_summary(self, to_check, known, others):
        _ = self.env._
        sentences = [_("%s numbers will be checked, one per second.", to_check)]
        if to_check == 1:
            sentences = [_("1 number will be checked.")]
        elif not to_check:
            sentences = [_("There is no number to check.")]
        if known:
            sentences.append(_("Skipped because a result of the last 30 days is known: %s.", known))
        if others:
            sentences.append(
                _(
                    "Skipped because they belong to customers of other salespeople: %s.",
                    others,
                )
            )
        return " ".join(sentences)

    def _get_unreadable_summary(self, without):
        if not without:
            return False
        names = ", ".join(without[:10].mapped("display_name"))
        if len(without) > 10:
            names = self.env._("%(names)s and %(count)s more", names=names, count=len(without) - 10)
        return self.env._(
            "Without a readable number (use the international form, or set the country): %s",
            names,
        )
