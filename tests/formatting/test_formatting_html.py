# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo.tests import BaseCase

from ...tools.formatting import FormattedText
from ...tools.html import from_html, to_html

ROWS = [
    ("<p>A <b>bold</b> word</p>", "<p>A <strong>bold</strong> word</p>"),
    (
        "<div><em>a</em> <del>b</del> <strike>c</strike></div>",
        "<p><em>a</em> <s>b</s> <s>c</s></p>",
    ),
    ("<blockquote><p>q</p><p>r</p></blockquote>x", "<blockquote>q<br/>r</blockquote><p>x</p>"),
    ("<pre>a\n  b</pre><p>c</p>", "<pre>a<br/>  b</pre><p>c</p>"),
    ("<p>one</p><p><br></p><p><i>two</i></p>", "<p>one<br/><br/><em>two</em></p>"),
    ("<b>1 &lt; 2 &amp; 3</b>", "<p><strong>1 &lt; 2 &amp; 3</strong></p>"),
    ("<b>&nbsp; </b>x", "<p>x</p>"),
]
# What HTML fields and pasted text contain, and what a customer reads of it.
CONTENTS = [
    (
        "<table><tr><th>Qty</th><th>Price</th></tr><tr><td>10</td><td>5</td></tr></table>",
        "Qty Price\n10 5",
    ),
    ("<h5>Terms</h5>30 days<h6>Note</h6>none", "Terms\n30 days\nNote\nnone"),
    ("<dl><dt>Color</dt><dd>red</dd></dl>a<hr>b", "Color\nred\na\nb"),
    ("<ol><li>one</li><li>two<ul><li>x</li></ul></li></ol>", "1. one\n2. two\n- x"),
    (
        "<ul><li>a</li><li class='oe-nested'><ol><li>b</li></ol></li><li>c</li></ul>",
        "- a\n1. b\n- c",
    ),
    ("<p>a</p><style>p {color: red}</style><script>run()</script><p>b</p>", "a\nb"),
    ("<a href='mailto:info@x.org?subject=Hi'>Write to us</a>", "Write to us (info@x.org)"),
    ("<a href='MAILTO:info@x.org'>info@x.org</a>", "info@x.org"),
    ("<a href='tel:+79123456789'>Call us</a>", "Call us (+79123456789)"),
    ("<a href='tel:+79123456789'>8 (912) 345-67-89</a>", "8 (912) 345-67-89"),
    ("<a href='https://xn--e1afmkfd.xn--p1ai/a'>пример.рф/a</a>", "пример.рф/a"),
    ("<a href='https://xn--zzzzzzzzzz99999.org'>x</a>", "x (https://xn--zzzzzzzzzz99999.org)"),
]


class TestHtml(BaseCase):
    """Text is text: formatting is never lost on the way to HTML, and no markup gets in."""

    def test_rows(self):
        """HTML of the editor becomes the same formatting again, without anything else."""
        for html, expected in ROWS:
            with self.subTest(html=html):
                formatted = from_html(html)
                self.assertEqual(to_html(formatted), expected)
                self.assertEqual(from_html(to_html(formatted)), formatted)

    def test_contents(self):
        """Cells and headings ran together ("105"), numbers of steps and addresses behind words were
        lost, and the code of a page was read to the customer."""
        for html, expected in CONTENTS:
            with self.subTest(html=html):
                self.assertEqual(from_html(html).text, expected)

    def test_escaped(self):
        """A text with markup in it stays a text, formatted or not."""
        text = "<img src=x onerror=alert(1)>"
        for kind in ("bold", "code", "pre", "blockquote"):
            entity = {"type": kind, "offset": 0, "length": len(text)}
            self.assertNotIn("<img", to_html(FormattedText(text, (entity,))))

    def test_strange_entities(self):
        """Entities beyond the text, or of a kind that is not known, break nothing."""
        entities = (
            {"type": "bold", "offset": 2, "length": 99},
            {"type": "spoiler", "offset": 0, "length": 1},
        )
        self.assertEqual(to_html(FormattedText("abcd", entities)), "<p>ab<strong>cd</strong></p>")

    def test_strip(self):
        """Blanks around a text are removed, and the formatting stays at its words."""
        entity = {"type": "bold", "offset": 2, "length": 3}
        stripped = FormattedText("  abc d ", (entity,)).strip()
        self.assertEqual(stripped.text, "abc d")
        self.assertEqual(to_html(stripped), "<p><strong>abc</strong> d</p>")
