import { registry } from "@web/core/registry";
import { inputFiles } from "@web/../tests/utils";

import { behind, onPhone, picture, runAction } from "./tour_helpers";

// Started by tests/test_discuss_browser.py on the form of a chat.
const CUSTOMER_CHAT = "10000000";

// Two pictures of 60 × 40 points
const CHAIR =
    "iVBORw0KGgoAAAANSUhEUgAAADwAAAAoCAIAAAAt2Q6oAAAAO0lEQVR42u3OQQkAAAgEsItjRCMayxQ+hMECLNP1TqSlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpS8tgZsvxPyBlo0AAAAASUVORK5CYII=";
const ROOM =
    "iVBORw0KGgoAAAANSUhEUgAAADwAAAAoCAIAAAAt2Q6oAAAAO0lEQVR42u3OQQkAAAgEsItjRCMayxQ+hMECLNXzTqSlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpS8tyOcvxEJhnYEAAAAASUVORK5CYII=";

const message = (text) => `.o-mail-Message:contains("${text}")`;

registry.category("web_tour.tours").add("telegram_conversation", {
    steps: () => [
        { trigger: "button[name='action_open_in_discuss']", run: "click" },
        { content: "The conversation opens", trigger: message("Hello") },
        {
            isActive: ["desktop"],
            content: "It stands in its own category",
            trigger: ".o-telegram-DiscussSidebarCategory:contains('Telegram')",
        },
        { trigger: ".o-mail-Composer-input", run: "edit Good day!" },
        { trigger: ".o-mail-Composer-input", run: "press Enter" },
        {
            content: "What was written waits",
            trigger: `${message("Good day!")} .o-telegram-Message-state.fa-clock-o`,
        },
        behind("Send", () => runAction("send_cron_id")),
        {
            content: "It is sent, without a reload",
            trigger: `${message("Good day!")} .o-telegram-Message-state:not(.fa-clock-o)`,
        },
        behind("The customer answers", async () => {
            await onPhone("incoming", { chatId: CUSTOMER_CHAT, message: "Two chairs, please" });
            await runAction("receive_cron_id");
        }),
        { content: "The answer comes by itself", trigger: message("Two chairs, please") },
        { content: "Reply to it", trigger: message("Two chairs, please"), run: "hover && click" },
        {
            isActive: ["desktop"],
            trigger: `${message("Two chairs, please")} button[name='reply-to']`,
            run: "click",
        },
        picture("conversation"),
        { trigger: ".o-mail-Composer-input", run: "edit They are on the way" },
        { trigger: ".o-mail-Composer-input", run: "press Enter" },
        {
            isActive: ["desktop"],
            content: "The reply shows what it answers",
            trigger: `${message("They are on the way")} .o-mail-MessageInReply:contains("Two chairs")`,
        },
        behind("Send", () => runAction("send_cron_id")),
        {
            trigger: `${message("They are on the way")} .o-telegram-Message-state:not(.fa-clock-o)`,
        },
        picture("conversation_reply"),
        behind("The customer sends a photo", async () => {
            const file = { fileName: "room.png", content: ROOM, caption: "For this room" };
            await onPhone("incoming", { chatId: CUSTOMER_CHAT, file });
            await runAction("receive_cron_id");
        }),
        {
            content: "The photo comes by itself, with its caption",
            trigger: `${message("For this room")} img.o-mail-AttachmentImage`,
        },
        {
            content: "Attach a photo",
            trigger: ".o-mail-Composer .o_input_file:not(:visible)",
            async run() {
                const bytes = Uint8Array.from(atob(CHAIR), (character) => character.charCodeAt(0));
                await inputFiles(".o-mail-Composer .o_input_file", [
                    new File([bytes], "chair.png", { type: "image/png" }),
                ]);
            },
        },
        {
            content: "It is uploaded: before, Odoo does not send",
            trigger: ".o-mail-Composer:not(:has(.o-isUploading)) img.o-mail-AttachmentImage",
        },
        { trigger: ".o-mail-Composer-input", run: "edit This chair" },
        { trigger: ".o-mail-Composer-input", run: "press Enter" },
        { trigger: `${message("This chair")} img.o-mail-AttachmentImage` },
        behind("Send", () => runAction("send_cron_id")),
        { trigger: `${message("This chair")} .o-telegram-Message-state:not(.fa-clock-o)` },
        picture("conversation_photo"),
    ],
});

registry.category("web_tour.tours").add("telegram_at_a_glance", {
    steps: () => [
        { trigger: "button[name='action_open_in_discuss']", run: "click" },
        {
            content: "A colleague's message has our color",
            trigger: `${message("From a colleague")} .o-mail-Message-bubble.o-green`,
        },
        { trigger: `${message("Hello")} .o-mail-Message-bubble.o-blue` },
        {
            content: "A message with a file only has its tick",
            trigger: ".o-mail-Message:has([title='plan.txt']) .o-telegram-Message-state",
        },
        {
            content: "A voice message plays",
            trigger: ".o-mail-AttachmentCard .o-mail-VoicePlayer:contains('00 : 01')",
        },
        {
            content: "One that the browser cannot read is a file, and no error",
            trigger: ".o-mail-AttachmentCard:contains('broken.ogg'):not(:has(.o-mail-VoicePlayer))",
        },
        {
            isActive: ["desktop"],
            content: "Two conversations of one customer are told apart",
            trigger: ".o-mail-DiscussSidebarChannel:contains('Vasilisa Ivanova · Shop')",
        },
        {
            isActive: ["desktop"],
            trigger:
                ".o-mail-DiscussSidebarChannel:contains('Vasilisa Ivanova · Sales') .o-telegram-Mark",
        },
        picture("at_a_glance"),
        {
            content: "Reload the page",
            trigger: message("From a colleague"),
            run: () => window.location.reload(),
            expectUnloadPage: true,
        },
        { content: "The conversation is still open", trigger: message("From a colleague") },
        {
            isActive: ["desktop"],
            trigger: ".o-mail-DiscussContent-header [title='Open Contact']",
            run: "click",
        },
        { isActive: ["mobile"], trigger: ".o-mail-ChatWindow-moreActions", run: "click" },
        {
            isActive: ["mobile"],
            trigger: ".o-dropdown-item:contains('Open Contact')",
            run: "click",
        },
        {
            content: "The contact shows the state of what was written in Discuss",
            trigger: ".o-mail-Chatter .o-mail-Message:contains('From a colleague') .fa-clock-o",
        },
        behind("Send", () => runAction("send_cron_id")),
        {
            content: "The state changes, without a reload",
            trigger:
                ".o-mail-Chatter .o-mail-Message:contains('From a colleague') .o-telegram-Message-icon .fa-check",
        },
        picture("chatter_ticks"),
    ],
});
