# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""The shape of the package: it knows nothing of Odoo, and its rooms import one way."""

import ast
from graphlib import TopologicalSorter
from importlib.util import resolve_name
from pathlib import Path

import green_api_sandbox

FOLDER = Path(green_api_sandbox.__file__).parent
PACKAGE = green_api_sandbox.__name__
#: a room imports only from itself and from those to the left of it
ROOMS = ("world", "service", "control", "http")


def read_imports():
    """Return the modules of the package, each with the names of all modules that it imports."""
    files = {}
    for path in FOLDER.rglob("*.py"):
        parts = path.relative_to(FOLDER).with_suffix("").parts
        parts = parts[:-1] if parts[-1] == "__init__" else parts
        files[".".join((PACKAGE, *parts))] = path
    return {name: set(_imports(name, path, files)) for name, path in files.items()}


def _imports(module, path, modules):
    package = module if path.name == "__init__.py" else module.rpartition(".")[0]
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            source = resolve_name("." * node.level + (node.module or ""), package)
            inside = {f"{source}.{alias.name}" for alias in node.names} & set(modules)
            yield from inside or [source]


def room_of(module):
    """Return the room of a module, or None for those beside the rooms."""
    parts = module.split(".")
    return parts[1] if len(parts) > 1 and parts[1] in ROOMS else None


def test_knows_nothing_of_odoo():
    """The package is of use without Odoo, and without the addon."""
    imported = set.union(*read_imports().values())
    assert {"werkzeug.wrappers", "green_api_sandbox.world.world"} <= imported
    assert not {name for name in imported if name.split(".")[0] in ("odoo", "telegram_green_api")}


def test_rooms_import_one_way():
    """What happens in the world does not depend on how it is asked for."""
    wrong = {
        (module, other)
        for module, imported in read_imports().items()
        for other in imported
        if room_of(module) and other.startswith(PACKAGE)
        if not room_of(other) or ROOMS.index(room_of(other)) > ROOMS.index(room_of(module))
    }
    assert not wrong


def test_no_circles():
    """Each file can be read, and tried, with only those that it builds on."""
    graph = {
        module: {other for other in imported if other.startswith(PACKAGE)} - {module}
        for module, imported in read_imports().items()
    }
    TopologicalSorter(graph).prepare()  # raises CycleError
