import {
    click,
    contains,
    openFormView,
    start,
    startServer,
} from "@mail/../tests/mail_test_helpers";
import { describe, expect, test } from "@odoo/hoot";
import { queryFirst } from "@odoo/hoot-dom";
import { MockServer, serverState } from "@web/../tests/web_test_helpers";
import {
    createTelegramMessage,
    defineTelegramModels,
} from "@telegram_green_api/../tests/telegram_test_helpers";

describe.current.tags("desktop");
defineTelegramModels();

const NOTIFICATION = ".o-mail-Message-notification";

const SHOWN = [
    ["queued", "fa-clock-o", "Queued"],
    ["sending", "fa-clock-o", "Sending"],
    ["sent", "fa-check", "Sent"],
    ["delivered", "o-telegram-ticks", "Delivered"],
    ["read", "o-telegram-read", "Read"],
    ["canceled", "fa-ban", "Canceled"],
];

for (const [state, icon, title] of SHOWN) {
    test(`shows that a message is ${state}`, async () => {
        const pyEnv = await startServer();
        const { partnerId } = createTelegramMessage(pyEnv, state);
        await start();
        await openFormView("res.partner", partnerId);
        await contains(`${NOTIFICATION} i.${icon}`);
        await contains(NOTIFICATION, { text: "Telegram" });
        expect(NOTIFICATION).toHaveAttribute("title", `Telegram: ${title}`);
        expect(NOTIFICATION).toHaveAttribute("aria-label", `Telegram: ${title}`);
        await click(NOTIFICATION);
        await contains(`.o-mail-MessageNotificationPopover i.${icon}[title='${title}']`);
        await contains(".o-mail-MessageNotificationPopover", { text: "Vasilisa" });
    });
}

const FAILED = [
    ["error", "fa-exclamation-circle", "Failed", "telegram_quota"],
    ["unsure", "fa-question-circle", "Unsure", "telegram_unsure"],
];

for (const [state, icon, title, failure_type] of FAILED) {
    test(`shows that and why a message is in state ${state}`, async () => {
        const pyEnv = await startServer();
        const failure_reason = "The service said so";
        const values = { failure_type, failure_reason, telegram_message_id: false };
        const { partnerId } = createTelegramMessage(pyEnv, state, values);
        await start();
        await openFormView("res.partner", partnerId);
        await contains(`${NOTIFICATION}.text-danger i.${icon}`);
        expect(NOTIFICATION).toHaveAttribute("title", `Telegram: ${title}. ${failure_reason}`);
        await click(NOTIFICATION);
        const popover = ".o-mail-MessageNotificationPopover";
        await contains(`${popover} i.${icon}.text-danger[title='${title}']`);
        await contains(popover, { text: `(${failure_reason})` });
    });
}

test("tells why a message waits, as long as it does", async () => {
    const pyEnv = await startServer();
    const values = { telegram_waiting_reason: "It is sent later: tomorrow" };
    const { partnerId } = createTelegramMessage(pyEnv, "queued", values);
    await start();
    await openFormView("res.partner", partnerId);
    await contains(`${NOTIFICATION} i.fa-clock-o`);
    const title = "Telegram: Queued. It is sent later: tomorrow";
    expect(NOTIFICATION).toHaveAttribute("title", title);
});

test("tells that a message was edited", async () => {
    const pyEnv = await startServer();
    const { partnerId } = createTelegramMessage(pyEnv, "read", { telegram_is_edited: true });
    await start();
    await openFormView("res.partner", partnerId);
    await contains(`${NOTIFICATION} i.o-telegram-read`);
    expect(NOTIFICATION).toHaveAttribute("title", "Telegram: Read, edited");
});

test("tells the reason by its kind where there are no words for it", async () => {
    const pyEnv = await startServer();
    const values = { failure_type: "telegram_no_account", failure_reason: false };
    const { partnerId } = createTelegramMessage(pyEnv, "error", values);
    await start();
    await openFormView("res.partner", partnerId);
    await contains(`${NOTIFICATION}[title*='This number has no Telegram account']`);
});

test("a message that is gone from the queue still shows what is known", async () => {
    const pyEnv = await startServer();
    const { partnerId } = createTelegramMessage(pyEnv, "delivered", {
        telegram_message_id: false,
        telegram_state: false,
    });
    await start();
    await openFormView("res.partner", partnerId);
    await contains(`${NOTIFICATION}[title='Telegram: Delivered'] i.o-telegram-ticks`);
});

test("a discarded failure is neither red nor said to have been cancelled", async () => {
    const pyEnv = await startServer();
    const { partnerId } = createTelegramMessage(pyEnv, "unsure", {
        notification_status: "canceled",
    });
    await start();
    await openFormView("res.partner", partnerId);
    await contains(`${NOTIFICATION}:not(.text-danger)[title='Telegram: Unsure']`);
});

test("the state changes while one looks at it", async () => {
    const pyEnv = await startServer();
    const { partnerId, notificationId } = createTelegramMessage(pyEnv, "queued");
    await start();
    await openFormView("res.partner", partnerId);
    await contains(`${NOTIFICATION} i.fa-clock-o`);
    const [partner] = pyEnv["res.partner"].read(serverState.partnerId);
    MockServer.env["bus.bus"]._sendone(partner, "mail.record/insert", {
        "mail.notification": [
            { id: notificationId, notification_status: "sent", telegram_state: "read" },
        ],
    });
    await contains(`${NOTIFICATION} i.o-telegram-read`);
});

test("notifications of other kinds stay as they are", async () => {
    const pyEnv = await startServer();
    const { partnerId } = createTelegramMessage(pyEnv, "error", {
        notification_type: "email",
        failure_type: "mail_bounce",
    });
    await start();
    await openFormView("res.partner", partnerId);
    await contains(`${NOTIFICATION} i.fa-envelope`);
    expect(queryFirst(NOTIFICATION).hasAttribute("title")).toBe(false);
    await click(NOTIFICATION);
    await contains(".o-mail-MessageNotificationPopover", { text: "(Bounce)" });
});
