import { registry } from "@web/core/registry";

import { picture } from "./tour_helpers";

// Started by tests/browser/test_automations_browser.py in the list of automations.

/** Return the selector of an element of a rule, in the list or in the cards of a narrow screen. */
function inRow(name, selector) {
    return ["o_data_row", "o_kanban_record"]
        .map((row) => `.${row}:contains('${name}') ${selector}`)
        .join(", ");
}

/** Switch a rule on, and wait until the list shows it. */
function switchOn(name) {
    const button = (action) => inRow(name, `button[name='${action}']`);
    return [
        { trigger: button("action_switch_on"), run: "click" },
        { trigger: button("action_switch_off") },
    ];
}

registry.category("web_tour.tours").add("telegram_automations_on", {
    steps: () => [
        ...switchOn("Invoice Posted"),
        ...switchOn("Invoice Overdue"),
        ...switchOn("Payment Received"),
        picture("automations"),
        {
            trigger:
                ".o_data_row:contains('Invoice Overdue') td[name='name'], " +
                ".o_kanban_record:contains('Invoice Overdue')",
            run: "click",
        },
        { trigger: ".o_form_view .o_field_widget[name='second_channel']" },
        picture("automation"),
    ],
});
