import { registry } from "@web/core/registry";

import { behind, lent, onPhone, picture, runAction } from "./tour_helpers";

// Started by tests/test_start_browser.py on the list of instances, which is empty.

const CONNECT = ".o-telegram-Start-connect";

function fill(field, value) {
    return {
        trigger: `.modal input[name='telegram_${field}']`,
        run: (helpers) => helpers.edit(value()),
    };
}

registry.category("web_tour.tours").add("telegram_start", {
    steps: () => [
        { trigger: ".o_view_nocontent a:contains('Connect Account')" },
        picture("start_empty"),
        { trigger: ".o_view_nocontent a:contains('Connect Account')", run: "click" },
        { trigger: ".o-telegram-Start-haveToken" },
        picture("start_begin"),
        { trigger: ".o-telegram-Start-haveNothing", run: "click" },
        { trigger: ".o-telegram-Start-register a[href='https://console.green-api.com']" },
        picture("start_register"),
        { trigger: ".modal .btn:contains('Enter Credentials')", run: "click" },
        fill("name", () => "Guided"),
        fill("id", () => "41 OO"),
        fill("token", () => "wrong"),
        { trigger: CONNECT, run: "click" },
        {
            content: "The field that is wrong is marked",
            trigger: "input[name='telegram_id'].is-invalid",
        },
        { trigger: ".o-telegram-Start-failure:contains('is not a number')" },
        {
            content: "The ID is taken with the blanks with which it was copied",
            trigger: "input[name='telegram_id']",
            run: (helpers) => helpers.edit(lent("telegram_id").replace(/^(..)(....)/, " $1 $2 ")),
        },
        {
            content: "The usual address is proposed",
            trigger: "input[name='telegram_url'][placeholder='https://4100.api.green-api.com']",
        },
        fill("url", () => lent("telegram_url")),
        { trigger: CONNECT, run: "click" },
        { trigger: ".o-telegram-Start-failure:contains('does not accept this instance ID')" },
        { content: "The token stays", trigger: "input[name='telegram_token']:value(/^wrong$/)" },
        picture("start_wrong_token"),
        fill("token", () => lent("telegram_token")),
        { trigger: CONNECT, run: "click" },
        { trigger: ".modal .o-telegram-SignIn-qr" },
        picture("start_sign_in"),
        { trigger: ".o-telegram-Start-back", run: "click" },
        {
            content: "The stored token need not be entered again",
            trigger: "input[name='telegram_token'][placeholder*='Leave empty']",
        },
        { trigger: "input[name='telegram_name']:value(Guided)" },
        picture("start_back"),
        { trigger: CONNECT, run: "click" },
        { trigger: ".modal .o-telegram-SignIn-qr" },
        { trigger: ".modal .btn:contains('Continue Later')", run: "click" },
        {
            trigger:
                "body:not(:has(.modal)) .o_form_view, body:not(:has(.modal)) .o_data_row, body:not(:has(.modal)) .o_kanban_record",
        },
    ],
});

registry.category("web_tour.tours").add("telegram_start_continue", {
    steps: () => [
        { content: "It offers what was begun", trigger: ".o-telegram-Start-continue" },
        picture("start_continue"),
        { trigger: ".o-telegram-Start-continue:contains('Guided')", run: "click" },
        { trigger: ".modal .o-telegram-SignIn-qr" },
        behind("The phone scans the code", () => onPhone("scan")),
        { trigger: "#o_telegram_polling:checked" },
        picture("start_receiving"),
        { trigger: ".modal .btn:contains('Continue Later')", run: "click" },
        { trigger: "body:not(:has(.modal))" },
    ],
});

registry.category("web_tour.tours").add("telegram_start_connected", {
    steps: () => [
        { trigger: ".o-telegram-Start-haveToken", run: "click" },
        fill("name", () => "Another name"),
        fill("id", () => lent("telegram_id")),
        fill("token", () => lent("telegram_token")),
        fill("url", () => lent("telegram_url")),
        { trigger: CONNECT, run: "click" },
        { trigger: ".o-telegram-Start-connected:contains('already connected as “Guided”')" },
        picture("start_connected"),
        { trigger: ".o-telegram-Start-openConnected", run: "click" },
        { trigger: "body:not(:has(.modal)) .o_form_view [name='name'] input:value(Guided)" },
    ],
});

// Started on the form of an account that was saved with a wrong token.
registry.category("web_tour.tours").add("telegram_start_wrong_token", {
    steps: () => [
        { trigger: "button[name='action_start']", run: "click" },
        { trigger: ".modal:contains('does not accept the API token')" },
        { trigger: ".modal .btn:contains('Continue Later')", run: "click" },
        {
            content: "The form says it, too",
            trigger: "body:not(:has(.modal)) .alert:contains('does not accept the API token')",
        },
        { trigger: "button[name='action_start']", run: "click" },
        { trigger: "input[name='telegram_token']" },
        { trigger: ".o-telegram-Start-failure:contains('does not accept the API token')" },
        picture("start_wrong_token_again"),
        { trigger: ".modal .btn:contains('Continue Later')", run: "click" },
        { trigger: "body:not(:has(.modal))" },
    ],
});

registry.category("web_tour.tours").add("telegram_start_again", {
    steps: () => [
        {
            isActive: ["mobile"],
            trigger: ".o_statusbar_buttons .dropdown-toggle, .o-statusbar-buttons-dropdown",
            run: "click",
        },
        { trigger: "button[name='action_start']", run: "click" },
        { content: "It goes on where it was closed", trigger: "#o_telegram_polling:checked" },
        { trigger: ".o-telegram-Start-choose", run: "click" },
        { trigger: ".o-telegram-StartTest-message:contains('will be sent shortly')" },
        picture("start_test"),
        behind("Send", () => runAction("send_cron_id")),
        { trigger: ".o-telegram-StartTest-message:contains('Waiting until GREEN-API reports it')" },
        behind("Receive", () => runAction("receive_cron_id")),
        { trigger: ".o-telegram-StartTest-looks input[name='scope'][value='off']", run: "click" },
        picture("start_looks"),
        { trigger: ".o-telegram-StartTest-save:enabled", run: "click" },
        {
            content: "Who has the right is selected",
            trigger: ".o-telegram-StartOperators label:contains('Start Seller') input:checked",
        },
        {
            trigger:
                ".o-telegram-StartOperators label:contains('Start Beginner') input:not(:checked)",
            run: "click",
        },
        picture("start_operators"),
        { trigger: ".o-telegram-Start-operators", run: "click" },
        { trigger: ".o-telegram-Start-done:contains('sent and received')" },
        picture("start_done"),
        { trigger: ".o-telegram-Start-finish", run: "click" },
        { trigger: "body:not(:has(.modal)) .o_form_view [name='state']:contains('Signed In')" },
        { trigger: ".o_form_view:not(:has(button[name='action_start']:contains('Continue')))" },
        picture("start_account"),
    ],
});
