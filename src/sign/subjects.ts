/** The two signed subjects, a seal and a run: the statement about each, and its check. */

import { type Digest, sha256 } from "../json/canonical.ts";
import { jsonDifferences } from "../json/diff.ts";
import type { Json, JsonObject } from "../json/value.ts";
import type { EventOf, TraceEvent } from "../trace/event.ts";
import { type Session, sessionsOf } from "../trace/sessions.ts";
import { SignatureFault, type SignaturePlace } from "./errors.ts";
import { type Statement, toDocument } from "./statement.ts";

// Names, not addresses: verification needs no network.
const SEAL_TYPE = "urn:pgs-runner:seal:1";
const RUN_TYPE = "urn:pgs-runner:run:1";

/** A difference between a statement and its subject. */
export interface Difference {
  /** JSON Pointer into the statement. */
  readonly pointer: string;
  readonly stated: Json;
  readonly found: Json;
  /** As a finding about the signature at this place. */
  toFault(place: SignaturePlace): SignatureFault;
}

/** The expected subject of a statement. */
export interface SignedSubject {
  readonly predicateType: string;
  /** Undefined if the statement matches. */
  compare(statement: Statement): Difference | undefined;
}

/** The statement about a seal: its root, the sealing tool and the number of files. */
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

/** A seal is identified by its root; the version of the sealing tool makes no difference. */
export function subjectOfSeal(root: Digest): SignedSubject {
  return {
    predicateType: SEAL_TYPE,
    compare({ subject: { sha256: signed } }) {
      return signed === root ? undefined : otherRoot(DIGEST, signed, root);
    },
  };
}

/** What a signature says of another root than that of the snapshot. */
export function otherRoot(pointer: string, signed: string, found: Digest): Difference {
  const toFault = (place: SignaturePlace) =>
    new SignatureFault("SIGNATURE_OTHER_ROOT", { ...place, signed, found });
  return { pointer, stated: signed, found, toFault };
}

const DIGEST = "/subject/0/digest/sha256";

/** An intact trace: its bytes, its events, the hash of its last line. */
export interface IntactTrace {
  readonly bytes: Uint8Array;
  readonly events: readonly TraceEvent[];
  readonly head: Digest;
}

/** The statement about a run. It depends only on the trace, so anyone can derive it again and compare. */
export function runStatement({ bytes, events, head }: IntactTrace): Statement {
  const { execution_id, payload: start } = events[0] as EventOf<"execution_start">;
  const { actor } = start;
  const sessions = sessionsOf(events);
  return {
    subject: { name: `${execution_id}.jsonl`, sha256: sha256(bytes) },
    predicateType: RUN_TYPE,
    predicate: {
      ...{ head, events: events.length },
      ...{ workflow: start.workflow_code, snapshot: start.snapshot, runtime: start.runtime },
      ...(actor === undefined ? {} : { actor }),
      ...(sessions.length === 1 ? {} : { sessions: sessions.map(sessionOf) }),
      ...endingOf(events),
    },
  };
}

/** Why the run went on, who gave the cause, and what executed it from there on. */
function sessionOf({ cause, actor, runtime }: Session): JsonObject {
  return { cause, ...(actor === null ? {} : { actor }), runtime: { ...runtime } };
}

/** A run that waits has no outcome yet: what is attested is how far it has come. */
function endingOf(events: readonly TraceEvent[]): JsonObject {
  const last = events.at(-1);
  if (last?.event_type !== "workflow_complete")
    return { status: "WAITING", outcome: null, exit_reason_code: null };
  const { status, outcome, exit_reason_code } = last.payload;
  return { status, outcome, exit_reason_code };
}

/** A trace is identified by its bytes; for an intact trace, the whole statement must match as well. */
export function subjectOfRun(bytes: Uint8Array, intact: IntactTrace | null): SignedSubject {
  const digest = sha256(bytes);
  const expected = intact === null ? null : runStatement(intact);
  return {
    predicateType: RUN_TYPE,
    compare(statement) {
      const stated = statement.subject.sha256;
      if (stated !== digest) return otherRun(DIGEST, stated, digest);
      if (expected === null) return undefined;
      const [first] = jsonDifferences(toDocument(statement), toDocument(expected), [], () => undefined);
      return first === undefined ? undefined : otherRun(first.at, first.a ?? null, first.b ?? null);
    },
  };
}

function otherRun(pointer: string, stated: Json, found: Json): Difference {
  const toFault = (place: SignaturePlace) =>
    new SignatureFault("SIGNATURE_OTHER_RUN", { ...place, pointer, signed: stated, found });
  return { pointer, stated, found, toFault };
}
