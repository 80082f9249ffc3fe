import { registry } from "@web/core/registry";

import { inputFiles } from "@web/../tests/utils";

import { behind, chooseKind, onPhone, picture, runAction, showMore } from "./tour_helpers";

// Started by tests/test_composer_browser.py on the form of a contact.

/** Open the composer of the contact, with one kind of content. */
function open(kind) {
    return [{ trigger: ".o-telegram-Chatter-send:enabled", run: "click" }, ...chooseKind(kind)];
}

const send = { trigger: ".modal button[name='action_send']", run: "click" };

const warning = ".o-telegram-ChangedNumber:contains('+79998887766'):contains('+79998880099')";

registry.category("web_tour.tours").add("telegram_changed_number", {
    steps: () => [
        {
            content: "The form warns",
            trigger: ".o_form_view .alert:contains('+79998887766'):contains('+79998880099')",
        },
        {
            content: "No button of the row has to be scrolled for",
            trigger: ".o-mail-Chatter-topbar:has(.o-telegram-Chatter-send)",
            run() {
                const { scrollWidth, clientWidth } = this.anchor;
                if (scrollWidth > clientWidth) {
                    throw new Error(`The buttons need ${scrollWidth} of ${clientWidth} pixels`);
                }
            },
        },
        picture("changed_number_form"),
        { trigger: ".o-telegram-Chatter-send:enabled", run: "click" },
        { content: "The composer warns", trigger: `.modal ${warning}` },
        {
            content: "The number is shown beside the chat, not as if all were well",
            trigger:
                ".modal [name='preview']:contains('+79998887766'):has(.fa-exclamation-triangle):not(:has(.fa-check))",
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
        { trigger: ".modal [name='preview']:contains('+79998880099'):has(.fa-check)" },
        send,
        { trigger: ".o-mail-Message:contains('To the new number')" },
        {
            content: "The form does not ask again",
            trigger: ".o_form_view:not(:has(.alert:contains('+79998880099')))",
        },
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
        behind("Send the edit", () => runAction("send_cron_id")),
        {
            content: "The open chatter shows it by itself",
            trigger: `${sent}:contains('From the composer, edited')`,
        },
        { trigger: sent, run: "hover && click" },
        { trigger: `${sent} [title='Expand']`, run: "click" },
        picture("chatter_actions"),
        { trigger: ".o-mail-Message-moreMenu [name='telegram-delete']", run: "click" },
        { trigger: ".modal:contains('for the customer, too') .btn-primary", run: "click" },
        { trigger: "body:not(:has(.modal))" },
        behind("Send the deletion", () => runAction("send_cron_id")),
        { trigger: `${sent}:contains('Deleted in Telegram')` },
        picture("chatter_deleted"),
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

const text = ".modal [name='body'] textarea";

registry.category("web_tour.tours").add("telegram_draft", {
    steps: () => [
        { trigger: ".o-telegram-Chatter-send:enabled", run: "click" },
        { trigger: ".modal [name='preview'] .fa-check" },
        {
            content: "Five lines of text, and nothing that is rarely needed",
            trigger: `${text}[rows='5']`,
            run() {
                if (document.querySelector(".modal [name='kind'], .modal [name='url_file']")) {
                    throw new Error("What is rarely needed is shown at once");
                }
            },
        },
        { trigger: text, run: "edit Half a message" },
        picture("composer"),
        { trigger: ".modal .btn-close", run: "click" },
        { trigger: "body:not(:has(.modal))" },
        { trigger: ".o-telegram-Chatter-send:enabled", run: "click" },
        { content: "It was closed by accident", trigger: `${text}:value(Half a message)` },
        { trigger: text, run: "edit Half a message, and the rest" },
        send,
        { trigger: ".o-mail-Message:contains('and the rest')" },
        { trigger: ".o-telegram-Chatter-send:enabled", run: "click" },
        { content: "It was sent", trigger: `${text}:value(/^$/)`, run: "edit Not this" },
        {
            trigger: ".modal [special='cancel'], .modal-footer button:contains('Discard')",
            run: "click",
        },
        { trigger: "body:not(:has(.modal))" },
        { trigger: ".o-telegram-Chatter-send:enabled", run: "click" },
        { content: "It was discarded", trigger: `${text}:value(/^$/)` },
    ],
});

/** Create the steps that type a long text: only the last letter, as thousands take minutes. */
function typeLongText(length) {
    return [
        {
            trigger: text,
            run() {
                this.anchor.value = "x".repeat(length - 1);
            },
        },
        { trigger: text, run: "press x" },
    ];
}

registry.category("web_tour.tours").add("telegram_counter", {
    steps: () => [
        { trigger: ".o-telegram-Chatter-send:enabled", run: "click" },
        { trigger: `body:not(:has(.o-telegram-TextField-counter)) ${text}`, run: "edit Short" },
        ...typeLongText(3600),
        { trigger: ".o-telegram-TextField-counter.text-muted:contains('3600 / 4096')" },
        ...typeLongText(4099),
        {
            content: "While it is typed, before it is refused",
            trigger: ".o-telegram-TextField-counter.text-danger:contains('4099 / 4096')",
        },
        picture("counter"),
        ...showMore(),
        {
            content: "No empty line stands between the rows",
            trigger: ".modal [name='formatting'] input",
            run() {
                const { bottom } = document
                    .querySelector(".modal [name='kind'] .o_selection_badge")
                    .getBoundingClientRect();
                const gap = this.anchor.getBoundingClientRect().top - bottom;
                if (gap > 24) {
                    throw new Error(`${gap} pixels`);
                }
            },
        },
        picture("more"),
        { trigger: ".modal-footer button:contains('Discard')", run: "click" },
        { trigger: "body:not(:has(.modal))" },
    ],
});

const scheduled = ".o-mail-Scheduled-Message:has(.fa-telegram)";

/** Schedule a message for a date, typed as in the user's language. */
function schedule(words, date) {
    return [
        { trigger: ".o-telegram-Chatter-send:enabled", run: "click" },
        { trigger: text, run: `edit ${words}` },
        ...showMore(),
        {
            trigger: ".modal [name='scheduled_date'] input, .modal [name='scheduled_date'] button",
            run: "click",
        },
        { trigger: ".modal [name='scheduled_date'] input", run: `edit ${date} && press Enter` },
        { trigger: ".modal button[name='action_send']:contains('Schedule')", run: "click" },
        { trigger: `${scheduled}:contains("${words}")` },
    ];
}

registry.category("web_tour.tours").add("telegram_scheduled", {
    steps: () => [
        ...schedule("Our offer of spring", "03/20/2040 10:00:00"),
        {
            content: "Only at the top, with its date",
            trigger: `${scheduled}:contains('2040')`,
            run() {
                if (
                    document
                        .querySelector(".o-mail-Thread .o-mail-Message-body")
                        ?.textContent.includes("spring")
                ) {
                    throw new Error("It is among the messages, too");
                }
            },
        },
        { trigger: `${scheduled} .btn:contains('Edit')`, run: "click" },
        { trigger: ".modal [name='text'] textarea", run: "edit Our offer of autumn" },
        {
            trigger: ".modal [name='scheduled_date'] input, .modal [name='scheduled_date'] button",
            run: "click",
        },
        {
            trigger: ".modal [name='scheduled_date'] input",
            run: "edit 09/20/2041 10:00:00 && press Enter",
        },
        picture("scheduled_edit"),
        { trigger: ".modal button[name='action_save']", run: "click" },
        { trigger: `${scheduled}:contains('autumn'):contains('2041')` },
        ...schedule("Never", "03/20/2042 10:00:00"),
        picture("scheduled"),
        { trigger: `${scheduled}:contains('Never') .btn:contains('Cancel')`, run: "click" },
        { trigger: ".modal .btn-primary:contains('Cancel Message')", run: "click" },
        { trigger: `body:not(:has(${scheduled}:contains('Never')))` },
        { trigger: `${scheduled} .btn:contains('Send Now')`, run: "click" },
        {
            content: "Among the messages",
            trigger: ".o-mail-Thread .o-mail-Message:contains('autumn')",
        },
        { trigger: "body:not(:has(.o-mail-Scheduled-Message))" },
        behind("Send", () => runAction("send_cron_id")),
        { trigger: ".o-mail-Thread .o-mail-Message:contains('autumn') .fa-check" },
    ],
});

registry.category("web_tour.tours").add("telegram_many", {
    steps: () => [
        { trigger: ".o_list_view thead .o_list_record_selector input", run: "click" },
        { trigger: ".o_cp_action_menus .dropdown-toggle:contains('Actions')", run: "click" },
        { trigger: ".o-dropdown-item:contains('Send Telegram Message')", run: "click" },
        {
            content: "One line, and one for each reason",
            trigger: ".modal [name='preview']:contains('5 of 6'):contains('1 left out')",
            run() {
                if (
                    document
                        .querySelector(".modal [name='preview']")
                        .textContent.includes("Person 1")
                ) {
                    throw new Error("The names are not collapsed");
                }
            },
        },
        { trigger: ".modal :contains('{{ object.name }}')" },
        { content: "While it is typed", trigger: text, run: "edit Dear {{ object.secret }}" },
        { trigger: ".modal [name='example_problem']:contains('{{ object.secret }}')" },
        { trigger: text, run: "edit Dear {{ object.name }}, come tomorrow" },
        { trigger: ".modal [name='example']:contains('Dear Person 1, come tomorrow')" },
        picture("many"),
        { trigger: ".modal [name='show_all'] button", run: "click" },
        { trigger: ".modal [name='preview']:contains('Person 5'):contains('Silent')" },
        picture("many_all"),
        send,
        { trigger: ".o_notification:contains('queued: 5'):contains('1 left out')" },
        { trigger: ".o_list_view:not(:has(.o_data_row_selected))" },
        picture("many_sent"),
    ],
});

registry.category("web_tour.tours").add("telegram_proposed", {
    steps: () => [
        { trigger: ".o-telegram-Chatter-send.o-telegram-proposed" },
        { trigger: ".o-mail-Chatter-sendMessage", run: "click" },
        { trigger: ".o-telegram-Chatter-proposal:contains('no e-mail address')" },
        picture("proposed"),
        { trigger: ".o-telegram-Chatter-proposal button", run: "click" },
        { trigger: `.modal ${text.replace(".modal ", "")}` },
    ],
});

const file = ".o-mail-Chatter .o-mail-Message:contains('Both offers')";

registry.category("web_tour.tours").add("telegram_remove_file", {
    steps: () => [
        { trigger: `${file} .o-mail-AttachmentContainer:contains('a-first.txt')`, run: "hover" },
        {
            trigger: `${file} .o-mail-Attachment-unlink, ${file} .o-mail-AttachmentContainer [role='menuitem']`,
            run: "click",
        },
        {
            isActive: ["mobile"],
            trigger: ".o-dropdown-item:contains('Remove'), .modal",
            run: "click",
        },
        { trigger: ".modal:contains('The customer keeps it')" },
        picture("remove_file"),
        { trigger: ".modal button:contains('Delete in Odoo')", run: "click" },
        { trigger: `${file}:not(:has(.o-mail-AttachmentContainer:contains('a-first.txt')))` },
    ],
});

registry.category("web_tour.tours").add("telegram_delete_chat", {
    steps: () => [
        { trigger: ".o_form_view .o_cp_action_menus .dropdown-toggle", run: "click" },
        { trigger: ".o-dropdown-item:contains('Delete')", run: "click" },
        {
            content: "It takes the messages along",
            trigger: ".modal:contains('messages (2)'):contains('Nothing is deleted in Telegram')",
        },
        picture("delete_chat"),
        { trigger: ".modal .btn-primary:contains('Delete')", run: "click" },
        { trigger: "body:not(:has(.modal))" },
    ],
});
