/** The signed content: an in-toto statement (version 1) about one subject, identified by its SHA-256. */

import { canonical, type Digest, isDigest } from "../json/canonical.ts";
import { readObject } from "../json/parse.ts";
import { isObject, type JsonObject, own } from "../json/value.ts";
import type { Envelope } from "./dsse.ts";

export const PAYLOAD_TYPE = "application/vnd.in-toto+json";

const STATEMENT_TYPE = "https://in-toto.io/Statement/v1";

export interface Statement {
  readonly subject: { readonly name: string; readonly sha256: Digest };
  /** The kind of statement: a signature for one kind does not apply to another. */
  readonly predicateType: string;
  readonly predicate: JsonObject;
}

/** The statement as an in-toto document. */
export function toDocument({ subject: { name, sha256 }, predicateType, predicate }: Statement): JsonObject {
  return { _type: STATEMENT_TYPE, subject: [{ name, digest: { sha256 } }], predicateType, predicate };
}

/** The payload that is signed: the same statement always gives the same bytes. */
export function toPayload(statement: Statement): Omit<Envelope, "signatures"> {
  return { payloadType: PAYLOAD_TYPE, payload: Buffer.from(canonical(toDocument(statement))) };
}

/** The statement in an envelope; undefined if it contains anything else or has more than one subject. */
export function readStatement({ payloadType, payload }: Omit<Envelope, "signatures">): Statement | undefined {
  const read = payloadType === PAYLOAD_TYPE ? readObject(payload) : null;
  if (read === null || !("value" in read) || own(read.value, "_type") !== STATEMENT_TYPE) return undefined;
  const subject = readSubject(read.value);
  const predicateType = own(read.value, "predicateType");
  const predicate = own(read.value, "predicate");
  if (subject === undefined || typeof predicateType !== "string" || !isObject(predicate)) return undefined;
  return { subject, predicateType, predicate };
}

function readSubject(document: JsonObject): Statement["subject"] | undefined {
  const subjects = own(document, "subject");
  if (!Array.isArray(subjects) || subjects.length !== 1 || !isObject(subjects[0])) return undefined;
  const name = own(subjects[0], "name");
  const digest = own(subjects[0], "digest");
  const sha256 = isObject(digest) ? own(digest, "sha256") : undefined;
  return typeof name === "string" && isDigest(sha256) ? { name, sha256 } : undefined;
}
