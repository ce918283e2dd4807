import js from "@eslint/js";
import globals from "globals";

export default [
  js.configs.recommended,
  {
    languageOptions: { ecmaVersion: 2024, sourceType: "module", globals: globals.browser },
    linterOptions: { reportUnusedDisableDirectives: "error" },
    rules: {
      eqeqeq: ["error", "smart"],
      "no-eval": "error",
      "no-implied-eval": "error",
      "no-new-func": "error",
      "no-restricted-properties": ["error", { object: "document", property: "write" }],
      "no-script-url": "error",
      "no-var": "error",
      "prefer-const": "error",
    },
  },
  // Leaflet, which tiles.js loads before.
  { files: ["**/js/form/{map,places,tiles}.js"], languageOptions: { globals: { L: "readonly" } } },
  // home/pwa.py puts TOLD before the file.
  { files: ["**/js/worker.js"], languageOptions: { globals: { ...globals.serviceworker, TOLD: "readonly" } } },
];
