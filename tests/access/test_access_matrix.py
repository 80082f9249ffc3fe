# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

import inspect

from lxml import etree

from odoo import http
from odoo.exceptions import AccessError
from odoo.tests import TransactionCase, tagged

from ..common import new_user
from .access_matrix import (
    DIALOGS,
    MENUS,
    METHODS,
    MODELS,
    ODOO_METHODS,
    ROUTES,
    roles_by_method,
    roles_by_name,
)

ADDON = "odoo.addons.telegram_green_api."
RANKS = {"user": 0, "supervisor": 0, "operator": 0, "mailing": 1, "manager": 2, "system": 3}


@tagged("post_install", "-at_install")
class TestMatrixComplete(TransactionCase):
    """Nothing can be reached from outside of which nobody said who may."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        user, manager = "telegram_green_api.group_user", "telegram_green_api.group_manager"
        cls.users = {
            role: new_user(cls.env, f"matrix_{role}", groups=groups)
            for role, groups in (
                ("operator", user),
                ("mailing", "telegram_green_api.group_mailing"),
                ("manager", manager),
                ("system", f"{manager},base.group_system"),
            )
        }
        cls.own_models = sorted(
            name
            for name, model in cls.env.registry.items()
            if model._original_module == "telegram_green_api"
        )

    def test_every_public_method(self):
        """Whoever adds a method without an underscore says who may call it: to a model of Odoo's
        and to a mixin, too, since a program can name each of them."""
        found = {
            f"{name}.{method}"
            for name, model in self.env.registry.items()
            for method in self.public_methods(model) - ODOO_METHODS
        }
        expected = {f"{name}.{method}" for name in METHODS for method in roles_by_method(name)}
        self.assertEqual(found, expected)

    def test_readable_addresses(self):
        """An action that opens a page has an address that people can read, keep and pass on."""
        own = self.env["ir.model.data"].search(
            [
                ("module", "=", "telegram_green_api"),
                ("model", "=", "ir.actions.act_window"),
            ]
        )
        actions = self.env["ir.actions.act_window"].browse(own.mapped("res_id"))
        pages = actions.filtered(lambda action: action.target != "new")
        unreadable = pages.filtered(lambda action: not action.path)
        self.assertEqual(unreadable.mapped("name"), [])

    def test_odoo_s_methods(self):
        """What is taken for an overridden method of Odoo is one: no method of ours is left out
        of the matrix because it has the name of one."""
        for name, model in self.env.registry.items():
            odoo_s = set().union(*(vars(c) for c in model.mro() if not self.is_of_addon(c)))
            with self.subTest(name):
                self.assertEqual(self.public_methods(model) & ODOO_METHODS - odoo_s, set())

    def test_every_model(self):
        """Whoever adds a model says who may read, write, create and delete."""
        concrete = [name for name in self.own_models if not self.env[name]._abstract]
        self.assertEqual(concrete, sorted(MODELS.keys() | roles_by_name(DIALOGS).keys()))
        for name in concrete:
            self.assertEqual(self.env[name]._transient, name not in MODELS, name)

    def test_every_route(self):
        """Whoever adds a path of the web server says who may call it."""
        found = {}
        for controller in http.Controller.children_classes.get("telegram_green_api", []):
            for _name, method in inspect.getmembers(controller, inspect.isfunction):
                routing = getattr(method, "original_routing", {})
                if method.__module__.startswith(ADDON) and "routes" in routing:
                    found.update(dict.fromkeys(routing["routes"], routing.get("auth")))
        self.assertEqual(found, ROUTES)

    def test_every_menu(self):
        """Everybody gets the menus of their role, and no other."""
        data = self.env["ir.model.data"].search(
            [("module", "=", "telegram_green_api"), ("model", "=", "ir.ui.menu")]
        )
        roles = roles_by_name(MENUS)
        self.assertEqual(sorted(data.mapped("name")), sorted(roles))
        for role, user in self.users.items():
            visible = self.env["ir.ui.menu"].with_user(user)._visible_menu_ids()
            seen = {row.name for row in data if row.res_id in visible}
            expected = {name for name, least in roles.items() if RANKS[least] <= RANKS[role]}
            self.assertEqual(seen, expected, role)

    def test_every_button(self):
        """Everybody sees the buttons that they may press, and no other."""
        for model, view in self.views():
            roles = roles_by_method(model)
            for role, user in self.users.items():
                records = self.env[model].with_user(user)
                if not records.has_access("read"):
                    continue
                arch = etree.fromstring(records.get_view(view.id, view.type)["arch"])
                for button in arch.xpath("//button[@type='object']"):
                    owner = self.model_of(button, model)
                    if owner != model or button.get("name") not in roles:
                        continue
                    with self.subTest(model=model, button=button.get("name"), role=role):
                        least = roles[button.get("name")]
                        self.assertLessEqual(RANKS[least], RANKS[role])

    def test_every_button_is_in_the_matrix(self):
        """Whoever adds a button to a view says who may press it."""
        for view in self.env["ir.ui.view"].browse(self.ids_of("ir.ui.view")):
            model = view.model
            arch = etree.fromstring(view.arch)
            for button in arch.xpath("//button[@type='object']"):
                if button.get("position"):
                    continue  # it changes a button that is there already
                name, owner = button.get("name"), self.model_of(button, model)
                if name in ODOO_METHODS or not self.is_ours(owner, name):
                    continue
                self.assertIn(name, roles_by_method(owner), f"{view.name}: {owner}")

    def test_actions_lead_where_one_may_go(self):
        """An action opens only models of the matrix, or Odoo's own."""
        for action in self.env["ir.actions.act_window"].browse(
            self.ids_of("ir.actions.act_window")
        ):
            known = action.res_model in MODELS or action.res_model in roles_by_name(DIALOGS)
            self.assertTrue(known or not action.res_model.startswith("telegram."), action.name)

    def views(self):
        views = self.env["ir.ui.view"].browse(self.ids_of("ir.ui.view"))
        return [(v.model, v) for v in views if v.model in self.env and v.mode == "primary"]

    def ids_of(self, model):
        domain = [("module", "=", "telegram_green_api"), ("model", "=", model)]
        return self.env["ir.model.data"].search(domain).mapped("res_id")

    def model_of(self, button, model):
        """Return the model that a button of a view calls: of the list in which it stands."""
        path = [field.get("name") for field in button.iterancestors("field")]
        for name in reversed(path):
            field = self.env[model]._fields.get(name)
            model = field.comodel_name if field and field.relational else model
        return model

    def is_ours(self, model, method):
        return method in self.public_methods(self.env.registry[model])

    @staticmethod
    def is_of_addon(cls):
        return cls.__module__.startswith(ADDON) and ".tests." not in cls.__module__

    @classmethod
    def public_methods(cls, model):
        """Return the names of a model's methods that this addon has written for RPC."""
        return {
            name
            for base in model.mro()
            if cls.is_of_addon(base)
            for name, value in vars(base).items()
            if inspect.isfunction(value)
            and not name.startswith("_")
            and not getattr(value, "_api_private", False)
        }


@tagged("post_install", "-at_install")
class TestDialogs(TransactionCase):
    """A dialog is its user's own."""

    def test_nobody_reads_the_dialog_of_another(self):
        """What somebody is writing, or looks at, is for nobody else: not for an administrator
        of another company, either."""
        manager = "telegram_green_api.group_manager,base.group_system"
        one = new_user(self.env, "dialog_one", groups=manager)
        two = new_user(self.env, "dialog_two", groups=manager)
        for name in roles_by_name(DIALOGS):
            model = self.env[name].with_user(two)
            domain = self.env["ir.rule"].with_user(two)._compute_domain(name, "read")
            with self.subTest(name):
                self.assertIn("create_uid", str(domain))
                self.assertEqual(model.search([("create_uid", "=", one.id)]).ids, [])
        partner = self.env["res.partner"].create({"name": "Ivan"})
        mine = self.env["telegram.privacy"].with_user(one).create({"partner_id": partner.id})
        mine.read(["partner_id"])
        with self.assertRaises(AccessError):
            mine.with_user(two).read(["partner_id"])
