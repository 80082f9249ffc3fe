# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""The shape of the code: what a reader may rely on without looking."""

import ast
from collections import defaultdict
from pathlib import Path

from odoo.tests import BaseCase

ADDON = Path(__file__).resolve().parents[2]
LONGEST_FILE = 600  # lines; above that a model or a plain class is missing
# Which packages a package may import; const.py may be imported from everywhere.
ALLOWED = {
    "client": set(),
    "tools": {"client"},
    "models": {"client", "tools"},
    "wizards": {"client", "tools", "models"},
    "controllers": {"client", "tools", "models"},
}
# Hooks: the part about invoices overrides them, as another addon would.
HOOKS = {("telegram.template", "_get_report_attachment")}


def modules(*folders):
    """Return the paths of the Python files in folders of the addon."""
    return sorted(path for folder in folders for path in (ADDON / folder).rglob("*.py"))


def parse(path):
    """Return the syntax tree of a file."""
    return ast.parse(path.read_text(encoding="utf-8"))


def get_definitions(paths):
    """Return where each method of each model is defined: ``{(model, method): [place, ...]}``."""
    found = defaultdict(list)
    for path in paths:
        for node in parse(path).body:
            if not isinstance(node, ast.ClassDef) or not (model := get_model(node)):
                continue
            for item in node.body:
                if isinstance(item, ast.FunctionDef):
                    found[model, item.name].append(f"{path.relative_to(ADDON)}:{item.lineno}")
    return found


def get_model(node):
    """Return the name of the model that a class defines or extends, None for a plain class."""
    values = {
        item.targets[0].id: ast.literal_eval(item.value)
        for item in node.body
        if isinstance(item, ast.Assign)
        and isinstance(item.targets[0], ast.Name)
        and item.targets[0].id in ("_name", "_inherit")
    }
    return values.get("_name") or values.get("_inherit")


def get_imports(path):
    """Return the modules of the addon that a file imports, as tuples of their path's parts."""
    parts = path.relative_to(ADDON).parts
    for node in ast.walk(parse(path)):
        if not isinstance(node, ast.ImportFrom) or not node.level:
            continue
        base = parts[: len(parts) - node.level] + tuple((node.module or "").split("."))
        base = tuple(filter(None, base))
        for name in node.names:
            module = (*base, name.name)
            is_module = ADDON.joinpath(*module).with_suffix(".py").exists()
            yield module if is_module or ADDON.joinpath(*module).is_dir() else base


class TestStructure(BaseCase):
    def test_methods_are_defined_once(self):
        """A method put together by super() from several files is found by nobody.

        ``super()`` is for what Odoo defines. Our own methods call their steps by name.
        """
        definitions = get_definitions(modules("models", "wizards"))
        self.assertIn(("telegram.instance", "_cron_receive"), definitions)
        twice = {
            key: places
            for key, places in definitions.items()
            if len(places) > 1 and key not in HOOKS
        }
        self.assertEqual(twice, {})

    def test_files_are_short_enough_to_read(self):
        """A file of a thousand lines holds more than one topic."""
        paths = modules("client", "models", "tools", "wizards", "controllers")
        lines = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in paths}
        self.assertEqual({p.name: n for p, n in lines.items() if n > LONGEST_FILE}, {})

    def test_packages_import_one_way(self):
        """The client knows no Odoo, and models know no wizards."""
        wrong = [
            (str(path.relative_to(ADDON)), ".".join(module))
            for package, allowed in ALLOWED.items()
            for path in modules(package)
            for module in get_imports(path)
            if module[0] not in allowed | {package, "const"}
        ]
        self.assertEqual(wrong, [])

    def test_client_knows_no_odoo(self):
        """The client works in a plain Python program."""
        for path in [*modules("client"), ADDON / "const.py"]:
            for node in ast.walk(parse(path)):
                names = [alias.name for alias in getattr(node, "names", ())]
                names.append(getattr(node, "module", "") or "")
                with self.subTest(path.name):
                    self.assertFalse([name for name in names if name.split(".")[0] == "odoo"])

    def test_invoices_can_leave(self):
        """What is about invoices can become an addon of its own: nothing else imports from it."""
        wrong = [
            str(path.relative_to(ADDON))
            for path in modules("models", "wizards", "controllers", "tools")
            if path.parent.name != "invoices" and not path.name.startswith("account_move")
            if path != ADDON / "models" / "__init__.py"
            if any("invoices" in module for module in get_imports(path))
        ]
        self.assertEqual(wrong, [])

    def test_rooms_form_no_circle(self):
        """Rooms that import each other in a circle cannot be understood one by one."""
        edges = defaultdict(set)
        for path in modules("models"):
            parts = path.relative_to(ADDON / "models").parts
            if path.name == "__init__.py":
                continue
            # The records at the top are rooms of their own.
            room = parts[0] if len(parts) > 1 else path.stem
            for module in get_imports(path):
                if module[0] == "models" and len(module) > 1 and module[1] != room:
                    edges[room].add(module[1])
        self.assertIn("telegram_message", edges["sending"])

        def find_circle(room, way):
            if room in way:
                return [*way[way.index(room) :], room]
            circles = (find_circle(other, [*way, room]) for other in sorted(edges[room]))
            return next(filter(None, circles), None)

        for room in list(edges):
            self.assertIsNone(find_circle(room, []))
