import { registry } from "@web/core/registry";

import { behind, onPhone, picture, runAction, showMore } from "./tour_helpers";

// Started by tests/browser/test_formatting_browser.py.
const CUSTOMER_CHAT = "10000000";
const SIZES = "1200*600*50 mm, https://example.com/a_b_c";
const EDITOR = ".o-mail-Composer .odoo-editor-editable";
const ANSWER = "*Two*, please: 10*20*30\n> quoted";

/** Return the steps that find bold text: the menu of a phone writes it in another way. */
const bold = (place) => [
    { isActive: ["desktop"], trigger: `${place} strong:contains('Sale')` },
    { isActive: ["mobile"], trigger: `${place} b:contains('Sale')` },
];

/** Break the line in the editor, as Shift+Enter does. */
function breakLine() {
    const options = { inputType: "insertLineBreak", bubbles: true, cancelable: true };
    document.querySelector(EDITOR).dispatchEvent(new InputEvent("beforeinput", options));
}

const message = (text) => `.o-mail-Message:contains("${text}")`;

// On the form of an account whose service formats everywhere, and returns texts as they were sent.
registry.category("web_tour.tours").add("telegram_formatting_test", {
    steps: () => [
        { trigger: ".o_notebook_headers a[name='account']", run: "click" },
        { trigger: "[name='formatting_message']:contains('Not tested')" },
        { trigger: "button[name='action_test']", run: "click" },
        { trigger: ".o-telegram-StartTest-message:contains('will be sent shortly')" },
        behind("Send", () => runAction("send_cron_id")),
        { trigger: ".o-telegram-StartTest-message:contains('Waiting until GREEN-API reports it')" },
        behind("Receive", () => runAction("receive_cron_id")),
        { trigger: ".o-telegram-StartTest-save:disabled" },
        { trigger: "input[name='scope'][value='everywhere']", run: "click" },
        { trigger: "input[name='doubled'][value='two']", run: "click" },
        picture("formatting_looks"),
        { trigger: ".o-telegram-StartTest-save:enabled", run: "click" },
        { trigger: ".o-telegram-Start-done" },
        { trigger: ".o-telegram-Start-finish", run: "click" },
        { trigger: "body:not(:has(.modal))" },
        { trigger: ".o_notebook_headers a[name='account']", run: "click" },
        { trigger: "[name='formatting_message']:contains('Formatting works')" },
        picture("formatting_account"),
    ],
});

// On a contact.
registry.category("web_tour.tours").add("telegram_formatting_composer", {
    steps: () => [
        { trigger: ".o-telegram-Chatter-send", run: "click" },
        { trigger: ".modal [name='preview'] .fa-check" },
        { trigger: ".modal [name='body'] textarea", run: `edit ${SIZES}` },
        ...showMore(),
        { trigger: ".modal [name='formatting'] input", run: "click" },
        { trigger: ".modal [name='formatting'] input:checked", run: "click" },
        { trigger: ".modal [name='formatting'] input:not(:checked)" },
        {
            content: "What will not arrive is named",
            trigger: ".modal [name='text_warning']:contains('“https://example.com/a_b_c”')",
        },
        picture("formatting_composer"),
        { trigger: ".modal button[name='action_send']", run: "click" },
        { trigger: message("1200*600*50 mm") },
        behind("Send", () => runAction("send_cron_id")),
        { trigger: `${message("1200*600*50 mm")} .fa-check` },
    ],
});

// On a chat: bold and a quotation there and back.
registry.category("web_tour.tours").add("telegram_formatting_discuss", {
    steps: () => [
        { trigger: "button[name='action_open_in_discuss']", run: "click" },
        { trigger: message("Hello") },
        {
            content: "A user has no other way to Odoo's editor with formatting",
            trigger: ".o-mail-Composer button[name='more-actions']",
            run: "click",
        },
        { trigger: ".o-dropdown-item:contains('Format Text')", run: "click" },
        {
            content: "On a computer, a button makes a quotation; anywhere, a “>” does",
            isActive: ["desktop"],
            trigger: EDITOR,
            async run() {
                this.anchor.focus();
                document.execCommand("insertText", false, "quoted");
                getSelection().selectAllChildren(this.anchor.firstElementChild);
            },
        },
        {
            isActive: ["desktop"],
            trigger: ".o-we-toolbar button[name='telegram-quotation']",
            run: "click",
        },
        {
            isActive: ["mobile"],
            trigger: EDITOR,
            run() {
                this.anchor.focus();
                for (const letters of [">", " ", "quoted"]) {
                    document.execCommand("insertText", false, letters);
                }
            },
        },
        {
            content: "Twice a new line: the quotation ends",
            trigger: `${EDITOR} blockquote:contains('quoted')`,
            run() {
                getSelection().selectAllChildren(this.anchor);
                getSelection().collapseToEnd();
                breakLine();
                breakLine();
            },
        },
        {
            trigger: `${EDITOR} blockquote + div, ${EDITOR} blockquote + p`,
            run() {
                document.execCommand("insertText", false, "Sale of 1200*600*50");
                const { anchorNode } = getSelection();
                getSelection().setBaseAndExtent(anchorNode, 0, anchorNode, "Sale".length);
            },
        },
        { isActive: ["desktop"], trigger: EDITOR, run: "press Control+b" },
        {
            content: "As the menu of a phone does",
            isActive: ["mobile"],
            trigger: EDITOR,
            run: () => document.execCommand("bold"),
        },
        ...bold(EDITOR),
        picture("formatting_editor"),
        { trigger: EDITOR, run: "press Enter" },
        ...bold(message("Sale")),
        { trigger: `${message("Sale")} blockquote:contains('quoted')` },
        behind("Send", () => runAction("send_cron_id")),
        { trigger: `${message("Sale")} .o-telegram-Message-state:not(.fa-clock-o)` },
        behind("The customer answers", async () => {
            await onPhone("incoming", { chatId: CUSTOMER_CHAT, message: ANSWER });
            await runAction("receive_cron_id");
        }),
        { trigger: `${message("please: 10*20*30")} strong:contains('Two')` },
        { trigger: `${message("please: 10*20*30")} blockquote:contains('quoted')` },
        picture("formatting_discuss"),
        { trigger: ".o-mail-Composer button[name='more-actions']", run: "click" },
        { trigger: ".o-dropdown-item:contains('Write Plain Text')", run: "click" },
        { trigger: ".o-mail-Composer textarea:enabled" },
    ],
});
