import js from "@eslint/js";
import globals from "globals";

export default [
    js.configs.recommended,
    {
        files: ["static/**/*.js"],
        languageOptions: {
            sourceType: "module",
            globals: { ...globals.browser, odoo: "readonly", luxon: "readonly" },
        },
    },
    {
        files: ["sandbox/**/*.js"],
        languageOptions: { sourceType: "module", globals: globals.browser },
    },
    {
        rules: {
            eqeqeq: "error",
            "no-console": ["error", { allow: ["warn", "error"] }],
            "no-unused-vars": ["error", { args: "after-used" }],
            "no-var": "error",
            "prefer-const": "error",
        },
    },
    {
        // Odoo's browser tests are steered and followed through the console.
        files: ["static/tests/**/*.js"],
        rules: { "no-console": "off" },
    },
];
