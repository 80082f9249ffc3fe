import { onWillDestroy, status, useComponent } from "@odoo/owl";

import { browser } from "@web/core/browser/browser";

/**
 * Call an asynchronous function again and again while the component exists.
 *
 * The next call is scheduled when the one before has succeeded, so calls never overlap by
 * themselves. An error ends the polling and is thrown on.
 *
 * @param {() => Promise<any>} fn
 * @param {() => number|undefined} getDelay return the pause before the next call in milliseconds,
 *  or undefined to end the polling
 * @returns {{
 *  poll: (call?: () => Promise<any>) => Promise<any>,
 *  schedule: () => void,
 *  stop: () => void,
 * }}
 */
export function usePolling(fn, getDelay) {
    const component = useComponent();
    let timer;
    let latestCall;

    /** End the polling; a call under way is completed and not followed by another one. */
    function stop() {
        browser.clearTimeout(timer);
        latestCall = undefined;
    }

    /** Schedule the next call in place of the one that was scheduled before. */
    function schedule() {
        stop();
        const delay = status(component) === "destroyed" ? undefined : getDelay();
        if (delay !== undefined) {
            timer = browser.setTimeout(() => poll(), delay);
        }
    }

    /**
     * Call the function now and schedule the next call.
     *
     * @param {() => Promise<any>} [call] what to call this time in place of the function
     * @returns {Promise<any>} the result of the call
     */
    async function poll(call = fn) {
        stop();
        const currentCall = call();
        latestCall = currentCall;
        const result = await currentCall;
        if (latestCall === currentCall) {
            schedule();
        }
        return result;
    }

    onWillDestroy(stop);
    return { poll, schedule, stop };
}
