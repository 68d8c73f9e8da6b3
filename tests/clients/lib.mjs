// What the scripts share: they are told where the simulator is by standard input, tell what they
// checked line by line, and ask for a browser's help the same way.

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

// The packages are under target/clients, and not beside the scripts.
const require = createRequire(pathToFileURL(`${process.env.CLIENTS}/package.json`));
export const load = require;
export const loadModule = (name) => import(pathToFileURL(require.resolve(name)).href);

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
export const next = async () => (await lines.next()).value;

/** The simulator's first line. */
export const ready = JSON.parse(await next());
/** Both services at one address, for clients that resolve no *.localhost. */
export const plain = `http://127.0.0.1:${ready.port}`;

const tell = (message) => console.log(JSON.stringify(message));

/** Checks something, and tells that it did. */
export const check = async (name, body) => {
  await body();
  tell({ checked: name });
};

/** Opens an authorisation URL in a browser where somebody logs in and approves; gives the callback. */
export const authorise = async (url) => {
  tell({ authorise: `${url}` });
  return new URL(await next());
};

/** Fails unless the promise does, and hands its error over. */
export const failure = async (promise) => {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  return assert.fail("it did not fail");
};

export const done = () => {
  tell({ done: true });
  process.exit(0);
};
export { assert };
