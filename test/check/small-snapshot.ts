/** A snapshot small enough to see at a glance that keeps every rule: tests break one thing in it. */

import type { Effect } from "../../src/capabilities/effect.ts";
import { composeRegistry } from "../../src/capabilities/registry.ts";
import { asAuthored } from "../../src/check/analysis/as-authored.ts";
import { readEntries } from "../../src/check/analysis/entries.ts";
import { type SnapshotModel, snapshotModelOf } from "../../src/check/analysis/snapshot-model.ts";
import type { AuthoredState } from "../../src/check/authored/authored-state.ts";
import { sha256 } from "../../src/json/canonical.ts";
import type { Json } from "../../src/json/value.ts";
import { behaviourGraph } from "../../src/snapshot/build/graph.ts";
import { artifactIndex, storeIndex } from "../../src/snapshot/build/index-file.ts";
import { derive } from "../../src/snapshot/derive.ts";
import type { Fqdn } from "../../src/snapshot/fqdn.ts";
import type { Projection } from "../../src/snapshot/tokenized/projection.ts";
import { APPEND, type Block, EQUAL } from "../plan/small-workflow.ts";
import { artifact, FOLDER, memoryFiles } from "../snapshot/memory-files.ts";

export const GATEWAY = "capability_side_effects::CS_WORKFLOW_GATEWAY_V0";
export const SURFACE = "fb.topology::SURFACE_CONTRACT_APPEND_V0";

/** Machine blocks by full name, other files by path, and the tokenized projection. */
export interface Small {
  readonly blocks: { [fqdn: string]: Block };
  readonly files: { [path: string]: Json | string };
  /** What comparing it with its Markdown gave. */
  authored: AuthoredState | null;
  /** Side effects of packages. */
  readonly effects: Effect[];
  readonly projection: { dispatch: Block; handlers: Block; names: Map<number, string>; addresses: Block };
}

const text = (required = true) => ({ type: "string", required });

export function smallSnapshot(): Small {
  const blocks = {
    "test::WF_X_V0": {
      wf_code: "WF_X_V0",
      runtime_binding: "test::RB_X_V0",
      core: {
        summary: "compare, then write down",
        start_node: "ASK",
        admission: { requires: [], forbids: ["EV_X_V0"], bindings: { EV_X_V0: { name: "name" } } },
        nodes: {
          ASK: { type: "IN", code: "IN_X_V0", next: { ACK: "JUDGE", NACK: "REFUSED" } },
          JUDGE: {
            type: "CC",
            code: "CC_JUDGE_V0",
            inputs: { answer: "$.payload.answer" },
            next: { SUCCESS: "WRITE", VIOLATION: "REFUSED" },
          },
          WRITE: {
            type: "CC",
            code: "CC_WRITE_V0",
            inputs: { name: "$.payload.name", same: "$.results.JUDGE.same", secret: "$.payload.secret" },
            next: { SUCCESS: "DONE", VIOLATION: "FAILED", BACKEND_ERROR: "FAILED" },
          },
          DONE: { type: "EXIT", reason: "COMPLETED", emit: "EV_X_V0" },
          REFUSED: { type: "EXIT", reason: "EXITED" },
          FAILED: { type: "EXIT", reason: "FAILED" },
        },
      },
    },
    "test::IN_X_V0": {
      in_code: "IN_X_V0",
      core: {
        workflow: "WF_X_V0",
        inputs: { name: text(), answer: text(), secret: text(), remark: text(false) },
      },
    },
    "test::CC_JUDGE_V0": {
      cc_code: "CC_JUDGE_V0",
      core: {
        inputs: { answer: text() },
        outputs: { same: { type: "boolean" } },
        result_status_contract: { allowed: ["SUCCESS", "VIOLATION"], on_input_failure: "VIOLATION" },
        pipeline: [
          {
            step: "compare",
            transform: EQUAL,
            inputs: { left: "$.inputs.answer", right: "yes" },
            outputs: { same: "$.capability_result.is_equal" },
            result_surface: ["SUCCESS", "VIOLATION"],
            on_result: { SUCCESS: "judge", VIOLATION: "exit" },
          },
        ],
        evaluation: { judge: { condition: "$.same == true", on_true: "SUCCESS", on_false: "VIOLATION" } },
      },
    },
    "test::CC_WRITE_V0": {
      cc_code: "CC_WRITE_V0",
      core: {
        suppress_trace_fields: ["secret"],
        inputs: { name: text(), same: { type: "boolean", required: true }, secret: text() },
        outputs: { position: { type: "integer" } },
        result_status_contract: {
          allowed: ["SUCCESS", "VIOLATION", "BACKEND_ERROR"],
          on_input_failure: "VIOLATION",
        },
        pipeline: [
          {
            step: "write",
            side_effect: APPEND,
            op: "APPEND",
            store: "LOG",
            inputs: {
              record: {
                event_code: "EV_X_V0",
                name: "$.inputs.name",
                same: "$.inputs.same",
                secret: "$.inputs.secret",
              },
            },
            outputs: { position: "$.capability_result.sequence_number" },
            result_surface: ["SUCCESS", "VIOLATION", "BACKEND_ERROR"],
            on_result: { SUCCESS: "exit", VIOLATION: "exit", BACKEND_ERROR: "exit" },
          },
        ],
      },
    },
    "test::EV_X_V0": {
      ev_code: "EV_X_V0",
      core: { schema: { name: text(), same: { type: "boolean", required: true } } },
    },
    "test::RB_X_V0": {
      rb_code: "RB_X_V0",
      core: { storage_structure: "test::STRUCTURE_X_V0", bindings: { [APPEND]: { policy: {} } } },
    },
    "test::STRUCTURE_X_V0": {
      structure_code: "STRUCTURE_X_V0",
      core: { entity_stores: { LOG: { path: "{{module_data_root}}/log.jsonl" } } },
    },
    [EQUAL]: {
      ct_code: "CT_PURE_COMPARE_EQUAL_V0",
      core: {
        inputs: { left: text(), right: text() },
        outputs: { is_equal: { type: "boolean", required: true } },
      },
      machine: { implementation: { module: "m", callable: "c" } },
    },
    [APPEND]: {
      cs_code: "CS_APPENDONLY_JSONL_V0",
      core: {
        operations: {
          APPEND: {
            input: ["record", "stream_id", "actor_id"],
            output: ["result_status", "record_id", "sequence_number"],
            result_status_values: ["SUCCESS", "VIOLATION", "BACKEND_ERROR"],
          },
        },
        policy: { operations: ["APPEND"] },
      },
      implementation: { module: "m", callable: "c" },
    },
    [SURFACE]: {
      op: "APPEND",
      governs: ["CS_APPENDONLY_JSONL_V0"],
      canonical_surface: ["SUCCESS", "VIOLATION", "BACKEND_ERROR"],
    },
    "test::INVARIANT_X_V0": { core: { listed: ["a", "b"] }, assert_projection: { listed: ["b", "a"] } },
  };
  return { blocks, files: {}, authored: null, effects: [], projection: structuredClone(projectionOf(blocks)) };
}

const WF = "test::WF_X_V0";

const ADDRESSES = [WF, "test::IN_X_V0", "test::CC_JUDGE_V0", "test::CC_WRITE_V0", "test::RB_X_V0"];

/** The object at the path. */
export function below(of: unknown, ...keys: readonly (string | number)[]): Block {
  let found = of as Block;
  for (const key of keys) found = found[key] as Block;
  return found;
}

/** The blocks with addresses for names, as another runtime takes them. */
function projectionOf(blocks: Small["blocks"]): Small["projection"] {
  const all = [...ADDRESSES, EQUAL, APPEND, "transition::ACK", "transition::SUCCESS"];
  const at = (name: string) => all.indexOf(name);
  const [JUDGE, WRITE] = ["JUDGE", "WRITE"].map((key) => below(blocks[WF], "core", "nodes", key, "inputs"));
  const judge = at("test::CC_JUDGE_V0");
  const write = at("test::CC_WRITE_V0");
  const asStep = (code: string, step: Block): Block => ({
    addr: at(code),
    step_id: step["step"] as Json,
    op: code === APPEND ? (step["op"] as Json) : null,
    inputs: { ...(step["inputs"] as Block), ...(code === APPEND ? { __store__: "LOG" } : {}) },
    outputs: step["outputs"] as Json,
    on_result: step["on_result"] as Json,
  });
  const step = (contract: string) => below(blocks[contract], "core", "pipeline", 0);
  return {
    names: new Map(all.map((name, address) => [address, name])),
    addresses: Object.fromEntries(all.map((name, address) => [name, address])),
    handlers: {
      ct: { [at(EQUAL)]: { ct_ir: ir(EQUAL, blocks) } },
      cs: { [at(APPEND)]: ir(APPEND, blocks) },
      rb_policy: {
        [at("test::RB_X_V0")]: { [at(APPEND)]: { policy: { module_data_root: "{{module_data_root}}" } } },
      },
    },
    dispatch: {
      entry: { 0: { start: at("test::IN_X_V0"), start_key: "ASK", rb: at("test::RB_X_V0") } },
      bindings: { 0: { JUDGE, WRITE: { ...WRITE, same: `$.results.${judge}.same` } } } as Block,
      routing: {
        0: {
          [at("test::IN_X_V0")]: { [at("transition::ACK")]: { addr: judge, key: "JUDGE" } },
          [judge]: { [at("transition::SUCCESS")]: { addr: write, key: "WRITE" } },
        },
      },
      pipeline: {
        [judge]: [asStep(EQUAL, step("test::CC_JUDGE_V0"))],
        [write]: [asStep(APPEND, step("test::CC_WRITE_V0"))],
      },
    },
  };
}

/** What a capability's artifact has besides its block. */
function ir(name: string, blocks: Small["blocks"]): Json {
  const { ct_ir: transform, cs_ir: effect } = derive(name as Fqdn, machine(blocks[name] as Block));
  return transform ?? effect ?? null;
}

function machine(block: Block): string {
  return `## Machine\n\n\`\`\`yaml\n${JSON.stringify(block, null, 2)}\n\`\`\`\n`;
}

/** The blocks as sound artifacts, with the graph, the index and the conformance case that belong to the clean ones. */
export async function subjectFrom({
  blocks,
  files,
  effects,
  projection,
  authored,
}: Small): Promise<SnapshotModel> {
  const contents = new Map(
    Object.entries({ ...besides(), ...files }).map(([path, value]) => [path, bytesOf(value)]),
  );
  for (const [path, content] of artifactsOf(blocks)) if (!contents.has(path)) contents.set(path, content);
  const { dispatch, handlers, names, addresses } = structuredClone(projection);
  const projections: readonly Projection[] = [
    {
      folder: "../tokenized_snapshot/test",
      vocabulary: "../vocabulary_snapshot/test",
      dispatch,
      handlers,
      names,
      addresses,
    },
  ];
  const pin = { package: "test", version: "0", digest: sha256("") };
  const composed = composeRegistry([{ pin, transforms: [], effects }]);
  return snapshotModelOf(readEntries(FOLDER, memoryFiles(contents)), projections, FOLDER, composed, authored);
}

function bytesOf(value: Json | string): Uint8Array {
  return Buffer.from(typeof value === "string" ? value : `${JSON.stringify(value, null, 2)}\n`);
}

function artifactsOf(blocks: Small["blocks"]): ReadonlyMap<string, Uint8Array> {
  return new Map(
    Object.entries(blocks).map(([name, block]) => {
      const [path, content] =
        name === SURFACE ? governance(name, block) : artifact(name, JSON.stringify(block, null, 2));
      return [path, Buffer.from(content)];
    }),
  );
}

function governance(name: string, block: Block): readonly [string, string] {
  const [namespace, code] = name.split("::") as [string, string];
  const content = `# ${code}\n\n${machine(block)}`;
  const envelope = {
    artifact_code: code,
    artifact_type: "SURFACE_CONTRACT",
    content,
    content_hash: sha256(content),
    fqdn_id: name,
    frontmatter: block,
    namespace,
  };
  const path = `governance/artifacts/surface_contracts/${name.replace("::", "__")}.json`;
  return [path, `${JSON.stringify(envelope, null, 2)}\n`];
}

/** The files beside the artifacts, made from the clean ones. */
function besides(): Small["files"] {
  const read = readEntries(FOLDER, memoryFiles(artifactsOf(smallSnapshot().blocks)));
  const artifacts = asAuthored(read);
  const workflow = artifacts.find(({ kind }) => kind === "WF");
  const transform = read.entries.get(EQUAL);
  if (workflow === undefined || transform === undefined)
    throw new Error("the small snapshot has lost its workflow");
  const made = behaviourGraph(workflow, artifacts);
  if ("flaws" in made) throw new Error("the small snapshot has a workflow without a graph");
  return {
    [made.file]: made.graph,
    "artifact_index/index.json": artifactIndex(artifacts),
    "artifact_index/stores.json": storeIndex(artifacts, "own"),
    [CASE]: {
      artifact_type: "CT_CONFORMANCE",
      fqdn: `${EQUAL}::equal`,
      ct_fqdn: EQUAL,
      ct_ir: { ...(transform.envelope["ct_ir"] as Block), inputs: { left: "a", right: "a" }, input_types: {} },
      expected: { is_equal: true },
      expected_outcome: "SUCCESS",
      test_data_source: EQUAL,
    },
  };
}

export const CASE = "conformance/capability_transforms__CT_PURE_COMPARE_EQUAL_V0__equal.json";
