# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""Texts of a business, each with what a person shall see of it."""

# Of these, every character has to arrive, and nothing is formatting.
LITERAL = [
    # sizes and formulas
    "1200*600*50 mm",
    "2 * 3 * 4 = 24",
    "(1200*600), (800*400)",
    "5*x + 7*y",
    "Panel 10*20*30, frame 1*2*3.",
    "a*b",
    "10^6 ~ 1_000_000",
    # article codes and file names
    "INV_2026_01",
    "_SKU_42_",
    "Article A_1_b/C_2_d, please",
    "price_list_2026.xlsx and stock_list_2026.xlsx",
    "__init__.py",
    "snake_case_name and *args, **kwargs",
    # e-mail addresses and people
    "a_b_c@example.com",
    "Write to first_last@example.com or other_one@example.com.",
    "@some_shop_bot",
    # prices
    "~100 to ~200 EUR",
    "~5 ~7",
    "from ~100",
    "~all sold~",
    # quotations that are none
    "> 5 years",
    ">> 10 years",
    "A > B\n> C",
    "x\n> y\nz",
    "5 > 3 and 3 < 5",
    "> 20 pieces: *discount*",
    # code
    "`ls -la`",
    "a ` b",
    "```",
    "``` a ```",
    "SELECT `id` FROM `t`",
    # lone and doubled marks
    "*",
    "5* hotel",
    "a **b** c",
    "**",
    "__ signature __",
    "* one\n* two\n* three",
    "_ _ _ _",
    "*not bold*",
    "_not italic_",
    "~~struck~~",
    "****",
    "***three***",
    # marks over lines
    "*first\nsecond*",
    "_a\nb\nc_ d",
    "Total ~\n~ 100",
    # Cyrillic, right to left, emoji
    "Скидка *20%* до _пятницы_",
    "Размер 1200*600*50 мм, цена ~500 ₽",
    "Кабель ВВГ_3*1,5_ГОСТ",
    "מחיר *חדש* ו_ישן_",
    "السعر *الجديد* ~100",
    "🎉*party*🎉 _🎂_",
    "👍🏽*ok*",
    # markup and symbols
    "<b>not bold</b> & <i>not italic</i>",
    "[link](https://example.com)",
    "#1 & 100% – “quoted”",
    "Line one\n\nLine *three*\n",
    "",
]
# A link that formats cannot become code: nobody could click it.
LINKS = [
    "https://example.com/a_b_c",
    "See https://example.com/?q=a*b*c&r=d~e~f.",
    "https://example.com/INV_2026_01.pdf and https://example.com/INV_2026_02.pdf",
    "www.example.com/_x_",
    "https://example.com/plain?x=1",
]
# HTML as Discuss writes it, what is seen, and which pieces are formatted
FORMATTED = [
    ("<b>Sale</b>", "Sale", [("bold", "Sale")]),
    ("A <strong>bold</strong> word", "A bold word", [("bold", "bold")]),
    ("<i>one</i> and <em>two</em>", "one and two", [("italic", "one"), ("italic", "two")]),
    ("<s>100</s> 80 EUR", "100 80 EUR", [("strikethrough", "100")]),
    ("Use <code>a*b*c</code> here", "Use a*b*c here", [("code", "a*b*c")]),
    ("<pre>x = 1\ny_1 = 2</pre>", "x = 1\ny_1 = 2", [("pre", "x = 1\ny_1 = 2")]),
    (
        "<blockquote>First<br>second</blockquote>Reply",
        "First\nsecond\nReply",
        [("blockquote", "First\nsecond")],
    ),
    (
        "<b>bold <i>both</i></b>",
        "bold both",
        [("bold", "bold both"), ("italic", "both")],
    ),
    (
        "<blockquote>A <b>loud</b> one</blockquote>",
        "A loud one",
        [("blockquote", "A loud one"), ("bold", "loud")],
    ),
    ("<b>Размер</b> 1200*600*50", "Размер 1200*600*50", [("bold", "Размер")]),
    ("<b>1200*600*50</b> mm", "1200*600*50 mm", [("bold", "1200*600*50")]),
    ("<p><b>two</b></p><p><b>lines</b></p>", "two\nlines", [("bold", "two\nlines")]),
    ("<b> spaced </b>text", "spaced text", [("bold", "spaced")]),
    ("<b>שלום</b> <i>مرحبا</i>", "שלום مرحبا", [("bold", "שלום"), ("italic", "مرحبا")]),
    ("<b>🎉 party</b> on", "🎉 party on", [("bold", "🎉 party")]),
    ("5 * 3 is <b>15</b>", "5 * 3 is 15", [("bold", "15")]),
    ("<ul><li><b>a</b></li><li>b_c_d</li></ul>", "- a\n- b_c_d", [("bold", "a")]),
]
