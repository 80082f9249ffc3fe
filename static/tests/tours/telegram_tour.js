import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";
import { behind, lent, onPhone, picture, runAction } from "./tour_helpers";

// Started by tests/test_browser.py.
const INSTANCE = "Tour";
const CUSTOMER_CHAT = "10000000";

function menu(name) {
    return {
        isActive: ["desktop"],
        trigger: `[data-menu-xmlid='telegram_green_api.${name}']`,
        run: "click",
    };
}

// On a phone, only the first button of a form is outside the menu.
const openButtons = {
    isActive: ["mobile"],
    trigger: ".o_statusbar_buttons .dropdown-toggle, .o-statusbar-buttons-dropdown",
    run: "click",
};

registry.category("web_tour.tours").add("telegram_sign_in", {
    steps: () => [
        { isActive: ["desktop"], trigger: ".o_navbar_apps_menu button", run: "click" },
        menu("telegram_menu_root"),
        menu("telegram_configuration_menu"),
        menu("telegram_instance_menu"),
        {
            content: "Begin by hand: the list offers the guided way only",
            trigger: ".o_list_view:not(:has(.o_list_button_add)), .o_kanban_view",
            run: () => (window.location.href = "/odoo/telegram-accounts/new"),
            expectUnloadPage: true,
        },
        { trigger: "[name='name'] input", run: `edit ${INSTANCE}` },
        {
            trigger: "[name='id_instance'] input",
            run: (helpers) => helpers.edit(lent("telegram_id")),
        },
        {
            trigger: "[name='api_token_new'] input",
            run: (helpers) => helpers.edit(lent("telegram_token")),
        },
        {
            content: "The address is proposed from the id",
            trigger: "[name='api_url'] input:value(https://4100.api.green-api.com)",
            run: (helpers) => helpers.edit(lent("telegram_url")),
        },
        ...stepUtils.saveForm(),
        {
            content: "The token is set, and not shown again",
            trigger: ".badge:contains('Set')",
        },
        { trigger: "[name='api_token_new'] input:value(/^$/)" },
        picture("instance"),
        openButtons,
        { trigger: "button[name='action_check_state']", run: "click" },
        { content: "The code appears", trigger: ".o-telegram-SignIn-qr" },
        picture("sign_in"),
        behind("The phone scans the code", () => onPhone("scan")),
        { content: "The dialog notices by itself", trigger: ".o-telegram-SignIn-done" },
        picture("signed_in"),
        { trigger: ".modal .btn:contains('Close')", run: "click" },
        { trigger: ".o_form_view [name='state']:contains('Signed In')" },
        openButtons,
        { content: "Check once more", trigger: "button[name='action_check_state']", run: "click" },
        { trigger: ".o_notification:contains('signed in and works')" },
    ],
});

/** Send a message from the chatter of the open record, and check its states and the answer. */
function conversation(text, answer) {
    const message = `.o-mail-Message:contains("${text}")`;
    return [
        { trigger: ".o-telegram-Chatter-send", run: "click" },
        { content: "The person is reached", trigger: ".modal [name='preview'] .fa-check" },
        { trigger: ".modal [name='body'] textarea", run: `edit ${text}` },
        picture("composer"),
        { trigger: ".modal button[name='action_send']", run: "click" },
        { content: "It stands in the chatter with a clock", trigger: `${message} .fa-clock-o` },
        behind("Send", () => runAction("send_cron_id")),
        { content: "One tick, without a reload", trigger: `${message} .fa-check` },
        behind("Take in the statuses", () => runAction("receive_cron_id")),
        {
            content: "Two ticks",
            trigger: `${message} .o-telegram-ticks:not(.o-telegram-read)`,
        },
        behind("The customer reads and answers", async () => {
            await onPhone("read", { chatId: CUSTOMER_CHAT });
            await onPhone("incoming", { chatId: CUSTOMER_CHAT, message: answer });
            await runAction("receive_cron_id");
        }),
        { content: "Read", trigger: `${message} .o-telegram-read` },
    ];
}

registry.category("web_tour.tours").add("telegram_contact", {
    steps: () => [...conversation("Your order is ready", "I am on my way"), picture("partner")],
});

registry.category("web_tour.tours").add("telegram_answers", {
    steps: () => [{ trigger: ".o-mail-Message:contains('I am on my way')" }, picture("answer")],
});

registry.category("web_tour.tours").add("telegram_invoice", {
    steps: () => [
        ...conversation("Invoice INV/1 is due tomorrow", "Paid just now"),
        picture("invoice"),
    ],
});

registry.category("web_tour.tours").add("telegram_invoice_answer", {
    steps: () => [
        { trigger: ".o-mail-Message:contains('Paid just now')" },
        picture("invoice_answer"),
    ],
});

/** Return the selector of the record with these texts, in a list or, on a phone, on a card. */
function row(...texts) {
    const having = texts.map((text) => `:contains("${text}")`).join("");
    return `.o_data_row${having} [name='date'], .o_kanban_record${having}`;
}

registry.category("web_tour.tours").add("telegram_messages", {
    steps: () => [
        { trigger: row("Invoice INV/1", "Read") },
        picture("messages"),
        { trigger: row("Paid just now", "Received"), run: "click" },
        { trigger: ".o_form_view [name='text']:contains('Paid just now')" },
        picture("message"),
        { trigger: "button[name='action_open_record']", run: "click" },
        { content: "The invoice it answers", trigger: ".o-mail-Message:contains('Paid just now')" },
    ],
});
