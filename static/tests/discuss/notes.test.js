import {
    click,
    contains,
    insertText,
    onRpcBefore,
    openDiscuss,
    start,
    startServer,
    triggerHotkey,
} from "@mail/../tests/mail_test_helpers";
import { describe, expect, test } from "@odoo/hoot";
import {
    createConversation,
    defineTelegramModels,
} from "@telegram_green_api/../tests/telegram_test_helpers";

describe.current.tags("desktop");
defineTelegramModels();

test("a note for colleagues is posted as one, until the user writes to the customer again", async () => {
    const pyEnv = await startServer();
    const { channelId } = createConversation(pyEnv);
    onRpcBefore("/mail/message/post", ({ post_data }) => expect.step(post_data.subtype_xmlid));
    await start();
    await openDiscuss(channelId);
    await click("button[title='Write Note']");
    await contains(".o-telegram-Composer-note", {
        text: "Note for colleagues. The customer does not receive it.",
    });
    await insertText(".o-mail-Composer-input", "Difficult customer");
    await triggerHotkey("Enter");
    await contains(".o-mail-Message:has(.o-telegram-Message-note)", { text: "Difficult customer" });
    await contains(".o-telegram-Composer-note");
    await click("button[title='Write to Customer']");
    await contains(".o-telegram-Composer-note", { count: 0 });
    await insertText(".o-mail-Composer-input", "Good morning");
    await triggerHotkey("Enter");
    await contains(".o-mail-Message:not(:has(.o-telegram-Message-note))", {
        text: "Good morning",
    });
    expect.verifySteps(["mail.mt_note", "mail.mt_comment"]);
});

test("other conversations have no notes", async () => {
    const pyEnv = await startServer();
    const channelId = pyEnv["discuss.channel"].create({ name: "General" });
    await start();
    await openDiscuss(channelId);
    await contains(".o-mail-Composer");
    await contains("button[title='Write Note']", { count: 0 });
});
