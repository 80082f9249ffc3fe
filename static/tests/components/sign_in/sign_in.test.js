import { describe, expect, test } from "@odoo/hoot";
import { click, edit, press } from "@odoo/hoot-dom";
import { Deferred, advanceTime, animationFrame } from "@odoo/hoot-mock";
import {
    MockServer,
    makeServerError,
    mountView,
    mountWithCleanup,
    onRpc,
    patchWithCleanup,
} from "@web/../tests/web_test_helpers";
import { Component, useState, xml } from "@odoo/owl";
import { ConnectionLostError, rpc } from "@web/core/network/rpc";
import { LONG_DELAY, DELAY, TelegramSignIn } from "@telegram_green_api/components/sign_in/sign_in";
import { defineTelegramModels } from "@telegram_green_api/../tests/telegram_test_helpers";

describe.current.tags("desktop");
defineTelegramModels();

const MESSAGE = ".o-telegram-SignIn-message";
const QR = ".o-telegram-SignIn-qr";
const PASSWORD = ".o-telegram-SignIn-password input";
const DONE = ".o-telegram-SignIn-done";

function answer(state, message, values = {}) {
    return { state, message, problem: false, qr: false, ...values };
}

const scanIt = (qr) => answer("notAuthorized", "Scan it", { qr });
const authorized = answer("authorized", "The account works");
const passwordWanted = answer("pendingPassword", "Enter the password");

/** Mock the server's answers to refresh; the last one is repeated. */
function onRefresh(...answers) {
    onRpc("telegram.sign.in", "refresh", async () => {
        expect.step("refresh");
        const next = await (answers.length > 1 ? answers.shift() : answers[0]);
        if (next instanceof Error) {
            throw next;
        }
        return next;
    });
}

/** Open the form as the server's action does, on a record that is not saved yet. */
async function openSignIn() {
    await mountView({ type: "form", resModel: "telegram.sign.in" });
    await animationFrame();
}

async function wait(pause) {
    await advanceTime(pause);
    await animationFrame();
}

test("waits visibly for the first answer, about a record that it saves itself", async () => {
    const first = new Deferred();
    onRpc("telegram.sign.in", "refresh", ({ args }) => {
        expect.step(`refresh ${JSON.stringify(args)}`);
        return first;
    });
    await openSignIn();
    expect(".o-telegram-SignIn .fa-spin").toHaveCount(1);
    const [id] = MockServer.env["telegram.sign.in"].search([]);
    expect.verifySteps([`refresh [[${id}]]`]);
    first.resolve(scanIt("Rmlyc3Q="));
    await animationFrame();
    expect(".o-telegram-SignIn .fa-spin").toHaveCount(0);
    expect(QR).toHaveAttribute("data-src", "data:image/png;base64,Rmlyc3Q=");
    expect(QR).toHaveAttribute("alt");
    expect(MESSAGE).toHaveText("Scan it");
    expect(MESSAGE).toHaveAttribute("aria-live", "polite");
});

test("renews the code, and turns to authorized by itself", async () => {
    onRefresh(scanIt("Rmlyc3Q="), scanIt("U2Vjb25k"), authorized);
    await openSignIn();
    expect(QR).toHaveAttribute("data-src", "data:image/png;base64,Rmlyc3Q=");
    await wait(DELAY);
    expect(QR).toHaveAttribute("data-src", "data:image/png;base64,U2Vjb25k");
    await wait(DELAY);
    expect(QR).toHaveCount(0);
    expect(DONE).toHaveCount(1);
    expect(MESSAGE).toHaveText("The account works");
    expect.verifySteps(["refresh", "refresh", "refresh"]);
    await wait(LONG_DELAY);
    expect.verifySteps([]);
});

test("makes no call while another one is under way", async () => {
    const slow = new Deferred();
    onRefresh(slow, authorized);
    await openSignIn();
    await wait(10 * DELAY);
    expect.verifySteps(["refresh"]);
    slow.resolve(scanIt("Rmlyc3Q="));
    await animationFrame();
    await wait(DELAY);
    expect.verifySteps(["refresh"]);
    expect(DONE).toHaveCount(1);
});

test("makes fewer calls while the instance starts", async () => {
    onRefresh(answer("starting", "It starts"), authorized);
    await openSignIn();
    expect(".o-telegram-SignIn .fa-spin").toHaveCount(1);
    expect(MESSAGE).toHaveText("It starts");
    await wait(2 * DELAY);
    expect.verifySteps(["refresh"]);
    await wait(LONG_DELAY - 2 * DELAY);
    expect.verifySteps(["refresh"]);
    expect(DONE).toHaveCount(1);
});

test("a problem is no authorized account, whatever the state was", async () => {
    onRefresh(answer("authorized", "The token is wrong", { problem: true }));
    await openSignIn();
    expect(DONE).toHaveCount(0);
    expect(".o-telegram-SignIn .fa-exclamation-triangle").toHaveCount(1);
    expect(MESSAGE).toHaveText("The token is wrong");
    await wait(LONG_DELAY);
    expect.verifySteps(["refresh", "refresh"]);
});

test("asks for the password, passes it on once and forgets it", async () => {
    onRefresh(passwordWanted);
    const sent = new Deferred();
    onRpc("telegram.sign.in", "submit_password", async ({ args }) => {
        expect.step(`send ${args[1]}`);
        return sent;
    });
    await openSignIn();
    expect(MESSAGE).toHaveText("Enter the password of two-step verification.");
    expect(PASSWORD).toHaveAttribute("type", "password");
    expect(PASSWORD).toHaveAttribute("autocomplete", "off");
    expect(PASSWORD).toBeFocused();
    await edit("open sesame");
    await press("Enter");
    await animationFrame();
    expect(PASSWORD).toHaveValue("");
    expect(".o-telegram-SignIn-password button").not.toBeEnabled();
    await wait(DELAY);
    expect.verifySteps(["refresh", "send open sesame"]);
    sent.resolve(authorized);
    await animationFrame();
    expect(DONE).toHaveCount(1);
    expect(PASSWORD).toHaveCount(0);
    expect(MESSAGE).toHaveText("The account works");
});

test("displays that a password is wrong until the next try", async () => {
    onRefresh(passwordWanted);
    const answers = [answer("pendingPassword", "Wrong password"), authorized];
    onRpc("telegram.sign.in", "submit_password", () => answers.shift());
    await openSignIn();
    await edit("wrong");
    await click(".o-telegram-SignIn-password button");
    await animationFrame();
    expect(".o-telegram-SignIn-password [role='alert']").toHaveText("Wrong password");
    expect(PASSWORD).toHaveClass("is-invalid");
    expect(PASSWORD).toBeFocused();
    await wait(DELAY);
    expect(".o-telegram-SignIn-password [role='alert']").toHaveText("Wrong password");
    await edit("right");
    await press("Enter");
    await animationFrame();
    expect(DONE).toHaveCount(1);
    expect(MESSAGE).toHaveText("The account works");
    expect.verifySteps(["refresh", "refresh"]);
});

test("sends no empty password", async () => {
    onRefresh(passwordWanted);
    onRpc("telegram.sign.in", "submit_password", () => expect.step("send"));
    await openSignIn();
    await click(".o-telegram-SignIn-password button");
    await animationFrame();
    expect.verifySteps(["refresh"]);
});

test("what is being typed survives the next answer", async () => {
    onRefresh(passwordWanted);
    await openSignIn();
    await edit("half a pass");
    await wait(DELAY);
    expect(PASSWORD).toHaveValue("half a pass");
    expect(PASSWORD).toBeFocused();
    expect.verifySteps(["refresh", "refresh"]);
});

test("a password waits for the call under way", async () => {
    const slow = new Deferred();
    onRefresh(passwordWanted, slow);
    onRpc("telegram.sign.in", "submit_password", () => {
        expect.step("send");
        return authorized;
    });
    await openSignIn();
    await edit("open sesame");
    await wait(DELAY);
    await press("Enter");
    await animationFrame();
    expect.verifySteps(["refresh", "refresh"]);
    slow.resolve(passwordWanted);
    await animationFrame();
    await animationFrame();
    expect.verifySteps(["send"]);
    expect(DONE).toHaveCount(1);
    await wait(LONG_DELAY);
    expect.verifySteps([]);
});

const PHONE = ".o-telegram-SignIn-phone input";
const CODE = ".o-telegram-SignIn-code input";
const METHOD = ".o-telegram-SignIn-method";

test("signs in by phone number: number, code, done; no QR code is asked for meanwhile", async () => {
    onRpc("telegram.sign.in", "refresh", ({ args }) => {
        expect.step(`refresh ${JSON.stringify(args.slice(1))}`);
        return args.length > 1 ? answer("notAuthorized", "Scan it") : scanIt("Rmlyc3Q=");
    });
    onRpc("telegram.sign.in", "request_code", ({ args }) => {
        expect.step(`phone ${args[1]}`);
        return answer("notAuthorized", "", { accepted: true });
    });
    onRpc("telegram.sign.in", "submit_code", ({ args }) => {
        expect.step(`code ${args[1]}`);
        return { ...authorized, accepted: true };
    });
    await openSignIn();
    await click(METHOD);
    await animationFrame();
    expect(QR).toHaveCount(0);
    expect(PHONE).toBeFocused();
    await wait(DELAY);
    await edit("+7 987 654-32-10");
    await press("Enter");
    await animationFrame();
    expect(CODE).toBeFocused();
    expect(MESSAGE).toHaveText(/\+7 987 654-32-10/);
    await edit("12345");
    await press("Enter");
    await animationFrame();
    expect(DONE).toHaveCount(1);
    expect(CODE).toHaveCount(0);
    expect(METHOD).toHaveCount(0);
    expect.verifySteps(["refresh []", "refresh [false]", "phone +7 987 654-32-10", "code 12345"]);
});

test("displays below the field what is wrong with a number or a code, until the next try", async () => {
    onRefresh(scanIt("Rmlyc3Q="));
    const phones = [
        answer("notAuthorized", "No such number", { accepted: false }),
        answer("notAuthorized", "", { accepted: true }),
    ];
    onRpc("telegram.sign.in", "request_code", () => phones.shift());
    onRpc("telegram.sign.in", "submit_code", () =>
        answer("notAuthorized", "Wrong code", { accepted: false })
    );
    await openSignIn();
    await click(METHOD);
    await animationFrame();
    await edit("12");
    await press("Enter");
    await animationFrame();
    expect(".o-telegram-SignIn-phone [role='alert']").toHaveText("No such number");
    await wait(DELAY);
    expect(".o-telegram-SignIn-phone [role='alert']").toHaveText("No such number");
    expect(PHONE).toHaveValue("12");
    await edit("+79876543210");
    await press("Enter");
    await animationFrame();
    await edit("1");
    await press("Enter");
    await animationFrame();
    expect(".o-telegram-SignIn-code [role='alert']").toHaveText("Wrong code");
    expect(CODE).toHaveValue("");
    await click(".o-telegram-SignIn-otherPhone");
    await animationFrame();
    expect(PHONE).toHaveCount(1);
    await click(METHOD);
    await animationFrame();
    expect(QR).toHaveCount(1);
    expect.verifySteps(["refresh", "refresh", "refresh"]);
});

test("the password of two-step verification follows the code", async () => {
    onRefresh(scanIt("Rmlyc3Q="));
    onRpc("telegram.sign.in", "request_code", () => ({ ...scanIt(""), accepted: true }));
    onRpc("telegram.sign.in", "submit_code", () => ({ ...passwordWanted, accepted: true }));
    await openSignIn();
    await click(METHOD);
    await animationFrame();
    await edit("+79876543210");
    await press("Enter");
    await animationFrame();
    await edit("12345");
    await press("Enter");
    await animationFrame();
    expect(PASSWORD).toBeFocused();
    expect(CODE).toHaveCount(0);
    expect.verifySteps(["refresh"]);
});

const FAILURES = [
    ["builtins.KeyError", "The account could not be checked. Trying again…"],
    ["odoo.exceptions.AccessError", "What the server says"],
];

for (const [errorName, message] of FAILURES) {
    test(`continues after a failed call, and displays the reason: ${errorName}`, async () => {
        const error = makeServerError({ message: "What the server says", errorName });
        onRefresh(scanIt("Rmlyc3Q="), error, scanIt("U2Vjb25k"));
        await openSignIn();
        await wait(DELAY);
        expect(MESSAGE).toHaveText(message);
        expect(QR).toHaveCount(0);
        await wait(DELAY);
        expect(MESSAGE).toHaveText("Scan it");
        expect(QR).toHaveAttribute("data-src", "data:image/png;base64,U2Vjb25k");
        expect.verifySteps(["refresh", "refresh", "refresh"]);
    });
}

test("continues when the connection to Odoo is restored", async () => {
    let isLost = false;
    patchWithCleanup(rpc, {
        async _rpc(url) {
            if (isLost && url.endsWith("/telegram.sign.in/refresh")) {
                throw new ConnectionLostError(url);
            }
            return super._rpc(...arguments);
        },
    });
    onRefresh(scanIt("Rmlyc3Q="), authorized);
    await openSignIn();
    isLost = true;
    await wait(DELAY);
    expect(MESSAGE).toHaveText("Odoo cannot be reached. Trying again…");
    expect(".o-telegram-SignIn .fa-exclamation-triangle").toHaveCount(1);
    isLost = false;
    await wait(DELAY);
    expect(DONE).toHaveCount(1);
    expect.verifySteps(["refresh", "refresh"]);
});

test("makes no further call once it is closed", async () => {
    class Parent extends Component {
        static components = { TelegramSignIn };
        static props = ["*"];
        static template = xml`<TelegramSignIn t-if="state.isOpen" resId="7"/>`;
        setup() {
            this.state = useState({ isOpen: true });
        }
    }
    const slow = new Deferred();
    onRefresh(scanIt("Rmlyc3Q="), slow);
    const parent = await mountWithCleanup(Parent);
    await animationFrame();
    await wait(DELAY);
    expect.verifySteps(["refresh", "refresh"]);
    parent.state.isOpen = false;
    await animationFrame();
    slow.resolve(scanIt("U2Vjb25k"));
    await wait(LONG_DELAY);
    expect.verifySteps([]);
});

for (const [what, failing] of [
    ["a failed call", makeServerError({ errorName: "builtins.KeyError" })],
    ["a problem of GREEN-API", answer("notAuthorized", "Try again later", { problem: true })],
]) {
    test(`a number half typed survives ${what}`, async () => {
        onRefresh(scanIt("Rmlyc3Q="), failing, scanIt("U2Vjb25k"));
        await openSignIn();
        await click(METHOD);
        await animationFrame();
        await edit("+7 987");
        await wait(DELAY);
        expect(".o-telegram-SignIn .fa-exclamation-triangle").toHaveCount(1);
        expect(PHONE).toHaveValue("+7 987");
        expect(PHONE).toBeFocused();
        await wait(LONG_DELAY);
        expect(".o-telegram-SignIn .fa-exclamation-triangle").toHaveCount(0);
        expect(PHONE).toHaveValue("+7 987");
        expect.verifySteps(["refresh", "refresh", "refresh"]);
    });
}

test("a password half typed survives a problem of GREEN-API", async () => {
    const problem = answer("pendingPassword", "Try again later", { problem: true });
    onRefresh(passwordWanted, problem, passwordWanted);
    await openSignIn();
    await edit("half a pass");
    await wait(DELAY);
    expect(MESSAGE).toHaveText("Try again later");
    expect(PASSWORD).toHaveValue("half a pass");
    expect.verifySteps(["refresh", "refresh"]);
});
