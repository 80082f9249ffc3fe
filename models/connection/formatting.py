# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo import fields, models

from ...tools.formatting import (
    FormattedText,
    Rules,
    find_endangered,
    from_marks,
    get_rules,
    to_marks,
)

PIECES_SHOWN = 5
# Marks of a customer: what is not clearly formatting is shown as it came.
RECEIVED = {"raw": Rules("words", "two"), "doubled": Rules("everywhere", "one")}


class TelegramInstance(models.Model):
    """Extend ``telegram.instance`` with what is known of GREEN-API's formatting.

    GREEN-API formats texts by marks such as ``*bold*`` and cannot be told not to. It does not
    document how a literal mark is kept, so a test message finds out. Until then, texts are sent as
    they are written.
    """

    _inherit = "telegram.instance"
    _protected = {
        "formatting_scope",
        "formatting_doubled",
        "formatting_back",
        "formatting_test_date",
    }

    formatting_scope = fields.Selection(
        [
            ("off", "Nothing"),
            ("words", "Whole words"),
            ("everywhere", "Also parts of words and links"),
        ],
        "Formatted Text",
        readonly=True,
        copy=False,
        help="Which texts between marks, such as *bold*, GREEN-API formats.",
    )
    formatting_doubled = fields.Selection(
        [
            ("one", "One letter"),
            ("two", "Two letters"),
            ("format", "No letter, it formats as well"),
        ],
        "Doubled Marks",
        readonly=True,
        copy=False,
        help="How GREEN-API shows a mark that is written twice.",
    )
    formatting_back = fields.Selection(
        [
            ("raw", "As they were sent"),
            ("stripped", "Without marks"),
            ("doubled", "With literal marks written twice"),
        ],
        "Reported Texts",
        readonly=True,
        copy=False,
        help="How GREEN-API reports texts with marks.",
    )
    formatting_test_date = fields.Datetime("Formatting Tested", readonly=True, copy=False)
    formatting_message = fields.Char(
        "Formatting", compute="_compute_formatting_message", compute_sudo=False
    )

    # === COMPUTE METHODS === #

    def _compute_formatting_message(self):
        for instance in self:
            instance.formatting_message = instance._get_formatting_message()

    def _get_formatting_message(self):
        """Return what is known of the formatting, in words."""
        rules, _ = self._get_formatting_rules(), self.env._
        if not rules:
            return _(
                "Not tested. Texts are sent without formatting, as they are written, and GREEN-API "
                "may take characters such as * and _ for formatting. Click Test Account."
            )
        if rules.scope == "off":
            return _("GREEN-API formats nothing. All texts arrive as plain text.")
        if rules.doubled == "one":
            return _("Formatting works, and all other characters arrive as they are written.")
        if rules.scope == "words":
            return _(
                "Formatting works. Words such as _this_ that are not meant as formatting arrive as "
                "code, with all their characters."
            )
        return _(
            "Formatting works. Words with several characters such as * and _ arrive as code, with "
            "all their characters. Links cannot be protected; the composer names them."
        )

    # === BUSINESS METHODS === #

    def _get_formatting_rules(self):
        """Return how GREEN-API reads marks; None if it is not known."""
        return get_rules(self.formatting_scope, self.formatting_doubled)

    def _write_marks(self, text):
        """Return a text as GREEN-API gets it.

        :param FormattedText text: as a person shall see it
        :return: Written, with the text and the words that cannot be kept
        """
        return to_marks(text, self._get_formatting_rules())

    def _read_marks(self, text):
        """Return a text that GREEN-API reports as people see it.

        :param str text: of a message that was not sent from Odoo
        :return: FormattedText
        """
        rules = self._get_formatting_rules()
        if not rules or rules.scope == "off" or self.formatting_back not in RECEIVED:
            return FormattedText(text)
        return from_marks(text, RECEIVED[self.formatting_back])

    def _get_text_warning(self, text, formatting):
        """Return what of a text will not arrive as it was meant, or False.

        :param str text: as a user writes it
        :param bool formatting: whether its marks are read
        """
        text = FormattedText.of(self.env["telegram.message"]._read_text(text, formatting))
        is_known = not self or self._get_formatting_rules()
        if text.entities and not is_known:
            return self.env._(
                "The message will arrive without formatting, because it is not known how "
                "GREEN-API formats texts of this account. Ask an administrator to click Test "
                "Account on the account."
            )
        words = self._write_marks(text).changed if is_known else find_endangered(text.text)
        if not words:
            return False
        names = ", ".join(f"“{word}”" for word in words[:PIECES_SHOWN])
        if not is_known:
            return self.env._(
                "It is not known how GREEN-API formats texts of this account. These parts may "
                "arrive without characters such as * and _: %s\n"
                "Ask an administrator to click Test Account on the account.",
                names,
            )
        return self.env._(
            "GREEN-API takes characters such as * and _ for formatting. These parts will arrive "
            "without some of them: %s",
            names,
        )

    def _store_formatting(self, learned):
        """Store what a test has shown. What it has not shown is not known any more.

        :param dict learned: Learned
        """
        # sudo: telegram.instance - the user may test the account
        self.sudo().write(
            {
                "formatting_scope": learned.get("scope", False),
                "formatting_doubled": learned.get("doubled", False),
                "formatting_back": learned.get("back", False),
                "formatting_test_date": fields.Datetime.now(),
            }
        )
