/** Keys are used and leave no trace: of a new wallet, and of a mnemonic that signs. */

import assert from "node:assert/strict";
import { cpSync, lstatSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { deriveKey, masterKey } from "../../src/capabilities/crypto/bip32.ts";
import { toHex } from "../../src/capabilities/crypto/hex.ts";
import { addressOf } from "../../src/capabilities/crypto/keccak.ts";
import { mnemonicOf, seedOf } from "../../src/capabilities/crypto/mnemonic.ts";
import { publicKeyOf } from "../../src/capabilities/crypto/secp256k1.ts";
import { registry } from "../../src/capabilities/registry.ts";
import { verifyTrace } from "../../src/examine/verify.ts";
import type { JsonObject } from "../../src/json/value.ts";
import { compile } from "../../src/plan/compile.ts";
import { toGraph } from "../../src/plan/graph.ts";
import { nodeFiles } from "../../src/platform/node-ports.ts";
import { renderSvg } from "../../src/render/svg.ts";
import { openSnapshot } from "../../src/snapshot/load.ts";
import { requireWorkflow } from "../../src/snapshot/require.ts";
import { freshEntropy } from "../support/fresh-entropy.ts";
import { takingTurns } from "../support/portion.ts";
import { sharedPath, skipWithout } from "../support/shared.ts";
import { at, document, tree, type Workspace, workspace } from "./world.ts";

const it = takingTurns(import.meta.url);

const skip = skipWithout("published/protocol_snapshot") || skipWithout("vectors");
const snapshot = sharedPath("published/protocol_snapshot");

const HARDENED = 0x80000000;
const ROOT = [44 + HARDENED, 66 + HARDENED, HARDENED];

/** Everything from which somebody could spend: in hexadecimal, and the words. */
function spendable(entropy: Uint8Array, mnemonic: string): readonly string[] {
  const seed = seedOf(mnemonic, "");
  const master = masterKey(seed);
  assert.ok(master);
  const paths = [
    [],
    ROOT.slice(0, 1),
    ROOT.slice(0, 2),
    ROOT,
    [...ROOT, 0],
    [...ROOT, 1],
    [...ROOT, 0, 0],
    [...ROOT, 1, 0],
  ];
  const keys = paths.flatMap((path) => {
    const key = deriveKey(master, path);
    assert.ok(key);
    return [key.privateKey, key.chainCode];
  });
  const bytes = [entropy, seed, ...keys].filter(({ length }) => length > 0);
  return [mnemonic, ...bytes.map((one) => toHex(one).replace(/^0x/, ""))];
}

function addressFrom(entropy: Uint8Array): string {
  const master = masterKey(seedOf(mnemonicOf(entropy), ""));
  const key = master && deriveKey(master, [...ROOT, 0, 0]);
  const point = key && publicKeyOf(key.privateKey, "secp256k1");
  return point === undefined ? "" : addressOf(point);
}

/** What the workspace holds besides its snapshot, bytes as text. */
function left(place: Workspace): string {
  const files = tree(place.folder).filter(
    (file) => !file.startsWith("protocol_snapshot") && lstatSync(join(place.folder, file)).isFile(),
  );
  return files.map((file) => readFileSync(join(place.folder, file), "latin1")).join("\n");
}

function assertNowhere(secrets: readonly string[], ...texts: readonly string[]): void {
  const all = texts.join("\n").toLowerCase();
  for (const secret of secrets) assert.ok(!all.includes(secret.toLowerCase()), `found ${secret.slice(0, 6)}…`);
}

/** The letters of the picture, which its PNG holds as dots. */
async function lettersOf(place: Workspace, jsonl: string, workflow: string): Promise<string> {
  const opened = await openSnapshot(place.path("protocol_snapshot"), nodeFiles);
  const plan = await compile(requireWorkflow(opened, workflow), opened, registry);
  return renderSvg(verifyTrace(readFileSync(jsonl)).events, toGraph(plan));
}

async function assertReplays(place: Workspace, jsonl: string, texts: string[]): Promise<void> {
  const said = await place.session("examine", jsonl, "--json", "--debug");
  texts.push(said.out, said.err);
  assert.equal(said.code, 0, said.out.slice(0, 600));
  assert.equal(at(document(said), "replayed", "ok"), true);
  assert.ok((at(document(said), "replayed", "suppressed") as number) > 0, "what was suppressed is counted");
}

const person = { first_name: "Ida", last_name: "Key", email_registration: "ida.key@example.org" };

it("the entropy of a new wallet, its mnemonic, seed and private keys stand nowhere", { skip }, async (t) => {
  const place = workspace(t, { snapshot });
  const drawn: Buffer[] = [];
  const fresh = freshEntropy(t);
  const entropy = {
    hex(count: number) {
      const bytes = Buffer.from(fresh.hex(count), "hex");
      drawn.push(bytes);
      return bytes.toString("hex");
    },
  };
  const texts: string[] = [];
  const run = async (workflow: string, payload: JsonObject) => {
    writeFileSync(place.path("payload.json"), JSON.stringify(payload));
    const argv = [
      "run",
      "--wf",
      `blockchain::${workflow}`,
      "--payload",
      "payload.json",
      "--json",
      "--follow",
      "--debug",
    ];
    const said = await place.sessionIn({ entropy }, ...argv);
    texts.push(said.out, said.err);
    return document(said);
  };
  const registered = await run("WF_REGISTER_ACTOR_UNVERIFIED_V0", { actor_record: person });
  const actor_id = at(registered, "results", "CC_GENERATE_ACTOR_ID_V0", "actor_id") as string;
  const decision = { verifier_id: "adm", decision: "VERIFIED", notes: "ok" };
  await run("WF_VERIFY_ACTOR_V0", { actor_id, actor_record: person, ...decision });
  const wallet_config = {
    name: "W",
    currency: "BACHI",
    metadata: { security_type: "hot", network: "testnet" },
  };
  drawn.length = 0;
  const created = await run("WF_CREATE_WALLET_V0", {
    actor_id,
    actor_record: person,
    wallet_type: "STANDARD",
    wallet_config,
  });
  assert.equal(created["exit_reason_code"], "COMPLETED");
  const address = at(created, "results", "CC_DERIVE_WALLET_KEYS_V0", "eoa_address") as string;
  assert.ok(left(place).includes(address), "what is public is on record");
  const entropyOfWallet = drawn.find((bytes) => bytes.length === 16 && addressFrom(bytes) === address);
  assert.ok(entropyOfWallet, "the wallet grew from one of the draws");
  const jsonl = at(created, "trace", "jsonl") as string;
  texts.push(await lettersOf(place, jsonl, "blockchain::WF_CREATE_WALLET_V0"));
  await assertReplays(place, jsonl, texts);
  assertNowhere(spendable(entropyOfWallet, mnemonicOf(entropyOfWallet)), ...texts, left(place));
});

interface Scenario {
  readonly snapshot_overlay: Readonly<Record<string, JsonObject>>;
  readonly data_before: Readonly<Record<string, string>>;
  readonly steps: readonly {
    readonly wf: string;
    readonly payload: JsonObject;
    readonly fs_before?: readonly { readonly path: string; readonly text: string }[];
  }[];
}

it("the mnemonic that signs a transaction, its seed and its private keys stand nowhere", {
  skip,
}, async (t) => {
  const { snapshot_overlay, data_before, steps } = JSON.parse(
    readFileSync(sharedPath("vectors/new_suppression.json"), "utf8"),
  ) as Scenario;
  const place = workspace(t, { snapshot: null });
  // As published, the workflow's runtime binding gives its registry no path.
  cpSync(snapshot, place.path("protocol_snapshot"), { recursive: true });
  for (const [path, artifact] of Object.entries(snapshot_overlay)) {
    writeFileSync(place.path(`protocol_snapshot/${path}`), JSON.stringify(artifact, null, 2));
  }
  const [signing] = steps;
  assert.ok(signing);
  const before = Object.entries(data_before).map(([path, text]) => ({ path, text }));
  for (const { path, text } of [...before, ...(signing.fs_before ?? [])]) {
    mkdirSync(dirname(place.path(`data/${path}`)), { recursive: true });
    writeFileSync(place.path(`data/${path}`), text);
  }
  const payload = signing.payload;
  const mnemonic = payload["mnemonic"] as string;
  const texts: string[] = [];
  // Through standard input, so that no file of the workspace holds the payload.
  const argv = ["run", "--wf", signing.wf, "--payload", "-", "--json", "--follow", "--debug"];
  const said = await place.sessionIn({ stdin: () => Buffer.from(JSON.stringify(payload)) }, ...argv);
  texts.push(said.out, said.err);
  const signed = document(said);
  assert.equal(signed["exit_reason_code"], "COMPLETED", said.out.slice(0, 600));
  assert.match(
    at(signed, "results", "CC_SIGN_TRANSACTION_V0", "signed_tx_bytes") as string,
    /^0x[0-9a-f]{128,}$/,
  );
  const jsonl = at(signed, "trace", "jsonl") as string;
  texts.push(await lettersOf(place, jsonl, signing.wf));
  await assertReplays(place, jsonl, texts);
  assertNowhere(spendable(new Uint8Array(), mnemonic), ...texts, left(place));
});
