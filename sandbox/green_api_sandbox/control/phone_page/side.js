// The left side: accounts, sign-in, chats.

import { button, clock, element, find, showList } from "./dom.js";
import { account, state } from "./state.js";
import { summary } from "./bubble.js";

const STATE_WORDS = {
    notAuthorized: "not signed in",
    authorized: "signed in",
    starting: "starting…",
    pendingPassword: "waits for the password",
    suspended: "suspended",
    blocked: "blocked",
};

export function renderSide() {
    renderAccounts();
    renderSignIn();
    renderChats();
}

function renderAccounts() {
    find("#no-account").hidden = state.accounts.length > 0;
    find('[data-action="new-customer"]').hidden = !account();
    const items = state.accounts.map((item) => ({
        key: String(item.idInstance),
        name: item.name,
        words: stateWords(item),
        isCurrent: item.idInstance === state.idInstance,
    }));
    showList(find("#accounts"), items, ({ key, name, words, isCurrent }) =>
        button(
            "account",
            { idInstance: key },
            { className: "account", attributes: { "aria-current": isCurrent } },
            name,
            element("small", { textContent: `${key} · ${words}` })
        )
    );
}

function stateWords(item) {
    if (item.deleted || item.expired) {
        return item.deleted ? "deleted" : "expired";
    }
    const words = STATE_WORDS[item.stateInstance];
    const hasEnd = item.stateInstance === "suspended" && item.suspendedUntil;
    return hasEnd ? `${words} until ${clock(item.suspendedUntil)}` : words;
}

function renderSignIn() {
    const current = account();
    const needed = current && ["notAuthorized", "pendingPassword"].includes(current.stateInstance);
    find("#sign-in").hidden = !needed;
    if (!needed) {
        return;
    }
    const waitsForPassword = current.stateInstance === "pendingPassword";
    const words = current.showsQr
        ? "A QR code is being shown. Scan it to sign the account in."
        : "No QR code is being shown. Open the sign-in in the program that uses this account.";
    find("#sign-in-text").textContent = waitsForPassword
        ? "The code was right. Now the program has to send the two-factor password."
        : words;
    find('[data-action="scan"]').hidden = waitsForPassword;
    find('[data-action="scan"]').disabled = !current.showsQr;
    const note = find("#two-factor");
    note.hidden = waitsForPassword || !current.hasTwoFactorPassword;
    note.textContent = "This account has a two-factor password: it is asked for after that.";
    const code = find("#login-code");
    code.hidden = waitsForPassword || !current.loginCode;
    code.textContent = `Login code from Telegram: ${current.loginCode}`;
}

function renderChats() {
    const items = (account()?.chats ?? []).map((item) => {
        const last = item.lastMessage;
        return {
            key: item.chatId,
            name: item.name,
            time: last ? clock(last.timestamp) : "",
            last: last ? summary(last, true) : "",
            isArchived: item.archived,
            isCurrent: item.chatId === state.chatId,
        };
    });
    showList(find("#chats"), items, chatNode);
}

function chatNode({ key, name, time, last, isArchived, isCurrent }) {
    const face = element("span", {
        className: "face",
        textContent: [...name][0] ?? "?",
        attributes: { "aria-hidden": "true" },
    });
    const title = element("span", { className: "name", textContent: name });
    if (isArchived) {
        title.append(element("small", { textContent: " archived" }));
    }
    return element(
        "li",
        {},
        button(
            "chat",
            { chatId: key },
            { className: "chat", attributes: { "aria-current": isCurrent } },
            face,
            title,
            element("time", { textContent: time }),
            element("span", { className: "last", textContent: last })
        )
    );
}
