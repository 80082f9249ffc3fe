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

const warning = ".o-telegram-ChangedNumber:contains('+79998887766'):contains('+79998880099')";

registry.category("web_tour.tours").add("telegram_changed_number", {
    steps: () => [
        {
            content: "The form warns",
            trigger: ".o_form_view .alert:contains('+79998887766'):contains('+79998880099')",
        },
        picture("changed_number_form"),
        { trigger: ".o-telegram-Chatter-send:enabled", run: "click" },
        { content: "The composer warns", trigger: `.modal ${warning}` },
        {
            content: "The number is shown beside the chat",
            trigger: ".modal [name='preview']:contains('+79998887766')",
        },
        { trigger: ".modal [name='body'] textarea:visible", run: "edit To the new number" },
        picture("changed_number"),
        { trigger: ".modal .o-telegram-ChangedNumber [name='action_use_new_number']", run: "click" },
        {
            content: "The text is still there",
            trigger: ".modal:not(:has(.o-telegram-ChangedNumber)) [name='body'] textarea:value(To the new number)",
        },
        { trigger: ".modal [name='preview']:contains('+79998880099')" },
        send,
        { trigger: ".o-mail-Message:contains('To the new number')" },
    ],
});

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
