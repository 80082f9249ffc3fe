import { registry } from "@web/core/registry";
import { inputFiles } from "@web/../tests/utils";
import { behind, chooseKind, onPhone, picture, runAction } from "./tour_helpers";

// Started by tests/test_kinds_browser.py.
const CUSTOMER_CHAT = "10000000";

/** Open the composer of the open record, and select what to send. */
function compose(kind) {
    return [
        { trigger: ".o-telegram-Chatter-send:enabled", run: "click" },
        { content: "The person is reached", trigger: ".modal [name='preview'] .fa-check" },
        ...chooseKind(kind),
    ];
}

/** Send the message, and wait until it is in the chatter. */
function send(shown) {
    return [
        picture(`compose_${shown.replace(/\W+/g, "_").toLowerCase()}`),
        { trigger: ".modal button[name='action_send']", run: "click" },
        { trigger: `.o-mail-Message:contains("${shown}")` },
    ];
}

function fill(field, value, tag = "input") {
    return { trigger: `.modal [name="${field}"] ${tag}`, run: `edit ${value}` };
}

const KINDS = () => [
    ...compose("Text and files"),
    fill("body", "Our offer", "textarea"),
    {
        trigger: ".modal [name='attachment_ids']",
        run: () =>
            inputFiles(".modal [name='attachment_ids'] .o_input_file", [
                new File(["An offer"], "offer.txt", { type: "text/plain" }),
            ]),
    },
    { trigger: ".modal .o_attachment:contains('offer.txt')" },
    ...send("Our offer"),
    ...compose("Text and files"),
    fill("url_file", "https://example.com/price-list.png"),
    ...send("price-list.png"),
    ...compose("Location"),
    fill("coordinates", "55.751244, 37.618423"),
    ...send("Location: 55.751244, 37.618423"),
    ...compose("Contact"),
    fill("contact_phone", "+79990001122"),
    fill("contact_first_name", "Jane"),
    fill("contact_last_name", "Doe"),
    ...send("Contact: Jane Doe"),
    ...compose("Poll"),
    fill("poll_question", "When do we deliver?"),
    {
        trigger: ".modal [name='poll_options'] textarea",
        run: (helpers) => helpers.edit("Today\nTomorrow"),
    },
    ...send("When do we deliver?"),
    ...compose("Text and files"),
    fill("body", "That is all", "textarea"),
    ...send("That is all"),
    behind("Send, and the customer reads", async () => {
        await runAction("send_cron_id");
        await runAction("receive_cron_id");
        await onPhone("read", { chatId: CUSTOMER_CHAT });
        await runAction("receive_cron_id");
    }),
    ...["Our offer", "price-list.png", "Location:", "Jane Doe", "deliver?", "That is all"].map(
        (shown) => ({
            content: `${shown}: read`,
            trigger: `.o-mail-Message:contains("${shown}") .o-telegram-read`,
        })
    ),
];

registry.category("web_tour.tours").add("telegram_kinds", {
    steps: () => [...KINDS(), picture("kinds")],
});

registry.category("web_tour.tours").add("telegram_mailing", {
    steps: () => [
        { trigger: ".o_list_view thead .o_list_record_selector input", run: "click" },
        { trigger: ".o_cp_action_menus .dropdown-toggle:contains('Actions')", run: "click" },
        { trigger: ".o-dropdown-item:contains('Send Telegram Message')", run: "click" },
        {
            content: "Who gets it",
            trigger: ".modal [name='preview']:contains('Vasilisa Ivanova')",
        },
        {
            content: "Who does not, and why",
            trigger: ".modal [name='preview']:contains('Without Phone')",
        },
        fill("body", "Hello {{ object.name }}", "textarea"),
        picture("mailing"),
        { trigger: ".modal button[name='action_send']", run: "click" },
        picture("mailing_queued"),
        { trigger: ".o-telegram-Notification button:contains('View Messages')", run: "click" },
        behind("Send", () => runAction("send_cron_id")),
        {
            trigger: ".o_data_row:contains('Hello Vasilisa Ivanova') [name='display_name']",
            run: "click",
        },
        { trigger: ".o_form_view [name='text']:contains('Hello Vasilisa Ivanova')" },
        picture("mailing_message"),
        { trigger: "button[name='action_edit']", run: "click" },
        fill("text", "Good day", "textarea"),
        picture("mailing_edit"),
        { trigger: ".modal button[name='action_save']", run: "click" },
        { trigger: "body:not(:has(.modal))" }, // the change is queued
        behind("Send the change", () => runAction("send_cron_id")),
        { trigger: "body:not(:has(.modal)) button[name='action_forward']", run: "click" },
        { trigger: ".modal button[name='action_forward']" },
        picture("mailing_forward"),
        { trigger: ".modal .btn-close", run: "click" },
        { trigger: "body:not(:has(.modal))" },
    ],
});
