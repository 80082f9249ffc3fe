import {
    click,
    contains,
    openDiscuss,
    patchUiSize,
    SIZES,
    start,
    startServer,
} from "@mail/../tests/mail_test_helpers";
import { describe, test } from "@odoo/hoot";
import { serverState, withUser } from "@web/../tests/web_test_helpers";
import {
    createConversation,
    defineTelegramModels,
} from "@telegram_green_api/../tests/telegram_test_helpers";
import { rpc } from "@web/core/network/rpc";

describe.current.tags("desktop");
defineTelegramModels();

const CATEGORY = ".o-telegram-DiscussSidebarCategory";

function createMessage(pyEnv, channelId, values) {
    return pyEnv["mail.message"].create({
        model: "discuss.channel",
        res_id: channelId,
        message_type: "telegram",
        ...values,
    });
}

/** Post in a conversation as a colleague, while the user has not opened it. */
function postAs(userId, channelId, body) {
    return withUser(userId, () =>
        rpc("/mail/message/post", {
            post_data: { body, message_type: "comment" },
            thread_id: channelId,
            thread_model: "discuss.channel",
        })
    );
}

test("the conversations have a category of their own, with name and picture", async () => {
    const pyEnv = await startServer();
    const { channelId, partnerId } = createConversation(pyEnv);
    await start();
    await openDiscuss(channelId);
    await contains(`${CATEGORY}`, { text: "Telegram" });
    await contains(".o-mail-DiscussSidebarChannel", { text: "Vasilisa (Azure)" });
    const picture = `[data-src*='/res.partner/${partnerId}/avatar_128']`;
    await contains(`.o-mail-DiscussSidebarChannel img${picture}`);
});

test("who has no conversations sees no category for them", async () => {
    const pyEnv = await startServer();
    const channelId = pyEnv["discuss.channel"].create({ name: "General" });
    await start();
    await openDiscuss(channelId);
    await contains(".o-mail-DiscussSidebarCategory", { text: "Channels" });
    await contains(CATEGORY, { count: 0 });
});

test("an unknown customer has the default picture", async () => {
    const pyEnv = await startServer();
    const { channelId } = createConversation(pyEnv, { telegram_partner_id: false });
    await start();
    await openDiscuss(channelId);
    await contains(".o-mail-DiscussSidebarChannel", { text: "Vasilisa (Azure)" });
    await contains(".o-mail-DiscussSidebarChannel img[data-src*='/smiley/avatar.jpg']");
});

test("a conversation has the picture that Telegram has of the chat", async () => {
    const pyEnv = await startServer();
    const { channelId } = createConversation(pyEnv, { telegram_picture_key: "a1b2" });
    await start();
    await openDiscuss(channelId);
    await contains(
        `.o-mail-DiscussSidebarChannel img[data-src*='/discuss.channel/${channelId}/avatar_128?unique=a1b2']`
    );
});

for (const [state, title] of [
    ["queued", "Queued"],
    ["read", "Read"],
    ["error", "Failed"],
]) {
    test(`a message of ours that is ${state} says so`, async () => {
        const pyEnv = await startServer();
        const { channelId } = createConversation(pyEnv);
        createMessage(pyEnv, channelId, {
            author_id: serverState.partnerId,
            body: "Good day!",
            message_type: "comment",
            telegram_state: state,
        });
        await start();
        await openDiscuss(channelId);
        await contains(`.o-telegram-Message-state[title='${title}']`);
    });
}

test("what a customer wrote has no ticks, nor the mark of Telegram in a Telegram chat", async () => {
    const pyEnv = await startServer();
    const { channelId, partnerId } = createConversation(pyEnv);
    createMessage(pyEnv, channelId, {
        author_id: partnerId,
        body: "Hello",
        telegram_state: "received",
    });
    await start();
    await openDiscuss(channelId);
    await contains(".o-mail-Message", { text: "Hello" });
    await contains(".o-telegram-Message-state", { count: 0 });
    await contains(".o-telegram-Message-icon", { count: 0 });
});

test("who is no contact has a name, without the address that e-mails come from", async () => {
    const pyEnv = await startServer();
    const { channelId } = createConversation(pyEnv);
    createMessage(pyEnv, channelId, {
        author_id: false,
        body: "Hello",
        email_from: '"Ivan the Fool" <info@company.example>',
    });
    await start();
    await openDiscuss(channelId);
    await contains(".o-mail-Message-author", { text: "Ivan the Fool" });
    await contains(".o-mail-Message-author", { count: 0, text: "info@company.example" });
});

test("nothing is offered that the customer would not see", async () => {
    const pyEnv = await startServer();
    const { channelId, partnerId } = createConversation(pyEnv);
    createMessage(pyEnv, channelId, { author_id: partnerId, body: "Hello" });
    await start();
    await openDiscuss(channelId);
    await click(".o-mail-Message");
    await contains(".o-mail-Message-actions button[name='reply-to']");
    await contains(".o-mail-Message-actions button[title='Add a Reaction']", { count: 0 });
    await contains(".o-mail-DiscussContent-header button[title='Invite People']", { count: 0 });
    await contains(".o-mail-DiscussContent-header button[name='call']", { count: 0 });
});

test("a message rings the salesperson", async () => {
    const pyEnv = await startServer();
    const { channelId, userId } = createConversation(pyEnv, {
        telegram_responsible_id: serverState.partnerId,
    });
    await start();
    await postAs(userId, channelId, "Anybody?");
    await contains(".o-mail-ChatBubble");
    await contains(".o_menu_systray .o-mail-MessagingMenu-counter", { text: "1" });
});

test("a message of another one's customer is unread, and rings nobody", async () => {
    const pyEnv = await startServer();
    const other = pyEnv["res.partner"].create({ name: "Salesperson" });
    const { channelId, userId } = createConversation(pyEnv, { telegram_responsible_id: other });
    await start();
    await postAs(userId, channelId, "Anybody?");
    await contains(".o_menu_systray .o-mail-MessagingMenu-counter", { text: "1" });
    await contains(".o-mail-ChatBubble", { count: 0 });
});

test("on a phone the conversations have a tab", async () => {
    patchUiSize({ size: SIZES.SM });
    const pyEnv = await startServer();
    createConversation(pyEnv);
    await start();
    await click(".o_menu_systray i[aria-label='Messages']");
    await click("button", { text: "Telegram" });
    await contains(".o-mail-NotificationItem", { text: "Vasilisa (Azure)" });
    await click("button", { text: "Chats" });
    await contains(".o-mail-NotificationItem", { count: 0, text: "Vasilisa (Azure)" });
});

test("ours and theirs differ in color, whoever of us wrote", async () => {
    const pyEnv = await startServer();
    const { channelId, partnerId, colleagueId } = createConversation(pyEnv);
    createMessage(pyEnv, channelId, {
        author_id: partnerId,
        body: "Hello",
        telegram_state: "received",
    });
    createMessage(pyEnv, channelId, {
        author_id: colleagueId,
        body: "From a colleague",
        telegram_state: "sent",
    });
    await start();
    await openDiscuss(channelId);
    await contains(".o-mail-Message:contains('Hello') .o-mail-Message-bubble.o-blue");
    await contains(".o-mail-Message:contains('From a colleague') .o-mail-Message-bubble.o-green");
});

test("conversations of Telegram are marked in the menu and in the list", async () => {
    const pyEnv = await startServer();
    const { channelId } = createConversation(pyEnv);
    pyEnv["discuss.channel"].create({ name: "General" });
    await start();
    await click(".o_menu_systray i[aria-label='Messages']");
    await contains(".o-mail-NotificationItem .o-telegram-Mark");
    await openDiscuss(channelId);
    await contains(".o-mail-DiscussSidebarChannel .o-telegram-Mark");
    await contains(".o-mail-DiscussContent-header .o-telegram-Mark");
});

test("a file is not removed for colleagues only: it would stay with the customer", async () => {
    const pyEnv = await startServer();
    const { channelId } = createConversation(pyEnv);
    const values = { author_id: serverState.partnerId, message_type: "comment" };
    for (const telegram_message of [false, "sent"]) {
        const name = telegram_message ? "sent.txt" : "note.txt";
        const attachmentId = pyEnv["ir.attachment"].create({ mimetype: "text/plain", name });
        createMessage(pyEnv, channelId, {
            ...values,
            attachment_ids: [attachmentId],
            body: `With ${name}`,
            telegram_message,
        });
    }
    await start();
    await openDiscuss(channelId);
    await contains(".o-mail-AttachmentContainer[title='note.txt'] button[title='Remove']");
    await contains(".o-mail-AttachmentContainer[title='sent.txt'] button[title='Download']");
    await contains(".o-mail-AttachmentContainer[title='sent.txt'] button[title='Remove']", {
        count: 0,
    });
});

test("what the account has sent is not marked as new, an answer after it is", async () => {
    const pyEnv = await startServer();
    const { channelId, partnerId, colleagueId } = createConversation(pyEnv);
    createMessage(pyEnv, channelId, {
        author_id: partnerId,
        body: "Hello",
        telegram_state: "received",
    });
    const sentId = createMessage(pyEnv, channelId, {
        author_id: colleagueId,
        body: "From a colleague",
        telegram_state: "sent",
    });
    const members = pyEnv["discuss.channel.member"];
    const [memberId] = members.search([
        ["channel_id", "=", channelId],
        ["partner_id", "=", serverState.partnerId],
    ]);
    members.write([memberId], { new_message_separator: sentId });
    await start();
    await openDiscuss(channelId);
    await contains(".o-mail-Message:contains('From a colleague')");
    await contains(".o-mail-Thread-newMessage", { count: 0 });
});

test("the line “New” stands above the first answer of the customer", async () => {
    const pyEnv = await startServer();
    const { channelId, partnerId, colleagueId } = createConversation(pyEnv);
    const authors = { Hello: partnerId, "From a colleague": colleagueId, Thanks: partnerId };
    const ids = Object.entries(authors).map(([body, author_id]) =>
        createMessage(pyEnv, channelId, {
            author_id,
            body,
            telegram_state: author_id === partnerId ? "received" : "sent",
        })
    );
    const members = pyEnv["discuss.channel.member"];
    const [memberId] = members.search([
        ["channel_id", "=", channelId],
        ["partner_id", "=", serverState.partnerId],
    ]);
    members.write([memberId], { new_message_separator: ids[1] });
    await start();
    await openDiscuss(channelId);
    await contains(".o-mail-Thread-newMessage + .o-mail-Message", { text: "Thanks" });
});
