import { registry } from "@web/core/registry";

import { behind, call, lent, picture, runAction } from "./tour_helpers";

/** Choose an action in the Action menu of a form. */
function chooseInMenu(name) {
    return [
        { trigger: ".o_form_view .o_cp_action_menus .dropdown-toggle", run: "click" },
        { trigger: `.o-dropdown-item:contains("${name}")`, run: "click" },
    ];
}

registry.category("web_tour.tours").add("telegram_green_api.send_invoice", {
    steps: () => [
        ...chooseInMenu("Send by Telegram"),
        {
            content: "Telegram is chosen",
            trigger: ".modal .o_field_widget[name='sending_method_checkboxes'] input:checked",
        },
        {
            content: "The text is there, with the link, and may be changed at once",
            trigger:
                ".modal .o_field_widget[name='telegram_body'] textarea:value(/access_token/):focus",
            run: "edit Here is your invoice",
        },
        { trigger: ".modal .o_field_widget[name='telegram_partner_id']" },
        {
            content: "The PDF goes along",
            trigger: ".modal .o_field_widget[name='telegram_file_name']:contains('.pdf')",
        },
        { trigger: ".modal button[name='action_send_and_print']", run: "click" },
        {
            content: "It stands in the chatter, with the PDF",
            trigger: ".o-mail-Message:contains('Here is your invoice'):contains('.pdf')",
        },
        { content: "Odoo says that it was sent", trigger: ".ribbon:contains('Sent')" },
    ],
});

registry.category("web_tour.tours").add("telegram_green_api.invoice_to_new_number", {
    steps: () => [
        ...chooseInMenu("Send by Telegram"),
        {
            trigger:
                ".modal .o-telegram-ChangedNumber:contains('+79998887766') [name='action_unlink_partner']",
            run: "click",
        },
        { trigger: ".modal:not(:has(.o-telegram-ChangedNumber))" },
        { trigger: ".modal button[name='action_send_and_print']", run: "click" },
        { trigger: ".ribbon:contains('Sent')" },
    ],
});

// Nothing is reloaded by hand: the user still has the invoice open.
registry.category("web_tour.tours").add("telegram_green_api.refused_while_open", {
    steps: () => [
        ...chooseInMenu("Send by Telegram"),
        { trigger: ".modal button[name='action_send_and_print']", run: "click" },
        { trigger: "body:not(:has(.modal)) .ribbon:contains('Sent')" },
        behind("Telegram refuses it", () => runAction("send_cron_id")),
        { trigger: ".o_form_view:not(:has(.ribbon:contains('Sent')))" },
        { trigger: ".o-mail-Message:contains('no longer marked as sent')" },
        picture("refused_while_open"),
    ],
});

registry.category("web_tour.tours").add("telegram_green_api.refused_invoice", {
    steps: () => [
        { trigger: ".o_searchview_dropdown_toggler", run: "click" },
        { trigger: ".o-dropdown-item:contains('Telegram Failed')", run: "click" },
        { trigger: ".o_searchview_facet:contains('Telegram Failed')" },
        { trigger: ".o_data_row .o_data_cell:contains('Vasilisa')", run: "click" },
        { trigger: ".o-mail-Message:contains('no longer marked as sent')" },
        { trigger: ".o_form_view:not(:has(.ribbon:contains('Sent')))" },
    ],
});

registry.category("web_tour.tours").add("telegram_green_api.send_invoices", {
    steps: () => [
        { trigger: ".o_list_view thead .o_list_record_selector input", run: "click" },
        { trigger: ".o_cp_action_menus .dropdown-toggle:contains('Actions')", run: "click" },
        {
            trigger: ".o-dropdown-item:contains('Send Invoices by Telegram')",
            run: "click",
        },
        {
            content: "Who gets it",
            trigger: ".modal .o_field_widget[name='summary_data']:contains('1 invoice(s)')",
        },
        {
            content: "Who does not, and why",
            trigger: ".modal .alert:contains('is not posted')",
        },
        { trigger: ".modal button[name='action_send_and_print']", run: "click" },
        { trigger: ".o_notification:contains('in the background')" },
    ],
});

registry.category("web_tour.tours").add("telegram_green_api.remind", {
    steps: () => [
        { isActive: ["mobile"], trigger: ".o_control_panel .o_button_more", run: "click" },
        { trigger: "button:contains('Remind'):visible", run: "click" },
        {
            content: "What is due, for how long, and where to pay",
            trigger:
                ".modal [name='body'] textarea:value(/28 days late[^]*access_token[^]*14 days late/)",
        },
        picture("remind"),
        { trigger: ".modal button[name='action_send']", run: "click" },
        { trigger: ".o-mail-Message:contains('28 days late')" },
    ],
});

// Started on another invoice that the reminder names.
registry.category("web_tour.tours").add("telegram_green_api.reminded", {
    steps: () => [
        {
            content: "It shows the reminder, and that it was sent",
            trigger:
                ".o-mail-Message:contains('28 days late'):has(.o-mail-Message-notification .fa-check)",
        },
        picture("reminded"),
        { isActive: ["mobile"], trigger: ".o_control_panel .o_button_more", run: "click" },
        { trigger: "button:contains('Remind'):visible", run: "click" },
        {
            content: "Whoever reminds the customer once more, is told of the first time",
            trigger: ".modal .alert-warning:contains('A reminder was sent by Telegram on')",
            run() {
                if (this.anchor.scrollWidth > this.anchor.clientWidth) {
                    throw new Error("The name is wider than the warning");
                }
            },
        },
        picture("remind_again"),
    ],
});

registry.category("web_tour.tours").add("telegram_green_api.remind_many", {
    steps: () => [
        { trigger: ".o_list_view thead .o_list_record_selector input", run: "click" },
        { trigger: ".o_cp_action_menus .dropdown-toggle:contains('Actions')", run: "click" },
        {
            trigger: ".o-dropdown-item:contains('Send Payment Reminder by Telegram')",
            run: "click",
        },
        {
            content: "One message for each customer",
            trigger: ".modal [name='preview']:contains('Recipients: 2 of 2')",
        },
        { trigger: ".modal [name='example']:contains('Customer 1'):contains('7 days late')" },
        { trigger: ".modal :contains('{{ object.telegram_overdue_list }}')" },
        picture("remind_many"),
        { trigger: ".modal button[name='action_send']", run: "click" },
        { trigger: ".o_notification:contains('queued: 2')" },
    ],
});

registry.category("web_tour.tours").add("telegram_green_api.sent_in_background", {
    steps: () => [
        { trigger: ".o_list_view thead .o_list_record_selector input", run: "click" },
        { trigger: ".o_cp_action_menus .dropdown-toggle:contains('Actions')", run: "click" },
        { trigger: ".o-dropdown-item:contains('Send Invoices by Telegram')", run: "click" },
        { trigger: ".modal button[name='action_send_and_print']", run: "click" },
        {
            content: "How many, and who is left out",
            trigger:
                ".o_notification:contains('background: 1'):contains('1 not sent'):contains('Vasilisa')",
        },
        picture("sending_invoices"),
        { trigger: ".o_data_row:contains('Vasilisa'):not(:contains('Sent'))" },
        behind("Odoo sends them", () =>
            call("ir.cron", "method_direct_trigger", [[Number(lent("invoice_cron"))]])
        ),
        {
            content: "Nobody reloads the list",
            trigger: ".o_data_row:contains('Vasilisa'):contains('Sent')",
        },
        { trigger: ".o_notification:contains('Invoices sent')" },
        picture("sent_invoices"),
        { trigger: ".o_notification button:contains('View')", run: "click" },
        {
            content: "The one that was not sent",
            trigger: ".o_form_view .o_arrow_button_current:contains('Draft')",
        },
    ],
});

/** Return the number of lines that the shown buttons of the form's bar take. */
function countLines() {
    const buttons = [...document.querySelectorAll(".o_statusbar_buttons button")];
    const shown = buttons.filter((button) => button.checkVisibility());
    return new Set(shown.map((button) => Math.round(button.offsetTop))).size;
}

registry.category("web_tour.tours").add("telegram_green_api.buttons_take_no_line", {
    steps: () => [
        {
            trigger: ".o_statusbar_buttons button[name='action_invoice_sent']",
            run() {
                const lines = countLines();
                for (const button of document.querySelectorAll(".o_statusbar_buttons button")) {
                    if (/telegram/i.test(button.name + button.textContent)) {
                        button.style.display = "none";
                    }
                }
                if (lines !== countLines()) {
                    throw new Error(`${lines} lines instead of ${countLines()}`);
                }
            },
        },
    ],
});

registry.category("web_tour.tours").add("telegram_green_api.both_ways", {
    steps: () => [
        ...chooseInMenu("Send by Telegram"),
        { trigger: ".modal [name='telegram_body'] textarea" },
        {
            trigger: ".modal [name='sending_method_checkboxes'] label:contains('Email')",
            run: "click",
        },
        { trigger: ".modal [name='mail_partner_ids']" },
        {
            content: "Each way has a heading",
            trigger: ".modal .o_horizontal_separator:contains('By Telegram')",
        },
        { trigger: ".modal .o_horizontal_separator:contains('By Email')" },
        {
            content: "What is entered begins at one edge",
            trigger: ".modal",
            run() {
                const names = ["telegram_partner_id", "telegram_template_id", "mail_partner_ids"];
                const cells = names.map((name) => {
                    const field = this.anchor.querySelector(`.o_field_widget[name='${name}']`);
                    return field.closest(".o_cell").getBoundingClientRect().left;
                });
                if (new Set(cells.map(Math.round)).size !== 1) {
                    throw new Error(`Several left edges: ${cells.join(", ")}`);
                }
            },
        },
        picture("both_ways"),
        { trigger: ".modal button[special='cancel']", run: "click" },
        { trigger: "body:not(:has(.modal))" },
    ],
});
