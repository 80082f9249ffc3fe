# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from . import models, wizards


def uninstall_hook(env):
    """Remove the scheduled actions of the instances: Odoo knows only those of our data files."""
    instances = env["telegram.instance"].with_context(active_test=False).search([])
    crons = instances._get_crons()
    instances.write({"send_cron_id": False, "receive_cron_id": False})
    crons._telegram_remove()
