import { registry } from "@web/core/registry";

import { picture } from "./tour_helpers";

// Started by tests/browser/test_team_browser.py, in the inbox.

const COMPOSER = ".o-mail-Composer-input";

registry.category("web_tour.tours").add("telegram_team", {
    steps: () => [
        { trigger: ".o_kanban_record:contains('Vasilisa Ivanova'):contains('Is it in stock?')" },
        picture("inbox"),
        { trigger: ".o_kanban_record a[name='action_take']", run: "click" },
        { trigger: ".o_kanban_record .o_field_many2one_avatar_user img" },
        picture("inbox_taken"),
        { trigger: ".o_kanban_record a[name='action_open_in_discuss']", run: "click" },
        { trigger: ".o-mail-Message:contains('Is it in stock?')" },
        { trigger: "button[title='Write Note']", run: "click" },
        { trigger: ".o-telegram-Composer-note:contains('does not receive it')" },
        { trigger: COMPOSER, run: "edit Anna, do we have the red one?" },
        picture("note"),
        { trigger: COMPOSER, run: "press Enter" },
        { trigger: ".o-mail-Message:contains('the red one') .o-note" },
        picture("note_written"),
        { trigger: "button[title='Write to Customer']", run: "click" },
        { trigger: "body:not(:has(.o-telegram-Composer-note))" },
        { trigger: COMPOSER, run: "edit Yes, it is." },
        { trigger: COMPOSER, run: "press Enter" },
        { trigger: ".o-mail-Message:contains('Yes, it is.')" },
    ],
});

const inRow = (name, selector) => `.o_data_row:contains('${name}') ${selector}`;
const select = (name) => ({
    trigger: inRow(name, ".o_list_record_selector input"),
    run: "click",
});
const TAKE = ".o_control_panel button[name='action_take']";

registry.category("web_tour.tours").add("telegram_inbox_list", {
    steps: () => [
        { trigger: ".o_switch_view.o_list", run: "click" },
        select("Vasilisa"),
        { trigger: TAKE },
        picture("inbox_list_own"),
        select("Pyotr"),
        { trigger: `.o_selection_box:contains('2'):not(:has(${TAKE}))` },
        { trigger: `body:not(:has(${TAKE}))` },
        picture("inbox_list_supervised"),
        select("Pyotr"),
        { trigger: TAKE, run: "click" },
        { trigger: inRow("Vasilisa", ".o_field_many2one_avatar_user img") },
    ],
});

// Started in the conversation of a customer who waits.
const HEADER = ".o-mail-DiscussContent-header";

registry.category("web_tour.tours").add("telegram_close_in_discuss", {
    steps: () => [
        { trigger: ".o-mail-Message:contains('Thank you!')" },
        { trigger: `${HEADER} button[title='Hand Over']`, run: "click" },
        { trigger: ".modal:contains('Hand Over') .o_field_widget[name='user_id']" },
        { trigger: ".modal button:contains('Discard')", run: "click" },
        { trigger: "body:not(:has(.modal))" },
        { trigger: `${HEADER} button[title='No Answer Needed']`, run: "click" },
        { trigger: `${HEADER}:not(:has(button[title='No Answer Needed']))` },
    ],
});

// With "own" as the visibility, who hands a chat over does not see it any more.
registry.category("web_tour.tours").add("telegram_hand_over", {
    steps: () => [
        { trigger: ".o_kanban_record .text-muted:contains('Is it in stock?')", run: "click" },
        { trigger: ".o_statusbar_buttons button[name='action_hand_over']" },
        {
            trigger: ".o_form_view",
            run() {
                const buttons = [...document.querySelectorAll(".o_statusbar_buttons button")];
                const rows = new Set(buttons.map((button) => button.offsetTop));
                if (rows.size > 1) {
                    console.error(`The buttons are in ${rows.size} rows.`);
                }
            },
        },
        { trigger: ".o_statusbar_buttons button[name='action_hand_over']", run: "click" },
        { trigger: ".modal .o_field_widget[name='user_id'] input", run: "edit Boris" },
        { trigger: ".o-autocomplete--dropdown-item:contains('Boris')", run: "click" },
        { trigger: ".modal .o_field_widget[name='user_id'] img" },
        { trigger: ".modal button[name='action_hand_over']", run: "click" },
        { trigger: "body:not(:has(.modal)) .o_kanban_view:not(:has(.o_kanban_record))" },
    ],
});

registry.category("web_tour.tours").add("telegram_automation_on", {
    steps: () => [
        // A list on a desktop, cards on a phone.
        {
            trigger:
                ".o_data_row:contains('Invoice Posted'), .o_kanban_record:contains('Invoice Posted')",
        },
        picture("automations"),
        {
            trigger:
                ".o_data_cell:contains('Invoice Overdue'), .o_kanban_record:contains('Invoice Overdue')",
            run: "click",
        },
        { trigger: ".o_form_view button[name='action_switch_on']" },
        picture("automation_off"),
        { trigger: "button[name='action_switch_on']", run: "click" },
        { trigger: "button[name='action_switch_off']" },
        picture("automation_on"),
    ],
});

registry.category("web_tour.tours").add("telegram_server_action", {
    steps: () => [
        { trigger: ".o_form_view [name='telegram_template_id']" },
        picture("server_action"),
    ],
});

const COUNTER = ".o-telegram-WaitingMenu";
const BUBBLE = ".o-mail-ChatBubble-counter";

// Started in the inbox, by one of two operators; the other one has a chat, too.
registry.category("web_tour.tours").add("telegram_close_own", {
    steps: () => [
        { trigger: ".o_kanban_record:contains('Pyotr')" },
        { trigger: `${BUBBLE}:contains(/^1$/)` },
        { trigger: `${COUNTER}:contains(/^1$/) button`, run: "click" },
        { trigger: ".o_facet_value:contains('For Me')" },
        { trigger: ".o_kanban_view:not(:has(.o_kanban_record:contains('Pyotr')))" },
        picture("inbox_for_me"),
        {
            trigger:
                ".o_kanban_record:contains('Vasilisa') .o_dropdown_kanban button:not(:visible)",
            run: "click",
        },
        {
            trigger: ".o-dropdown--menu a:contains('No Answer Needed')",
            run: "click",
        },
        { trigger: `body:not(:has(${COUNTER})):not(:has(${BUBBLE}))` },
        picture("inbox_closed"),
    ],
});

// Started in the conversation of a customer, by a user who reads Russian.
registry.category("web_tour.tours").add("telegram_hand_over_in_russian", {
    steps: () => [
        { trigger: `${HEADER} button[title='Передать']`, run: "click" },
        { trigger: ".modal-title:contains(/^Передать$/)" },
        picture("hand_over_russian"),
    ],
});

// Started anywhere by a user with an activity on the chat of one of two customers.
registry.category("web_tour.tours").add("telegram_activities", {
    steps: () => [
        { trigger: ".o_menu_systray .o-mail-ActivityMenu-counter", run: "click" },
        { trigger: ".o-mail-ActivityGroup:contains('Telegram Chat')", run: "click" },
        { trigger: ".o_data_row:contains('Vasilisa')" },
        { trigger: ".o_list_renderer:not(:has(.o_data_row:contains('Pyotr')))" },
        picture("activities"),
    ],
});

// Started by Anna in the conversation of a customer who waits for anybody; Boris has another one.
const LINE = ".o-telegram-Assignee";

registry.category("web_tour.tours").add("telegram_assignee", {
    steps: () => [
        { trigger: `${LINE}:contains('Assigned to nobody')` },
        picture("assigned_to_nobody"),
        { trigger: `${LINE} button:contains('Take')`, run: "click" },
        { trigger: `.o-mail-Discuss:not(:has(${LINE}))` },
        { trigger: `${HEADER} button[title='Hand Over']`, run: "click" },
        { trigger: ".modal .o_field_widget[name='user_id'] input", run: "click" },
        { trigger: ".o-autocomplete--dropdown-item:contains('Boris')" },
        { trigger: "body:not(:has(.o-autocomplete--dropdown-item:contains('Anna')))" },
        picture("hand_over_choice"),
        { trigger: ".o-autocomplete--dropdown-item:contains('Boris')", run: "click" },
        { trigger: ".modal .o_field_widget[name='user_id'] img" },
        { trigger: ".modal button[name='action_hand_over']", run: "click" },
        { trigger: `${LINE}:contains('Assigned to Boris'):not(:has(button))` },
        picture("assigned_to_colleague"),
    ],
});
