/** A workspace with a snapshot of its own, and signers whose keys lie in files beside it. */

import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import type { TestContext } from "node:test";
import type { JsonObject } from "../../src/json/value.ts";
import { newSigner, type Signer } from "../sign/signers.ts";
import { unsealedCopy } from "./reauthor.ts";
import { type Contents, type Said, type Workspace, workspace } from "./world.ts";

export interface FiledSigner extends Signer {
  readonly keyid: string;
  /** Files, as the command line names them. */
  readonly privateFile: string;
  readonly publicFile: string;
}

/** One signer a name: `keys/<name>.pem` and `keys/<name>.pub.pem`. */
export function signersIn(place: Workspace, ...names: readonly string[]): readonly FiledSigner[] {
  mkdirSync(place.path("keys"), { recursive: true });
  return names.map((name) => {
    const signer = newSigner(name);
    const [privateFile, publicFile] = [`keys/${name}.pem`, `keys/${name}.pub.pem`];
    writeFileSync(place.path(privateFile), signer.privatePem);
    writeFileSync(place.path(publicFile), signer.publicPem);
    return { ...signer, keyid: signer.signing.keyid, privateFile, publicFile };
  });
}

/** A workspace with an unsealed copy of the project's snapshot. */
export function ownSnapshot(t: TestContext, contents: Contents = {}): Workspace {
  const place = workspace(t, { ...contents, snapshot: null });
  unsealedCopy(place.path("protocol_snapshot"));
  return place;
}

/** The command came out well. */
export function fine(said: Said): Said {
  assert.equal(said.code, 0, said.err);
  return said;
}

/** Codes of all findings of a report, in order. */
export function codesOf(report: JsonObject): readonly unknown[] {
  return (report["findings"] as readonly JsonObject[]).map((one) => one["code"]);
}

/** Verdict by key id. */
export function verdictsOf(report: JsonObject): Readonly<Record<string, unknown>> {
  const listed = report["signatures"] as readonly JsonObject[];
  return Object.fromEntries(listed.map((one) => [String(one["keyid"]), one["verdict"]]));
}
