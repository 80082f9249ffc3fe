# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

import re

from markupsafe import Markup

from odoo.tests import tagged

from green_api_sandbox.world.formatting import look

from ...tools import placeholders
from ...tools.formatting import FormattedText, to_marks
from ..client.property_case import PropertyCase, strategies
from ..common import CUSTOMER_CHAT
from ..mail.discuss_case import DiscussCase
from .formatting_case import MODES, get_pieces
from .test_formatting_ways import TRIED, WaysCase

PLACEHOLDER = re.compile(r"\{\{.*?\}\}")
FORMATTING_MODES = [mode for mode in MODES if mode[0] != "off"]
# Text of a template, its values, what people see, and which pieces are formatted. A backtick in
# a code, and a mark at the edge of a part with the same mark, may cost the formatting there.
TABLE = [
    ("No. `{{ object.name }}`", ["INV_2026_01"], "No. INV_2026_01", [("code", "INV_2026_01")]),
    ("`{{ object.name }}` *now*", ["a`b_c"], "a`b_c now", [("bold", "now")]),
    ("{{ object.ref }}{{ object.name }}", ["", "> A"], "> A", []),
    ("x\n {{ object.ref }} {{ object.name }}", ["", "> A"], "x\n  > A", []),
    ("{{ object.ref }}{{ object.name }}", [">", "> A"], ">> A", []),
    ("{{ object.ref }} {{ object.name }}", [">", "A"], "> A", []),
    ("_{{ object.ref }}_{{ object.name }}", ["_", "b"], "___b", []),
    ("INV_{{ object.ref }}_{{ object.name }}", ["2026", "01"], "INV_2026_01", []),
    ("*{{ object.name }}*", ["*"], "*", []),
    ("*{{ object.name }}* a", ["*VIP*"], "*VIP* a", []),
    ("*Dear {{ object.name }}*, hi", ["Eve"], "Dear Eve, hi", [("bold", "Dear Eve")]),
    ("*{{ object.ref }}* {{ object.name }}", ["", "Eve"], "Eve", []),
    ("> {{ object.name }}\nEnd", ["a\nb"], "a\nb\nEnd", [("blockquote", "a\nb")]),
    ("*{{ object.name }}*", ["a\n\nb"], "a\n\nb", [("bold", "a\n\nb")]),
]
MARKS = ("*", "_", "~", "`", "> ", ">> ", ">", "``", "```")
WORDS = ("a", "5", "-", " ", "\n", "🎉")
PARTS = ("{{ v }}", "*{{ v }}*", "_{{ v }}_", "~{{ v }}~", "`{{ v }}`", "> {{ v }}")
VALUES = ("", "INV_2026_01", "*VIP*", "1*2*3", "> A", " > b", "a\nb", "x`y", "https://x.org/a_b")


def fill(template, values):
    """Return the template as it is read once Odoo has filled it."""
    values = iter(values)
    rendered = PLACEHOLDER.sub(lambda _match: next(values), placeholders.enclose(template))
    return placeholders.read(rendered).strip()


def get_expected(template, values):
    """Return what people see of a template whose values are letters, and the kinds of each one.

    The reader of the local service says it, for a letter in the place of each value.
    """
    letters = {chr(0x4E00 + number): value for number, value in enumerate(values)}
    left = iter(letters)
    seen = look(PLACEHOLDER.sub(lambda _match: next(left), template), "whatsapp", "one")
    characters, kinds = [], []
    for character, each in zip(seen["shown"], get_kinds(seen), strict=True):
        value = letters.get(character, character)
        characters += value
        kinds += [each] * len(value)
    start = len(characters) - len("".join(characters).lstrip())
    text = "".join(characters).strip()
    return text, kinds[start : start + len(text)]


def get_kinds(seen):
    """Return the kinds of formatting of each character that a phone shows."""
    kinds, unit = [], 0
    for character in seen["shown"]:
        kinds.append(
            {
                entity["type"]
                for entity in seen["entities"]
                if entity["offset"] <= unit < entity["offset"] + entity["length"]
            }
        )
        unit += len(character.encode("utf-16-le")) // 2
    return kinds


class TestAnyValues(PropertyCase):
    """Marks in a value, or those of the template beside them, are taken for others."""

    def check(self, template, values):
        """Check what the phone shows in each mode: what was meant, or a warning before."""
        filled = fill(template, values)
        text, kinds = get_expected(template, values)
        self.assertEqual(filled.text, text)
        for mode, rules in MODES.items():
            written = to_marks(filled, rules)
            seen = look(written.text, *mode)
            if seen["shown"] != text:
                self.assertTrue(written.changed, (mode, written, seen["shown"]))
                continue
            self.assertEqual(written.changed, (), mode)
            code = {"code", "pre"} if mode[1] != "one" or ">>" in text else set()
            for character, found, meant in zip(text, get_kinds(seen), kinds, strict=True):
                if not character.isspace() and "pre" not in meant:
                    self.assertLessEqual(found, meant | code, (mode, written))

    def test_any_template(self):
        """A template of marks with values of marks is shown as its author sees it."""
        parts = strategies.sampled_from(PARTS + MARKS + WORDS)
        templates = strategies.lists(parts, min_size=1, max_size=8).map("".join)
        pieces = strategies.lists(strategies.sampled_from(MARKS + WORDS), max_size=4)
        value = strategies.one_of(strategies.sampled_from(VALUES), pieces.map("".join))
        values = strategies.lists(value, min_size=8, max_size=8)
        self.for_all(strategies.tuples(templates, values), examples=300, check=self.check_any)

    def check_any(self, example):
        template, values = example
        self.check(template, values[: template.count("{{")])

    def test_no_formatting_lost(self):
        """Values without marks are formatted as the template says, in each mode."""
        templates = strategies.lists(strategies.sampled_from(PARTS[:5]), min_size=1, max_size=4)
        value = strategies.sampled_from(("", "a", "5 b", "a\nb", "> A", "(c)", "🎉", " d "))
        values = strategies.lists(value, min_size=4, max_size=4)
        self.for_all(
            strategies.tuples(templates.map(" ".join), values), examples=200, check=self.check_kept
        )

    def check_kept(self, example):
        template, values = example
        values = values[: template.count("{{")]
        filled = fill(template, values)
        text, kinds = get_expected(template, values)
        for mode in FORMATTING_MODES:
            seen = look(to_marks(filled, MODES[mode]).text, *mode)
            self.assertEqual(seen["shown"], text)
            for character, found, meant in zip(text, get_kinds(seen), kinds, strict=True):
                if not character.isspace():
                    self.assertLessEqual(meant, found, (mode, template, values))

    def test_no_false_warning(self):
        """A text is said to arrive changed only if it does, and only its words that are."""
        pieces = strategies.lists(strategies.sampled_from(MARKS + WORDS), max_size=9)
        texts = pieces.map("".join).map(str.strip)
        self.for_all(texts, examples=300, check=self.check_warning)

    def check_warning(self, text):
        for mode, rules in MODES.items():
            written = to_marks(FormattedText(text), rules)
            shown = look(written.text, *mode)["shown"]
            self.assertEqual(bool(written.changed), shown != text, (mode, written, shown))


@tagged("post_install", "-at_install")
class TestValues(WaysCase):
    """A value of a placeholder changes what the template's own marks do."""

    def create_template(self, body):
        return self.env["telegram.template"].create(
            {
                "name": "Values",
                "model_id": self.env.ref("base.model_res_partner").id,
                "body": body,
                "formatting": True,
            }
        )

    def set_values(self, body, values, records):
        """Write the values into the fields that the placeholders read."""
        fields = re.findall(r"object\.(\w+)", body)
        names = {"name": "function", "ref": "ref"}  # both take any text
        records.write({names[field]: value for field, value in zip(fields, values, strict=True)})
        return body.replace("object.name", "object.function")

    def assert_shown(self, row, text, pieces):
        self.assertEqual(row["shown"], text)
        found = [piece for piece in get_pieces(row) if piece in pieces]
        self.assertEqual(found, pieces)

    def test_template(self):
        """One recipient: the text is edited in the composer as people type it."""
        for mode in TRIED:
            self.set_mode(*mode)
            for body, values, text, pieces in TABLE:
                with self.subTest(mode=mode, body=body, values=values):
                    template = self.create_template(self.set_values(body, values, self.customer))
                    form = self.open(self.customer, default_template_id=template.id)
                    form.save().action_send()
                    self.assert_shown(self.look()[0], text.strip(), pieces)

    def test_mailing(self):
        """Many recipients, by a template and by a typed text."""
        people = self.env["res.partner"].create(
            [{"name": f"Person {n}", "phone": f"+7910111000{n}"} for n in range(2)]
        )
        for person in people:
            self.phone.add_customer(person.name, phoneNumber=int(person.phone))
        composers = self.env["telegram.composer"].with_user(self.salesperson)
        for mode in TRIED[::2]:
            self.set_mode(*mode)
            for body, values, text, pieces in TABLE:
                with self.subTest(mode=mode, body=body, values=values):
                    body = self.set_values(body, values, people)
                    place = {"res_model": "res.partner", "res_ids": repr(people.ids)}
                    template = self.create_template(body)
                    composer = composers.create({**place, "template_id": template.id})
                    composer.action_send()
                    typed = {"body": body, "formatting": True}
                    # sudo: a template editor may use any placeholder
                    composers.sudo().create({**place, **typed}).action_send()
                    for row in self.look(4):
                        self.assert_shown(row, text.strip(), pieces)

    def test_braces_in_values(self):
        """Braces of a value are no placeholder, and what surrounds them is formatted."""
        self.set_mode("greedy", "one")
        self.customer.function = "{{ 1 }} *a*"
        template = self.create_template("*No.* {{ object.function }}")
        self.open(self.customer, default_template_id=template.id).save().action_send()
        self.assert_shown(self.look()[0], "No. {{ 1 }} *a*", [("bold", "No.")])


@tagged("post_install", "-at_install")
class TestHalfLetters(DiscussCase, WaysCase):
    """Half a letter, as a program cuts it, costs the whole formatting."""

    def test_half_letter(self):
        """What no database can store is left out; the rest is formatted as it was meant."""
        self.set_mode("greedy", "one")
        operated = self.instance.with_user(self.salesperson)
        operated.send_text(CUSTOMER_CHAT, "\ud83d*Sale* of _\ud83dall_", formatting=True)
        row = self.look()[0]
        self.assertEqual(row["shown"], "Sale of all")
        self.assertEqual(get_pieces(row), [("bold", "Sale"), ("italic", "all")])

    def test_discuss(self):
        """In Discuss, the words behind half a letter would be lost."""
        self.set_mode("greedy", "one")
        self.ingest(self.notification("Hello", idMessage="1"))
        posted = self.post(Markup("<p>One \ud83d <b>two</b></p>"))
        row = self.look()[0]
        self.assertEqual(row["shown"].split(), ["One", "two"])
        self.assertEqual(get_pieces(row), [("bold", "two")])
        self.assertIn("two", posted.body)
