/** A snapshot of one's own: a copy without its seal, in which artifacts are authored again or spoilt. */

import assert from "node:assert/strict";
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { LOCK_FILE } from "../../src/capabilities/packages/locked-provider.ts";
import { sha256 } from "../../src/json/canonical.ts";
import type { JsonObject } from "../../src/json/value.ts";
import { derive } from "../../src/snapshot/derive.ts";
import { fileOf, isFqdn, kindOf } from "../../src/snapshot/fqdn.ts";
import { SNAPSHOT } from "./world.ts";

/** Copies the artifacts of the project's snapshot, and its lock, to `folder`, unsealed: all that a run reads. */
export function unsealedCopy(folder: string): void {
  cpSync(join(SNAPSHOT, LOCK_FILE), join(folder, LOCK_FILE));
  cpSync(join(SNAPSHOT, "artifacts"), join(folder, "artifacts"), { recursive: true });
}

/** The artifact's file in the snapshot at `folder`. */
export function artifactFile(folder: string, fqdn: string): string {
  assert.ok(isFqdn(fqdn), fqdn);
  const kind = kindOf(fqdn);
  assert.ok(kind !== undefined, fqdn);
  return join(folder, fileOf(fqdn, kind));
}

/** Rewrites a file's text; an edit that changes nothing fails the test. */
export function edit(file: string, change: (text: string) => string): void {
  const before = readFileSync(file, "utf8");
  const after = change(before);
  assert.notEqual(after, before, `${file}: nothing was changed`);
  writeFileSync(file, after);
}

/** Changes an artifact's Markdown, and everything that is derived from it: the result is a sound artifact. */
export function reauthor(folder: string, fqdn: string, change: (markdown: string) => string): void {
  assert.ok(isFqdn(fqdn), fqdn);
  edit(artifactFile(folder, fqdn), (text) => {
    const envelope = JSON.parse(text) as JsonObject;
    const content = change(envelope["content"] as string);
    assert.notEqual(content, envelope["content"], `${fqdn}: nothing was changed`);
    const made = { ...envelope, content, content_hash: sha256(content), ...derive(fqdn, content) };
    return `${JSON.stringify(made, null, 2)}\n`;
  });
}
