import { registry } from "@web/core/registry";

import { behind, call, lent, picture, runAction } from "./tour_helpers";

// Started by tests/test_discuss_changes_browser.py on the form of a chat.
const message = (text) => `.o-mail-Message:contains("${text}")`;

function write(text) {
    return [
        { trigger: ".o-mail-Composer-input", run: `edit ${text}` },
        { trigger: ".o-mail-Composer-input", run: "press Enter" },
        { trigger: `${message(text)} .o-telegram-Message-state` },
    ];
}

/** Choose an action of a message. On a phone, all of them are in its menu. */
function choose(text, action, isQuick = false) {
    return [
        { trigger: message(text), run: "hover && click" },
        {
            isActive: [isQuick ? "mobile" : "auto"],
            trigger: `${message(text)} [title='Expand']`,
            run: "click",
        },
        {
            trigger: `.o-mail-Message [name='${action}'], .o-mail-Message-moreMenu [name='${action}']`,
            run: "click",
        },
    ];
}

function edit(before, after) {
    return [
        ...choose(before, "edit", true),
        { trigger: `.o-mail-Message .o-mail-Composer-input`, run: `edit ${after}` },
        { trigger: `.o-mail-Message .o-mail-Composer-input`, run: "press Enter" },
        { trigger: `${message(after)}:not(:has(.o-mail-Composer))` },
        behind("Send", () => runAction("send_cron_id")),
    ];
}

registry.category("web_tour.tours").add("telegram_discuss_changes", {
    steps: () => [
        { trigger: "button[name='action_open_in_discuss']", run: "click" },
        { content: "The conversation opens", trigger: message("Hello") },
        ...write("At three o'clock"),
        ...write("Sorry, wrong chat"),
        behind("Send", () => runAction("send_cron_id")),
        ...edit("At three o'clock", "At five o'clock"),
        ...edit("At five o'clock", "At four o'clock"),
        picture("discuss_edited"),
        ...choose("Sorry, wrong chat", "delete"),
        {
            trigger: ".modal:contains('for the customer, too') button:contains('Delete')",
            run: "click",
        },
        { trigger: "body:not(:has(.modal))" },
        { trigger: ".o_notification:contains('will be deleted')" },
        {
            content: "Nothing is left in the conversation that says so after the deletion",
            trigger: "body:not(:has(.o-mail-Message:contains('will be deleted')))",
        },
        behind("Send", () => runAction("send_cron_id")),
        {
            content: "It is deleted",
            trigger: `${message("Sorry, wrong chat")}:contains('Deleted')`,
        },
        picture("discuss_deleted"),
    ],
});

registry.category("web_tour.tours").add("telegram_form_edit", {
    steps: () => [
        { trigger: "button[name='action_edit']", run: "click" },
        { trigger: ".modal [name='text'] textarea", run: "edit At six o'clock" },
        { trigger: ".modal button[name='action_save']", run: "click" },
        { trigger: "body:not(:has(.modal))" },
        behind("Send", () => runAction("send_cron_id")),
        { trigger: ".o_form_view [name='text']:contains('At six')" },
        picture("message_edited"),
    ],
});

/** Check that a message looks as if it were not there. */
function isPale(text, part) {
    return {
        content: `It is pale: ${text}`,
        trigger: message(text),
        async run() {
            // Until the step is out of time: the message may be drawn anew just now.
            const { anchor } = this;
            while (Number(getComputedStyle(anchor.querySelector(part)).opacity) > 0.5) {
                await new Promise((resolve) => requestAnimationFrame(resolve));
            }
        },
    };
}

registry.category("web_tour.tours").add("telegram_looks", {
    steps: () => [
        { trigger: "button[name='action_open_in_discuss']", run: "click" },
        {
            trigger: `${message("A later one")} .o-telegram-Message-notSent:contains(/Scheduled for .*\\d/)`,
        },
        {
            trigger: `${message("A canceled one")} .o-telegram-Message-notSent:contains('Canceled')`,
        },
        isPale("A canceled one", ".o-mail-Message-richBody"),
        {
            content: "What was sent says nothing",
            trigger: `${message("A text")}:not(:has(.o-telegram-Message-notSent))`,
        },
        isPale("A deleted file", ".o-mail-AttachmentList"),
        {
            content: "It has no ticks",
            trigger: `${message("A deleted file")}:not(:has(.o-telegram-Message-state:visible))`,
        },
        picture("discuss_looks"),
        { trigger: message("A caption"), run: "hover && click" },
        {
            trigger: `${message("A caption")} [title='Expand']`,
            run: "click",
        },
        {
            content: "A file can be deleted, but not edited",
            trigger:
                "body:has([name='delete']):not(:has(.o-dropdown--menu [name='edit'], .o-mail-Message-moreMenu [name='edit'], .o-mail-Message-actions [name='edit']:visible))",
        },
        { trigger: "body", run: "press Escape" },
        { trigger: "body:not(:has(.o-dropdown--menu))" },
        ...choose("A text", "edit", true),
        {
            content: "No ticks stand beside the editor",
            trigger:
                ".o-mail-Message:has(.o-mail-Composer-input):not(:has(.o-telegram-Message-state))",
        },
        picture("discuss_editing"),
    ],
});

// Started on the form of a chat whose last two messages, a short and a long one, were deleted.
registry.category("web_tour.tours").add("telegram_folded", {
    steps: () => [
        { trigger: "button[name='action_open_in_discuss']", run: "click" },
        {
            content: "A short text is shown",
            trigger:
                ".o-mail-Message:contains('Deleted in Telegram') .o-telegram-deleted:contains('Wrong'):visible",
        },
        {
            content: "A long one is folded",
            trigger: ".o-mail-Message:has(.o-mail-ellipsis)",
            run() {
                const text = this.anchor.querySelector(".o-telegram-deleted");
                if (text.checkVisibility() || !text.textContent.includes("Sentence")) {
                    throw new Error("The long text is not folded");
                }
            },
        },
        picture("deleted_folded"),
        {
            content: "A click shows it. Odoo folds it again when it renders the message anew",
            trigger: ".o-mail-Message:has(.o-mail-ellipsis)",
            async run() {
                const isShown = () =>
                    [...document.querySelectorAll(".o-mail-Message .o-telegram-deleted")].some(
                        (text) => text.textContent.includes("Sentence") && text.checkVisibility()
                    );
                for (let tries = 0; tries < 50 && !isShown(); tries++) {
                    document.querySelector(".o-mail-Message .o-mail-ellipsis")?.click();
                    await new Promise((resolve) => requestAnimationFrame(resolve));
                }
                if (!isShown()) {
                    throw new Error("The text stays folded");
                }
            },
        },
        picture("deleted_unfolded"),
    ],
});

const WARNING = ".o-telegram-Composer-warning";
const input = ".o-mail-Composer-input";

registry.category("web_tour.tours").add("telegram_refusals", {
    steps: () => [
        { trigger: "button[name='action_open_in_discuss']", run: "click" },
        { trigger: message("Hello") },
        {
            trigger: input,
            run() {
                // Pasted: typing 5,000 characters takes a minute on a slow machine.
                this.anchor.value = "x".repeat(5000);
                this.anchor.dispatchEvent(new Event("input", { bubbles: true }));
            },
        },
        { content: "The box warns", trigger: `${WARNING}:contains('5000')` },
        picture("refusal_foreseen"),
        { trigger: input, run: "press Enter" },
        { content: "The reason is shown", trigger: ".o_notification:contains('maximum is 4096')" },
        { content: "The text is back", trigger: `${input}:value(/^x{5000}$/)` },
        {
            content: "No pale message stays",
            trigger: "body:not(:has(.o-mail-Message:contains('xxx')))",
        },
        picture("refusal"),
        behind("The account is signed out", () =>
            call("ir.cron", "method_direct_trigger", [[Number(lent("sign_out_cron_id"))]])
        ),
        { trigger: input, run: "edit Shorter" },
        { content: "The box warns at once", trigger: `${WARNING}:contains('not signed in')` },
        picture("refusal_signed_out"),
        { trigger: input, run: "press Enter" },
        { trigger: `${message("Shorter")} .o-telegram-Message-state.fa-clock-o` },
    ],
});
