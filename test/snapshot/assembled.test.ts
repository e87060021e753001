/** Assembled snapshots in memory: what is sealed, and every way of changing one. */

import assert from "node:assert/strict";
import { generateKeyPairSync, sign } from "node:crypto";
import { test } from "node:test";
import { Fault } from "../../src/errors/base.ts";
import type { JsonObject } from "../../src/json/value.ts";
import type { CheckCache } from "../../src/ports.ts";
import { parseTrustedKey, type TrustedKey } from "../../src/sign/keys.ts";
import type { Fqdn } from "../../src/snapshot/fqdn.ts";
import { openSnapshot } from "../../src/snapshot/load.ts";
import { signatureCheck } from "../../src/snapshot/seal-signatures.ts";
import { verifySnapshot } from "../../src/snapshot/verify-snapshot.ts";
import {
  CHANGES,
  type Change,
  constituents,
  MANIFEST,
  manifest,
  OLDER_CHANGES,
  OWNER,
  older,
  whole,
} from "./assembled-changes.ts";
import { assembled, put, read } from "./assembled-files.ts";
import { type Contents, FOLDER, memoryFiles } from "./memory-files.ts";

/** What a run of the workflow reads. */
const USED = [
  "library::WF_COUNT_V0",
  "library::RB_LIBRARY_V0",
  "capability_transforms::CT_PURE_SAME_V0",
] as readonly string[] as readonly Fqdn[];

type Requirements = Parameters<typeof verifySnapshot>[0]["seal"];
const NOTHING: Requirements = { root: undefined, signatures: 0, keys: [] };

async function verified(
  contents: Contents,
  seal = NOTHING,
  checked: CheckCache | null = null,
): Promise<readonly string[]> {
  const request = { snapshot: FOLDER, files: memoryFiles(contents), checked, seal };
  return [...new Set((await verifySnapshot(request)).findings.map(said))];
}

function cacheOf(passed: Set<string>): CheckCache {
  return { has: (key) => passed.has(key), add: (key) => passed.add(key) };
}

/** What is remembered of a snapshot of each variant in which nothing was found. */
async function passedWhole(): Promise<ReadonlySet<string>> {
  const passed = new Set<string>();
  for (const contents of [whole, older])
    assert.deepEqual(await verified(contents, NOTHING, cacheOf(passed)), []);
  assert.ok(passed.size > 0);
  return passed;
}
const passed = await passedWhole();
const warm = () => cacheOf(new Set(passed));

/** The first refusal of opening the snapshot and reading what a run reads; undefined where there is none. */
async function refused(
  contents: Contents,
  seal = NOTHING,
  checked: CheckCache | null = null,
): Promise<string | undefined> {
  const { root: expectSeal, signatures } = seal;
  const requireSigned = signatures === 0 ? undefined : signatureCheck(seal);
  try {
    const options = { expectSeal, requireSigned, checked };
    const snapshot = await openSnapshot(FOLDER, memoryFiles(contents), options);
    for (const name of USED) assert.ok(snapshot.artifact(name) !== undefined, name);
    return undefined;
  } catch (error) {
    assert.ok(error instanceof Fault, String(error));
    return said(error);
  }
}

/** A refused manifest is not remembered as one that was accepted, and what was accepted hides nothing. */
async function requireSameWithCache({ contents, run, verify }: Change): Promise<void> {
  const own = cacheOf(new Set());
  for (const cache of [warm(), own, own])
    assert.equal(await refused(contents, NOTHING, cache), run ?? undefined, "a run with what passed before");
  assert.deepEqual(await verified(contents, NOTHING, own), verify, "after runs of it");
  assert.deepEqual(await verified(contents, NOTHING, warm()), verify, "with what has passed before");
}

/** Text that is no JSON is not known to be meant in any other way. */
const WITHOUT_HINT = ["CONFLICT_MARKERS", "NOT_AN_OBJECT"];

function said({ code, facts, wording }: Fault): string {
  assert.equal(wording.hint === undefined, WITHOUT_HINT.includes(code), `${code} has a hint`);
  return `${code} ${facts["file"]}`;
}

test("a snapshot of each variant is opened and verified, and has the root that its manifest states", async () => {
  for (const generation of ["v5", "release 9"] as const) {
    const contents = assembled(generation);
    assert.deepEqual(await verified(contents), []);
    const snapshot = await openSnapshot(FOLDER, memoryFiles(contents));
    assert.equal(snapshot.state, "sealed");
    assert.equal(snapshot.rootOf([]), read(contents, MANIFEST)["snapshot_id"]);
    assert.equal(snapshot.artifact("capability_transforms::CT_PURE_SAME_V0" as Fqdn)?.file, OWNER);
    assert.equal(snapshot.artifact("library::VOCAB_WORDS_V0" as Fqdn)?.kind, "VOCAB");
    assert.equal(snapshot.artifact("library::TE_COUNT_V0" as Fqdn)?.kind, "TE");
    assert.equal(snapshot.artifact("library::WF_OTHER_V0" as Fqdn), undefined);
    assert.deepEqual(snapshot.names("CT"), ["capability_transforms::CT_PURE_SAME_V0"]);
    assert.equal(snapshot.paths("artifacts").length, 6);
  }
});

for (const change of CHANGES) {
  const { about, contents, run, verify } = change;
  test(`changed: ${about}: ${run ?? "a run reads nothing of it"}`, async () => {
    assert.deepEqual([await refused(contents), await verified(contents)], [run ?? undefined, verify]);
    await requireSameWithCache(change);
  });
}

test("a changed byte of every listed file is found, and named", async () => {
  for (const { path } of constituents) {
    const file = String(path);
    const bytes = Buffer.from(whole.get(file) as Uint8Array);
    bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
    const found = await verified(new Map(whole).set(file, bytes));
    const isNamed = found.some((one) => one.endsWith(` ${file}`));
    assert.ok(isNamed, `${file}: ${found.join(", ")}`);
  }
});

for (const change of OLDER_CHANGES) {
  const { about, contents, run, verify } = change;
  test(`changed where no files are listed: ${about}: ${run ?? "a run reads nothing of it"}`, async () => {
    assert.deepEqual([await refused(contents), await verified(contents)], [run ?? undefined, verify]);
    await requireSameWithCache(change);
  });
}

test("what no hash covers is said, and only where it is so", async () => {
  const uncovered = async (contents: Contents) =>
    (await verifySnapshot({ snapshot: FOLDER, files: memoryFiles(contents), seal: NOTHING })).uncovered.join(
      "\n",
    );
  assert.match(await uncovered(older), /dispatch\.json and .*handlers\.json/);
  assert.doesNotMatch(await uncovered(whole), /dispatch\.json/);
});

test("a lock of capability packages that nothing proves is refused", async () => {
  for (const contents of [whole, older]) {
    const files = memoryFiles(new Map(contents).set("capabilities.lock.json", Buffer.from("{}")));
    const snapshot = await openSnapshot(FOLDER, files);
    assert.throws(() => snapshot.document("capabilities.lock.json"), { code: "FILE_NOT_LISTED" });
  }
});

// ---- trust ----

const pem = ({ publicKey }: { publicKey: { export(options: object): string | Buffer } }) =>
  String(publicKey.export({ type: "spki", format: "pem" }));
const [ours, theirs] = [generateKeyPairSync("ed25519"), generateKeyPairSync("ed25519")];
const ourKey = parseTrustedKey(pem(ours), "ours.pem");
const theirKey = parseTrustedKey(pem(theirs), "theirs.pem");
const id = String(manifest["snapshot_id"]);

function signed(members: JsonObject, { label }: TrustedKey = ourKey, over = id): Contents {
  const signature = sign(null, Buffer.from(over), ours.privateKey).toString("base64");
  const claim = { algorithm: "ed25519", key_id: label, signature, signature_version: "V0", snapshot_id: id };
  const contents = new Map(whole);
  put(contents, "signature.json", { ...claim, signed_at: "2026-11-30T00:00:00Z", ...members });
  return contents;
}

const required: Requirements = { root: undefined, signatures: 1, keys: [ourKey] };
const REFUSALS: readonly (readonly [
  about: string,
  contents: Contents,
  refusal: string | undefined,
  verify?: readonly string[],
])[] = [
  ["a signature by the trusted key", signed({}), undefined],
  ["no signature", whole, "SIGNATURE_MISSING signature.json"],
  [
    "no JSON",
    new Map(whole).set("signature.json", Buffer.from("x")),
    "SIGNATURE_MALFORMED signature.json",
    ["SIGNATURE_MALFORMED signature.json", "SIGNATURE_UNTRUSTED signature.json", "NOT_JSON signature.json"],
  ],
  ["another algorithm", signed({ algorithm: "rsa" }), "SIGNATURE_MALFORMED signature.json"],
  ["a signature that is no base64", signed({ signature: "*" }), "SIGNATURE_MALFORMED signature.json"],
  ["no id", signed({ snapshot_id: null }), "SIGNATURE_MALFORMED signature.json"],
  [
    "another id, whoever signed",
    signed({ snapshot_id: "0".repeat(64), key_id: "0" }),
    "SIGNATURE_OTHER_ROOT signature.json",
  ],
  ["another key", signed({}, theirKey, "x"), "SIGNATURE_UNTRUSTED signature.json"],
  ["a signature over something else", signed({}, ourKey, "x"), "SIGNATURE_INVALID signature.json"],
  ["a signature of another length", signed({ signature: "AAAA" }), "SIGNATURE_INVALID signature.json"],
];

for (const [about, contents, refusal, found] of REFUSALS) {
  test(`a signature is required, there is ${about}: ${refusal ?? "accepted"}`, async () => {
    assert.equal(await refused(contents, required), refusal);
    const findings = found ?? (refusal === undefined ? [] : [refusal]);
    const shown = await verified(contents, required);
    assert.deepEqual(
      shown.filter((one) => found !== undefined || !one.startsWith("SIGNATURE_UNTRUSTED") || refusal === one),
      findings,
    );
  });
}

test("a signature that nobody asked for is no obstacle to a run", async () => {
  assert.equal(await refused(signed({}, ourKey, "x")), undefined);
});

test("only the expected root is run", async () => {
  const other = { ...NOTHING, root: "0".repeat(64) };
  assert.equal(await refused(whole, { ...NOTHING, root: id }), undefined);
  assert.equal(await refused(whole, other), `SEAL_UNEXPECTED_ROOT ${MANIFEST}`);
  assert.deepEqual(await verified(whole, other), [`SEAL_UNEXPECTED_ROOT ${MANIFEST}`]);
});

test("a manifest that a run or verify accepted has the same root in the next run, and is not remembered again", async () => {
  const byRun = new Set<string>();
  for (const remembered of [byRun, byRun, new Set(passed)]) {
    const snapshot = await openSnapshot(FOLDER, memoryFiles(whole), { checked: cacheOf(remembered) });
    assert.equal(snapshot.rootOf([]), id);
    for (const name of USED) snapshot.artifact(name);
    if (remembered !== byRun) assert.deepEqual(remembered, passed);
  }
  assert.ok([...byRun].every((key) => passed.has(key)));
  assert.ok(byRun.size > USED.length, "the artifacts and the manifest");
});

test("where a root or a signature is required, what is remembered of the manifest does not count", async () => {
  const everything: CheckCache = { has: () => true, add: () => undefined };
  const root = "0".repeat(64);
  const forged = new Map(whole);
  put(forged, MANIFEST, { ...manifest, snapshot_id: root, composite_hash: root });
  assert.equal(await refused(forged, NOTHING, everything), undefined, "the cache is asked where none is");
  const mismatch = `IDENTITY_MISMATCH ${MANIFEST}`;
  assert.equal(await refused(forged, { ...NOTHING, root }, everything), mismatch);
  assert.equal(await refused(forged, required, everything), mismatch);
});
