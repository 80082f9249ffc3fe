# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""The commands for developers: ./dev/demo, ./dev/test and ./dev/odoo.

Reading order: ``bootstrap`` makes the environment with nothing but the standard library
(``home``, ``python_packages``, ``odoo_source``) and then continues inside it, where
``database``, ``server`` and ``addon_database`` serve the commands ``demo``, ``suite`` and
``odoo_command``.
"""
