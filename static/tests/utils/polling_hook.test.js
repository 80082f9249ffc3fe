import { describe, expect, test } from "@odoo/hoot";
import { Deferred, advanceTime, animationFrame, tick } from "@odoo/hoot-mock";
import { mountWithCleanup } from "@web/../tests/web_test_helpers";
import { Component, useState, xml } from "@odoo/owl";
import { usePolling } from "@telegram_green_api/utils/polling_hook";
import { defineTelegramModels } from "@telegram_green_api/../tests/telegram_test_helpers";

describe.current.tags("desktop");
defineTelegramModels();

const DELAY = 1000;

/**
 * Mount a component that polls.
 *
 * @param {() => Promise<any>} fn
 * @param {() => number|undefined} [getDelay]
 * @returns {Promise<{ polling: Object, destroy: () => Promise<void> }>}
 */
async function mountPolling(fn, getDelay = () => DELAY) {
    let polling;
    class Child extends Component {
        static props = [];
        static template = xml`<div/>`;
        setup() {
            polling = usePolling(fn, getDelay);
        }
    }
    class Parent extends Component {
        static components = { Child };
        static props = ["*"];
        static template = xml`<Child t-if="state.isOpen"/>`;
        setup() {
            this.state = useState({ isOpen: true });
        }
    }
    const parent = await mountWithCleanup(Parent);
    const destroy = async () => {
        parent.state.isOpen = false;
        await animationFrame();
    };
    return { polling, destroy };
}

async function step() {
    expect.step("call");
}

test("calls nothing by itself, then again after each delay", async () => {
    const { polling } = await mountPolling(step);
    await advanceTime(DELAY);
    expect.verifySteps([]);
    await polling.poll();
    expect.verifySteps(["call"]);
    await advanceTime(DELAY - 1);
    expect.verifySteps([]);
    await advanceTime(1);
    expect.verifySteps(["call"]);
    await advanceTime(DELAY);
    expect.verifySteps(["call"]);
});

test("a schedule without a call begins after the delay, and only once", async () => {
    const { polling } = await mountPolling(step);
    polling.schedule();
    await advanceTime(DELAY / 2);
    polling.schedule();
    await advanceTime(DELAY / 2);
    expect.verifySteps([]);
    await advanceTime(DELAY / 2);
    expect.verifySteps(["call"]);
});

test("asks for the delay after each call, and ends without one", async () => {
    const delays = [10, 500, undefined];
    const { polling } = await mountPolling(step, () => delays.shift());
    await polling.poll();
    await advanceTime(10);
    expect.verifySteps(["call", "call"]);
    await advanceTime(10);
    expect.verifySteps([]);
    await advanceTime(490);
    expect.verifySteps(["call"]);
    await advanceTime(10 * DELAY);
    expect.verifySteps([]);
});

test("waits for the end of a call before it schedules the next", async () => {
    const slow = new Deferred();
    const { polling } = await mountPolling(() => {
        expect.step("call");
        return slow;
    });
    const result = polling.poll();
    await advanceTime(10 * DELAY);
    expect.verifySteps(["call"]);
    slow.resolve("result");
    expect(await result).toBe("result");
    await advanceTime(DELAY);
    expect.verifySteps(["call"]);
});

test("another call takes the place of the scheduled one", async () => {
    const { polling } = await mountPolling(step);
    await polling.poll();
    await advanceTime(DELAY / 2);
    await polling.poll(async () => expect.step("other call"));
    expect.verifySteps(["call", "other call"]);
    await advanceTime(DELAY / 2);
    expect.verifySteps([]);
    await advanceTime(DELAY / 2);
    expect.verifySteps(["call"]);
});

test("a call that was overtaken by another one schedules nothing", async () => {
    const calls = [new Deferred(), new Deferred()];
    const pending = [...calls];
    const { polling } = await mountPolling(() => {
        expect.step("call");
        return pending.shift() ?? Promise.resolve();
    });
    polling.poll();
    polling.poll();
    expect.verifySteps(["call", "call"]);
    calls[0].resolve();
    await advanceTime(10 * DELAY);
    expect.verifySteps([]);
    calls[1].resolve();
    await tick();
    await advanceTime(DELAY);
    expect.verifySteps(["call"]);
});

test("stops while it waits, and while a call is under way", async () => {
    const slow = new Deferred();
    const pending = [Promise.resolve(), slow];
    const { polling } = await mountPolling(() => {
        expect.step("call");
        return pending.shift();
    });
    await polling.poll();
    polling.stop();
    await advanceTime(10 * DELAY);
    expect.verifySteps(["call"]);
    const result = polling.poll();
    polling.stop();
    slow.resolve();
    await result;
    await advanceTime(10 * DELAY);
    expect.verifySteps(["call"]);
});

test("ends with the component, also while a call is under way", async () => {
    const slow = new Deferred();
    const pending = [Promise.resolve(), slow];
    const { polling, destroy } = await mountPolling(() => {
        expect.step("call");
        return pending.shift();
    });
    await polling.poll();
    await advanceTime(DELAY);
    expect.verifySteps(["call", "call"]);
    await destroy();
    slow.resolve();
    await advanceTime(10 * DELAY);
    polling.schedule();
    await advanceTime(10 * DELAY);
    expect.verifySteps([]);
});

test("does not outlive a component that waits for the next call", async () => {
    const { polling, destroy } = await mountPolling(step);
    await polling.poll();
    await destroy();
    await advanceTime(10 * DELAY);
    expect.verifySteps(["call"]);
});

test("an error ends the polling and is thrown on", async () => {
    const { polling } = await mountPolling(async () => {
        expect.step("call");
        throw new Error("no connection");
    });
    await expect(polling.poll()).rejects.toThrow("no connection");
    await advanceTime(10 * DELAY);
    expect.verifySteps(["call"]);
});
