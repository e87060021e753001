/** What is run: the published registration of an actor where its snapshot is at hand, and the project's own release. */

import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { addCapabilities, CAPABILITIES } from "../test/support/own-package.ts";
import { pgs } from "./spawn.ts";

export const root = join(import.meta.dirname, "..");
const published = join(root, "../shared/published");

export interface Subject {
  readonly name: string;
  readonly workflow: string;
  readonly snapshot: string;
  /** A folder of stores that a data root begins with; null for an empty one. */
  readonly data: string | null;
  /** The folders of the capability packages that it needs. */
  readonly capabilities: readonly string[];
  /** The payload of run number `i`: no two are the same change. */
  payload(i: number): Payload;
}

export type Payload = { readonly [field: string]: string | number | null | Payload | readonly Payload[] };

const completed = join(root, "fixtures/wf-release-change/completed.json");
const completedRelease = JSON.parse(readFileSync(completed, "utf8")) as Payload;

export const ownRelease: Subject = {
  name: "WF_RELEASE_CHANGE_V0",
  workflow: "release_governance::WF_RELEASE_CHANGE_V0",
  snapshot: join(root, "protocol_snapshot"),
  data: join(root, "fixtures/data"),
  capabilities: [CAPABILITIES],
  payload: (i) => ({ ...completedRelease, change_id: `CHG-${10_000 + i}` }),
};

/** Undefined where the published snapshot is not beside the repository. */
export function registration(snapshot: string): Subject | undefined {
  if (!existsSync(published)) return undefined;
  return {
    name: "REGISTER_ACTOR",
    workflow: "blockchain::WF_REGISTER_ACTOR_UNVERIFIED_V0",
    snapshot,
    data: null,
    capabilities: [],
    payload: (i) => ({
      actor_record: { first_name: "Ada", last_name: `Number ${i}`, email_registration: `ada.${i}@example.org` },
    }),
  };
}

/** A copy of the published snapshot, sealed or as published. */
export function publishedCopy(folder: string, isSealed: boolean): string {
  if (!existsSync(published)) return folder;
  cpSync(join(published, "protocol_snapshot"), folder, { recursive: true });
  if (isSealed) pgs(["seal", "--snapshot", folder, "--quiet"]);
  return folder;
}

/** What the in-process benchmarks run: the registration, else the project's own release. */
export function mainSubject(scratch: string): Subject {
  const snapshot = join(scratch, "sealed");
  return registration(existsSync(snapshot) ? snapshot : publishedCopy(snapshot, true)) ?? ownRelease;
}

/** Lets the command line find the subject's packages where it is started with the folder as workspace. */
export function nameCapabilities({ capabilities }: Subject, folder: string): void {
  if (capabilities.length > 0) addCapabilities(folder);
}

/** Fills a data root with `count` runs' records, by writing the lines that one run writes under new keys. */
export function populate(subject: Subject, data: string, count: number, scratch: string): void {
  const traces = mkdtempSync(join(scratch, "seed-"));
  const payload = join(traces, "payload.json");
  writeFileSync(payload, JSON.stringify(subject.payload(0)));
  if (subject.data !== null) cpSync(subject.data, data, { recursive: true });
  nameCapabilities(subject, traces);
  const folders = ["--workspace", traces, "--data-root", data, "--traces", traces];
  const where = ["--snapshot", subject.snapshot, ...folders];
  pgs(["run", "--wf", subject.workflow, "--payload", payload, ...where, "--no-png", "--no-md", "--quiet"]);
  rmSync(traces, { recursive: true });
  for (const file of filesBelow(data)) multiply(file, count);
}

/** The files that the subject's stores begin with, by path below the data root. */
export function initialStores({ data }: Subject): Readonly<Record<string, Uint8Array>> {
  if (data === null) return {};
  return Object.fromEntries(filesBelow(data).map((file) => [relative(data, file), readFileSync(file)]));
}

function filesBelow(folder: string): readonly string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

/** JSON Lines only: every id in hexadecimal, key and address alike, gets the number of its copy. */
function multiply(file: string, count: number): void {
  const text = readFileSync(file, "utf8");
  const isLines = text.split("\n").every((line) => line === "" || /^\{.*\}$/.test(line));
  if (!isLines || !/[0-9a-f]{16}/.test(text)) return;
  const copies = Array.from({ length: count }, (_, i) =>
    text.replace(/[0-9a-f]{8}(?=[0-9a-f]{8}(?:[0-9a-f]{16})?\b)/g, (digits) =>
      ((Number.parseInt(digits, 16) ^ i) >>> 0).toString(16).padStart(8, "0"),
    ),
  );
  writeFileSync(file, copies.join(""));
}

/** Runs `work` in a folder that is gone afterwards. */
export async function inScratch<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "pgs-bench-"));
  mkdirSync(join(folder, "traces"));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
