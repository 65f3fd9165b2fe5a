// Runs the vendor's TypeScript client from `folder`: one JSON line in per call, one out (see tests/real_clients.py).
//
// A call's arguments: `key`; `retry`; `arguments`, those of the client's own method, in order.

import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

const { folder, server_url: serverURL } = JSON.parse(process.argv[2]);
const { Mistral } = await import(pathToFileURL(createRequire(`${folder}/`).resolve("@mistralai/mistralai")));
const AT_ONCE = {
  strategy: "backoff",
  backoff: { initialInterval: 1, maxInterval: 1, exponent: 1, maxElapsedTime: 10_000 },
  retryConnectionErrors: false,
};

/** `accesses.list` is `client.beta.libraries.accesses.list`. */
async function call(operation, { key, retry, arguments: given }) {
  const client = new Mistral({ apiKey: key, serverURL, ...(retry && { retryConfig: AT_ONCE }) });
  const names = operation.split(".");
  const method = names.pop();
  return await names.reduce((found, name) => found[name], client.beta.libraries)[method](...given);
}

for await (const line of createInterface({ input: process.stdin })) {
  const { operation, arguments: settings } = JSON.parse(line);
  let answer;
  try {
    answer = { result: (await call(operation, settings)) ?? null };
  } catch (error) {
    const message = error.body || String(error);
    answer = { error: { kind: error.constructor.name, status: error.statusCode ?? null, message } };
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
