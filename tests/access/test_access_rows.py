# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .access_case import ACCESS_ERROR, ALLOWED, SCREEN, SHARED, MatrixCase
from .access_matrix import MODELS


@tagged("post_install", "-at_install")
class TestRows(MatrixCase):
    """Who reads, writes, makes and deletes rows, by the screen's RPC and by JSON-2."""

    def reading(self, model):
        """Give the ways to read a row of a model: method and arguments, on ids or by domain."""
        domain = [["id", "in", self.records[model].ids]]
        return (
            ("search_read", {"domain": domain, "fields": ["id"]}),
            ("search_count", {"domain": domain}),
            ("web_search_read", {"domain": domain, "specification": {"display_name": {}}}),
            ("formatted_read_group", {"domain": domain, "groupby": [], "aggregates": ["id:max"]}),
            ("name_search", {"name": "", "domain": domain}),
        )

    def own(self, model):
        """Return the least roles that may read, write, create and delete a row of a model."""
        roles = MODELS[model].split()
        return dict(zip(("read", "write", "create", "unlink"), roles, strict=True))

    def is_allowed(self, role, least, model):
        return role in SHARED.get(model, {}).get(least, ALLOWED[least])

    @mute_logger("odoo.http", "odoo.addons.rpc.controllers.json2")
    def test_reading_by_id(self):
        """Who may not see a row does not get it by its id: read, for a form, exported."""
        for role, model in self.each():
            records, least = self.records[model], self.own(model)["read"]
            for method, arguments in (
                ("read", {"fields": ["display_name"]}),
                ("web_read", {"specification": {"display_name": {}}}),
                ("export_data", {"fields_to_export": [".id"]}),
            ):
                for way, error, _untouched in self.try_out(role, model, method, records, arguments):
                    with self.subTest(model=model, method=method, role=role, way=way):
                        if method == "export_data" and error == "odoo.exceptions.UserError":
                            continue  # Odoo's own right to export
                        wanted = self.is_allowed(role, least, model)
                        (self.assertIsNone if wanted else self.assertIsNotNone)(error)
                        if not wanted:
                            self.assertEqual(error, ACCESS_ERROR)

    @mute_logger("odoo.http", "odoo.addons.rpc.controllers.json2")
    def test_finding(self):
        """Who may not see a row does not find it: searched, grouped, by name, or counted."""
        for role, model in self.each():
            user, least = self.users[role], self.own(model)["read"]
            for method, arguments in self.reading(model):
                with self.subTest(model=model, method=method, role=role):
                    answer = self.url_open(
                        f"/json/2/{model}/{method}",
                        json=arguments,
                        headers={"Authorization": f"Bearer {self.keys[role]}"},
                    )
                    found = answer.status_code == 200 and _has_row(answer.json())
                    self.assertEqual(found, self.is_allowed(role, least, model), user.login)

    @mute_logger("odoo.http", "odoo.addons.rpc.controllers.json2", "odoo.sql_db")
    def test_changing(self):
        """Nobody writes, makes or deletes a row past the role that may."""
        for role, model in self.each():
            records, least = self.records[model], self.own(model)
            name = records._rec_name
            for method, target, arguments in (
                ("write", records, {"vals": {name: "x"}}),
                ("create", records.browse(), {"vals_list": [{}]}),
                ("unlink", records, {}),
            ):
                is_refused = not self.is_allowed(role, least[method], model)
                attempts = self.try_out(role, model, method, target, arguments, is_refused)
                for way, error, untouched in attempts:
                    with self.subTest(model=model, method=method, role=role, way=way):
                        if not is_refused:
                            self.assertNotEqual(error, ACCESS_ERROR)
                        elif (role, method) == ("foreign_manager", "create"):
                            continue  # an administrator of the other company makes their own
                        else:
                            self.assertEqual(error, ACCESS_ERROR)
                            self.assertTrue(untouched)

    @mute_logger("odoo.http")
    def test_nobody_without_signing_in(self):
        """The public gets no answer from any model, in either way."""
        self.authenticate(None, None)
        for model in MODELS:
            with self.subTest(model):
                response = self.url_open(f"/json/2/{model}/search_read", json={"domain": []})
                self.assertEqual(response.status_code, 401)
                error = self.call(SCREEN, "portal", model, "search_count", [], {"domain": []})
                self.assertEqual(error, "odoo.http.SessionExpiredException")

    def test_changes_are_seen(self):
        """A check that finds nothing passes always: a row that was written, created or deleted, and
        a call of GREEN-API are seen; what was undone is not."""
        record = self.records["telegram.mailing.list"]
        for name, change, is_undone in (
            ("written", lambda: record.write({"name": "Shop"}), False),
            ("created", record.copy, False),
            ("deleted", record.unlink, False),
            ("asked", self.instance._get_client().get_state_instance, False),
            ("nothing", record.read, True),
            ("undone", lambda: self.undo(record.copy), True),
        ):
            with self.subTest(name), self.env.cr.savepoint() as savepoint:
                before = self.count_changes()
                change()
                self.env.flush_all()
                self.assertEqual(self.is_untouched(before, savepoint), is_undone)
                savepoint.rollback()

    def undo(self, change):
        """Make a change and undo it, as a refused call does."""
        with self.env.cr.savepoint() as savepoint:
            change()
            self.env.flush_all()
            savepoint.rollback()

    def each(self):
        for role in self.users:
            self.authenticate(self.users[role].login, self.users[role].login)
            for model in MODELS:
                if model != "telegram.secret":
                    yield role, model


def _has_row(answer):
    """Tell whether the answer to a search has the row in it."""
    if isinstance(answer, dict):
        answer = answer["records"]
    if isinstance(answer, list) and answer and isinstance(answer[0], dict):
        return bool(answer[0].get("id", answer[0].get("id:max")))
    return bool(answer)


@tagged("post_install", "-at_install")
class TestDialogContents(MatrixCase):
    """A dialog is no way around the rights to what it is about."""

    def test_dialog_of_what_one_may_not_see(self):
        """No dialog is made, filled, or asked for proposals about somebody else's records: Odoo
        would show their names to whoever opened it."""
        for model, values in self.values.items():
            own = {
                name: value
                for name, value in values.items()
                if (self.env[model]._fields[name].comodel_name or "").startswith("telegram.")
            }
            if not own or model == "telegram.template.preview":
                continue
            dialogs = self.env[model].with_user(self.users["colleague"])
            spec = {name: {} for name in own}
            plain = {
                name: value[0][2] if isinstance(value, list) else value
                for name, value in own.items()
            }
            defaults = {f"default_{name}": value for name, value in own.items()}
            for label, attempt in (
                ("create", lambda d=dialogs, v=values: d.create(v)),
                ("onchange", lambda d=dialogs, v=own, s=spec: d.onchange(v, [*v][:1], s)),
                (
                    "defaults",
                    lambda d=dialogs, c=defaults, s=spec: d.with_context(**c).onchange({}, [], s),
                ),
                ("plain", lambda d=dialogs, v=plain, s=spec: d.onchange(v, [*v][:1], s)),
            ):
                with (
                    self.subTest(model=model, by=label),
                    self.assertRaises(AccessError),
                    self.env.cr.savepoint(),
                ):
                    attempt()
                self.env.invalidate_all()

    def test_dialog_is_not_filled_later(self):
        """A dialog that is one's own is not pointed at somebody else's chat afterwards."""
        colleague = self.users["colleague"]
        dialog = self.own_dialog("telegram.composer", colleague)
        with self.assertRaises(AccessError):
            dialog.with_user(colleague).write({"group_id": self.group.id})
