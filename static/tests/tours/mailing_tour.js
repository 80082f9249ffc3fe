import { registry } from "@web/core/registry";

import { behind, call, picture } from "./tour_helpers";

// Started by tests/browser/test_mailing_browser.py, in the list of mailings.

const SAVE = ".o_form_button_save:visible";

/** Run the scheduled action of mailings, as Odoo's scheduler would. */
async function runMailings() {
    const domain = [["cron_name", "=", "Telegram: Send Mailings"]];
    const [cron] = await call("ir.cron", "search_read", [domain, ["id"]]);
    await call("ir.cron", "method_direct_trigger", [[cron.id]]);
}

registry.category("web_tour.tours").add("telegram_mailing_prepare", {
    steps: () => [
        {
            trigger: ".o_list_button_add, .o-kanban-button-new",
            run: "click",
        },
        { trigger: "[name='name'] input, [name='name'] textarea", run: "edit Spring Sale" },
        {
            trigger: "[name='recipient_mode'] .o_selection_badge:contains('Mailing Lists')",
            run: "click",
        },
        { trigger: "[name='list_ids'] input", run: "edit Regular" },
        {
            // On a phone, the lists are shown in a dialog.
            trigger:
                ".o-autocomplete--dropdown-item:contains('Regular Customers'), .modal .o_kanban_record:contains('Regular Customers')",
            run: "click",
        },
        { trigger: "[name='list_ids'] .o_tag:contains('Regular Customers')" },
        {
            trigger: ".tab-pane.active [name='body'] textarea",
            run: "edit Good day, {{ object.name }}! Everything is half the price.",
        },
        { trigger: SAVE, run: "click" },
        { trigger: ".alert:contains('3 messages are sent by')" },
        picture("mailing_plan"),
        { trigger: ".nav-link[name='preview']", run: "click" },
        { trigger: "[name='preview']:contains('Vasilisa Ivanova')" },
        { trigger: "[name='preview']:contains('the same chat or phone number')" },
        picture("mailing_preview"),
        { trigger: ".nav-link[name='message']", run: "click" },
        ...openMenu("action_test"),
        { trigger: "button[name='action_test']", run: "click" },
        { trigger: ".modal [name='partner_id']" },
        picture("mailing_test"),
        { trigger: ".modal button[name='action_send']", run: "click" },
        { trigger: ".o_notification:contains('The test is sent to')" },
        { trigger: "button[name='action_start']", run: "click" },
        { trigger: ".modal:contains('sent to all recipients') .btn-primary", run: "click" },
        { trigger: ".o-telegram-Progress:contains('being collected')" },
        behind("The recipients are collected", runMailings),
        { trigger: ".o-telegram-Progress:contains('1 of 4 handled')" },
        picture("mailing_sending"),
        ...openMenu("action_pause"),
        { trigger: "button[name='action_pause']", run: "click" },
        { trigger: ".alert:contains('You can change the text now')" },
        {
            content: "The button has reloaded the form, which discards what is typed before",
            trigger: ".o_form_view:not(:has(button[disabled='1']))",
        },
        {
            trigger: ".tab-pane.active [name='body'] textarea",
            run: "edit Good day, {{ object.name }}! Until Friday, everything is half the price.",
        },
        { trigger: SAVE, run: "click" },
        { trigger: ".o_form_saved" },
        ...openMenu("action_resume"),
        { trigger: "button[name='action_resume']" },
        picture("mailing_paused"),
        { trigger: "button[name='action_resume']", run: "click" },
        { trigger: "body:not(:has(.alert:contains('You can change the text now')))" },
        ...openMenu("action_pause"),
        { trigger: "button[name='action_pause']" },
        behind("The new text is queued", runMailings),
    ],
});

registry.category("web_tour.tours").add("telegram_mailing_report", {
    steps: () => [
        {
            trigger:
                ".o_data_row .o_data_cell:contains('Spring Sale'), .o_kanban_record:contains('Spring Sale')",
            run: "click",
        },
        { trigger: ".o-telegram-Progress:contains('4 of 4 handled')" },
        picture("mailing_report"),
        ...openFigure("Answered"),
        { trigger: ".o_action_manager:contains('Yes, please!')" },
        picture("mailing_answers"),
        { trigger: ".breadcrumb-item a:contains('Spring Sale'), .o_back_button", run: "click" },
        { trigger: ".o-telegram-Progress:contains('4 of 4 handled')" },
        ...openFigure("Over Time"),
        { trigger: ".o_graph_renderer canvas" },
        picture("mailing_over_time"),
    ],
});

/** Create the steps that open the menu of buttons, if this one is in it, as on a phone. */
function openMenu(button) {
    return [
        {
            content: "Open the menu of buttons, if there is one",
            trigger: ".o_form_statusbar",
            run() {
                if (!document.querySelector(`.o_statusbar_buttons button[name='${button}']`)) {
                    document
                        .querySelector(".o_statusbar_buttons .o-dropdown:not(.d-none)")
                        ?.click();
                }
            },
        },
    ];
}

/** Create the steps that open a figure, which may be in the menu of further ones. */
function openFigure(label) {
    return [
        {
            content: `Open the figure ${label}`,
            trigger: ".oe_stat_button",
            async run() {
                const find = () =>
                    [...document.querySelectorAll(".oe_stat_button")].find((each) =>
                        each.textContent.includes(label)
                    );
                if (!find()) {
                    document.querySelector(".o_button_more")?.click();
                    await new Promise(requestAnimationFrame);
                    await new Promise(requestAnimationFrame);
                }
                find().click();
            },
        },
    ];
}
