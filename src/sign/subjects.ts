/** The two things that are signed here, a seal and a run: what is said of each, and how that is checked. */

import { type Digest, sha256 } from "../json/canonical.ts";
import { jsonDifferences } from "../json/diff.ts";
import type { Json } from "../json/json.ts";
import type { EventOf, TraceEvent } from "../trace/event.ts";
import { SignatureFault, type SignaturePlace } from "./errors.ts";
import { type Statement, toDocument } from "./statement.ts";

// Names, not addresses: nothing has to be reachable for a signature to be understood.
const SEAL_TYPE = "urn:pgs-runner:seal:1";
const RUN_TYPE = "urn:pgs-runner:run:1";

/** Where a statement says something else than what is at hand. */
export interface Difference {
  /** JSON Pointer into the statement. */
  readonly pointer: string;
  readonly stated: Json;
  readonly found: Json;
  /** As a finding about the signature at this place. */
  toFault(place: SignaturePlace): SignatureFault;
}

/** What a statement should be about. */
export interface SignedSubject {
  readonly predicateType: string;
  /** Undefined when it is about just that. */
  compare(statement: Statement): Difference | undefined;
}

/** What a signer of a seal says: this is the root, sealed with this tool over so many files. */
export function sealStatement(
  root: Digest,
  tool: { readonly name: string; readonly version: string },
  files: number,
): Statement {
  const { name, version } = tool;
  return {
    subject: { name: "protocol_snapshot", sha256: root },
    predicateType: SEAL_TYPE,
    predicate: { tool: { name, version }, files },
  };
}

/** A seal is known by its root; with which version somebody sealed it makes no difference. */
export function subjectOfSeal(root: Digest): SignedSubject {
  return {
    predicateType: SEAL_TYPE,
    compare({ subject: { sha256: signed } }) {
      if (signed === root) return undefined;
      const toFault = (place: SignaturePlace) =>
        new SignatureFault("SIGNATURE_OTHER_ROOT", { ...place, signed, found: root });
      return { pointer: DIGEST, stated: signed, found: root, toFault };
    },
  };
}

const DIGEST = "/subject/0/digest/sha256";

/** An intact trace: its bytes, its events, the hash of its last line. */
export interface IntactTrace {
  readonly bytes: Uint8Array;
  readonly events: readonly TraceEvent[];
  readonly head: Digest;
}

/** What is said of a run. It depends on the trace alone, so that anybody can say it again and compare. */
export function runStatement({ bytes, events, head }: IntactTrace): Statement {
  const { execution_id, payload: start } = events[0] as EventOf<"execution_start">;
  const { payload: end } = events.at(-1) as EventOf<"workflow_complete">;
  const { status, outcome, exit_reason_code } = end;
  const { actor } = start;
  return {
    subject: { name: `${execution_id}.jsonl`, sha256: sha256(bytes) },
    predicateType: RUN_TYPE,
    predicate: {
      ...{ head, events: events.length },
      ...{ workflow: start.workflow_code, snapshot: start.snapshot, runtime: start.runtime },
      ...(actor === undefined ? {} : { actor }),
      ...{ status, outcome, exit_reason_code },
    },
  };
}

/** A trace is known by its bytes; of an intact one all that is said of the run must be true as well. */
export function subjectOfRun(bytes: Uint8Array, intact: IntactTrace | null): SignedSubject {
  const digest = sha256(bytes);
  const said = intact === null ? null : runStatement(intact);
  return {
    predicateType: RUN_TYPE,
    compare(statement) {
      const stated = statement.subject.sha256;
      if (stated !== digest) return otherRun(DIGEST, stated, digest);
      if (said === null) return undefined;
      const [first] = jsonDifferences(toDocument(statement), toDocument(said), [], () => undefined);
      return first === undefined ? undefined : otherRun(first.at, first.a ?? null, first.b ?? null);
    },
  };
}

function otherRun(pointer: string, stated: Json, found: Json): Difference {
  const toFault = (place: SignaturePlace) =>
    new SignatureFault("SIGNATURE_OTHER_RUN", { ...place, pointer, signed: stated, found });
  return { pointer, stated, found, toFault };
}
