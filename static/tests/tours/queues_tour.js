import { registry } from "@web/core/registry";

import { picture } from "./tour_helpers";

// Started by tests/test_queues_browser.py on the form of an instance.

registry.category("web_tour.tours").add("telegram_queues", {
    steps: () => [
        { trigger: ".nav-link[name='queues']", run: "click" },
        picture("queues_page"),
        { trigger: "button[name='action_open_queues']", run: "click" },
        { trigger: ".modal .o_data_row:contains('Held up there')" },
        picture("queues"),
        { trigger: ".modal button[name='action_clear_messages']", run: "click" },
        {
            trigger: ".modal:contains('deleted and not sent') .btn-primary:contains('Ok')",
            run: "click",
        },
        { trigger: ".o_notification:contains('Canceled messages of Odoo: 1')" },
        { trigger: ".modal:contains('No messages are queued')" },
        { trigger: ".modal button[name='action_clear_webhooks']", run: "click" },
        { trigger: ".modal:contains('once a minute') .btn-primary:contains('Ok')", run: "click" },
        { trigger: ".o_notification:contains('Fetch Missed Messages')" },
        {
            trigger: ".o_notification:contains('Fetch Missed') button:contains('Response')",
            run: "click",
        },
        { trigger: ".o-telegram-Response-raw:contains('isCleared')" },
        picture("queues_response"),
        { trigger: ".modal:has(.o-telegram-Response-raw) .btn-primary", run: "click" },
        {
            trigger:
                "body:not(:has(.o-telegram-Response-raw)) .modal .btn-secondary:contains('Close')",
            run: "click",
        },
        { trigger: "body:not(:has(.modal)) .nav-link[name='queues']", run: "click" },
        { trigger: "button[name='action_open_journals']", run: "click" },
        { trigger: ".o_data_row:contains('Nobody heard'):contains('Missing in Odoo')" },
        picture("journals"),
        { trigger: "button[name='action_fetch_missing']", run: "click" },
        { trigger: ".o_notification:contains('1 missed message was imported')" },
        { trigger: ".o_breadcrumb .o_back_button, .breadcrumb-item a", run: "click" },
        { trigger: ".nav-link[name='queues']", run: "click" },
        { trigger: "button[name='action_open_journals']", run: "click" },
        { trigger: ".o_searchview_facet:contains('Differences') .o_facet_remove", run: "click" },
        { trigger: ".o_data_row:contains('Nobody heard'):contains('None'):contains('Received')" },
        { trigger: ".o_data_row:contains('Nobody heard') .o_data_cell[name='text']", run: "click" },
        { trigger: ".o_form_view .o_field_widget[name='raw']:contains('Nobody heard')" },
        picture("journal_entry"),
    ],
});
