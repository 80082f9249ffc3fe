# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from . import controllers, models, wizards


def uninstall_hook(env):
    """Remove the scheduled actions of the instances and the templates' entries in Action menus.

    Odoo removes only those of the data files.
    """
    instances = env["telegram.instance"].with_context(active_test=False).search([])
    crons = instances._get_crons()
    instances.write({"send_cron_id": False, "receive_cron_id": False})
    crons._telegram_delete()
    templates = env["telegram.template"].with_context(active_test=False).search([])
    templates.action_unlink_sidebar_action()
