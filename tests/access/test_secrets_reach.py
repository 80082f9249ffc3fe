# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

import json

from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..common import SECRET_MARK
from .access_case import ACCESS_ERROR, JSON2, SCREEN, MatrixCase

SECRETS = {
    "telegram.instance": ("api_token", "webhook_secret"),
    "telegram.api.partner": ("api_token",),
    "telegram.secret": ("value",),
}


class SecretsCase(MatrixCase):
    """A secret of each kind, and somebody who has the rights of Odoo's settings."""

    def setUp(self):
        super().setUp()
        self.instance._store_secret("webhook_secret", f"{SECRET_MARK}webhook")
        self.partner = self.records["telegram.api.partner"]
        self.partner.api_token_new = f"{SECRET_MARK}partner"
        self.env.flush_all()
        secrets = self.env["telegram.secret"].sudo().search([])
        self.found = {
            "telegram.instance": self.instance,
            "telegram.api.partner": self.partner,
            "telegram.secret": secrets,
        }
        self.assertGreaterEqual(len(secrets), 3, "there is nothing to be kept")
        user = self.users["system"]
        self.authenticate(user.login, user.login)

    def ask(self, way, model, method, ids, **arguments):
        """Call a method as a program does; return the whole answer, also of an error."""
        if way == JSON2:
            return self.url_open(
                f"/json/2/{model}/{method}",
                json={"ids": ids, **arguments} if ids else arguments,
                headers={"Authorization": f"Bearer {self.keys['system']}"},
            )
        params = {"model": model, "method": method, "args": [ids] if ids else []}
        return self.url_open(
            f"/web/dataset/call_kw/{model}/{method}",
            json={"jsonrpc": "2.0", "params": {**params, "kwargs": arguments}},
        )


@tagged("post_install", "-at_install")
class TestSecretsReach(SecretsCase):
    """Nobody gets a secret out of Odoo: not even who has the rights of Odoo's settings."""

    def attempts(self, model, field):
        """Give the ways to get at a field: method, ids, arguments."""
        ids = self.found[model].ids
        guess = [[field, "like", SECRET_MARK]]
        yield "read", ids, {"fields": [field]}
        yield "web_read", ids, {"specification": {field: {}}}
        yield "export_data", ids, {"fields_to_export": ["id", field]}
        yield "search_read", [], {"domain": [], "fields": [field]}
        yield "search_count", [], {"domain": guess}
        yield "search", [], {"domain": guess}
        yield "search", [], {"domain": [], "order": f"{field} desc"}
        yield "formatted_read_group", [], {"domain": [], "groupby": [field], "aggregates": []}
        yield (
            "formatted_read_group",
            [],
            {"domain": [], "groupby": [], "aggregates": [f"{field}:array_agg"]},
        )
        yield "write", ids, {"vals": {field: "mine"}}

    @mute_logger("odoo.http", "odoo.addons.rpc.controllers.json2", "odoo.models")
    def test_fields(self):
        """Reading, searching by guesses, sorting, grouping, exporting, writing: all refused, and
        what is said about it has no secret."""
        for model, names in SECRETS.items():
            for field in names:
                for method, ids, arguments in self.attempts(model, field):
                    for way in (SCREEN, JSON2):
                        with self.subTest(field=field, method=method, way=way, of=model):
                            answer = self.ask(way, model, method, ids, **arguments)
                            self.assertNotIn(SECRET_MARK, answer.text)
                            self.assertIn(ACCESS_ERROR, answer.text)

    @mute_logger("odoo.http", "odoo.addons.rpc.controllers.json2")
    def test_through_other_records(self):
        """No way leads there over a record that points to the account."""
        for model in ("telegram.chat", "telegram.message", "telegram.event"):
            ids = self.records[model].ids
            for way in (SCREEN, JSON2):
                for field in SECRETS["telegram.instance"]:
                    for method, target, arguments in (
                        (
                            "web_read",
                            ids,
                            {"specification": {"instance_id": {"fields": {field: {}}}}},
                        ),
                        ("export_data", ids, {"fields_to_export": [f"instance_id/{field}"]}),
                        (
                            "search_count",
                            [],
                            {"domain": [[f"instance_id.{field}", "like", SECRET_MARK]]},
                        ),
                        (
                            "formatted_read_group",
                            [],
                            {"domain": [], "groupby": [f"instance_id.{field}"], "aggregates": []},
                        ),
                    ):
                        with self.subTest(model=model, field=field, method=method, way=way):
                            answer = self.ask(way, model, method, target, **arguments)
                            self.assertNotIn(SECRET_MARK, answer.text)
                            self.assertIn(ACCESS_ERROR, answer.text)

    def test_everything_that_is_read(self):
        """All that the screen may read of these records, the conversation as Discuss gets it, and
        what the log of changes has kept: no secret in any of it."""
        for model, records in self.found.items():
            if model == "telegram.secret":
                continue
            mine = records.with_user(self.users["system"])
            names = list(mine.fields_get())
            self.assertFalse(set(SECRETS[model]) & set(names))
            self.assertNotIn(SECRET_MARK, repr(mine.read(names)))
        tracked = self.env["mail.tracking.value"].search([])
        self.assertNotIn(SECRET_MARK, repr(tracked.read()))
        data = self.url_open(
            "/mail/data",
            json={
                "jsonrpc": "2.0",
                "params": {"fetch_params": ["channels_as_member", "init_messaging"]},
            },
        )
        self.assertIn("telegram", data.text, "the conversation is not in the answer")
        self.assertNotIn(SECRET_MARK, data.text)

    def test_no_tracking_and_no_copy(self):
        """A secret is never followed in the log of changes, nor stored with its record."""
        for model, names in SECRETS.items():
            for name in names:
                field = self.env[model]._fields[name]
                self.assertFalse(getattr(field, "tracking", False), name)
                self.assertEqual(field.groups, ".", name)
                self.assertEqual(field.store, model == "telegram.secret", name)
        copied = json.dumps(self.instance.copy_data()[0], default=str)
        self.assertNotIn(SECRET_MARK, copied)

    def test_not_in_the_shell_of_a_user(self):
        """Code that runs as a user reads none, either: a server action, for example."""
        user = self.users["system"]
        for model, names in SECRETS.items():
            for name in names:
                with self.subTest(name), self.assertRaises(AccessError):
                    self.found[model].with_user(user).mapped(name)
