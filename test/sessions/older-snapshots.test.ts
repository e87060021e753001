/** Snapshots of releases 0.2 to 0.4, whose runtime bindings name no structure, and those of other forms. */

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { suite, test } from "node:test";
import type { Json, JsonObject } from "../../src/json/value.ts";
import { APPEND, smallWorkflow } from "../plan/small-workflow.ts";
import { snapshotOf } from "../snapshot/memory-files.ts";
import { portion, takingTurns } from "../support/portion.ts";
import { sharedPath, skipWithout } from "../support/shared.ts";
import { assertRefused, at, document, workspace } from "./world.ts";

const it = takingTurns(import.meta.url);

const MUTABLE = "capability_side_effects::CS_MUTABLE_JSON_V0";
const OUTCOMES = ["SUCCESS", "NOT_FOUND", "VIOLATION", "BACKEND_ERROR"];

/** The small workflow as these releases wrote it: paths in the policy, and GET and PUT for what contracts call READ and WRITE. */
function olderWorkflow(write: string) {
  const { "test::STRUCTURE_X_V0": _, ...blocks } = smallWorkflow();
  const [compare, append] = blocks["test::CC_X_V0"].core.pipeline as [object, { on_result: object }];
  const put = {
    step: "put",
    side_effect: MUTABLE,
    op: write,
    store: "STATE",
    inputs: { key: "k", value: "$.inputs.a" },
    outputs: {},
    on_result: append.on_result,
  };
  const pipeline = [{ ...compare, on_result: { SUCCESS: "continue", VIOLATION: "exit" } }, put, append];
  const contract = blocks["test::CC_X_V0"];
  const effect = {
    core: { operations: {}, policy: { operations: [] } },
    implementation: { module: "m", callable: "c" },
  };
  const policy = (file: string) => ({ policy: { path: `{{module_data_root}}/older/${file}` } });
  return {
    ...blocks,
    "test::CC_X_V0": { ...contract, core: { ...contract.core, pipeline, evaluation: {} } },
    "test::RB_X_V0": {
      rb_code: "RB_X_V0",
      core: { bindings: { [APPEND]: policy("log.jsonl"), [MUTABLE]: policy("state.json") } },
    },
    [MUTABLE]: {
      cs_code: "CS_MUTABLE_JSON_V0",
      ...effect,
      core: {
        ...effect.core,
        operations: { GET: { result_status_values: OUTCOMES }, PUT: { result_status_values: OUTCOMES } },
      },
    },
  };
}

function write(folder: string, blocks: object): void {
  const texts = Object.entries(blocks).map(([name, block]) => [name, JSON.stringify(block, null, 2)] as const);
  for (const [path, bytes] of snapshotOf(Object.fromEntries(texts))) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), bytes);
  }
}

suite("snapshots of older releases and other forms", () => {
  test("where a runtime binding names no structure, the paths of its policies are the stores", async (t) => {
    const place = workspace(t, { snapshot: null });
    write(place.path("protocol_snapshot"), olderWorkflow("WRITE"));
    writeFileSync(place.path("payload.json"), '{"a":"x"}');
    const run = document(
      await place.session(
        "run",
        "--wf",
        "test::WF_X_V0",
        "--payload",
        "payload.json",
        "--no-png",
        "--no-md",
        "--json",
      ),
    );
    assert.equal(run["status"], "SUCCESS");
    assert.equal((await place.session("examine", at(run, "trace", "jsonl") as string)).code, 0);
    assert.deepEqual(
      (run["effects"] as { op: string; store: string }[]).map(({ op, store }) => `${op} ${store}`),
      ["WRITE STATE", "APPEND LOG"],
    );
  });

  test("an operation that is no older name of a declared one is still refused", async (t) => {
    const place = workspace(t, { snapshot: null });
    write(place.path("protocol_snapshot"), olderWorkflow("UPDATE"));
    assertRefused(await place.session("plan", "--wf", "test::WF_X_V0"), 3, "WORKFLOW_DOES_NOT_COMPILE");
  });

  for (const [form, files] of [
    ["tokenized projection", { "domain/dispatch.json": "{}", "domain/handlers.json": "{}" }],
  ] as const) {
    test(`another form is named: ${form}, ${Object.values(files)[0]}`, async (t) => {
      const place = workspace(t, { snapshot: null });
      for (const [path, text] of Object.entries(files)) {
        mkdirSync(dirname(place.path(`other/${path}`)), { recursive: true });
        writeFileSync(place.path(`other/${path}`), text);
      }
      for (const command of [["list"], ["verify"], ["run", "--wf", "a::WF_B_V0", "--payload", "-"]]) {
        const said = await place.session(...command, "--snapshot", "other");
        assertRefused(said, 3, "SNAPSHOT_FORM_UNSUPPORTED");
        assert.ok(said.err.includes(form), said.err);
      }
    });
  }

  const names = "pgs_capabilities.registry.name_service.workflows";
  /** One after the other on the same stores, as each release's own declarations say that they end. */
  const runsOf = (
    seed: JsonObject,
    actorId: () => Json,
  ): readonly { workflow: string; payload: () => Json; effects: readonly string[] }[] => [
    {
      workflow: "blockchain::WF_REGISTER_ACTOR_UNVERIFIED_V0",
      payload: () => seed,
      effects: ["REGISTER ACTOR SUCCESS", "APPEND ACTOR_EVENTS SUCCESS"],
    },
    {
      workflow: "blockchain::WF_REGISTER_ACTOR_UNVERIFIED_V0",
      payload: () => seed,
      effects: ["REGISTER ACTOR ALREADY_EXISTS", "APPEND ACTOR_EVENTS SUCCESS"],
    },
    {
      workflow: "blockchain::WF_VERIFY_ACTOR_V0",
      payload: () => ({ ...seed, actor_id: actorId(), decision: "VERIFIED", verifier_id: "v1" }),
      effects: [
        "RESOLVE ACTOR SUCCESS",
        "APPEND ACTOR_EVENTS SUCCESS",
        "APPEND ACTOR_EVENTS SUCCESS",
        "REGISTER ACTOR SUCCESS",
      ],
    },
    {
      workflow: "blockchain::WF_CREATE_WALLET_V0",
      payload: () => ({
        ...seed,
        actor_id: actorId(),
        wallet_type: "HD",
        wallet_config: { currency: "ETH", metadata: { network: "mainnet", security_type: "hot" } },
      }),
      effects: [
        "RESOLVE ACTOR SUCCESS",
        "RESOLVE WALLET NOT_FOUND",
        "WRITE WALLET SUCCESS",
        "REGISTER null SUCCESS",
        "APPEND WALLET_EVENTS SUCCESS",
        "SEND null SUCCESS",
      ],
    },
    {
      workflow: "ai_governance::WF_DEMO_COLLATZ_CONJECTURE_V0",
      payload: () => ({ numbers: [6, 7] }),
      effects: ["WRITE COLLATZ_RESULTS SUCCESS"],
    },
    {
      workflow: `${names}::WF_REGISTER_NAME_V0`,
      payload: () => ({ name: "a", resource_addresses: ["x"] }),
      effects: ["WRITE null SUCCESS"],
    },
    { workflow: `${names}::WF_LOOKUP_NAME_V0`, payload: () => ({ name: "a" }), effects: ["READ null SUCCESS"] },
  ];

  const skip = skipWithout("older-snapshots/608056b.tar.xz");
  const releases = portion({ name: "releases", diagnostic: console.log }, ["608056b", "420bbe3", "33c85bb"], 1);
  for (const release of releases) {
    it(`release ${release}: the seed's command, other runs, all plans, conformance and projection`, {
      skip,
    }, async (t) => {
      const place = workspace(t, { snapshot: null });
      execFileSync("tar", ["-xJf", sharedPath(`older-snapshots/${release}.tar.xz`), "-C", place.folder]);
      const seed = JSON.parse(
        readFileSync(place.path("seeds/register_actor_unverified_payload.json"), "utf8"),
      ) as JsonObject;
      let actorId: Json = null;
      const runs = runsOf(seed, () => actorId);
      const run = async (workflow: string, payload: Json) => {
        writeFileSync(place.path("payload.json"), JSON.stringify(payload));
        const options = ["--payload", "payload.json", "--no-png", "--no-md", "--json"];
        return document(await place.session("run", "--wf", workflow, ...options));
      };
      for (const { workflow, payload, effects } of runs) {
        const ended = await run(workflow, payload());
        actorId ??= at(ended, "results", "CC_GENERATE_ACTOR_ID_V0", "actor_id") as Json;
        const performed = ended["effects"] as { op: string; store: string | null; outcome: string }[];
        assert.deepEqual(
          performed.map(({ op, store, outcome }) => `${op} ${store} ${outcome}`),
          effects,
          workflow,
        );
        assert.equal(ended["exit_reason_code"], "COMPLETED", workflow);
      }
      const examined = document(await place.session("examine", "traces", "--json"));
      assert.equal((at(examined, "traces") as readonly Json[]).length, runs.length);
      assert.equal(at(examined, "ok"), true);
      const { workflows } = document(await place.session("list", "--json")) as {
        workflows: { workflow: string }[];
      };
      for (const { workflow } of workflows)
        assert.equal((await place.session("plan", "--wf", workflow)).code, 0, workflow);
      // Two cases expect an answer "no" as a result, where this build's transform answers a violation.
      const conformance = document(await place.session("conformance", "--json"));
      assert.deepEqual([conformance["total"], conformance["passed"]], [70, 68]);
      const { findings } = document(await place.session("check", "--json")) as {
        findings: { rule: string; facts: { name: string } }[];
      };
      // Both start at a node without a code, so no projection of any release has an entry for them.
      const named = findings.filter(({ rule }) => rule === "tokenized-differs").map(({ facts }) => facts.name);
      assert.ok(
        named.every((name) => /::WF_(?:LOOKUP|REGISTER)_NAME_V0$/.test(name)),
        named.join(" "),
      );
    });
  }
});
