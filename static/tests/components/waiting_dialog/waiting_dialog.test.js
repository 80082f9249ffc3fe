import { describe, expect, test } from "@odoo/hoot";
import { click } from "@odoo/hoot-dom";
import { Deferred, advanceTime, animationFrame } from "@odoo/hoot-mock";
import {
    getService,
    makeServerError,
    mountWithCleanup,
    onRpc,
    patchWithCleanup,
    serverState,
} from "@web/../tests/web_test_helpers";
import { MainComponentsContainer } from "@web/core/main_components_container";
import { ConnectionLostError, rpc } from "@web/core/network/rpc";
import { WebClient } from "@web/webclient/webclient";
import {
    BUSY_DELAY,
    EMPTY_LIMIT,
    NOTIFICATIONS_LIMIT,
    TelegramWaitingDialog,
} from "@telegram_green_api/components/waiting_dialog/waiting_dialog";
import { defineTelegramModels } from "@telegram_green_api/../tests/telegram_test_helpers";

describe.current.tags("desktop");
defineTelegramModels();

const MESSAGE = ".o-telegram-Waiting-message";
const ROW = ".o-telegram-Waiting-notification";
const STOP = ".o-telegram-Waiting-stop";
const AGAIN = ".o-telegram-Waiting-again";
const EMPTY = { outcome: "empty" };
const BUSY = { outcome: "busy" };

function taken(text, values = {}) {
    const kind = "Incoming message";
    return { outcome: "taken", kind, chat: "Vasilisa", text, json: `{"is": "${text}"}`, ...values };
}

/** Return the steps of this many calls. */
const calls = (count) => Array(count).fill("take 7");

/** Mock the server's answers; the last one is repeated. */
function onTake(...answers) {
    onRpc("telegram.instance", "fetch_notification", async ({ args }) => {
        expect.step(`take ${args[0]}`);
        const next = await (answers.length > 1 ? answers.shift() : answers[0]);
        if (next instanceof Error) {
            throw next;
        }
        return next;
    });
}

async function open() {
    await mountWithCleanup(MainComponentsContainer);
    getService("dialog").add(TelegramWaitingDialog, { instanceId: 7, name: "Sales" });
    await settle();
}

async function settle() {
    for (let i = 0; i < 5 + 3 * EMPTY_LIMIT; i++) {
        await animationFrame();
    }
}

test("receives one notification after the other, the newest on top, until there are no more", async () => {
    onTake(taken("First"), taken("Second"), EMPTY);
    await open();
    expect.verifySteps(calls(2 + EMPTY_LIMIT));
    expect(".modal-title").toHaveText("Wait for Messages: Sales");
    expect(MESSAGE).toHaveText(/^No more messages/);
    expect(".o-telegram-Waiting-count").toHaveText("2 received");
    expect(`${ROW}:first`).toHaveText(/Incoming message.*Vasilisa.*Second/s);
    expect(`${ROW}:last`).toHaveText(/First/);
    expect(STOP).toHaveCount(0);
    await advanceTime(10 * BUSY_DELAY);
    expect.verifySteps([]);
});

test("goes on waiting after a pause, which begins anew with each message", async () => {
    const pause = Array(EMPTY_LIMIT - 1).fill(EMPTY);
    onTake(...pause, taken("Late"), ...pause, taken("Even later"), EMPTY);
    await open();
    expect(`${ROW}:first`).toHaveText(/Even later/);
    expect(MESSAGE).toHaveText(/^No more messages/);
    expect.verifySteps(calls(3 * EMPTY_LIMIT));
});

test("asks in the language of the user", async () => {
    serverState.lang = "ru_RU";
    onRpc("telegram.instance", "fetch_notification", ({ kwargs }) => {
        expect.step(kwargs.context.lang);
        return BUSY;
    });
    await open();
    expect.verifySteps(["ru_RU"]);
});

test("displays a notification while it waits for the next", async () => {
    onTake(taken("First"), new Deferred());
    await open();
    expect(ROW).toHaveCount(1);
    expect(`${MESSAGE} .fa-spin`).toHaveCount(1);
    expect(AGAIN).toHaveCount(0);
    expect.verifySteps(["take 7", "take 7"]);
});

test("shows the JSON on demand, and markup as it is", async () => {
    const markup = "<b>bold</b><script>alert(1)</script>";
    onTake(taken(markup, { chat: markup, kind: markup, json: `{"a": "${markup}"}` }), EMPTY);
    await open();
    expect(`${ROW} b, ${ROW} script`).toHaveCount(0);
    expect(`${ROW} pre`).toHaveCount(0);
    await click(`${ROW} button`);
    await animationFrame();
    expect(`${ROW} pre`).toHaveText(`{"a": "${markup}"}`);
    expect(`${ROW} button`).toHaveAttribute("aria-expanded", "true");
    await click(`${ROW} button`);
    await animationFrame();
    expect(`${ROW} pre`).toHaveCount(0);
    expect.verifySteps(calls(1 + EMPTY_LIMIT));
});

test("stops immediately, aborts the call, and makes no further one", async () => {
    const late = new Deferred();
    onTake(late, EMPTY);
    patchWithCleanup(rpc, {
        _rpc(url) {
            const call = super._rpc(...arguments);
            const { abort } = call;
            call.abort = function (rejectError) {
                if (url.endsWith("/fetch_notification")) {
                    expect.step(`abort ${rejectError}`);
                }
                return abort.call(call, rejectError);
            };
            return call;
        },
    });
    await open();
    expect.verifySteps(["take 7"]);
    await click(STOP);
    await animationFrame();
    expect.verifySteps(["abort false"]);
    expect(MESSAGE).toHaveText("Stopped");
    late.resolve(taken("Too late to be shown"));
    await settle();
    await advanceTime(10 * BUSY_DELAY);
    expect(ROW).toHaveCount(0);
    expect.verifySteps([]);
    await click(AGAIN);
    await settle();
    expect.verifySteps(calls(EMPTY_LIMIT));
    expect(MESSAGE).toHaveText("No messages");
});

test("tries again while the scheduled action runs, until it is stopped", async () => {
    onTake(BUSY, BUSY, taken("After it"), BUSY);
    await open();
    expect(MESSAGE).toHaveText(/scheduled action is running/);
    await advanceTime(BUSY_DELAY);
    await settle();
    await advanceTime(BUSY_DELAY);
    await settle();
    expect(ROW).toHaveText(/After it/);
    expect.verifySteps(["take 7", "take 7", "take 7", "take 7"]);
    await click(STOP);
    await advanceTime(10 * BUSY_DELAY);
    expect.verifySteps([]);
});

test("makes no further call once it is closed", async () => {
    onTake(BUSY);
    await open();
    expect.verifySteps(["take 7"]);
    await click(".modal .btn:contains(Close)");
    await animationFrame();
    await advanceTime(10 * BUSY_DELAY);
    expect(".modal").toHaveCount(0);
    expect.verifySteps([]);
});

const FAILURES = [
    [{ outcome: "refused", message: "By webhook" }, "By webhook"],
    [makeServerError({ message: "No token", errorName: "odoo.exceptions.UserError" }), "No token"],
    [makeServerError({ message: "x", errorName: "builtins.KeyError" }), /could not be received/],
];

for (const [answer, message] of FAILURES) {
    test(`displays the reason for stopping: ${message}`, async () => {
        onTake(answer);
        await open();
        expect(MESSAGE).toHaveText(message);
        expect(MESSAGE).toHaveClass("text-danger");
        expect(AGAIN).toHaveCount(1);
        expect.verifySteps(["take 7"]);
    });
}

test("displays that Odoo cannot be reached", async () => {
    onTake(EMPTY);
    let isLost = true;
    patchWithCleanup(rpc, {
        _rpc(url) {
            if (isLost && url.endsWith("/fetch_notification")) {
                return Promise.reject(new ConnectionLostError(url));
            }
            return super._rpc(...arguments);
        },
    });
    await open();
    expect(MESSAGE).toHaveText("Odoo cannot be reached. Try again.");
    isLost = false;
    await click(AGAIN);
    await settle();
    expect(MESSAGE).toHaveText("No messages");
    expect.verifySteps(calls(EMPTY_LIMIT));
});

test("keeps a long list short", async () => {
    let number = 0;
    onRpc("telegram.instance", "fetch_notification", () =>
        number < NOTIFICATIONS_LIMIT + 5 ? taken(`Message ${number++}`) : EMPTY
    );
    await open();
    while (document.querySelector(STOP)) {
        await animationFrame();
    }
    expect(ROW).toHaveCount(NOTIFICATIONS_LIMIT);
    expect(".o-telegram-Waiting-count").toHaveText(`${NOTIFICATIONS_LIMIT + 5} received`);
    expect(`${ROW}:first`).toHaveText(new RegExp(`Message ${NOTIFICATIONS_LIMIT + 4}$`));
});

test("is what the button of the instance opens", async () => {
    onTake(EMPTY);
    await mountWithCleanup(WebClient);
    await getService("action").doAction({
        type: "ir.actions.client",
        tag: "telegram_green_api.wait",
        params: { instance_id: 9, name: "Support" },
    });
    await settle();
    expect(".modal-title").toHaveText("Wait for Messages: Support");
    expect.verifySteps(Array(EMPTY_LIMIT).fill("take 9"));
});
