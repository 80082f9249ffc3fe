# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""The user's guide as pages that Odoo serves, written from doc/."""

import re

from docutils.core import publish_parts

from .environment.home import CHECKOUT

SOURCES = CHECKOUT / "doc"
PAGES = CHECKOUT / "static" / "doc"
LANGUAGES = {"en": "User's guide", "ru": "Руководство пользователя"}
ONLY_ENGLISH = ("automation", "http", "python")  # for programmers
LINK = re.compile(r'href="(\.\./)?(\w+)\.rst"')
STYLE = """
body { max-width: 46rem; margin: 2rem auto; padding: 0 1rem; color: #222; }
body { font: 16px/1.5 sans-serif; }
img { max-width: 100%; height: auto; border: 1px solid #ddd; border-radius: 4px; }
pre { overflow-x: auto; padding: .75rem; background: #f5f5f5; }
td, th { padding: .3rem .6rem; border-bottom: 1px solid #ddd; }
td, th { text-align: left; vertical-align: top; }
table { display: block; overflow-x: auto; border-collapse: collapse; }
.literal, pre { font-family: monospace; }
a { color: #017e84; }
""".strip()
PAGE = """<!DOCTYPE html>
<html lang="{lang}">
<head>
<meta charset="utf-8"/>
<meta name="viewport" content="width=device-width, initial-scale=1"/>
<title>{title}</title>
<style>
{style}
</style>
</head>
<body>
<p><a href="index.html">{guide}</a></p>
{body}
</body>
</html>
"""


def write_pages():
    """Write all pages; return how many."""
    pages = get_pages()
    for path, text in pages.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    for path in set(PAGES.glob("*/*.html")) - set(pages):
        path.unlink()
    return len(pages)


def get_pages():
    """Return the texts of all pages by their paths."""
    sources = [(lang, path) for lang in LANGUAGES for path in (SOURCES / lang).glob("*.rst")]
    sources += [("en", SOURCES / f"{name}.rst") for name in ONLY_ENGLISH]
    return {PAGES / lang / f"{path.stem}.html": render(lang, path) for lang, path in sources}


def render(lang, path):
    """Return the page of a source.

    :param str lang: of LANGUAGES
    """
    settings = {
        "doctitle_xform": True,
        "halt_level": 2,
        "initial_header_level": 2,
        "language_code": lang,
        "syntax_highlight": "none",
    }
    text = path.read_text(encoding="utf-8")
    parts = publish_parts(text, str(path), writer="html5", settings_overrides=settings)
    body = LINK.sub(lambda link: _get_href(lang, *link.groups()), parts["html_body"])
    body = body.replace("../../static/description/", "../../description/")
    return PAGE.format(
        lang=lang, title=parts["title"], style=STYLE, guide=LANGUAGES[lang], body=body.strip()
    )


def _get_href(lang, above, name):
    """Return the link to the page of a source that another one links to."""
    is_elsewhere = above and lang != "en"
    return f'href="../en/{name}.html"' if is_elsewhere else f'href="{name}.html"'
