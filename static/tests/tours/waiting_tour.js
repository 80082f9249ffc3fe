import { registry } from "@web/core/registry";

// Started by tests/test_waiting.py on the form of an instance.

/** Click the button of the form, which is in a menu on a phone. */
function openDialog() {
    return [
        {
            isActive: ["mobile"],
            trigger: ".o_statusbar_buttons .dropdown-toggle, .o-statusbar-buttons-dropdown",
            run: "click",
        },
        { trigger: "button[name='action_wait']", run: "click" },
    ];
}

function fitsOnTheScreen() {
    return {
        content: "The page is not wider than the screen",
        trigger: "body",
        run() {
            const { scrollWidth, clientWidth } = document.documentElement;
            if (scrollWidth > clientWidth) {
                throw new Error(`The page is ${scrollWidth - clientWidth} px too wide`);
            }
        },
    };
}

registry.category("web_tour.tours").add("telegram_waiting", {
    steps: () => [
        ...openDialog(),
        {
            content: "The last one on top",
            trigger: ".o-telegram-Waiting-notification:first:contains('Second question')",
        },
        { trigger: ".o-telegram-Waiting-notification:contains('First question')" },
        {
            content: "It has waited once more, and says how many came",
            trigger:
                ".o-telegram-Waiting-message:contains('No more messages'):contains('2 received')",
        },
        { trigger: ".o-telegram-Waiting-notification:first button", run: "click" },
        { trigger: ".o-telegram-Waiting-json:contains('incomingMessageReceived')" },
        fitsOnTheScreen(),
        { trigger: ".modal button.btn-secondary:contains('Close')", run: "click" },
        { trigger: "body:not(:has(.modal))" },
    ],
});

registry.category("web_tour.tours").add("telegram_waiting_stopped", {
    steps: () => [
        ...openDialog(),
        { trigger: ".o-telegram-Waiting-message:contains('Waiting for messages')" },
        { trigger: ".o-telegram-Waiting-stop", run: "click" },
        { trigger: ".o-telegram-Waiting-message:contains('Stopped')" },
        { trigger: ".o-telegram-Waiting-again" },
    ],
});
