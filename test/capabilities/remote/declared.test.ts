import assert from "node:assert/strict";
import { test } from "node:test";
import { effect, integer, optional, string } from "../../../src/capability.ts";

const common = { about: "Of this test.", semantics: "idempotent", probe: null } as const;

test("an effect over http and one of the host are declared with typed input, configuration and outcomes", async () => {
  const http = effect({
    code: "trial::CS_HOOK_V0",
    about: "A service.",
    reaches: "http",
    operations: {
      SEND: {
        ...common,
        input: { order: string, urgency: optional(integer) },
        outcomes: ["SUCCESS", "NOT_FOUND", "BACKEND_ERROR"],
        async run({ order, urgency = 0 }, client, policy) {
          const { status } = await client.send({ url: `${policy["url"]}/${order}?u=${urgency.toFixed(0)}` });
          return { outcome: status === 404 ? "NOT_FOUND" : "SUCCESS" };
        },
      },
    },
  });
  const host = effect({
    code: "trial::CS_ROWS_V0",
    about: "A table.",
    reaches: "host",
    config: { file: string },
    operations: {
      ADD: {
        ...common,
        input: { order: string },
        outcomes: ["SUCCESS", "BACKEND_ERROR"],
        async run({ order }, { file }, { signal }) {
          return {
            outcome: signal.aborted ? "BACKEND_ERROR" : "SUCCESS",
            result: { row: `${file.trim()} ${order}` },
          };
        },
      },
    },
  });
  assert.deepEqual([http.operations["SEND"]?.target, host.operations["ADD"]?.target], ["http", "host"]);
});

test("an outcome that is not declared does not compile, nor an effect that says nothing of its crash", () => {
  const named = { code: "trial::CS_HOOK_V0", about: "A service.", reaches: "http" } as const;
  const declared = {
    about: "Of this test.",
    semantics: "repeats",
    input: {},
    outcomes: ["BACKEND_ERROR"],
  } as const;
  const other = { ...declared, probe: null, run: async () => ({ outcome: "GONE" }) as const };
  const silent = { ...declared, run: async () => ({ outcome: "BACKEND_ERROR" }) as const };
  const declare = () => {
    // @ts-expect-error: GONE is no outcome of it
    effect({ ...named, operations: { SEND: other } });
    // @ts-expect-error: `probe` is missing
    effect({ ...named, operations: { SEND: silent } });
    effect({ ...named, operations: { SEND: { ...silent, probe: null } } });
  };
  assert.equal(typeof declare, "function");
});

test("an operation that could not say that what it reaches is out of reach is no operation", () => {
  const run = async () => ({ outcome: "SUCCESS" }) as const;
  const operations = { SEND: { ...common, input: {}, outcomes: ["SUCCESS"], run } } as const;
  assert.throws(
    () => effect({ code: "trial::CS_HOOK_V0", about: "A service.", reaches: "http", operations }),
    /SEND must declare the outcome BACKEND_ERROR/,
  );
});
