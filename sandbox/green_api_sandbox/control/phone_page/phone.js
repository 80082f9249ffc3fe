// The phone page: shows what the control interface knows, and acts through it.

import { ACTIONS, chooseFile, load, openMenu, readAtOnce, send } from "./actions.js";
import { call } from "./control.js";
import { connectScrolling, renderConversation } from "./conversation.js";
import { connectDialogs } from "./dialogs.js";
import { find } from "./dom.js";
import { renderSide } from "./side.js";
import { state } from "./state.js";

const PROBLEM_SHOWN_MS = 8000;
const PAUSE_AFTER_LOSS_MS = 2000;

function render() {
    renderSide();
    renderConversation();
}

async function refresh() {
    await load();
    render();
    await readAtOnce();
}

/** Do what a person asked for, show what came of it, and say so when it was refused. */
async function run(action) {
    try {
        await action();
        render();
        await refresh();
    } catch (error) {
        showProblem(error.message);
    }
}

let problemTimer = null;

function showProblem(text) {
    const problem = find("#problem");
    problem.textContent = text;
    problem.hidden = false;
    clearTimeout(problemTimer);
    problemTimer = setTimeout(() => (problem.hidden = true), PROBLEM_SHOWN_MS);
}

async function keepUpToDate() {
    let version = 0;
    for (;;) {
        try {
            const seen = await call("GET", `/changes?after=${version}&timeout=25`);
            version = seen.version;
            await refresh();
            find("#offline").hidden = true;
        } catch {
            find("#offline").hidden = false;
            version = 0;
            await new Promise((resolve) => setTimeout(resolve, PAUSE_AFTER_LOSS_MS));
        }
    }
}

document.addEventListener("click", async (event) => {
    const { dataset } = event.target.closest("[data-action]") ?? {};
    const action = ACTIONS[dataset?.action];
    if (action) {
        await run(() => action(dataset));
        if (dataset.action === "chat") {
            find("#message-input").focus();
        }
    }
});

document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && state.openMenu) {
        openMenu(null);
    }
});

find("#composer").addEventListener("submit", (event) => {
    event.preventDefault();
    run(send);
});

find("#message-input").addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
        event.preventDefault();
        run(send);
    } else if (event.key === "Escape") {
        ACTIONS.cancel();
    }
});

find("#file-input").addEventListener("change", (event) => {
    const [file] = event.target.files;
    event.target.value = "";
    if (file) {
        run(async () => chooseFile(file));
    }
});

find("#sender").addEventListener("change", render);
find("#reads-at-once").addEventListener("change", () => run(readAtOnce));
document.addEventListener("visibilitychange", () => run(readAtOnce));
connectDialogs(run);
connectScrolling();

const [chosenInstance, chosenChat] = location.hash.slice(1).split("/");
state.idInstance = Number(chosenInstance) || null;
state.chatId = chosenChat || null;
keepUpToDate();
