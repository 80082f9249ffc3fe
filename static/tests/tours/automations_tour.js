import { registry } from "@web/core/registry";

import { picture } from "./tour_helpers";

// Started by tests/browser/test_automations_browser.py in the list of automations.

/** Switch a rule on, and wait until the list shows it. */
function switchOn(name) {
    const row = `.o_data_row:contains('${name}')`;
    return [
        { trigger: `${row} button[name='action_switch_on']`, run: "click" },
        { trigger: `${row} button[name='action_switch_off']` },
    ];
}

registry.category("web_tour.tours").add("telegram_automations", {
    steps: () => [
        ...switchOn("Invoice Posted"),
        ...switchOn("Invoice Overdue"),
        ...switchOn("Payment Received"),
        picture("automations"),
        { trigger: ".o_data_row:contains('Invoice Overdue') td[name='name']", run: "click" },
        { trigger: ".o_form_view .o_field_widget[name='second_channel']" },
        picture("automation"),
    ],
});
