import { registry } from "@web/core/registry";

import { picture } from "./tour_helpers";

// Started by tests/browser/test_day_browser.py: a day of two sellers and their supervisor.
const COMPOSER = ".o-mail-Composer-input";
const CARD = ".o_kanban_record:contains('Vasilisa Ivanova')";
const openMenuOfCard = (text) => [
    { trigger: CARD, run: `hover && click ${CARD} .o_dropdown_kanban button` },
    { trigger: `.o-dropdown--menu .dropdown-item:contains('${text}')`, run: "click" },
];

registry.category("web_tour.tours").add("telegram_day_anna", {
    steps: () => [
        { trigger: ".o-telegram-WaitingMenu .badge:contains(/^1$/)" },
        { trigger: `${CARD}:contains('Is it in stock?')` },
        picture("day_waiting"),
        { trigger: `${CARD} a[name='action_take']`, run: "click" },
        { trigger: `${CARD} .o_field_many2one_avatar_user img` },
        ...openMenuOfCard("Remind Me"),
        { trigger: ".modal [name='time'] label:contains('Tomorrow Morning')", run: "click" },
        picture("day_remind_me"),
        { trigger: ".modal button[name='action_remind']", run: "click" },
        { trigger: `body:not(:has(.modal)) ${CARD} .fa-bell-o` },
        { trigger: `${CARD} a[name='action_open_in_discuss']`, run: "click" },
        { trigger: ".o-mail-Message:contains('Is it in stock?')" },
        { trigger: "button[title='Write Note']", run: "click" },
        { trigger: COMPOSER, run: "edit Boris, you know this one" },
        { trigger: COMPOSER, run: "press Enter" },
        { trigger: ".o-mail-Message:contains('you know this one') .o-note" },
        picture("day_note"),
        { trigger: ".o-telegram-WaitingMenu button", run: "click" },
        { trigger: CARD },
        ...openMenuOfCard("Hand Over"),
        {
            isActive: ["desktop"],
            trigger: ".modal [name='user_id'] input",
            run: "edit Boris",
        },
        { isActive: ["mobile"], trigger: ".modal [name='user_id'] input", run: "click" },
        {
            trigger:
                ".o-autocomplete--dropdown-item:contains('Boris Seller'), .modal .o_kanban_record:contains('Boris Seller')",
            run: "click",
        },
        { trigger: ".modal [name='note'] textarea", run: "edit He asked last week, too" },
        picture("day_hand_over"),
        { trigger: ".modal button[name='action_hand_over']", run: "click" },
        { trigger: "body:not(:has(.modal)):not(:has(.o-telegram-WaitingMenu))" },
        picture("day_handed_over"),
    ],
});

registry.category("web_tour.tours").add("telegram_day_boris", {
    steps: () => [
        { trigger: ".o-telegram-WaitingMenu .badge:contains(/^1$/)" },
        { trigger: `${CARD} a[name='action_open_in_discuss']`, run: "click" },
        { trigger: ".o-mail-Thread:contains('He asked last week')" },
        picture("day_handed_over_note"),
        { trigger: COMPOSER, run: "edit ::" },
        { trigger: ".o-mail-Composer-suggestion:contains('Delivery')" },
        picture("day_quick_answers"),
        { trigger: ".o-mail-Composer-suggestion:contains('Delivery')", run: "click" },
        { trigger: `${COMPOSER}:value(we deliver tomorrow)` },
        picture("day_filled"),
        { trigger: ".o-mail-Composer button[title='Send']:enabled", run: "click" },
        { trigger: ".o-mail-Message:contains('we deliver tomorrow')" },
        { trigger: "body:not(:has(.o-telegram-WaitingMenu)):not(:has(.o-telegram-WaitingBadge))" },
        picture("day_answered"),
    ],
});

registry.category("web_tour.tours").add("telegram_day_clara", {
    steps: () => [
        { trigger: ".o-telegram-Dashboard-card:contains('Waiting Now'):contains('1')" },
        { trigger: ".o-telegram-Dashboard-table td:contains('Boris Seller')" },
        picture("day_dashboard"),
        { trigger: ".o-telegram-Dashboard-card:contains('Overdue')", run: "click" },
        {
            trigger: ".o_data_row .o_data_cell:contains('Olga'), .o_kanban_record:contains('Olga')",
            run: "click",
        },
        { trigger: ".o_form_view .o_field_widget[name='name']:contains('Olga')" },
        picture("day_overdue_chat"),
        { trigger: "body:not(:has(button[name='action_release']))" },
        { trigger: "button[name='action_open_in_discuss']", run: "click" },
        { trigger: ".o-mail-Message:contains('Where is my order?')" },
        { trigger: ".o-telegram-ReadOnlyNotice:contains('not an operator')" },
        { trigger: "body:not(:has(.o-mail-Composer))" },
        { trigger: ".o-mail-Message:contains('Where is my order?')", run: "hover && click" },
        {
            isActive: ["mobile"],
            trigger: ".o-mail-Message [title='Expand']",
            run: "click",
        },
        {
            isActive: ["mobile"],
            trigger: ".o-mail-Message-moreMenu:not(:has([name='pin']))",
        },
        {
            isActive: ["desktop"],
            trigger: ".o-mail-Message-actions:has(button):not(:has([name='pin']))",
        },
        picture("day_supervisor"),
    ],
});
