import { registry } from "@web/core/registry";

import { picture } from "./tour_helpers";

// Started by tests/browser/test_record_browser.py in the conversation of a customer in Discuss.

registry.category("web_tour.tours").add("telegram_create_record", {
    steps: () => [
        { trigger: ".o-mail-Message:contains('Two red ones, please.')" },
        {
            trigger: ".o-mail-DiscussContent-header button[title='Create Record']",
            run: "click",
        },
        { trigger: ".modal .o_field_widget[name='message_ids']:contains('Two red ones')" },
        { trigger: ".modal .o_field_widget[name='model'] input", run: "click" },
        { trigger: ".o-dropdown-item:contains(/^Contact$/)", run: "click" },
        picture("create_record"),
        { trigger: ".modal button[name='action_create']", run: "click" },
        { trigger: ".o_form_view .o_field_widget[name='name']" },
        { trigger: ".o-mail-Chatter .o-mail-Message:contains('Two red ones, please.')" },
        picture("created_record"),
    ],
});
