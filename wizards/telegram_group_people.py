# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError

from .telegram_composer_recipients import GOING, LEFT_OUT


class TelegramGroupPeople(models.AbstractModel):
    """What the dialogs share in which people are chosen for a group."""

    _name = "telegram.group.people"
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
            wizard.preview = wizard._describe_people(going, left_out)

    def _get_group(self):
        """Return the group that people are added to; empty for a new one."""
        return self.env["telegram.chat"]

    def _sort_people(self):
        """Return who can be added, and who not: two lists of Person."""
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
            lines = [self.env._("People: none of them can be added."), *self._describe(left_out)]
            raise UserError("\n".join(lines))
        return self.env["telegram.chat"].union(*(person.chat for person in going)), left_out

    # === IN WORDS === #

    def _describe(self, left_out):
        """Say of each why not: list of lines."""
        reasons = self.env["telegram.chat"]._get_group_reasons()
        return [f"{person.record.display_name}: {reasons[person.reason]}" for person in left_out]

    def _describe_people(self, going, left_out):
        """Give who can be added, and who not and why, as HTML."""
        if not going and not left_out:
            return False
        reasons = self.env["telegram.chat"]._get_group_reasons()
        lines = [GOING % (person.record.display_name, "") for person in going]
        lines += [
            LEFT_OUT % (person.record.display_name, reasons[person.reason]) for person in left_out
        ]
        return Markup().join(lines)
