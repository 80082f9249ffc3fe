# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools import consteq

from .health import get_level

HEALTH_TOKEN = "health_token"  # its name in the table of secrets
HEALTH_TOKEN_MIN = 20  # characters


class ResCompany(models.Model):
    """Extend ``res.company`` with the token of its monitoring, see ``controllers/health.py``."""

    _inherit = "res.company"

    telegram_health_token_new = fields.Char(
        "Monitoring Token",
        compute="_compute_telegram_health_token_new",
        inverse="_inverse_telegram_health_token_new",
        groups="base.group_system",
        help="A random text of at least 20 characters. Your monitoring sends it as "
        "“Authorization: Bearer …”. It is stored securely and cannot be displayed again.",
    )
    has_telegram_health_token = fields.Boolean(
        compute="_compute_has_telegram_health_token", groups="base.group_system"
    )

    # === COMPUTE METHODS === #

    def _compute_telegram_health_token_new(self):
        self.telegram_health_token_new = False

    def _inverse_telegram_health_token_new(self):
        for company in self.filtered("telegram_health_token_new"):
            token = company.telegram_health_token_new.strip()
            if len(token) < HEALTH_TOKEN_MIN or not token.isascii():
                raise ValidationError(
                    self.env._(
                        "The monitoring token must have at least %s characters: letters, digits "
                        "and signs.",
                        HEALTH_TOKEN_MIN,
                    )
                )
            self.env["telegram.secret"]._write_secret(company, HEALTH_TOKEN, token)
        # Otherwise the written value would be read from the cache and sent to the browser.
        self.invalidate_recordset(["telegram_health_token_new"], flush=False)
        self.invalidate_recordset(["has_telegram_health_token"], flush=False)

    def _compute_has_telegram_health_token(self):
        found = self.env["telegram.secret"]._read_secrets(self, HEALTH_TOKEN)
        for company in self:
            company.has_telegram_health_token = company.id in found

    # === CRUD METHODS === #

    def unlink(self):
        self.env["telegram.secret"]._remove_secrets(self)
        return super().unlink()

    # === BUSINESS METHODS === #

    @api.model
    def _find_by_telegram_health_token(self, token):
        """Return the companies that a monitoring token belongs to.

        Each token is compared, in constant time, so that the response time reveals nothing.

        :param str token: of a request
        """
        companies = self.search([])  # pylint: disable=no-search-all
        found = self.env["telegram.secret"]._read_secrets(companies, HEALTH_TOKEN)
        # Bytes, because a text that is not ASCII cannot be compared.
        ids = [id_ for id_, known in found.items() if consteq(token.encode(), known.encode())]
        return self.browse(ids)


class TelegramInstance(models.Model):
    """Extend ``telegram.instance`` with the report for monitoring."""

    _inherit = "telegram.instance"

    @api.model
    def _get_health_report(self, companies):
        """Return the health of the accounts of some companies: counts and ages, no names.

        :param companies: the ``res.company`` records
        :return: dict for JSON; ages are in seconds, None if there was nothing yet
        """
        instances = self.search(Domain("company_id", "in", companies.ids))
        figures, problems = instances._get_figures(), instances._find_problems()
        now = fields.Datetime.now()

        def get_age(date):
            return round((now - date).total_seconds()) if date else None

        return {
            "status": get_level([problem for found in problems.values() for problem in found]),
            "accounts": [
                {
                    "id": instance.id,
                    "status": get_level(problems[instance]),
                    "state": instance.state,
                    "state_age": get_age(instance.state_date),
                    "problems": [problem.code for problem in problems[instance]],
                    "last_received_age": get_age(figures[instance].last_in_date),
                    "last_sent_age": get_age(figures[instance].last_out_date),
                    "last_run_age": get_age(instance.last_run_date),
                    "oldest_waiting_age": get_age(figures[instance].oldest_due_date),
                    "waiting_messages": instance.waiting_count,
                    "waiting_files": figures[instance].waiting_files,
                    "failed_messages": figures[instance].failed_messages,
                    "set_aside_events": instance.set_aside_count,
                    "service_messages": instance.service_message_count,
                    "service_events": instance.service_event_count,
                }
                for instance in instances
            ],
        }
