import assert from "node:assert/strict";
import { test } from "node:test";
import { sha256 } from "../../src/json/canonical.ts";
import { lineOf } from "../../src/json/text.ts";
import type { Json, JsonObject } from "../../src/json/value.ts";
import { compile } from "../../src/plan/compile.ts";
import type { Files } from "../../src/ports.ts";
import type { Artifact } from "../../src/snapshot/artifact.ts";
import { SealFault, SnapshotFault } from "../../src/snapshot/errors.ts";
import { type Fqdn, fileOf, fqdnOfFile, kindOf } from "../../src/snapshot/fqdn.ts";
import { openSnapshot } from "../../src/snapshot/load.ts";
import { SEAL_FILE } from "../../src/snapshot/seal.ts";
import { ownRegistry } from "../support/own-registry.ts";
import { portion, takingTurns } from "../support/portion.ts";
import {
  artifact,
  type Contents,
  contentsOf,
  FOLDER,
  memoryFiles,
  OWN_SNAPSHOT,
  sealed,
} from "./memory-files.ts";

const it = takingTurns(import.meta.url);

const WORKFLOW = "agent_governance::WF_REVOKE_GRANT_V0" as Fqdn;
const OTHERS = [
  "agent_governance::IN_REVOCATION_REQUESTED_V0",
  "agent_governance::CC_WITHDRAW_GRANT_V0",
] as const;

/** The files that compiling the workflow reads, besides the seal. */
async function closureOf(name: Fqdn): Promise<Contents> {
  const contents = contentsOf(OWN_SNAPSHOT);
  const read = new Set<string>();
  const files: Files = {
    ...memoryFiles(contents),
    read(path) {
      read.add(path.slice(FOLDER.length + 1));
      return memoryFiles(contents).read(path);
    },
  };
  const snapshot = await openSnapshot(FOLDER, files);
  await compile(snapshot.artifact(name) as Artifact, snapshot, ownRegistry);
  return new Map(
    [...read].filter((path) => path !== SEAL_FILE).map((path) => [path, contents.get(path) as Buffer]),
  );
}

const closure = await closureOf(WORKFLOW);

/** The artifact as a snapshot of these contents gives it, or the refusal. */
async function load(contents: Contents, name: Fqdn): Promise<Artifact | SealFault | SnapshotFault> {
  try {
    const loaded = (await openSnapshot(FOLDER, memoryFiles(contents))).artifact(name);
    assert.ok(loaded !== undefined);
    return loaded;
  } catch (error) {
    if (error instanceof SealFault || error instanceof SnapshotFault) return error;
    throw error;
  }
}

function flipped(bytes: Uint8Array, at: number): Buffer {
  const changed = Buffer.from(bytes);
  changed[at] = (changed[at] as number) ^ 1;
  return changed;
}

function lineOfByte(bytes: Uint8Array, at: number): number {
  return Buffer.from(bytes).subarray(0, at).toString("latin1").split("\n").length;
}

/** The seal keeps four digits of each line's hash to find a line; two lines may share them, and then none is found. */
function hasSameMark(before: Uint8Array, after: Uint8Array, line: number): boolean {
  const mark = (bytes: Uint8Array) => {
    const text = Buffer.from(bytes).toString("latin1").split("\n")[line - 1] as string;
    return sha256(Buffer.from(text, "latin1")).slice(0, 4);
  };
  return mark(before) === mark(after);
}

for (const name of [WORKFLOW, ...OTHERS] as readonly Fqdn[]) {
  test(`every changed byte of the sealed ${name} is refused with file and line`, async (t) => {
    const contents = sealed(closure);
    const file = fileOf(name, kindOf(name) as "WF");
    const bytes = contents.get(file) as Uint8Array;
    for (const at of portion(t, [...bytes.keys()], 60)) {
      const changed = flipped(bytes, at);
      const refusal = await load(new Map(contents).set(file, changed), name);
      assert.ok(refusal instanceof SealFault, `byte ${at} was let through`);
      assert.equal(refusal.code, "SEALED_FILE_CHANGED");
      assert.equal(refusal.facts["file"], file);
      const line = lineOfByte(bytes, at);
      if (!hasSameMark(bytes, changed, line)) assert.equal(refusal.facts["line"], line, `byte ${at}`);
    }
  });
}

test("every changed byte of the seal is refused with its line", async (t) => {
  const contents = sealed(closure);
  const bytes = contents.get(SEAL_FILE) as Uint8Array;
  for (const at of portion(t, [...bytes.keys()], 100)) {
    const refusal = await load(new Map(contents).set(SEAL_FILE, flipped(bytes, at)), WORKFLOW);
    assert.ok(refusal instanceof SealFault, `byte ${at} was let through`);
    assert.equal(refusal.facts["file"], SEAL_FILE);
    assert.equal(refusal.facts["line"], lineOfByte(bytes, at), `byte ${at}, ${refusal.message}`);
  }
});

test("every byte put behind, and every byte cut off, a sealed file or the seal is refused", async () => {
  const contents = sealed(closure);
  for (const [path, bytes] of contents) {
    const name = path === SEAL_FILE ? WORKFLOW : (fqdnOfFile(path) as Fqdn);
    for (const changed of [Buffer.concat([bytes, Buffer.from("\n")]), bytes.subarray(0, -1), Buffer.alloc(0)]) {
      const refusal = await load(new Map(contents).set(path, changed), name);
      assert.ok(refusal instanceof SealFault, path);
      assert.equal(refusal.facts["file"], path);
    }
  }
});

// ---- without a seal, or with one that anybody may have written: an artifact answers for itself ----

const small = artifact(
  "test::CT_PURE_SMALL_V0",
  "ct_code: CT_PURE_SMALL_V0\ncore: {inputs: {a: {type: string, required: true}}, outputs: {b: {}}}\nmachine: {implementation: {module: m, callable: c}}",
);
const effect = artifact(
  "test::CS_SMALL_V0",
  "cs_code: CS_SMALL_V0\ncore:\n  operations: {READ: {result_status_values: [SUCCESS]}}\n  policy: {operations: [READ]}\nimplementation: {module: m}",
);
const workflow = artifact(
  "test::WF_SMALL_V0",
  "wf_code: WF_SMALL_V0\ncore: {start_node: A, nodes: {A: {type: IN, code: IN_A_V0, next: {ACK: B}}, B: {type: EXIT}}}",
);
const unsealed: readonly (readonly [path: string, bytes: Uint8Array])[] = [
  [small[0], Buffer.from(small[1])],
  [effect[0], Buffer.from(effect[1])],
  [workflow[0], Buffer.from(workflow[1])],
];

/** What a run depends on. */
const EXECUTED = ["content", "content_hash", "frontmatter", "ct_ir", "cs_ir"] as const;

interface Span {
  readonly start: number;
  readonly end: number;
}

/** From the quote of the member's key to the end of its value, in a file printed with an indent of two. */
function spanOf(text: string, member: string): Span | undefined {
  const found = new RegExp(`\\n {2}("${member}":[^]*?),?\\n(?: {2}"|\\})`).exec(text);
  if (found === null) return undefined;
  const start = found.index + found[0].indexOf(found[1] as string);
  return { start, end: start + (found[1] as string).length };
}

for (const [path, bytes] of unsealed) {
  it(`a changed byte of what ${path} is executed by is refused with file and line`, async (t) => {
    const name = fqdnOfFile(path) as Fqdn;
    const text = Buffer.from(bytes).toString("utf8");
    assert.equal(text.length, bytes.length, "offsets are bytes");
    const whole = JSON.parse(text) as JsonObject;
    for (const member of EXECUTED) {
      const span = spanOf(text, member);
      assert.equal(span === undefined, whole[member] === undefined);
      if (span === undefined) continue;
      const places = Array.from({ length: span.end - span.start }, (_, i) => span.start + i);
      for (const at of portion(t, places, 10)) {
        const changed = flipped(bytes, at);
        const contents: Contents = new Map([...closure, [path, changed]]);
        const refusal = await load(contents, name);
        assert.ok(refusal instanceof SealFault || refusal instanceof SnapshotFault, `${member}, byte ${at}`);
        assert.equal(refusal.facts["file"], path);
        const underSeal = await load(sealed(contents), name);
        assert.ok(underSeal instanceof Error && underSeal.message === refusal.message, `${member}, byte ${at}`);
        const lines = linesToBlame(refusal.code, { text, changed: changed.toString("utf8"), at });
        assert.ok(
          lines.includes(refusal.facts["line"] as number),
          `byte ${at}: ${refusal.message}, not ${lines}`,
        );
      }
    }
  });
}

/** Content that does not fit its hash shows at the hash, a key that has gone at its object, everything else in its own line. */
function linesToBlame(
  code: string,
  { text, changed, at }: { text: string; changed: string; at: number },
): readonly number[] {
  const own = lineOfByte(Buffer.from(text), at);
  if (code === "CONTENT_HASH_MISMATCH") return [lineOf(text, "/content_hash") as number];
  const gone =
    code === "MALFORMED_ARTIFACT" || code === "EXECUTED_FIELD_DIFFERS" ? renamed(text, changed) : undefined;
  return gone === undefined ? [own] : [own, lineOf(text, gone) as number];
}

/** The pointer of the object in which a key has got another name. */
function renamed(before: string, after: string): string | undefined {
  const visit = (a: Json, b: Json, at: string): string | undefined => {
    if (typeof a !== "object" || a === null || typeof b !== "object" || b === null) return undefined;
    const [left, right] = [new Map(Object.entries<Json>(a)), new Map(Object.entries<Json>(b))];
    const deeper = [...left].map(([key, value]) =>
      right.has(key) ? visit(value, right.get(key) as Json, `${at}/${key}`) : at,
    );
    return deeper.find((found) => found !== undefined);
  };
  return visit(JSON.parse(before) as Json, JSON.parse(after) as Json, "");
}

test("white space between the tokens of an unsealed artifact means nothing, and is sealed all the same", async (t) => {
  const [path, bytes] = unsealed[0] as (typeof unsealed)[number];
  const name = fqdnOfFile(path) as Fqdn;
  const contents: Contents = new Map([...closure, [path, bytes]]);
  const expected = await load(contents, name);
  assert.ok(!(expected instanceof Error));
  const text = Buffer.from(bytes).toString("utf8");
  // A printed text breaks its lines between tokens only: every line's end and indent is white space that means nothing.
  const places = [...text.matchAll(/\n */g)].flatMap(({ index, 0: { length } }) =>
    Array.from({ length }, (_, i) => index + i),
  );
  assert.ok(places.length > 50);
  for (const at of portion(t, places, 20)) {
    const spaced = Buffer.from(`${text.slice(0, at)}\t${text.slice(at + 1)}`);
    const found = await load(new Map(contents).set(path, spaced), name);
    assert.ok(!(found instanceof Error));
    assert.deepEqual({ ...found, text: "", sha256: "" }, { ...expected, text: "", sha256: "" });
    assert.ok((await load(sealed(contents).set(path, spaced), name)) instanceof SealFault);
  }
});
