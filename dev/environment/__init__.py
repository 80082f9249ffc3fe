# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""The environment of the commands: Python packages, Odoo, a database server, databases.

``bootstrap`` makes it with nothing but the standard library, and so do the modules it uses:
``home``, ``progress``, ``python_packages`` and ``odoo_source``. The others run inside the
environment.
"""
