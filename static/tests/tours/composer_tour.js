import { registry } from "@web/core/registry";

import { picture } from "./tour_helpers";

// Started by tests/test_composer_browser.py on the form of a contact.

/** Open the composer of the contact, with one kind of content. */
function open(kind) {
    return [
        { trigger: ".o-telegram-Chatter-send:enabled", run: "click" },
        {
            trigger: `.modal [name='kind'] .o_selection_badge:contains("${kind}")`,
            run: "click",
        },
    ];
}

const send = { trigger: ".modal button[name='action_send']", run: "click" };

registry.category("web_tour.tours").add("telegram_location", {
    steps: () => [
        ...open("Location"),
        { trigger: ".modal [name='as_address'] input:checked", run: "click" },
        {
            content: "A latitude alone is refused: Odoo adds no zero",
            trigger: ".modal [name='coordinates'] input",
            run: "edit 55.7558",
        },
        send,
        { trigger: ".modal:contains('latitude and longitude')" },
        { trigger: ".modal:contains('latitude and longitude') .modal-footer button", run: "click" },
        {
            trigger: ".modal [name='coordinates'] input",
            run: "edit https://www.google.com/maps/@55.7558,37.6173,15z",
        },
        picture("location"),
        send,
        { trigger: ".o-mail-Message:contains('Location: 55.755800, 37.617300')" },
    ],
});
