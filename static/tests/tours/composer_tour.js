import { registry } from "@web/core/registry";

import { inputFiles } from "@web/../tests/utils";

import { behind, chooseKind, onPhone, picture, runAction } from "./tour_helpers";

// Started by tests/test_composer_browser.py on the form of a contact.

/** Open the composer of the contact, with one kind of content. */
function open(kind) {
    return [
        { trigger: ".o-telegram-Chatter-send:enabled", run: "click" },
        ...chooseKind(kind),
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
        {
            trigger: ".modal .o-telegram-ChangedNumber [name='action_use_new_number']",
            run: "click",
        },
        {
            content: "The text is still there",
            trigger:
                ".modal:not(:has(.o-telegram-ChangedNumber)) [name='body'] textarea:value(To the new number)",
        },
        { trigger: ".modal [name='preview']:contains('+79998880099')" },
        send,
        { trigger: ".o-mail-Message:contains('To the new number')" },
    ],
});

registry.category("web_tour.tours").add("telegram_files", {
    steps: () => [
        ...open("Text and files"),
        { trigger: ".modal [name='body'] textarea:visible", run: "edit Both offers" },
        {
            trigger: ".modal [name='attachment_ids']",
            run: () =>
                inputFiles(".modal [name='attachment_ids'] .o_input_file", [
                    new File(["First"], "a-first.txt", { type: "text/plain" }),
                    new File(["Second"], "b-second.txt", { type: "text/plain" }),
                ]),
        },
        { trigger: ".modal .o_attachment:contains('b-second.txt')" },
        send,
        { trigger: ".o-mail-Message:contains('Both offers')" },
    ],
});

const answer = ".o-mail-Chatter .o-mail-Message:contains('An answer')";

registry.category("web_tour.tours").add("telegram_live", {
    steps: () => [
        { trigger: ".o-telegram-Chatter-send:enabled" },
        { trigger: ".o_form_view:not(:has(button[name='action_open_telegram']))" },
        behind("The customer writes", async () => {
            await onPhone("incoming", { chatId: "10000000", message: "An answer" });
            await runAction("receive_cron_id");
        }),
        { content: "The message appears in the open chatter", trigger: answer },
        {
            isActive: ["desktop"],
            content: "The smart button appears, too",
            trigger: "button[name='action_open_telegram']",
        },
        picture("live_answer"),
    ],
});

const sent = ".o-mail-Chatter .o-mail-Message:contains('From the composer')";

/** Choose an action of the sent message in the chatter, as the administrator. */
function choose(action) {
    return [
        { trigger: sent, run: "hover && click" },
        { trigger: `${sent} [title='Expand']`, run: "click" },
        { trigger: `.o-mail-Message-moreMenu [name='telegram-${action}']`, run: "click" },
    ];
}

registry.category("web_tour.tours").add("telegram_chatter_actions", {
    steps: () => [
        ...open("Text and files"),
        { trigger: ".modal [name='body'] textarea:visible", run: "edit From the composer" },
        send,
        { trigger: sent },
        behind("Send", () => runAction("send_cron_id")),
        {
            content: "A local reaction would reach nobody",
            trigger: `${sent}:not(:has([name='reaction']))`,
        },
        ...choose("forward"),
        picture("chatter_forward"),
        { trigger: ".modal:contains('Forward') .btn-close", run: "click" },
        { trigger: sent, run: "hover && click" },
        { trigger: `${sent} [name='telegram-edit']`, run: "click" },
        { trigger: ".modal [name='text'] textarea", run: "edit From the composer, edited" },
        { trigger: ".modal button[name='action_save']", run: "click" },
        { trigger: "body:not(:has(.modal))" },
        { trigger: sent, run: "hover && click" },
        { trigger: `${sent} [title='Expand']`, run: "click" },
        picture("chatter_actions"),
        { trigger: ".o-mail-Message-moreMenu [name='telegram-delete']", run: "click" },
        { trigger: ".modal:contains('for the customer, too') .btn-primary", run: "click" },
        { trigger: "body:not(:has(.modal))" },
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
