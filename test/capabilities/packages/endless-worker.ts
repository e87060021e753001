/**
 * What becomes of loops that begin when the code that started them is done. A process of its own: where something
 * follows asynchronous work, as node:test does, Node aborts when such a loop is ended.
 */

import { load, manifest, SOURCES, transformText } from "./package-files.ts";

const LOOPS: readonly string[] = [
  "Promise.resolve().then(() => { for (;;); });",
  "(async () => { await null; for (;;); })();",
  "const again = () => Promise.resolve().then(again); again();",
];

const RETURN = "return { result: { value: 1 } };";

async function transform(body: string, imports = "") {
  const files = {
    "pgs.capabilities.json": manifest("ct.js"),
    "ct.js": transformText(body, { imports }),
  };
  const { transforms } = await load(files, { isImpatient: true });
  return transforms[0];
}

async function attempt(work: () => Promise<unknown>): Promise<unknown> {
  try {
    return await work();
  } catch (error) {
    return String(error);
  }
}

/** An http effect whose server answers at once. */
async function effect(loop: string): Promise<unknown> {
  const text = `import { effect } from "pgs-runner/capability";
export default effect({ code: "trial::CS_TRIAL_V0", about: "Loops.", reaches: "http", operations: { DO: {
  about: "Loops.", input: {}, outcomes: ["SUCCESS", "BACKEND_ERROR"], semantics: "idempotent", probe: null,
  async run(input, http) { await http.send({ url: "http://127.0.0.1/" }); ${loop} return { outcome: "SUCCESS" }; },
} } });`;
  const files = { "pgs.capabilities.json": manifest("cs.js"), "cs.js": text };
  const { effects } = await load(files, { isImpatient: true });
  const operation = effects[0]?.operations["DO"];
  if (operation === undefined || !("target" in operation) || operation.target !== "http") throw new Error();
  const answer = { status: 200, headers: {}, text: "", json: () => null };
  return operation.run({}, { send: async () => answer, effectKey: "key" }, {});
}

const ends: unknown[] = [];
for (const loop of LOOPS) {
  const declared = await transform(`if (x === 1) { ${loop} } ${RETURN}`);
  ends.push(await attempt(async () => declared?.answer({ x: 1 }, SOURCES)));
  ends.push(await attempt(async () => declared?.answer({}, SOURCES)));
  ends.push(await attempt(async () => transform(RETURN, loop)));
}
ends.push(await attempt(() => effect("for (;;);")));
process.stdout.write(JSON.stringify(ends));
