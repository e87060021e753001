/** A snapshot of which every file is read: what is verified, and what the rules of a check are applied to. */

import type { Fault } from "../errors/base.ts";
import type { Files } from "../ports.ts";
import { type ArtifactChecks, readAssembled } from "./assembled/verify.ts";
import { contradictions } from "./assembled/verify-contents.ts";
import type { VerifyContent } from "./content-checks.ts";
import type { Fqdn } from "./fqdn.ts";
import { requireForm } from "./load.ts";
import type { SnapshotFile } from "./read-all.ts";
import type { SnapshotSeal } from "./seal.ts";
import { readWorkspaceForm } from "./workspace-whole.ts";

export interface WholeSnapshot {
  /** What the form is called, for people. */
  readonly form: string;
  /** Every file but the seal, sorted. */
  readonly files: readonly SnapshotFile[];
  /** Null where there is one that cannot be used, which is among the faults. */
  readonly seal: SnapshotSeal | null;
  /** What cannot be read, what is wrong with the seal, and files that are not as it says. */
  readonly faults: readonly Fault[];
  /** Everything wrong with a file from its own contents. */
  readonly verifyFile: VerifyContent;
  /** How a run uses the file of an artifact: not at all, or not because it is a copy of another file. */
  roleOf(file: string, name: Fqdn): "read" | "unread" | "copy";
  /** What no hash covers, for people. */
  readonly uncovered: readonly string[];
}

/** What the rules of a check are applied to is read anew. */
const UNCHECKED: ArtifactChecks = { isKnown: () => false, verify: contradictions };

/** @throws SnapshotFault when there is no snapshot */
export function readWhole(folder: string, files: Files): WholeSnapshot {
  const place = { root: files.realPath(folder) ?? folder, files };
  return requireForm(folder, files) === "assembled"
    ? readAssembled(place, UNCHECKED)
    : readWorkspaceForm(place);
}
