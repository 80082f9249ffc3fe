# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from urllib.parse import urlsplit

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import config

from ..client import check_host

FILE_SECONDS = 900  # for one file, unless Odoo lets its scheduled actions run shorter


class TelegramInstance(models.Model):
    """Which files of messages an instance fetches, and from where."""

    _inherit = "telegram.instance"

    file_limit = fields.Integer(
        "Fetch Files Up To",
        default=50,
        help="MB. Files come in by themselves up to this size; a larger one when somebody asks "
        "for it. 0: none by itself.",
    )
    download_hosts = fields.Char(
        "Further File Hosts",
        groups="base.group_system",
        help="Names of hosts, with blanks in between. Files are fetched from the API's and the "
        "media's address only; if the service keeps them elsewhere, name that host here.",
    )
    file_problem = fields.Char(
        readonly=True, copy=False, help="Why files cannot be stored. Empty when they can."
    )

    _file_limit_range = models.Constraint(
        "CHECK(file_limit BETWEEN 0 AND 2000)", "The limit for files is 0 to 2000 MB."
    )

    @api.constrains("download_hosts")
    def _check_download_hosts(self):
        for instance in self:
            for host in (instance.download_hosts or "").split():
                url = f"https://{host}"
                try:
                    is_host = urlsplit(check_host(url)).netloc == host
                except ValueError:
                    is_host = False
                if not is_host:
                    raise ValidationError(
                        self.env._(
                            "“%s” is not the name of a host. It looks like storage.example.com.",
                            host,
                        )
                    )

    def _get_file_seconds(self):
        """Give the seconds that one file may take, within what Odoo lets an action run.

        A third of that: the listening window may take half of it before.
        """
        limit = config["limit_time_real_cron"]
        if limit < 0:
            limit = config["limit_time_real"]
        return min(FILE_SECONDS, limit // 3) if limit > 0 else FILE_SECONDS

    def _set_file_problem(self, problem):
        """Keep why files cannot be stored; False when one could."""
        if (self.file_problem or False) != problem:
            # sudo: telegram.instance - what the server said, not the user
            self.sudo().file_problem = problem
