# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""The commands for developers: ./dev/demo, ./dev/test, ./dev/bench, ./dev/odoo and ./dev/run.

Each is a small file without suffix. It makes the environment (``environment.bootstrap``) and
continues inside it as ``demo``, ``suite``, ``bench``, ``odoo_command`` or ``program``. The
measurements of ``bench`` are in ``benches``, named after what is measured.
"""
