# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo.tests import tagged

from ..common import UserCase
from ..languages import load_language
from .browser_case import WebClientCase

# Open the menu of the user, and look where the entry leads.
SCRIPT = """
void (async () => {
    const until = (find) => new Promise((resolve) => {
        const look = () => (find() ? resolve(find()) : setTimeout(look, 50));
        look();
    });
    const find = (selector) => () => document.querySelector(selector);
    const click = async (selector) => (await until(find(selector))).click();
    const isPhone = innerWidth < 500;
    const store = odoo.__WOWL_DEBUG__.root.env.services["mail.store"];
    await until(() => store.is_telegram_user !== undefined);
    await click(isPhone ? ".o_mobile_menu_toggle" : ".o_user_menu button");
    await until(find(isPhone ? ".o_user_menu_mobile a" : "[data-menu=preferences]"));
    const item = document.querySelector("a[href$='guide/index']");
    const response = item && (await fetch(item.href));
    const heading = response && (await response.text()).match(/<h1.*?>(.*?)</)[1];
    const found = item ? `${item.textContent.trim()}: ${heading}` : "none";
    if (found === "%s") {
        console.log("test successful");
    } else {
        console.error(found);
    }
})();
"""


class GuideBrowserCase(WebClientCase, UserCase):
    def check_menu(self, role, lang, expected):
        """Open the menu of a user who has a role."""
        login = f"guide_{role}"
        user = self.create_user(login, role, name="Reader")
        if lang != "en_US":
            load_language(self.env, lang)
        user.lang = lang
        self.browser_js("/odoo", SCRIPT % expected, "odoo.isReady === true", login)


@tagged("post_install", "-at_install")
class TestGuideDesktop(GuideBrowserCase):
    browser_size = "1400x900"

    def test_english(self):
        """A seller whose lists are not empty finds no way to the guide."""
        self.check_menu("user", "en_US", "Telegram Guide: User's guide")

    def test_russian(self):
        """A reader of Russian gets the English guide."""
        self.check_menu("user", "ru_RU", "Руководство по Telegram: Руководство пользователя")

    def test_others(self):
        """Those who do not use Telegram meet its guide in their menu."""
        self.check_menu("employee", "en_US", "none")


@tagged("post_install", "-at_install")
class TestGuideMobile(GuideBrowserCase):
    browser_size = "390x844"
    touch_enabled = True

    def test_english(self):
        """The same on a phone."""
        self.check_menu("user", "en_US", "Telegram Guide: User's guide")
