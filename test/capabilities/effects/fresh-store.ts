/** A store on disk for one test, and what may be drawn in it. */

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import type { StoreEffect } from "../../../src/capabilities/targets/store.ts";
import { digestOf } from "../../../src/json/canonical.ts";
import type { JsonObject } from "../../../src/json/value.ts";
import { openDataRoot } from "../../../src/platform/data-root.ts";
import type { Sources, StoreFile } from "../../../src/ports.ts";
import { fileStore } from "../../../src/storage/files/stores.ts";
import type { Store } from "../../../src/storage/stores.ts";

/** Counts what is drawn: the second reading of entropy differs from the first. */
export function countingDraw(clock = "2026-01-31T09:00:00.120Z"): Sources & { readonly drawn: string[] } {
  const drawn: string[] = [];
  return {
    drawn,
    clock() {
      drawn.push("clock");
      return clock;
    },
    entropy(count) {
      drawn.push("entropy");
      return drawn.length.toString(16).padStart(2 * count, "0");
    },
  };
}

export interface FreshStore {
  readonly store: Store;
  /** The bytes of the store. */
  readonly bytes: StoreFile;
  readonly sources: Sources & { readonly drawn: string[] };
  readonly file: string;
  readonly root: string;
  text(): string | null;
  write(text: string | Uint8Array): void;
  /** The same file, as a process that has not seen it before. */
  unseen(): Store;
}

export function freshStore(t: TestContext, before?: string): FreshStore {
  const root = mkdtempSync(join(tmpdir(), "pgs-store-"));
  t.after(() => rmSync(root, { recursive: true, force: true }));
  const file = join(root, "store");
  if (before !== undefined) writeFileSync(file, before);
  const bytes = openDataRoot(root).store("store");
  return {
    store: fileStore(bytes),
    bytes,
    sources: countingDraw(),
    file,
    root,
    text: () => textOf(file),
    write: (text) => writeFileSync(file, text),
    unseen: () => fileStore(openDataRoot(root).store("store")),
  };
}

/** Each call is an effect of its own, unless it is given the key of one. */
export async function perform(
  effect: StoreEffect,
  op: string,
  input: JsonObject,
  at: Pick<FreshStore, "store" | "sources"> & { readonly effectKey?: string },
) {
  const operation = effect.operations[op];
  if (operation === undefined) throw new Error(`${effect.code} has no ${op}`);
  const { store, sources, effectKey = nextEffectKey() } = at;
  return operation.perform(input, store, { ...sources, effectKey });
}

let effects = 0;

/** No two are equal, in any process. */
const nextEffectKey = () => digestOf([process.pid, effects++]);

/** The key whose registrations get the address `ADDR_0…n`. */
export const effectKeyOf = (n: number) => n.toString(16).padStart(32, "0");

export function linesOf(text: string | null): JsonObject[] {
  return (text ?? "")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as JsonObject);
}

function textOf(file: string): string | null {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return null;
  }
}
