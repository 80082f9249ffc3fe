# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

import json

from odoo.tests import tagged

from .pictures_case import ADDON, PicturesCase

# Wait for each of some elements and click on the last; then wait for another one, write a text
# there if it is a field, wait for all images, close the bubbles of conversations, and take a
# picture.
SCRIPT = """
void (async () => {
    const find = (selector) => document.querySelector(selector);
    const until = (condition) => new Promise((resolve) => {
        const look = () => (condition() ? resolve() : setTimeout(look, 50));
        look();
    });
    const isQuiet = () => !find(".o_loading_indicator");
    const isShown = (image) => image.complete && image.naturalWidth > 0;
    const { steps, ready, text, name } = %s;
    for (const selector of steps) {
        await until(() => find(selector) && isQuiet());
    }
    if (steps.length) {
        find(steps.at(-1)).click();
    }
    await until(() => find(ready));
    if (text) {
        find(ready).value = text;
        find(ready).dispatchEvent(new Event("input", { bubbles: true }));
        find(ready).dispatchEvent(new Event("change", { bubbles: true }));
        await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
    }
    const { chatHub } = odoo.__WOWL_DEBUG__.root.env.services["mail.store"];
    await until(() => {
        [...chatHub.folded].forEach((bubble) => bubble.close());
        return !chatHub.folded.length && isQuiet() && [...document.images].every(isShown);
    });
    await document.fonts.ready;
    document.activeElement.blur();
    console.log(`picture: ${name}`);
    // The text is for the picture only; a form that is left dirty would fail the test.
    document.querySelectorAll(".o_form_dirty").forEach((form) => {
        form.classList.remove("o_form_dirty");
    });
    console.log("test successful");
})();
"""


@tagged("post_install", "-at_install", "slow")
class TestPictures(PicturesCase):
    """The screens of the store page and the guide, in English and in Russian.

    ``./dev/pictures`` takes them from here, so they show this version.
    """

    def test_english(self):
        """In English."""
        self.check_screens("en_US")

    def test_russian(self):
        """In Russian."""
        self.check_screens("ru_RU")

    def check_screens(self, lang):
        """Open each screen and take a picture of it."""
        self.use_language(lang)
        self.add_scene()
        form = f"/odoo/res.partner/{self.customer.id}"
        invoice = f"/odoo/account.move/{self.invoice.id}"
        channel = f"/odoo/discuss?active_id=discuss.channel_{self.chat.channel_id.id}"
        action = f"/odoo/action-{ADDON}"
        account = f"/odoo/telegram.instance/{self.new_instance.id}"
        message, send = ".o-mail-Message .o-telegram-ticks", ".o-telegram-Chatter-send"
        self.take("contact", form, message)
        field = ".modal:has([name='preview'] .fa-check) [name='body'] textarea"
        self.take("composer", form, field, message, send, text=self.words["draft"])
        self.take("discuss", channel, message)
        self.take("inbox", f"{action}.telegram_inbox_action", ".o_kanban_record .badge")
        self.take("invoice", invoice, message)
        self.take("sign_in", account, ".o-telegram-SignIn-qr", "button[name='action_sign_in']")
        self.take("overview", f"{action}.telegram_overview_action", ".o_kanban_record canvas")
        self.take("report", f"{action}.telegram_dashboard_action", ".o-telegram-Dashboard-card")
        self.take("events", f"{action}.telegram_event_action", ".o_data_row")
        mailing = f"/odoo/telegram.mailing/{self.add_mailing().id}"
        shown = ".o_form_view:has(.o-telegram-Progress .progress-bar) .o-mail-Message"
        self.take("mailing", mailing, shown)
        self.browser_size, self.touch_enabled = "390x844", True
        self.take("phone", channel, message)
        self.assertEqual(len(self.pictures), 11)
        self.assertEqual(self.leaks, [], "a token went to the browser")

    def take(self, name, url, ready, *steps, text=""):
        """Open a page, and take a picture when an element is there.

        :param steps: elements to wait for before, of which the last one is clicked
        :param str text: written into the element, if it is a field
        """
        name = f"page_{self.lang[:2]}_{name}"
        scene = {"steps": steps, "ready": ready, "text": text, "name": name}
        script = SCRIPT % json.dumps(scene)
        with self.take_pictures():
            self.browser_js(url, script, ready="odoo.isReady === true", login="admin", timeout=60)
