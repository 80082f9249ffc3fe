import {
    click,
    contains,
    insertText,
    onRpcBefore,
    openDiscuss,
    setupChatHub,
    start,
    startServer,
    triggerHotkey,
} from "@mail/../tests/mail_test_helpers";
import { Composer } from "@mail/core/common/composer";
import { describe, expect, hover, queryOne, test } from "@odoo/hoot";
import { Deferred } from "@odoo/hoot-mock";
import {
    createConversation,
    defineTelegramModels,
} from "@telegram_green_api/../tests/telegram_test_helpers";
import { browser } from "@web/core/browser/browser";
import {
    makeServerError,
    onRpc,
    patchWithCleanup,
    serverState,
} from "@web/../tests/web_test_helpers";

describe.current.tags("desktop");
defineTelegramModels();

/** Return under which key the web client stores the draft of a conversation. */
function getDraftKey(channelId) {
    return `Composer,(Thread,discuss.channel AND ${channelId}) OR (undefined)`;
}

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
    await contains(".o-mail-Message:has(.o-telegram-Message-note) .o-mail-Message-bubble.o-orange");
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

test("the draft of a note is kept as a note", async () => {
    const pyEnv = await startServer();
    const { channelId } = createConversation(pyEnv);
    pyEnv["discuss.channel"].create({ name: "General" });
    await start();
    await openDiscuss(channelId);
    await click("button[title='Write Note']");
    await insertText(".o-mail-Composer-input", "Difficult customer");
    await click(".o-mail-DiscussSidebar-item:contains('General')");
    await contains(".o-telegram-Composer-note", { count: 0 });
    const draft = JSON.parse(browser.localStorage.getItem(getDraftKey(channelId)));
    expect(draft.isTelegramNote).toBe(true);
});

test("the draft of a note is still a note after a reload", async () => {
    const pyEnv = await startServer();
    const { channelId } = createConversation(pyEnv);
    onRpcBefore("/mail/message/post", ({ post_data }) => expect.step(post_data.subtype_xmlid));
    const draft = { composerHtml: ["markup", "Difficult customer"], isTelegramNote: true };
    browser.localStorage.setItem(getDraftKey(channelId), JSON.stringify(draft));
    await start();
    await openDiscuss(channelId);
    await contains(".o-telegram-Composer-note");
    await contains(".o-mail-Composer-input", { value: "Difficult customer" });
    await click(".o-mail-Composer button:enabled[aria-label='Send']");
    await expect.waitForSteps(["mail.mt_note"]);
});

test("a GIF is a note while notes are written", async () => {
    const pyEnv = await startServer();
    const { channelId } = createConversation(pyEnv);
    onRpcBefore("/mail/message/post", ({ post_data }) => expect.step(post_data.subtype_xmlid));
    let composer;
    patchWithCleanup(Composer.prototype, {
        setup() {
            super.setup(...arguments);
            composer = this;
        },
    });
    await start();
    await openDiscuss(channelId);
    await click("button[title='Write Note']");
    await contains(".o-telegram-Composer-note");
    composer.sendGifMessage({ url: "https://media.example.com/cat.gif" });
    await expect.waitForSteps(["mail.mt_note"]);
});

test("a note that is refused comes back as a note", async () => {
    const pyEnv = await startServer();
    const { channelId } = createConversation(pyEnv);
    const refusal = new Deferred();
    onRpc("/mail/message/post", async () => {
        await refusal;
        throw makeServerError({ message: "Refused" });
    });
    await start();
    await openDiscuss(channelId);
    await click("button[title='Write Note']");
    await insertText(".o-mail-Composer-input", "Difficult customer");
    await triggerHotkey("Enter");
    await click("button[title='Write to Customer']");
    await contains(".o-telegram-Composer-note", { count: 0 });
    refusal.resolve();
    await contains(".o-mail-Composer-input", { value: "Difficult customer" });
    await contains(".o-telegram-Composer-note");
});

/** Create a note of a colleague in a conversation. */
function createNote(pyEnv, { channelId, colleagueId }, values = {}) {
    const noteId = pyEnv["mail.message"].create({
        author_id: colleagueId,
        body: "Difficult customer?",
        message_type: "comment",
        model: "discuss.channel",
        res_id: channelId,
        subtype_id: pyEnv["mail.message.subtype"].search([
            ["subtype_xmlid", "=", "mail.mt_note"],
        ])[0],
        ...values,
    });
    return noteId;
}

for (const place of ["Discuss", "a chat window"]) {
    test(`an answer to a note is a note, until the user writes to the customer: ${place}`, async () => {
        const pyEnv = await startServer();
        const conversation = createConversation(pyEnv);
        createNote(pyEnv, conversation);
        onRpcBefore("/mail/message/post", ({ post_data }) => expect.step(post_data.subtype_xmlid));
        if (place === "Discuss") {
            await start();
            await openDiscuss(conversation.channelId);
        } else {
            setupChatHub({ opened: [conversation.channelId] });
            await start();
        }
        const note =
            ".o-mail-Message:contains('Difficult customer?'):not(:has(.o-mail-MessageInReply))";
        const reply = async () => {
            await contains(note);
            await hover(note);
            await click(`${note} [title='Reply']`);
        };
        await reply();
        await contains(".o-telegram-Composer-note");
        await insertText(".o-mail-Composer-input", "Yes, very");
        await triggerHotkey("Enter");
        await expect.waitForSteps(["mail.mt_note"]);
        await contains(".o-telegram-Composer-note", { count: 0 });
        await reply();
        await contains(".o-telegram-Composer-note");
        await click("button[title='Write to Customer']");
        await contains(".o-telegram-Composer-note", { count: 0 });
        await insertText(".o-mail-Composer-input", "Good morning");
        await triggerHotkey("Enter");
        await expect.waitForSteps(["mail.mt_comment"]);
    });
}

test("who is mentioned in a note sees that it is one", async () => {
    const pyEnv = await startServer();
    const conversation = createConversation(pyEnv);
    createNote(pyEnv, conversation, { partner_ids: [serverState.partnerId] });
    await start();
    await openDiscuss(conversation.channelId);
    await contains(".o-mail-Message-bubble.o-orange");
    const note = queryOne(".o-telegram-Message-note");
    const { x, y, width, height } = note.getBoundingClientRect();
    // Not below the bubble, which has a background of its own.
    expect(note.ownerDocument.elementFromPoint(x + width / 2, y + height / 2)).toBe(note);
});

test("a text that becomes a note is stored as one at once", async () => {
    const pyEnv = await startServer();
    const { channelId } = createConversation(pyEnv);
    await start();
    await openDiscuss(channelId);
    await insertText(".o-mail-Composer-input", "Difficult customer");
    const isDraftNote = () =>
        JSON.parse(browser.localStorage.getItem(getDraftKey(channelId))).isTelegramNote;
    await click("button[title='Write Note']");
    await contains(".o-telegram-Composer-note");
    expect(isDraftNote()).toBe(true);
    await click("button[title='Write to Customer']");
    await contains(".o-telegram-Composer-note", { count: 0 });
    expect(isDraftNote()).not.toBe(true);
});

test("the customer does not see that a note is being written", async () => {
    const pyEnv = await startServer();
    const { channelId } = createConversation(pyEnv);
    onRpcBefore("/discuss/channel/notify_typing", ({ is_typing }) => {
        if (is_typing) {
            expect.step("typing");
        }
    });
    await start();
    await openDiscuss(channelId);
    await click("button[title='Write Note']");
    await insertText(".o-mail-Composer-input", "Difficult customer");
    await triggerHotkey("Enter");
    await contains(".o-mail-Message:has(.o-telegram-Message-note)");
    await click("button[title='Write to Customer']");
    expect.verifySteps([]);
    await insertText(".o-mail-Composer-input", "Good morning");
    await expect.waitForSteps(["typing"]);
});

test("other conversations have no notes", async () => {
    const pyEnv = await startServer();
    const channelId = pyEnv["discuss.channel"].create({ name: "General" });
    await start();
    await openDiscuss(channelId);
    await contains(".o-mail-Composer");
    await contains("button[title='Write Note']", { count: 0 });
});
