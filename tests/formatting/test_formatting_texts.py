# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from ...tools.formatting import TYPED, FormattedText, from_marks, to_marks
from ...tools.html import from_html, to_html
from ..common import CUSTOMER_CHAT, SandboxCase
from .formatting_case import MODES, get_pieces
from .texts import FORMATTED, LINKS, LITERAL


class TestTexts(SandboxCase):
    """A size, a link or a code arrives changed; formatting arrives as marks, or at other words.

    Each text is written for each way in which the service may format. The local service, which has
    a reader of its own, says what its phone shows.
    """

    def show(self, mode, texts):
        """Return what the phone shows of texts with marks."""
        phone = self._create_phone(formatting=mode[0], doubledMarks=mode[1])
        chat_id = CUSTOMER_CHAT
        phone.add_customer("Vasilisa", chatId=chat_id)
        rows = {phone.write_as_owner(chat_id, text): text for text in texts}
        shown = {row["idMessage"]: row for row in phone.messages(chat_id)}
        return [shown[id_message] for id_message in rows]

    def add_marks(self, formatted, mode):
        return to_marks(formatted, MODES[mode])

    def test_table_is_long_enough(self):
        """The table covers what businesses write, not a few cases that happen to work."""
        self.assertGreaterEqual(len(LITERAL) + len(LINKS) + len(FORMATTED), 60)

    def test_literal(self):
        """What nobody meant as formatting arrives character for character."""
        for mode in MODES:
            texts = [text for text in LITERAL if text]
            written = [self.add_marks(FormattedText(text), mode) for text in texts]
            for text, each, row in zip(
                texts, written, self.show(mode, [each.text for each in written]), strict=True
            ):
                with self.subTest(mode=mode, text=text, written=each.text):
                    if "`" in text and mode[1] != "one" and row["shown"] != text:
                        # A backtick cannot be in code: it is said before sending.
                        self.assertTrue(all("`" in word for word in each.changed) and each.changed)
                        continue
                    self.assertEqual(row["shown"], text)
                    self.assertEqual(each.changed, ())
                    kinds = {kind for kind, _piece in get_pieces(row)}
                    # Code shows every character, as the last resort.
                    allowed = {"code"} if mode[1] != "one" or ">>" in text else set()
                    self.assertLessEqual(kinds, allowed)

    def test_nothing_invisible(self):
        """People copy codes and addresses: only marks that the service hides are added."""
        for mode in MODES:
            for text in (*LITERAL, *LINKS):
                with self.subTest(mode=mode, text=text):
                    added = self.add_marks(FormattedText(text), mode).text
                    for character in text:
                        added = added.replace(character, "", 1)
                    self.assertLessEqual(set(added), set("*_~`>"))

    def test_links(self):
        """A link stays clickable; one that the service breaks is named before sending."""
        for mode in MODES:
            written = [self.add_marks(FormattedText(text), mode) for text in LINKS]
            rows = self.show(mode, [each.text for each in written])
            for text, each, row in zip(LINKS, written, rows, strict=True):
                with self.subTest(mode=mode, text=text, written=each.text):
                    self.assertNotIn("code", {kind for kind, _piece in get_pieces(row)})
                    if each.changed:
                        self.assertNotEqual(row["shown"], text)
                        self.assertTrue(all(word in text for word in each.changed))
                        self.assertNotEqual(mode[1], "one", "doubled marks keep every link")
                    else:
                        self.assertEqual(row["shown"], text)

    def test_formatted(self):
        """What was formatted in Discuss is formatted on the phone, at the same words."""
        for mode in MODES:
            written = [self.add_marks(from_html(html), mode) for html, _text, _pieces in FORMATTED]
            rows = self.show(mode, [each.text for each in written])
            for (html, text, pieces), each, row in zip(FORMATTED, written, rows, strict=True):
                with self.subTest(mode=mode, html=html, written=each.text):
                    self.assertEqual(row["shown"], text)
                    self.assertEqual(each.changed, ())
                    if mode[0] == "off":
                        self.assertEqual(row["entities"], [])
                        continue
                    found = get_pieces(row)
                    if mode[1] != "one":  # literal marks are in code then
                        found = [piece for piece in found if piece in pieces]
                        pieces = [
                            piece for piece in pieces if piece in found or "*" not in piece[1]
                        ]
                    self.assertCountEqual(found, pieces)

    def test_half_words(self):
        """Half a word cannot be bold everywhere: then it is not, and no mark is seen."""
        half = from_html("un<b>believ</b>able")
        for mode in MODES:
            [row] = self.show(mode, [self.add_marks(half, mode).text])
            with self.subTest(mode=mode):
                self.assertEqual(row["shown"], "unbelievable")
                expected = [("bold", "believ")] if mode[0] == "greedy" else []
                self.assertEqual(get_pieces(row), expected)

    def test_typed(self):
        """What people type is read as it is written: the edit dialog shows it with its marks."""
        for html, text, _pieces in FORMATTED:
            with self.subTest(html=html):
                formatted = from_html(html)
                again = from_marks(to_marks(formatted, TYPED).text)
                self.assertEqual(again.text, text)
                self.assertEqual(to_html(again), to_html(formatted))
        for text in LITERAL:
            with self.subTest(text=text):
                self.assertEqual(from_marks(to_marks(FormattedText(text), TYPED).text).text, text)
