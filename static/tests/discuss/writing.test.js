import {
    click,
    contains,
    insertText,
    openDiscuss,
    start,
    startServer,
    triggerHotkey,
} from "@mail/../tests/mail_test_helpers";
import { Composer } from "@mail/core/common/composer";
import { describe, expect, test } from "@odoo/hoot";
import { advanceTime } from "@odoo/hoot-mock";
import { markup } from "@odoo/owl";
import {
    createConversation,
    defineTelegramModels,
} from "@telegram_green_api/../tests/telegram_test_helpers";
import { ConnectionLostError, rpc } from "@web/core/network/rpc";
import { makeServerError, onRpc, patchWithCleanup } from "@web/../tests/web_test_helpers";

describe.current.tags("desktop");
defineTelegramModels();

const INPUT = ".o-mail-Composer-input";
const WARNING = ".o-telegram-Composer-warning";

/** Open a new conversation, and return its composer. */
async function openConversation() {
    const pyEnv = await startServer();
    const { channelId } = createConversation(pyEnv);
    let composer;
    patchWithCleanup(Composer.prototype, {
        setup() {
            super.setup(...arguments);
            composer = this;
        },
    });
    await start();
    await openDiscuss(channelId);
    await contains(INPUT);
    return composer;
}

test("a message that may have been posted is posted again with the same key", async () => {
    const keys = [];
    patchWithCleanup(rpc, {
        _rpc(url, params) {
            if (url === "/mail/message/post") {
                keys.push(params.context.telegram_post_key);
                if (keys.length === 1) {
                    return Promise.reject(new ConnectionLostError(url));
                }
            }
            return super._rpc(...arguments);
        },
    });
    await openConversation();
    await insertText(INPUT, "Only once");
    await triggerHotkey("Enter");
    await click("button[title='Failed to post the message. Click to retry']");
    await contains("button[title='Failed to post the message. Click to retry']", { count: 0 });
    await contains(".o-mail-Message:not(:has(.opacity-50))", { text: "Only once" });
    await contains(".o-mail-Message", { count: 1 });
    await insertText(INPUT, "Another one");
    await triggerHotkey("Enter");
    await contains(".o-mail-Message", { count: 2 });
    expect(keys).toHaveLength(3);
    expect(keys[0]).not.toBeEmpty();
    expect(keys[1]).toBe(keys[0]);
    expect(keys[2]).not.toBe(keys[0]);
});

test("a formatted message that is refused comes back with its formatting", async () => {
    onRpc("/mail/message/post", () => {
        throw makeServerError({ message: "Refused" });
    });
    const composer = await openConversation();
    composer.composerService.setHtmlComposer();
    await contains(".o-mail-Composer-html");
    composer.props.composer.composerHtml = markup("<p>A <strong>great</strong> offer</p>");
    await contains(".o-mail-Composer-html strong", { text: "great" });
    await click(".o-mail-Composer button:enabled[aria-label='Send']");
    await contains(".o_notification", { text: "Refused" });
    await contains(".o-mail-Composer-html strong", { text: "great" });
    await contains(".o-mail-Message", { count: 0 });
});

test("the reason of a refusal goes away by itself", async () => {
    onRpc("/mail/message/post", () => {
        throw makeServerError({ message: "Refused" });
    });
    await openConversation();
    await insertText(INPUT, "Hello");
    await triggerHotkey("Enter");
    await contains(".o_notification", { text: "Refused" });
    await contains(INPUT, { value: "Hello" });
    await advanceTime(11_000);
    await contains(".o_notification", { count: 0 });
});

test("a text that is refused comes back before what was written since, line by line", async () => {
    let refuse;
    const refusal = new Promise((resolve) => {
        refuse = resolve;
    });
    onRpc("/mail/message/post", async () => {
        await refusal;
        throw makeServerError({ message: "Refused" });
    });
    const composer = await openConversation();
    composer.props.composer.composerText = "First <line>\nsecond & line";
    await click(".o-mail-Composer button:enabled[aria-label='Send']");
    await contains(INPUT, { value: "" });
    await insertText(INPUT, "Next text");
    refuse();
    await contains(INPUT, { value: "First <line>\nsecond & line\nNext text" });
});

test("an emoji is one character of the maximum, as on the server", async () => {
    const { props } = await openConversation();
    const longest = "x".repeat(4000) + "😀".repeat(96);
    props.composer.composerText = longest;
    await contains(INPUT, { value: longest });
    await contains(WARNING, { count: 0 });
    props.composer.composerText += "😀";
    await contains(WARNING, { text: "The message has 4097 characters; the maximum is 4096." });
});
