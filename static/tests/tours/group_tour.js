import { registry } from "@web/core/registry";

import { behind, picture, runAction } from "./tour_helpers";

// Started by tests/test_group_browser.py.

const member = (name) => `.o_field_widget[name='member_ids'] .o_data_row:contains('${name}')`;
const tab = (name) => [
    { trigger: `.o_notebook .nav-link[name='${name}']`, run: "click" },
    { trigger: `.o_notebook .nav-link.active[name='${name}']` },
];
const confirm = () => ({ trigger: ".modal-footer .btn-primary", run: "click" });
const choose = (field, name) => [
    { trigger: `.modal .o_field_widget[name='${field}'] input`, run: `edit ${name}` },
    { trigger: `.o-autocomplete--dropdown-item:contains('${name}')`, run: "click" },
];

/** Select a contact on a phone, where this is done in a dialog. */
const pick = (field, name) => [
    { trigger: `.modal .o_field_widget[name='${field}'] input`, run: "click" },
    { trigger: `.modal .o_kanban_record:contains('${name}')`, run: "click" },
    { trigger: `.modal .o_field_widget[name='${field}'] .o_tag:contains('${name}')` },
];

registry.category("web_tour.tours").add("telegram_group", {
    steps: () => [
        // Create it from selected contacts
        { trigger: ".o_list_view thead .o_list_record_selector input", run: "click" },
        { trigger: ".o_cp_action_menus .dropdown-toggle:contains('Actions')", run: "click" },
        { trigger: ".o-dropdown-item:contains('Create Telegram Group')", run: "click" },
        { trigger: ".modal [name='preview']:contains('Ivan Petrov')" },
        {
            content: "Who cannot be added, and why",
            trigger: ".modal [name='preview'] div:contains('Without Phone'):contains('Neither')",
        },
        { trigger: ".modal .o_field_widget[name='name'] input", run: "edit Renovation" },
        picture("group_create"),
        { trigger: ".modal button[name='action_create']", run: "click" },
        { trigger: ".o_notification:contains('Without Phone')" },
        { trigger: ".o_form_view .oe_title:contains('Renovation')" },
        picture("group_created"),
        ...tab("members"),
        { trigger: `${member("Vasilisa Ivanova")}:contains('Member')` },
        { trigger: `${member("Groups")}:contains('Owner')` },
        picture("group_members"),
        // Its name and permissions
        ...tab("group"),
        { trigger: "button[name='action_edit_group']:enabled" },
        picture("group_settings"),
        { trigger: "button[name='action_edit_group']", run: "click" },
        { trigger: ".modal .o_field_widget[name='name'] input", run: "edit Office renovation" },
        {
            trigger: ".modal .o_field_widget[name='members_pin_messages'] input",
            run: "click",
        },
        picture("group_edit"),
        { trigger: ".modal button[name='action_apply']", run: "click" },
        { trigger: ".oe_title:contains('Office renovation')" },
        // Members
        ...tab("members"),
        { trigger: "button[name='action_add_members']", run: "click" },
        ...choose("partner_ids", "Marfa Sidorova"),
        { trigger: ".modal [name='preview']:contains('Marfa Sidorova')" },
        picture("group_add"),
        { trigger: ".modal button[name='action_add']", run: "click" },
        { trigger: member("Marfa Sidorova") },
        {
            trigger: `${member("Vasilisa Ivanova")} button[name='action_set_admin']`,
            run: "click",
        },
        confirm(),
        { trigger: `${member("Vasilisa Ivanova")}:contains('Administrator')` },
        { trigger: `${member("Ivan Petrov")} button[name='action_remove']`, run: "click" },
        { trigger: ".modal:contains('Remove this member')" },
        picture("group_remove"),
        confirm(),
        { trigger: `.o_form_view:not(:has(${member("Ivan Petrov")}))` },
        picture("group_changed"),
        // Its invitation
        ...tab("report_telegram_group_invitation"),
        { trigger: ".o_field_widget[name='invite_link']:contains('https://t.me/')" },
        { trigger: ".o_field_widget[name='invite_qr'] img" },
        picture("group_invitation"),
        // Its record
        { trigger: "button[name='action_tie_record']:contains('Link to Record')", run: "click" },
        { trigger: ".modal .o_field_widget[name='record'] select", run: "selectByLabel Contact" },
        ...choose("record", "Renovation Order"),
        picture("group_tie"),
        { trigger: ".modal button[name='action_link']", run: "click" },
        { trigger: "button[name='action_open_record']:contains('Renovation Order')" },
        picture("group_tied"),
        { trigger: "button[name='action_open_record']", run: "click" },
        { trigger: "button.o-telegram-Chatter-send", run: "click" },
        ...choose("group_id", "Office renovation"),
        { trigger: ".modal [name='preview']:contains('all members of the group')" },
        { trigger: ".modal .o_field_widget[name='body'] textarea", run: "edit We begin at nine" },
        picture("group_write"),
        { trigger: ".modal button[name='action_send']", run: "click" },
        { trigger: ".o-mail-Message:contains('We begin at nine')" },
        behind("Send", () => runAction("send_cron_id")),
        // Leave it
        { trigger: ".o_back_button, .breadcrumb-item:contains('Office renovation')", run: "click" },
        { trigger: "button[name='action_open_record']" },
        ...tab("group"),
        { trigger: "button[name='action_leave_group']", run: "click" },
        { trigger: ".modal:contains('The messages stay')" },
        picture("group_leave"),
        confirm(),
        { trigger: ".alert:contains('left the group')" },
        picture("group_left"),
    ],
});

/** Choose an action of the conversation; on a phone, they are in a menu. */
function chooseInConversation(name) {
    return [
        {
            isActive: ["desktop"],
            trigger: `.o-mail-DiscussContent-header [title='${name}']`,
            run: "click",
        },
        { isActive: ["mobile"], trigger: ".o-mail-ChatWindow-moreActions", run: "click" },
        { isActive: ["mobile"], trigger: `.o-dropdown-item:contains('${name}')`, run: "click" },
    ];
}

// Started on the form of a group.
registry.category("web_tour.tours").add("telegram_group_conversation", {
    steps: () => [
        { trigger: "button[name='action_open_in_discuss']", run: "click" },
        { trigger: ".o-mail-Message:contains('We begin at nine')" },
        ...chooseInConversation("Operators"),
        {
            content: "The colleagues are not called members, and not invited here",
            trigger:
                ".o-mail-ActionPanel:contains('Operators'):contains('Administrator'):not(:contains('Members')):not(:contains('Invite'))",
        },
        picture("conversation_operators"),
        {
            isActive: ["mobile"],
            trigger: ".o-mail-ActionPanel button[title='Close panel']",
            run: "click",
        },
        ...chooseInConversation("Group Members"),
        {
            isActive: ["mobile"],
            content: "The conversation does not cover them",
            trigger: "body:not(:has(.o-mail-ChatWindow))",
        },
        {
            content: "The group's own members",
            trigger:
                ".o_form_view [name='member_ids']:visible:contains('Vasilisa Ivanova'):contains('This account')",
        },
        picture("conversation_group_members"),
    ],
});

registry.category("web_tour.tours").add("telegram_group_mobile", {
    steps: () => [
        { trigger: ".o_kanban_record:contains('Ivan Petrov')" },
        picture("group_chats"),
        { trigger: ".o_control_panel button:contains('Create Group')", run: "click" },
        { trigger: ".modal .o_field_widget[name='name'] input", run: "edit Team" },
        ...pick("partner_ids", "Ivan Petrov"),
        ...pick("partner_ids", "Without Phone"),
        { trigger: ".modal [name='preview']:contains('Ivan Petrov'):contains('Without')" },
        picture("group_create"),
        { trigger: ".modal button[name='action_create']", run: "click" },
        { trigger: ".modal .alert:contains('was lost')" },
        picture("group_unsure"),
        { trigger: ".modal button[name='action_find_group']", run: "click" },
        { trigger: ".o_form_view .oe_title:contains('Team')" },
        picture("group_chat"),
        ...tab("members"),
        { trigger: ".o_kanban_record:contains('Ivan Petrov')" },
        picture("group_members"),
        {
            trigger: ".o_kanban_record:contains('Ivan Petrov') button[name='action_set_admin']",
            run: "click",
        },
        confirm(),
        { trigger: ".o_kanban_record:contains('Ivan Petrov'):contains('Administrator')" },
        { trigger: "button[name='action_add_members']", run: "click" },
        { trigger: ".modal .o_field_widget[name='partner_ids']" },
        picture("group_add"),
        { trigger: ".modal .o_form_button_cancel, .modal button[special='cancel']", run: "click" },
        ...tab("group"),
        picture("group_settings"),
        ...tab("report_telegram_group_invitation"),
        { trigger: ".o_field_widget[name='invite_qr'] img" },
        picture("group_invitation"),
    ],
});
