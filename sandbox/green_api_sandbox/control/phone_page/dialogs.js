// The dialogs: small forms whose values are handed on when they are confirmed.

import { find } from "./dom.js";

for (const footer of document.querySelectorAll("dialog footer")) {
    footer.append(find("#dialog-buttons").content.cloneNode(true));
}

let confirmed = null;

/**
 * @param {string} selector of the dialog
 * @param {(values: Object) => Promise<void>} act what is done with its values
 * @param {string} [words] on the button that confirms
 */
export function openDialog(selector, act, words = "Send") {
    const dialog = find(selector);
    dialog.querySelector("form").reset();
    dialog.querySelector('[data-action="confirm"]').textContent = words;
    confirmed = act;
    dialog.showModal();
}

/** Let `run` do what the dialogs are for. */
export function connectDialogs(run) {
    for (const dialog of document.querySelectorAll("dialog")) {
        dialog.querySelector("form").addEventListener("submit", (event) => {
            const values = Object.fromEntries(new FormData(event.target));
            run(() => confirmed(values));
        });
        dialog
            .querySelector('[data-action="close-dialog"]')
            .addEventListener("click", () => dialog.close());
    }
}
