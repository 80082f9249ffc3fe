import { registry } from "@web/core/registry";

import { picture } from "./tour_helpers";

// Started by tests/test_link_browser.py on the form of the chat of an unknown sender.

registry.category("web_tour.tours").add("telegram_link", {
    steps: () => [
        { trigger: ".o_form_view .alert:contains('Several contacts have this phone number')" },
        { trigger: ".o_row button[name='action_link_partner']", run: "click" },
        { trigger: ".modal .alert:contains('Anna Link'):contains('Boris Link')" },
        picture("link_contact"),
        { trigger: ".modal .o_field_widget[name='partner_id'] input", run: "edit Boris Link" },
        { trigger: ".o-autocomplete--dropdown-item:contains('Boris Link')", run: "click" },
        { trigger: ".modal button[name='action_link']", run: "click" },
        { trigger: "body:not(:has(.modal)) .o_form_view:not(:has(.alert:visible))" },
        { trigger: ".o_data_row button[name='action_link_record']", run: "click" },
        { trigger: ".modal .o_field_widget[name='record'] input", run: "edit Order Link" },
        { trigger: ".o-autocomplete--dropdown-item:contains('Order Link')", run: "click" },
        picture("link_record"),
        { trigger: ".modal button[name='action_link']", run: "click" },
        { trigger: ".o_data_row [name='record_name']:contains('Order Link')" },
        picture("linked"),
        { trigger: "button[name='action_open_in_discuss']", run: "click" },
        { trigger: ".o-mail-Message:contains('Who are you?')" },
        { trigger: ".o-mail-DiscussSidebarChannel:contains('Boris Link')" },
        { trigger: ".o-mail-DiscussContent-header button[title='Chat and Contact']", run: "click" },
        { trigger: ".o_form_view .o_field_widget[name='partner_id']" },
    ],
});

/** Choose an action of a message. On a phone, all of them are in its menu. */
function choose(text, action) {
    const message = `.o-mail-Message:contains("${text}")`;
    return [
        { trigger: message, run: "hover && click" },
        { trigger: `${message} [title='Expand']`, run: "click" },
        {
            trigger: `.o-mail-Message [name='${action}'], .o-mail-Message-moreMenu [name='${action}']`,
            run: "click",
        },
    ];
}

registry.category("web_tour.tours").add("telegram_stranger", {
    steps: () => [
        { trigger: "button[name='action_open_in_discuss']", run: "click" },
        { trigger: ".o-mail-Message:contains('Who are you?')" },
        {
            content: "The likely contact is proposed with the reason",
            trigger: ".o-telegram-Stranger-proposal:contains('Vasilisa'):contains('Same name')",
            run() {
                if (this.anchor.scrollWidth > this.anchor.clientWidth) {
                    throw new Error("The proposal is cut");
                }
            },
        },
        picture("stranger"),
        { trigger: ".o-telegram-Stranger-proposal", run: "click" },
        {
            content: "The question is answered, without a reload",
            trigger: "body:not(:has(.o-telegram-Stranger))",
        },
        { trigger: ".o_notification:contains('linked to Vasilisa')" },
        ...choose("Ivan Card", "telegram-card"),
        { trigger: ".modal .o_field_widget[name='phone'] input:value(+79990001122)" },
        picture("shared_contact"),
        { trigger: ".modal button[name='action_create']", run: "click" },
        { trigger: "body:not(:has(.modal)) .o_form_view .o_field_widget[name='name']" },
        { content: "What was written before is there", trigger: ".o_form_view" },
    ],
});

registry.category("web_tour.tours").add("telegram_link_in_discuss", {
    steps: () => [
        { trigger: "button[name='action_open_in_discuss']", run: "click" },
        { trigger: ".o-telegram-Stranger-choose", run: "click" },
        { trigger: ".modal .o_field_widget[name='partner_id'] input", run: "edit Anna Link" },
        { trigger: ".o-autocomplete--dropdown-item:contains('Anna Link')", run: "click" },
        { trigger: ".modal button[name='action_link']", run: "click" },
        { trigger: "body:not(:has(.modal)):not(:has(.o-telegram-Stranger))" },
        {
            trigger: ".o-mail-DiscussContent-header button[title='Link to Record']",
            run: "click",
        },
        { trigger: ".modal .o_field_widget[name='record'] input", run: "edit Order Link" },
        { trigger: ".o-autocomplete--dropdown-item:contains('Order Link')", run: "click" },
        { trigger: ".modal button[name='action_link']", run: "click" },
        { trigger: "body:not(:has(.modal)) .o-mail-DiscussContent" },
    ],
});

registry.category("web_tour.tours").add("telegram_unlinked", {
    steps: () => [
        { trigger: ".o_data_row:contains('Vasilisa'):contains('Same name')" },
        picture("unlinked_chats"),
        {
            trigger: ".o_data_row:contains('Same name') .o_list_record_selector input",
            run: "click",
        },
        { trigger: "button[name='action_link_proposed'].btn-primary", run: "click" },
        { trigger: ".o_notification:contains('Chats linked: 1.')" },
        { trigger: "body:not(:has(.o_data_row:contains('Same name')))" },
    ],
});

registry.category("web_tour.tours").add("telegram_unlinked_mobile", {
    steps: () => [
        { trigger: ".o_kanban_record:contains('Vasilisa'):contains('Same name')" },
        picture("unlinked_chats"),
        {
            trigger: ".o_kanban_record:contains('Same name') button[name='action_link_proposed']",
            run: "click",
        },
        { trigger: ".o_notification:contains('Chats linked: 1.')" },
        { trigger: "body:not(:has(.o_kanban_record:contains('Same name')))" },
    ],
});

registry.category("web_tour.tours").add("telegram_archived", {
    steps: () => [
        { trigger: ".o_form_view .alert:contains('Former Customer')" },
        picture("archived_form"),
        { trigger: ".alert button[name='action_link_partner']:visible", run: "click" },
        { trigger: ".modal .alert:contains('Former Customer is archived')" },
        picture("archived_dialog"),
        { trigger: ".modal button[name='action_link']", run: "click" },
        { trigger: "body:not(:has(.modal)) .o_form_view:not(:has(.alert:visible))" },
    ],
});

registry.category("web_tour.tours").add("telegram_archived_in_discuss", {
    steps: () => [
        { trigger: "button[name='action_open_in_discuss']", run: "click" },
        { trigger: ".o-telegram-Stranger-proposal:contains('Unarchive and link to Former')" },
        picture("archived_discuss"),
        { trigger: ".o-telegram-Stranger-proposal", run: "click" },
        { trigger: "body:not(:has(.o-telegram-Stranger))" },
        { trigger: ".o_notification:contains('Former Customer was unarchived')" },
    ],
});

registry.category("web_tour.tours").add("telegram_archived_in_list", {
    steps: () => [
        { trigger: ".o_data_row:contains('Former Customer'):contains('Archived')" },
        picture("archived_list"),
        { trigger: ".o_data_row button[name='action_link_proposed']", run: "click" },
        { trigger: ".o_notification:contains('Contacts unarchived: 1.')" },
        { trigger: "body:not(:has(.o_data_row:contains('Former Customer')))" },
    ],
});
