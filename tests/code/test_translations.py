# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""The Russian translation: complete, and with all that a program or a reader relies on."""

import ast
import re
from collections import Counter
from pathlib import Path

import polib

from odoo.tests import BaseCase

I18N = Path(__file__).resolve().parents[2] / "i18n"
PLACEHOLDER = re.compile(r"%%|%(?:\(\w+\))?[a-z](?![a-z])")
# The text behind ||| is translated: it is sent if the field is empty.
FIELD = re.compile(r"\{\{([^{}“”«»]+?)(?:\|\|\|[^{}]*)?\}\}")
TAG = re.compile(r"<[^<>]+>")
READ_ATTRIBUTE = re.compile(r"\b(alt|aria-label|placeholder|title)=\"[^\"]*\"")
# What a text quotes: a name in quotation marks, or what it tells to click.
WORD = r"[A-Z][\w-]*"
NAME = rf"{WORD}(?:(?: (?:as|by|for|in|of|on|the|to|with))? {WORD})*"
QUOTED = re.compile(rf"“([^“”]+)”|\b[Cc]lick (?:on )?({NAME})|(?=\b({WORD}(?: {WORD})+))")
SENTENCE = re.compile(r"[.!?…:”]\s*$")
CYRILLIC = re.compile(r"[а-яё]", re.IGNORECASE)
# One word: a Russian infinitive.
VERB = re.compile(r"\w+(?<!с)ть(ся)?", re.IGNORECASE)
# Names and formats are the same in every language.
SAME = {
    "%(name)s: %(reason)s",
    "+7 987 654-32-10",
    "4100000000",
    '<i class="fa fa-fw me-1 fa-paper-plane text-primary" title="Telegram"/>',
    '<span class="o_stat_text">Telegram</span>',
    "GREEN-API",
    "HTTP",
    "ID",
    "JSON",
    "SMS",
    "Telegram",
    "Telegram %s",
    "Telegram ID",
    "@username",
    "Telegram: %(state)s",
    "Telegram: %s",
    "https://example.com/price-list.pdf",
    "webhookUrl",
}


def get_parts(text):
    """Return what a program reads in a text: placeholders, fields and tags, each as often."""
    tags = (READ_ATTRIBUTE.sub(r"\1", tag) for tag in TAG.findall(text))
    fields = (field.strip() for field in FIELD.findall(text))
    return Counter(PLACEHOLDER.findall(text)) + Counter(fields) + Counter(tags)


def get_space(text):
    """Return the white space before and behind a text, and the number of its lines."""
    return text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :], text.count("\n")


def find_missing_and_stale(template, entries):
    """Return the texts that only one of the two catalogs has, and those that it has twice."""
    texts, known = Counter(e.msgid for e in template), Counter(e.msgid for e in entries)
    return sorted((texts - known) + (known - texts))


def find_empty(entries):
    """Return the texts without a translation, or with one that a translator has to confirm."""
    return [e.msgid for e in entries if not e.msgstr.strip() or e.fuzzy or e.obsolete]


def find_other_parts(entries):
    """Return the texts whose placeholders or tags are not those of the translation."""
    return [e.msgid for e in entries if get_parts(e.msgid) != get_parts(e.msgstr)]


def find_other_space(entries):
    """Return the texts that begin, end or break into lines otherwise than the translation."""
    return [e.msgid for e in entries if get_space(e.msgid) != get_space(e.msgstr)]


def find_untranslated(entries):
    """Return the texts that are in English, or have no Russian letter."""
    return [
        e.msgid
        for e in entries
        if e.msgid not in SAME and (e.msgid == e.msgstr or has_only_latin(e))
    ]


def has_only_latin(entry):
    """Return whether a text with words has a translation without Russian letters."""
    words = TAG.sub("", FIELD.sub("", PLACEHOLDER.sub("", entry.msgid)))
    return bool(re.search(r"[a-z]{3}", words)) and not CYRILLIC.search(entry.msgstr)


def find_foreign_quotes(entries):
    """Return the texts whose translation has English quotation marks."""
    return [e.msgid for e in entries if re.search("[“”„]", e.msgstr)]


def find_wrong_names(entries):
    """Return the quoted names of buttons and fields that the translation calls otherwise."""
    labels = {e.msgid: e.msgstr for e in entries}
    wrong = []
    for entry in entries:
        if not SENTENCE.search(entry.msgid):
            continue  # a label of several words is no text about its last two
        for match in QUOTED.findall(entry.msgid):
            name = "".join(match)
            if name in labels and name != entry.msgid and labels[name] not in entry.msgstr:
                wrong.append((name, entry.msgid))
    return wrong


class TestTranslations(BaseCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.template = polib.pofile(str(I18N / "telegram_green_api.pot"))
        cls.entries = polib.pofile(str(I18N / "ru.po"))

    def test_every_text_is_there(self):
        """A new text stays English on a Russian screen, and a removed one is never seen again."""
        self.assertGreater(len(self.template), 1000, "the texts were not read")
        self.assertEqual(find_missing_and_stale(self.template, self.entries), [])

    def test_no_text_within_a_formatted_string(self):
        """Odoo finds no text to translate within f"…": it would stay English in a sentence."""
        root = I18N.parent
        folders = ("models", "wizards", "controllers", "tools")
        for path in sorted(file for folder in folders for file in root.glob(f"{folder}/**/*.py")):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.JoinedStr):
                    names = {
                        getattr(call.func, "attr", getattr(call.func, "id", ""))
                        for call in ast.walk(node)
                        if isinstance(call, ast.Call)
                    }
                    self.assertNotIn("_", names, f"{path}:{node.lineno}")

    def test_every_text_is_translated(self):
        """Odoo skips an empty or fuzzy translation without a word."""
        self.assertEqual(find_empty(self.entries), [])
        self.assertEqual(find_untranslated(self.entries), [])

    def test_exceptions_are_texts(self):
        """An exception of a text that was removed hides the next one like it."""
        self.assertEqual(SAME - {entry.msgid for entry in self.template}, set())

    def test_placeholders_and_tags_are_kept(self):
        """A lost placeholder hides a name or amount, and a lost tag breaks the view."""
        self.assertEqual(find_other_parts(self.entries), [])

    def test_white_space_is_kept(self):
        """A lost blank joins two words on the screen."""
        self.assertEqual(find_other_space(self.entries), [])

    def test_quotation_marks_are_russian(self):
        """Copied English quotation marks look like a machine's translation."""
        self.assertEqual(find_foreign_quotes(self.entries), [])

    def test_fields_are_not_called_as_buttons(self):
        """“Link” is a verb on a button and a noun on a field, but both have one translation."""
        verbs = {
            entry.msgid
            for entry in self.entries
            if any("field_description" in place for place, _line in entry.occurrences)
            and VERB.fullmatch(entry.msgstr)
        }
        self.assertEqual(verbs, {"Send"})  # … once or several times

    def test_quoted_names_are_on_the_screen(self):
        """A text tells to click a button that the screen calls otherwise."""
        self.assertEqual(find_wrong_names(self.entries), [])


class TestRules(BaseCase):
    """The rules above find what they are for: a rule that finds nothing passes always."""

    def check(self, rule, text, good, bad):
        for translation, faults in ((good, 0), (bad, 1)):
            entry = polib.POEntry(msgid=text, msgstr=translation)
            self.assertEqual(len(rule([entry])), faults, translation)

    def test_missing_stale_and_double(self):
        one, other = polib.POEntry(msgid="Send"), polib.POEntry(msgid="Retry")
        self.assertEqual(find_missing_and_stale([one], [one]), [])
        self.assertEqual(find_missing_and_stale([one, other], [one]), ["Retry"])
        self.assertEqual(find_missing_and_stale([one], [one, other]), ["Retry"])
        self.assertEqual(find_missing_and_stale([one], [one, one]), ["Send"])

    def test_empty_and_fuzzy(self):
        self.check(find_empty, "Send", "Отправить", "")
        fuzzy = polib.POEntry(msgid="Send", msgstr="Отправить", flags=["fuzzy"])
        self.assertEqual(find_empty([fuzzy]), ["Send"])

    def test_parts(self):
        self.check(find_other_parts, "%s of %s", "%s из %s", "%s")
        self.check(find_other_parts, "%(count)s chats", "Чатов: %(count)s", "Чатов: %(number)s")
        self.check(find_other_parts, "%(count)s chats", "Чатов: %(count)s", "Чатов: %(count)")
        self.check(
            find_other_parts, "Hi {{ a ||| you}}", "Привет, {{ a ||| вы}}", "Привет, {{ b }}"
        )
        self.check(find_other_parts, "<b>Now</b>", "<b>Сейчас</b>", "<b>Сейчас<b>")
        self.check(find_other_parts, '<i title="A"/>', '<i title="Б"/>', '<i class="Б"/>')

    def test_white_space(self):
        self.check(find_other_space, "and ", "и ", "и")
        self.check(find_other_space, " and", " и", "и")
        self.check(find_other_space, "Hello\n\nyou", "Привет\n\nвам", "Привет\nвам")

    def test_untranslated(self):
        self.check(find_untranslated, "Send", "Отправить", "Send")
        self.check(find_untranslated, "Send", "Отправить", "Submit")
        self.check(find_untranslated, "+49 151", "+7 987", "+49 151")

    def test_foreign_quotes(self):
        self.check(find_foreign_quotes, "“%s” is empty", "«%s» пуст", "“%s” пуст")

    def test_wrong_names(self):
        label = polib.POEntry(msgid="Check State", msgstr="Проверить состояние")
        for text in ("Click Check State.", "See “Check State”.", "Choose it in Check State."):
            good = polib.POEntry(msgid=text, msgstr="См. «Проверить состояние».")
            bad = polib.POEntry(msgid=text, msgstr="См. «Проверка состояния».")
            self.assertEqual(find_wrong_names([label, good]), [])
            self.assertEqual(find_wrong_names([label, bad]), [("Check State", text)])


class TestUpdate(BaseCase):
    def test_known_translations_are_kept(self):
        """./dev/texts gives a catalog the texts and order of the template, and guesses nothing."""
        template, catalog = polib.POFile(), polib.POFile()
        template.extend([polib.POEntry(msgid="New"), polib.POEntry(msgid="Send")])
        old = polib.POEntry(msgid="Old", msgstr="Старый")
        fuzzy = polib.POEntry(msgid="New", msgstr="Новости", flags=["fuzzy"])
        catalog.extend([old, fuzzy, polib.POEntry(msgid="Send", msgstr="Отправить")])
        catalog.metadata = {"Language": "ru"}
        from ...dev.texts import update_catalog  # not where only the addon is installed

        updated = update_catalog(template, catalog)
        texts = [(entry.msgid, entry.msgstr) for entry in updated]
        self.assertEqual(texts, [("New", ""), ("Send", "Отправить")])
        self.assertEqual(updated.metadata, {"Language": "ru"})
