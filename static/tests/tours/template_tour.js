import { registry } from "@web/core/registry";

registry.category("web_tour.tours").add("telegram_green_api.template", {
    steps: () => [
        { content: "Write a new template", trigger: ".o_list_button_add", run: "click" },
        { trigger: ".o_field_widget[name='name'] input", run: "edit Tour greeting" },
        { trigger: ".o_field_widget[name='model_id'] input", run: "edit Contact" },
        {
            trigger: ".o-autocomplete--dropdown-item > a:text(Contact)",
            run: "click",
        },
        {
            content: "Odoo knows the model: the fields can be inserted now",
            trigger: ".o_form_view .fst-italic:contains(Type #)",
        },
        {
            content: "Ask for a field of the record",
            trigger: ".o_field_widget[name='body'] textarea",
            run: "edit Good evening",
        },
        {
            trigger: ".o_field_widget[name='body'] button[title='Insert Field']",
            run: "click",
        },
        { trigger: ".o_model_field_selector_popover_search input", run: "edit Name" },
        {
            trigger: ".o_model_field_selector_popover_item_name:text(Name)",
            run: "click",
        },
        {
            content: "No default value",
            trigger: ".o_model_field_selector_popover .btn-primary:contains(Insert)",
            run: "click",
        },
        {
            content: "The placeholder stands in the text",
            trigger: ".o_field_widget[name='body'] textarea:value(Good evening {{object.name}})",
        },
        { trigger: ".o_form_button_save", run: "click" },
        { trigger: ".o_form_saved" },
        {
            content: "Look at it on a real record",
            trigger: "button:contains('Preview')",
            run: "click",
        },
        { trigger: ".modal [name='body']:contains('Good evening'):not(:contains('{{'))" },
        { trigger: ".modal button:contains('Close')", run: "click" },
        { trigger: "body:not(:has(.modal))" },
        {
            content: "A mistake is told in words",
            trigger: ".o_field_widget[name='body'] textarea",
            run: "edit Good evening {{ object.nmae }}",
        },
        { trigger: ".o_form_button_save", run: "click" },
        { trigger: ".modal:contains('has no field “nmae”')" },
        { trigger: ".modal .btn-primary", run: "click" },
        { trigger: ".o_form_button_cancel", run: "click" },
        {
            content: "Offer it in the Action menu",
            trigger: "button[name='action_create_sidebar_action']",
            run: "click",
        },
        { trigger: "button[name='action_unlink_sidebar_action']" },
    ],
});
