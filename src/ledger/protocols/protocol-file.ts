/** Where a protocol is kept, how its file begins, and what it is made from. */

import type { LoadedPackage } from "../../capabilities/packages/load.ts";
import type { Digest } from "../../json/canonical.ts";
import type { Files } from "../../ports.ts";

export const PROTOCOLS = "protocols";
export const PROTOCOL_SCHEMA = "pgs.protocol/1";

/** Where the artifacts of a plan are read from. */
export interface ProtocolSource {
  /** The folder of the snapshot. */
  readonly snapshot: string;
  readonly files: Files;
  /** The capability packages of the workspace. @throws CapabilityFault */
  packages(): Promise<readonly LoadedPackage[]>;
}

/** What the first bytes of a kept protocol say. */
export interface ProtocolId {
  readonly closureRoot: Digest;
  readonly root: Digest;
}

/**
 * A file is written once and never changed. The same artifacts may be part of several snapshots, whose seals differ: those
 * of another seal are kept in a file that also has its root in its name.
 */
export function protocolFiles({ closureRoot, root }: ProtocolId): readonly string[] {
  return [`${PROTOCOLS}/${closureRoot}.json`, `${PROTOCOLS}/${closureRoot}.${root}.json`];
}

/** How a kept protocol begins. */
export function protocolHead({ closureRoot, root }: ProtocolId): string {
  return `{"schema":"${PROTOCOL_SCHEMA}","closure_root":"${closureRoot}","snapshot":{"root":"${root}",`;
}
