// Talking to the control interface.

import { state } from "./state.js";

/**
 * @param {string} verb
 * @param {string} path below /control
 * @param {Object} [values] the request's body
 * @returns {Promise<any>} the answer
 * @throws {Error} with the words of the control interface, when it refuses
 */
export async function call(verb, path, values) {
    const options = { method: verb };
    if (values) {
        options.body = JSON.stringify(values);
    }
    const response = await fetch(`/control${path}`, options);
    const answer = await response.json();
    if (!response.ok) {
        throw new Error(answer.error);
    }
    return answer;
}

/** The same for the chosen account. */
export function own(verb, path, values) {
    return call(verb, `/instances/${state.idInstance}${path}`, values);
}

/** The same for the chosen chat of the account. */
export function inChat(path, values = {}) {
    return own("POST", path, { chatId: state.chatId, ...values });
}
