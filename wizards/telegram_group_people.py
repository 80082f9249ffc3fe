# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

import time

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..client import RateLimiter
from .telegram_composer_recipients import LEFT_OUT_LINE, RECIPIENT_LINE

LINES = 20  # of people who are listed one by one
CHECKS = 10  # numbers that are asked about at once: Telegram dislikes many


class TelegramGroupPeople(models.AbstractModel):
    """What the dialogs share in which people are chosen for a group."""

    _name = "telegram.group.people"
    _inherit = "telegram.wizard.mixin"
    _description = "People for a Telegram Group"

    instance_id = fields.Many2one("telegram.instance", "Telegram Account", required=True)
    partner_ids = fields.Many2many("res.partner", string="Contacts")
    chat_ids = fields.Many2many(
        "telegram.chat",
        string="Chats",
        domain="[('instance_id', '=', instance_id), ('chat_type', 'in', ('user', 'bot'))]",
        help="For people who are no contacts.",
    )
    preview = fields.Html("Who Is Added", compute="_compute_preview", sanitize=False)
    going_count = fields.Integer(compute="_compute_preview")
    left_out_count = fields.Integer(compute="_compute_preview")
    unchecked_count = fields.Integer(compute="_compute_preview")

    @api.depends("instance_id", "partner_ids", "chat_ids")
    def _compute_preview(self):
        for wizard in self:
            going, left_out = wizard._sort_people()
            wizard.going_count = len(going)
            wizard.left_out_count = len(left_out)
            wizard.unchecked_count = sum(person.reason == "unchecked" for person in left_out)
            wizard.preview = wizard._get_people_summary(going, left_out)

    def _get_group(self):
        """Return the group that people are added to; empty for a new one."""
        return self.env["telegram.chat"]

    def _sort_people(self):
        """Return who can be added, and who not: two lists of GroupCandidate."""
        self.ensure_one()
        if not self.instance_id:
            return [], []
        people = self.env["telegram.chat"]._check_group_people(
            self.instance_id, self.partner_ids._origin, self.chat_ids._origin, self._get_group()
        )
        going = [person for person in people if not person.reason]
        return going, [person for person in people if person.reason]

    def _get_people(self):
        """Return the chats of those who can be added, and who cannot.

        :raise UserError: nobody can
        """
        going, left_out = self._sort_people()
        if not going and not left_out:
            raise UserError(self.env._("People: choose at least one contact or chat."))
        if not going:
            lines = [
                self.env._("People: none of them can be added."),
                *self._get_left_out_lines(left_out),
            ]
            raise UserError("\n".join(lines))
        return self.env["telegram.chat"].union(*(person.chat for person in going)), left_out

    # === NUMBERS THAT NOBODY HAS ASKED ABOUT === #

    def action_check_numbers(self):
        """Ask Telegram about the numbers of those who are left out for that, and show the dialog
        once more: some at a time, since every plan has a quota of them."""
        self._check_access_to_all()
        _going, left_out = self._sort_people()
        unchecked = [person for person in left_out if person.reason == "unchecked"][:CHECKS]
        pace = RateLimiter()
        for person in unchecked:
            time.sleep(pace.reserve("checkAccount"))
            # sudo: telegram.chat - the number of somebody whom the user has chosen
            self.instance_id.check_account(person.phone or person.chat.sudo().phone)
        return self._reopen()

    def _reopen(self):
        """Show the dialog once more, with what is known now."""
        return {
            "type": "ir.actions.act_window",
            "name": self._description,
            "res_model": self._name,
            "res_id": self.id,
            "views": [[False, "form"]],
            "target": "new",
        }

    # === IN WORDS === #

    def _get_left_out_lines(self, left_out):
        """Say of each why not: list of lines."""
        reasons = self.env["telegram.chat"]._get_group_reasons()
        return [f"{person.record.display_name}: {reasons[person.reason]}" for person in left_out]

    def _get_people_summary(self, going, left_out):
        """Give who can be added, and who not and why, as HTML."""
        if not going and not left_out:
            return False
        reasons = self.env["telegram.chat"]._get_group_reasons()
        # Who is left out comes first: that is what a person has to know.
        lines = [
            LEFT_OUT_LINE % (person.record.display_name, reasons[person.reason])
            for person in left_out[:LINES]
        ]
        lines += [RECIPIENT_LINE % (person.record.display_name, "") for person in going[:LINES]]
        rest = len(going) + len(left_out) - len(lines)
        if rest:
            text = self.env._(
                "… and %(rest)s more; %(going)s are added.", rest=rest, going=len(going)
            )
            lines.append(Markup("<div class='text-muted'>%s</div>") % text)
        return Markup().join(lines)
