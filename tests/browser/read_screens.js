// Open screens one after the other, and report what each of them shows: texts, values of fields,
// hints, all pages of a form, the filters, and the menu of actions. A screen is a list
// [name, action, options]; options are those of doAction, and:
//   ready: selector of an element to wait for
//   root: selector of the part to be read
//   empty: show the action as if there were no records
//   answer: the action is a button that answers with a notification or a dialog
void (async () => {
    const { env } = odoo.__WOWL_DEBUG__.root;
    const PATIENCE = 10_000; // milliseconds
    const ATTRIBUTES = ["placeholder", "title", "alt", "aria-label", "data-tooltip"];
    // Programs, raw data, words in all languages, and Odoo's samples behind an empty state.
    const UNREAD = [
        "script, style, [name=payload_pretty]",
        "[name=type_webhook], [name=type_message], [name=method]", // beside their names
        "[name=telegram_stop_words], [name=telegram_start_words]",
        ".o_view_sample_data :is(.o_list_renderer, .o_kanban_renderer, .o_pivot, canvas)",
    ].join();
    const all = (selector, root = document) => [...root.querySelectorAll(selector)];
    const find = (selector) => document.querySelector(selector);
    const until = (condition, what) =>
        new Promise((resolve, reject) => {
            const end = Date.now() + PATIENCE;
            const look = () => {
                const found = condition();
                if (found) {
                    resolve(found);
                } else if (Date.now() > end) {
                    reject(new Error(`missing: ${what}`));
                } else {
                    setTimeout(look, 20);
                }
            };
            look();
        });
    // A view shows itself before its records have come.
    const pending = new Set();
    const { rpcBus } = odoo.loader.modules.get("@web/core/network/rpc");
    rpcBus.addEventListener("RPC:REQUEST", ({ detail }) => pending.add(detail.data.id));
    rpcBus.addEventListener("RPC:RESPONSE", ({ detail }) => pending.delete(detail.data.id));
    const painted = () => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
    const settled = async () => {
        do {
            await until(() => !pending.size, "end of loading");
            await painted(); // what comes may ask for more
        } while (pending.size);
    };
    const read = (root, texts) => {
        const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
        while (walker.nextNode()) {
            if (!walker.currentNode.parentElement.closest(UNREAD)) {
                texts.add(walker.currentNode.textContent.trim());
            }
        }
        for (const element of [root, ...all("*", root)].filter((each) => !each.closest(UNREAD))) {
            ATTRIBUTES.forEach((name) => texts.add(element.getAttribute(name) || ""));
        }
        all("input[type=text], textarea", root)
            .filter((input) => !input.closest(UNREAD))
            .forEach((input) => texts.add(input.value));
    };
    const readMenu = async (selector, shown, texts) => {
        const button = find(selector);
        if (button) {
            button.click();
            read(await until(() => find(shown), shown), texts);
            button.click();
            await until(() => !find(shown), `end of ${shown}`);
        }
    };
    const readPages = async (root, texts) => {
        for (const page of all(".o_notebook_headers .nav-link:not(.active)", root)) {
            page.click();
            await until(() => page.classList.contains("active"), page.textContent);
            await settled();
            read(root, texts);
        }
    };
    const closeDialogs = async () => {
        env.services.dialog.closeAll();
        await until(() => !find(".o_dialog"), "end of dialogs");
    };
    const readAnswer = async (button, options, texts) => {
        const { resModel, resId, name } = button;
        const { context } = odoo.loader.modules.get("@web/core/user").user;
        const params = { type: "object", resModel, resId, resIds: [resId], name, context };
        all(".o_notification_close").forEach((close) => close.click());
        await until(() => !find(".o_notification"), "end of notifications");
        // A refusal is shown by the handler of errors, as it is when a person clicks.
        Promise.resolve(env.services.action.doActionButton(params));
        const answer = ".o_notification, .o_dialog";
        read(await until(() => find(answer), answer), texts);
        await closeDialogs();
    };
    const readScreen = async (request, options, texts) => {
        let action = request;
        if (options.empty) {
            const loaded = await env.services.action.loadAction(request, options.additionalContext);
            action = { ...loaded, domain: [[0, "=", 1]] };
        }
        let opened = false;
        env.services.action.doAction(action, options).then(() => (opened = true));
        await until(() => opened, "the action");
        const place = options.root || (action.target === "new" ? ".o_dialog" : ".o_action_manager");
        if (options.ready) {
            await until(() => find(options.ready), options.ready);
        }
        const root = await until(() => find(place), place);
        await settled();
        read(root, texts);
        await readPages(root, texts);
        if (find(".o_dialog")) {
            all(".o_dialog").forEach((dialog) => read(dialog, texts));
            await closeDialogs();
        } else if (!options.root) {
            const bar = ".o_control_panel ";
            await readMenu(`${bar}.o_searchview_dropdown_toggler`, ".o_search_bar_menu", texts);
            await readMenu(`${bar}.o_cp_action_menus .dropdown-toggle`, ".o-dropdown--menu", texts);
        }
    };
    // Badges and headers of columns that end with dots. A phone has too little room for lists.
    const findCut = () =>
        all(".o_list_renderer :is(.badge, thead th[data-name] span)")
            .filter((element) => innerWidth > 1000 && element.offsetParent && element.scrollWidth > element.clientWidth)
            .filter((element) => getComputedStyle(element).overflowX !== "visible")
            .map((element) => element.textContent.trim());
    const report = (name, texts, cut = []) => {
        const shown = { name, texts: [...texts].filter(Boolean), cut: [...new Set(cut)] };
        console.log("shown: " + JSON.stringify(shown));
    };
    const menu = new Set();
    read(find(".o_main_navbar"), menu);
    for (const section of all(".o_menu_sections .dropdown-toggle")) {
        section.click();
        read(await until(() => find(".o-dropdown--menu"), "menu"), menu);
        section.click();
        await until(() => !find(".o-dropdown--menu"), "end of menu");
    }
    report("menu", menu);
    for (const [name, action, options] of SCREENS) {
        const texts = new Set();
        let cut = [];
        try {
            await (options.answer ? readAnswer : readScreen)(action, options, texts);
            cut = options.empty ? [] : findCut(); // without rows, columns share the room
        } catch (error) {
            console.error(`${name}: ${error.message || error}`);
            return;
        }
        report(name, texts, cut);
    }
    console.log("test successful");
})();
