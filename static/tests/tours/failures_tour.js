import { registry } from "@web/core/registry";

registry.category("web_tour.tours").add("telegram_green_api.failures", {
    steps: () => [
        {
            content: "Open the messaging menu",
            trigger: ".o_menu_systray .dropdown-toggle:has(i[aria-label='Messages'])",
            run: "click",
        },
        {
            content: "Open the failures of Telegram",
            trigger: ".o-mail-NotificationItem:contains('Telegram Failure: Contact')",
            run: "click",
        },
        {
            content: "Both messages are there, and it is our list",
            trigger:
                ".o_list_view:has(.o_data_row:contains('Not taken')):has(.o_data_row:contains('Cut off'))",
        },
        {
            content: "Messages that are all right are not",
            trigger: ".o_list_view:not(:has(.o_data_row:contains('Well sent')))",
        },
        {
            content: "Open the one that failed",
            trigger: ".o_data_row:contains('Not taken') .o_data_cell[name='display_name']",
            run: "click",
        },
        {
            content: "The reason and the way out are there",
            trigger: ".o_form_view:contains('The service refused it')",
        },
        {
            trigger: "button[name='action_retry']:contains('Retry')",
        },
    ],
});

registry.category("web_tour.tours").add("telegram_green_api.own_message_of_sender", {
    steps: () => [
        {
            content: "The chat has the customer's name",
            trigger: ".o_form_view .o_field_widget[name='chat_label']:contains('Vasilisa')",
        },
        {
            content: "It is no link",
            trigger: ".o_form_view:not(:has(.o_field_widget[name='chat_id']))",
        },
    ],
});
