// Compares the syntax of each script with that of its minified form: node minified_scripts.mjs. Needs what npm installs.
// The minified forms come from home/appearance/stylesheets.py, which the storage of static files uses.

import { execFileSync } from "node:child_process";
import { createRequire } from "node:module";

const { parse } = createRequire(createRequire(import.meta.url).resolve("eslint"))("espree");
// Prints the file, the script and its minified form, of each script.
const PAIRS = `
import json, pathlib
from home.appearance.stylesheets import minify
for path in pathlib.Path("mysite/static/js").rglob("*.js"):
    script = path.read_text()
    print(json.dumps([str(path), script, minify(script, "js")]))`;
const PLACE = new Set(["start", "end", "loc", "range", "raw"]); // of a piece in its text

const syntax = (script, file) => {
  const sourceType = file.endsWith("worker.js") ? "script" : "module";
  const plain = (name, value) => (PLACE.has(name) ? undefined : typeof value === "bigint" ? `${value}n` : value);
  return JSON.stringify(parse(script, { ecmaVersion: "latest", sourceType }), plain);
};

const printed = execFileSync(process.env.PYTHON ?? "python3", ["-c", PAIRS], { encoding: "utf8", maxBuffer: 1e8 });
const pairs = printed.trim().split("\n").map((line) => JSON.parse(line));
const changed = pairs.filter(([file, script, minified]) => syntax(script, file) !== syntax(minified, file));
if (changed.length) throw new Error(`Minified scripts that differ from their sources: ${changed.map(([file]) => file)}`);
