import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";

import { behind, lent, picture } from "./tour_helpers";

// Started by tests/test_partner_browser.py on the list of partners, which is empty.

/** Perform an action on the phone of the instance that the tour created. */
async function onNewPhone(what, body = {}) {
    const url = `${lent("telegram_url")}/control/instances/${lent("telegram_new_id")}/${what}`;
    await fetch(url, { method: "POST", mode: "no-cors", body: JSON.stringify(body) });
}

/** Click a button of the form; those of the header are in a menu on a phone. */
function header(name) {
    return [
        {
            isActive: ["mobile"],
            trigger: ".o_statusbar_buttons .dropdown-toggle, .o-statusbar-buttons-dropdown",
            run: "click",
        },
        { trigger: `button[name='${name}']`, run: "click" },
    ];
}

/** Return the selector of an instance's row in the list or, on a phone, of its card. */
function row(name) {
    return `.o_data_row:contains("${name}"), .o_kanban_record:contains("${name}")`
        .split(", ")
        .map((selector) => `[name='line_ids'] ${selector}`)
        .join(", ");
}

function button(name, action) {
    return row(name)
        .split(", ")
        .map((selector) => `${selector} [name='${action}']`)
        .join(", ");
}

registry.category("web_tour.tours").add("telegram_api_partner_create", {
    steps: () => [
        { trigger: ".o_list_button_add, .o-kanban-button-new", run: "click" },
        { trigger: "[name='name'] input", run: "edit Our partner" },
        {
            trigger: "[name='api_token_new'] input",
            run: (helpers) => helpers.edit(lent("telegram_partner_token")),
        },
        { trigger: "[name='api_url'] input", run: (h) => h.edit(lent("telegram_url")) },
        { trigger: "[name='instance_url'] input", run: (h) => h.edit(lent("telegram_url")) },
        ...stepUtils.saveForm(),
        ...header("action_refresh"),
        { trigger: ".o_notification:contains('Instances found: 1')" },
        { content: "The token is not shown", trigger: "[name='api_token_new'] input:value(/^$/)" },
        { trigger: row("Old shop") },
        picture("partner_list"),
        ...header("action_create_instance"),
        { trigger: ".modal [name='name'] input", run: "edit Branch" },
        picture("partner_create"),
        { trigger: ".modal button[name='action_create_instance']", run: "click" },
        { trigger: ".modal:contains('costs money') .btn-primary:contains('Ok')", run: "click" },
        { content: "The guided start goes on", trigger: ".modal .o-telegram-SignIn-qr" },
        picture("partner_sign_in"),
        behind("The phone scans the code", () => onNewPhone("scan")),
        { trigger: ".o-telegram-Start-choose", run: "click" },
        { trigger: ".o-telegram-StartTest-message:contains('will be sent shortly')" },
        { trigger: ".o-telegram-Start-skip", run: "click" },
        { trigger: ".o-telegram-Start-operators", run: "click" },
        { trigger: ".o-telegram-Start-done:contains('Branch is connected')" },
        { trigger: ".modal .btn:contains('Close')", run: "click" },
        { trigger: "body:not(:has(.modal))" },
    ],
});

// Started on the form of a partner; GREEN-API answers with an account that is connected already.
registry.category("web_tour.tours").add("telegram_api_partner_connected", {
    steps: () => [
        { trigger: "button[name='action_create_instance']", run: "click" },
        { trigger: ".modal [name='name'] input", run: "edit Branch" },
        { trigger: ".modal button[name='action_create_instance']", run: "click" },
        { trigger: ".modal:contains('costs money') .btn-primary:contains('Ok')", run: "click" },
        {
            content: "It is not renamed or replaced",
            trigger: ".modal:contains('already connected as “Old shop”')",
        },
        picture("partner_connected"),
        { trigger: ".modal:contains('already connected') .modal-footer .btn", run: "click" },
        { trigger: ".modal [name='name'] input:value(Branch)" },
        { trigger: ".modal .o_form_button_cancel, .modal button[special='cancel']", run: "click" },
        { trigger: "body:not(:has(.modal))" },
        ...header("action_refresh"),
        { trigger: ".o_notification:contains('Instances found: 1')" },
        {
            content: "It cannot be connected from the list, either",
            trigger: row("Old shop"),
        },
        { trigger: `body:not(:has([name='line_ids'] [name='action_connect']:visible))` },
        picture("partner_connected_list"),
    ],
});

registry.category("web_tour.tours").add("telegram_api_partner_delete", {
    steps: () => [
        { trigger: button("Branch", "action_delete"), run: "click" },
        { trigger: ".modal .alert:contains('will not be sent: 1')" },
        picture("partner_delete"),
        { trigger: ".modal button[name='action_delete']:visible", run: "click" },
        { trigger: ".modal .alert:contains('could not be signed out')" },
        picture("partner_delete_problem"),
        { trigger: ".modal button[name='action_delete']:visible", run: "click" },
        { trigger: ".o_notification:contains('was deleted')" },
        { trigger: "body:not(:has(.modal))" },
        { trigger: row("Deleted") },
        picture("partner_deleted"),
    ],
});
