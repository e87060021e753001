/** Transforms that their artifacts compose of others. */

import assert from "node:assert/strict";
import { suite, test } from "node:test";
import type { Transform } from "../../src/capabilities/transform.ts";
import { type Json, type JsonObject, own } from "../../src/json/value.ts";
import { compose } from "../../src/plan/molecule.ts";
import {
  compileTrial,
  contract,
  eventsOf,
  oneContract,
  outputsOf,
  runPlan,
  testTransform,
} from "../engine/trial.ts";
import { found } from "../examine/examination.ts";

const MOLECULE = "trial::CT_MOLECULE_V0";
const ADD = "trial::CT_ADD_V0";
const DRAW = "trial::CT_DRAW_V0";
const BOTH = "trial::CT_BOTH_V0";

const numberOf = (input: JsonObject, name: string) => Number(own(input, name) ?? Number.NaN);

const add = testTransform(ADD, (input) => {
  const sum = numberOf(input, "a") + numberOf(input, "b");
  return Number.isNaN(sum) ? { violation: "NO_NUMBER" } : { result: { sum } };
});
const draw = testTransform(DRAW, (_, { entropy }) => ({ result: { drawn: entropy(4) } }));
const both = testTransform(BOTH, (input) => ({
  result: { left: own(input, "a") ?? null, right: own(input, "b") ?? null },
}));
const ATOMS = [add, draw, both];
const find = (code: string): Transform | undefined => ATOMS.find((one) => one.code === code);
const SOURCES = { clock: () => "2026-01-31T09:00:00.120Z", entropy: () => "00000000" };

const atom = (code: string, out: string, args: JsonObject): JsonObject => ({
  ...{ atom: code, out, args, purity: "ct_pure", input_types: {}, artifact_code: code },
  handler_ref: { module: "m", callable: "execute" },
});
const ir = (atom_stream: Json, outputs: JsonObject): JsonObject => ({
  ct_fqdn: MOLECULE,
  atom_stream,
  outputs,
});

/** Adds every number of a list to what there is. */
const summing = {
  ...atom(ADD, "total", {}),
  loop: {
    over: "$.inputs.list",
    iterator: "number",
    accumulator: { sum: "$.inputs.start", seen: "none" },
    inputs: { a: "$.accumulator.sum", b: "$.iterator" },
    update_accumulator: { sum: "$.results.sum" },
  },
};

function answer(composition: JsonObject, inputs: JsonObject) {
  const composed = compose(MOLECULE, composition, find);
  assert.ok(composed?.transform !== undefined, JSON.stringify(composed));
  return composed.transform.answer(inputs, SOURCES);
}

suite("what a composition gives", () => {
  const two = [
    atom(ADD, "first", { a: "$.inputs.x", b: 10 }),
    atom(ADD, "second", { a: "$.results.first.sum", b: "$.first.sum" }),
  ];
  const cases: readonly (readonly [string, JsonObject, JsonObject, JsonObject])[] = [
    ["later atoms read what earlier ones gave", ir(two, { sum: { from: "second" } }), { x: 1 }, { sum: 22 }],
    [
      "an output is the field of its name, else the only field, else the whole result",
      ir([...two, atom(BOTH, "pair", { a: 1, b: 2 })], {
        ...{ sum: { from: "first" }, other: { from: "first" }, left: { from: "pair" }, pair: { from: "pair" } },
      }),
      { x: 1 },
      { sum: 11, other: 11, left: 1, pair: { left: 1, right: 2 } },
    ],
    [
      "a path that reaches nothing leaves the input out",
      ir([atom(BOTH, "pair", { a: "$.inputs.none.at.all", b: 2 })], { pair: { from: "pair" } }),
      {},
      { pair: { left: null, right: 2 } },
    ],
    [
      "a loop runs once for each member, and hands on what it accumulates",
      ir([summing], { sum: { from: "total" } }),
      { list: [1, 2, 3], start: 100 },
      { sum: 106 },
    ],
    [
      "a loop over nothing gives no output",
      ir([summing], { sum: { from: "total" } }),
      { list: [], start: 1 },
      {},
    ],
    [
      "a molecule within one sees its own inputs, and gives its only output",
      ir(
        [
          {
            ...{ atom: "trial::CT_INNER_V0", out: "inner", args: { x: "$.inputs.y" } },
            molecule: { atom_stream: two, outputs: { anything: { from: "second" } } },
          },
          atom(BOTH, "pair", { a: "$.results.inner", b: "$.results.first" }),
        ],
        { pair: { from: "pair" } },
      ),
      { y: 2 },
      { pair: { left: 24, right: null } },
    ],
    [
      "a loop of molecules",
      ir(
        [
          {
            ...{ atom: "trial::CT_INNER_V0", out: "grown" },
            loop: {
              over: "$.inputs.list",
              accumulator: { x: 0 },
              inputs: { x: "$.accumulator.x" },
              update_accumulator: { x: "$.results" },
            },
            molecule: { atom_stream: two, outputs: { sum: { from: "second" } } },
          },
        ],
        { x: { from: "grown" } },
      ),
      { list: ["a", "b"] },
      { x: 60 },
    ],
  ];
  for (const [about, composition, inputs, result] of cases)
    test(about, () => assert.deepEqual(answer(composition, inputs), { result }));

  const violations: readonly (readonly [string, JsonObject, JsonObject, JsonObject])[] = [
    ["an atom", ir(two, { sum: { from: "second" } }), {}, { violation: "NO_NUMBER", facts: { atom: ADD } }],
    [
      "an atom in a loop",
      ir([summing], { sum: { from: "total" } }),
      { list: [1, "x"], start: 1 },
      { violation: "NO_NUMBER", facts: { atom: ADD } },
    ],
    [
      "a loop over what is no list",
      ir([summing], { sum: { from: "total" } }),
      { list: 7, start: 1 },
      { violation: "INPUT_TYPE", facts: { member: "total" } },
    ],
    [
      "a loop over what is not there",
      ir([summing], { sum: { from: "total" } }),
      { start: 1 },
      { violation: "INPUT_MISSING", facts: { member: "total" } },
    ],
  ];
  for (const [about, composition, inputs, violation] of violations)
    test(`it ends with the violation of ${about}`, () =>
      assert.deepEqual(answer(composition, inputs), violation));
});

suite("what is no composition, or none that can be run", () => {
  test("an artifact that names itself as its only atom, or no atom, is run by its own implementation", () => {
    for (const one of [null, {}, { atom_stream: [] }, ir([atom(MOLECULE, "__atom_result__", {})], {})])
      assert.equal(compose(MOLECULE, one, find), null);
  });

  test("one atom with another name is a composition", () => {
    assert.deepEqual(answer(ir([atom(ADD, "o", { a: 1, b: 2 })], { sum: { from: "o" } }), {}), {
      result: { sum: 3 },
    });
  });

  test("every atom without an implementation is named once, however deep it is", () => {
    const inner = {
      out: "i",
      molecule: ir([atom("trial::CT_B_V0", "b", {}), atom("trial::CT_A_V0", "a", {})], {}),
    };
    const composed = compose(
      MOLECULE,
      ir([atom("trial::CT_A_V0", "a", {}), inner, atom(ADD, "c", {})], {}),
      find,
    );
    assert.deepEqual(composed?.problems, [
      { code: "NO_IMPLEMENTATION", atom: "trial::CT_A_V0" },
      { code: "NO_IMPLEMENTATION", atom: "trial::CT_B_V0" },
    ]);
    assert.deepEqual(composed?.atoms, ["trial::CT_A_V0", "trial::CT_B_V0", ADD]);
  });

  const secret: Transform = { ...add, code: "trial::CT_SECRET_V0", draws: "secret" };
  const malformed: readonly (readonly [string, JsonObject, string])[] = [
    [
      "an atom that reads a later one",
      ir([atom(ADD, "a", { a: "$.b.sum" }), atom(ADD, "b", {})], {}),
      "atom_stream.0.args.a",
    ],
    [
      "an output of no atom",
      ir([atom(ADD, "a", {}), atom(ADD, "b", {})], { x: { from: "c" } }),
      "outputs.x.from",
    ],
    ["an atom without a name for its result", ir([{ atom: ADD }, atom(ADD, "b", {})], {}), "atom_stream.0.out"],
    ["a member that is no object", ir([7, atom(ADD, "b", {})], {}), "atom_stream.0"],
    ["a loop that is no object", ir([{ ...atom(ADD, "a", {}), loop: 7 }], {}), "atom_stream.0.loop"],
    [
      "the accumulator outside a loop",
      ir([atom(ADD, "a", { a: "$.accumulator.x" })], {}),
      "atom_stream.0.args.a",
    ],
    ["a script for a path", ir([atom(ADD, "a", { a: "$.inputs[?(@.x)]" })], {}), "atom_stream.0.args.a"],
    ["a member that names neither an atom nor a molecule", ir([{ out: "a" }], {}), "atom_stream.0.atom"],
    ["an empty molecule", ir([{ out: "a", molecule: {} }], {}), "atom_stream.0.molecule.atom_stream"],
    [
      "an atom with key material",
      ir([atom(secret.code, "a", {}), atom(ADD, "b", {})], {}),
      "atom_stream.0.atom",
    ],
  ];
  for (const [about, composition, at] of malformed) {
    test(`${about} is refused at its place`, () => {
      const composed = compose(MOLECULE, composition, (code) => (code === secret.code ? secret : find(code)));
      assert.equal(composed?.transform, undefined);
      const places = composed?.problems.map((one) =>
        one.code === "MALFORMED" ? one.path.join(".") : one.code,
      );
      assert.deepEqual(places, [at]);
    });
  }
});

suite("a run of a composition", () => {
  const core = contract([
    {
      step: "sum",
      transform: MOLECULE,
      inputs: { list: [1, 2] },
      outputs: { drawn: "$.drawn" },
      on_result: { SUCCESS: "exit", VIOLATION: "exit" },
    },
  ]);
  const drawing = { ...atom(DRAW, "all", {}), loop: { over: "$.inputs.list", inputs: {} } };
  const protocol = {
    ...oneContract(core),
    transforms: ATOMS,
    compositions: { [MOLECULE]: ir([drawing], { drawn: { from: "all" } }) },
  };

  test("is one step, with everything that its atoms draw in order, and it replays", async () => {
    const plan = await compileTrial(protocol);
    const trial = await runPlan(plan, {});
    const [end] = eventsOf(trial, "transform_end");
    const drawn = end?.payload.observed?.map((one) => ("entropy" in one ? one.entropy : ""));
    assert.equal(drawn?.length, 2);
    assert.deepEqual(outputsOf(trial), { drawn: drawn?.[1] });
    assert.deepEqual(await found(plan, trial.text), []);
  });

  test("is refused before it begins where atoms have no implementation, all of them by name", async () => {
    await assert.rejects(
      compileTrial({
        ...protocol,
        transforms: [],
        compositions: { [MOLECULE]: ir([drawing, atom(ADD, "b", {})], {}) },
      }),
      (error: { reasons?: readonly { code: string; what: string }[] }) => {
        assert.deepEqual(
          error.reasons?.map(({ code }) => code),
          ["NO_IMPLEMENTATION", "NO_IMPLEMENTATION"],
        );
        for (const [i, code] of [DRAW, ADD].entries()) assert.ok(error.reasons?.[i]?.what.includes(code));
        return true;
      },
    );
  });
});
