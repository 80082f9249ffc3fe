# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo.tests import tagged
from odoo.tools import mute_logger

from .access_case import ACCESS_ERROR, ALLOWED, EVERYBODY, SHARED, MatrixCase
from .access_matrix import METHODS, roles_by_method


@tagged("post_install", "-at_install")
class TestCalls(MatrixCase):
    """Who may call which public method, by the screen's RPC and by JSON-2."""

    @mute_logger("odoo.http", "odoo.addons.rpc.controllers.json2")
    def check_model(self, model):
        for role in self.users:
            self.authenticate(self.users[role].login, self.users[role].login)
            for method, least in roles_by_method(model).items():
                allowed = SHARED.get(model, ALLOWED).get(least)
                if role in allowed and role != least and method not in EVERYBODY:
                    continue  # whoever has more rights than that has these as well
                is_refused = role not in allowed
                attempts = self.try_out(role, model, method, is_refused=is_refused)
                for way, error, untouched in attempts:
                    with self.subTest(model=model, method=method, role=role, way=way):
                        if is_refused:
                            self.assertEqual(error, ACCESS_ERROR)
                            self.assertTrue(untouched, "something was done before")
                        else:
                            self.assertNotEqual(error, ACCESS_ERROR)


def _add_tests():
    """One test for each model: it says at once which one fails."""
    for model in METHODS:

        def test(self, model=model):
            self.check_model(model)

        test.__doc__ = f"Nobody calls a method of {model} without the right to."
        setattr(TestCalls, f"test_{model.replace('.', '_')}", test)


_add_tests()
