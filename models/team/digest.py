# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""Two lines of Odoo's digest e-mail: the customers who wrote, and how fast they were answered.

The digest comes with Odoo's accounting, which this addon needs anyway.
"""

from odoo import fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain

from ... import const
from ...tools.access import USER


class DigestDigest(models.Model):
    """Extend the digest with the figures of the Telegram accounts that its reader may see."""

    _inherit = "digest.digest"

    kpi_telegram_received = fields.Boolean("Telegram Messages Received")
    kpi_telegram_received_value = fields.Integer(compute="_compute_kpi_telegram_received_value")
    kpi_telegram_answer_time = fields.Boolean("Telegram Time to Answer (hours)")
    kpi_telegram_answer_time_value = fields.Float(compute="_compute_kpi_telegram_answer_time_value")

    def _compute_kpi_telegram_received_value(self):
        self._telegram_check_reader()
        domain = Domain("direction", "=", "incoming")
        domain &= Domain("type_message", "not in", const.KINDS_ABOUT_ANOTHER)
        self._calculate_company_based_kpi(
            "telegram.message",
            "kpi_telegram_received_value",
            date_field="date",
            additional_domain=domain,
        )

    def _compute_kpi_telegram_answer_time_value(self):
        self._telegram_check_reader()
        start, end, companies = self._get_kpi_compute_parameters()
        domain = [
            ("company_id", "in", companies.ids),
            ("date", ">=", start),
            ("date", "<", end),
            ("answer_time", "!=", False),
        ]
        hours = dict(
            self.env["telegram.message"]._read_group(domain, ["company_id"], ["answer_time:avg"])
        )
        for digest in self:
            company = digest.company_id or self.env.company
            digest.kpi_telegram_answer_time_value = hours.get(company, 0)

    def _telegram_check_reader(self):
        """Check that the reader may use Telegram; Odoo leaves the line out otherwise.

        :raise AccessError: the reader may not
        """
        if not self.env.user.has_group(USER):
            raise AccessError(self.env._("The digest leaves out what its reader may not see."))

    def _compute_kpis_actions(self, company, user):
        actions = super()._compute_kpis_actions(company, user)
        menu_id = self.env.ref("telegram_green_api.telegram_menu_root").id
        action = f"telegram_green_api.telegram_dashboard_action?menu_id={menu_id}"
        return {
            **actions,
            "kpi_telegram_received": action,
            "kpi_telegram_answer_time": action,
        }
