# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""Parts of the addon that need no Odoo, imported without the addon itself, which brings it in."""

import importlib
import sys
import types

from .home import CHECKOUT

STAND_IN = "addon"  # the name under which the parts find each other


def load(name):
    """Import a module of the addon, such as ``client`` or ``tests.chaos.run``.

    The packages around it are stand-ins: their ``__init__.py`` is not run.
    """
    *packages, _module = name.split(".")
    path, package = CHECKOUT, STAND_IN
    _stand_in(package, path)
    for part in packages:
        path, package = path / part, f"{package}.{part}"
        _stand_in(package, path)
    return importlib.import_module(f"{STAND_IN}.{name}")


def _stand_in(name, path):
    if name not in sys.modules:
        module = types.ModuleType(name)
        module.__path__ = [str(path)]
        sys.modules[name] = module
