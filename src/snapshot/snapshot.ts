/** What a snapshot gives to those who compile, check and run it. */

import type { Digest } from "../json/canonical.ts";
import type { JsonObject } from "../json/value.ts";
import type { Artifact } from "./artifact.ts";
import type { ProofFile } from "./form.ts";
import type { Fqdn, Kind } from "./fqdn.ts";
import type { SnapshotTables } from "./parse.ts";

export interface Snapshot {
  readonly folder: string;
  readonly state: "sealed" | "verified";
  readonly tables: SnapshotTables;
  /** The seal's root; of an unsealed snapshot, the digest over the files of this closure. */
  rootOf(closure: Iterable<Artifact>): Digest;
  /** Reads, checks and narrows one artifact; undefined when the snapshot does not hold it. */
  artifact(name: Fqdn): Artifact | undefined;
  /** Full names of every artifact file of a kind, sorted. Reads no file. */
  names(kind: Kind): readonly Fqdn[];
  /** Paths of every file below a folder of the snapshot, on disk or sealed, sorted. Reads no file. */
  paths(folder: string): readonly string[];
  /** The object in a file that is no artifact, strictly read, its bytes the sealed ones where there is a seal. */
  document(file: string): { readonly text: string; readonly value: JsonObject } | undefined;
  /** The files that prove these ones, themselves left out, with the bytes by which they did; none without a seal. */
  proof(files: readonly string[]): readonly ProofFile[];
  /**
   * Performs the deferred content checks. No artifact may be executed before.
   * @throws SnapshotFault, SealFault
   */
  confirm?(artifacts: Iterable<Artifact>): Promise<void>;
}
