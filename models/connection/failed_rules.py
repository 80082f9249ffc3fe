# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""What has happened in Telegram is stored even if an automation rule fails."""

import logging

from odoo import models

from ...tools.transactions import is_conflict

_logger = logging.getLogger(__name__)


class TelegramInstance(models.Model):
    """Extends ``telegram.instance`` with the limits of the code of others.

    Automation rules and modules that override ``automation/hooks.py`` run within the transaction of
    a scheduled action. An error there would end the action, for all other messages and chats, too.
    """

    _inherit = "telegram.instance"

    def _run_code_of_others(self, run, subject):
        """Run code that automation rules and other modules extend; show its failure to a person.

        What it has written before it failed is rolled back.

        :param run: called without arguments
        :param str subject: name of the record that it is about
        :return: bool, whether it has succeeded
        """
        try:
            with self.env.cr.savepoint():
                run()
        except Exception as error:  # pylint: disable=broad-exception-caught
            if is_conflict(error):
                raise
            # It is the code of any rule or app. The other records do not wait for it to be mended.
            _logger.warning("An automation rule failed for “%s”", subject, exc_info=True)
            self._notify_failed_rule(error, subject)
            return False
        return True

    def _write_despite_rules(self, records, vals):
        """Write values that are known only once, also if an automation rule fails because of them.

        :param records: of a model for which there may be rules
        :param dict vals: field values
        """
        # Automation rules wrap the method of a model, and keep the wrapped one under this name.
        write_without_rules = getattr(type(records).write, "origin", None)
        if not write_without_rules:
            records.write(vals)
        elif not self._run_code_of_others(lambda: records.write(vals), records[:1].display_name):
            write_without_rules(records, vals)

    def _notify_failed_rule(self, error, subject):
        """Notify the administrator of a failed rule, by one activity until it is done.

        :param Exception error: what the rule has raised
        :param str subject: name of the record that it is about
        """
        rule = getattr(error, "context", {}).get("base_automation", {}).get("name")
        for instance in self:
            instance._schedule_activity(
                "mail.mail_activity_data_warning",
                lambda instance: (
                    instance.env._("Automation rule “%s” failed", rule)
                    if rule
                    else instance.env._("An automation rule failed"),
                    f"{subject}: {error or type(error).__name__}",
                ),
            )
