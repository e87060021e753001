/**
 * What a trace suppresses, kept beside it as long as its run can go on: a line for each event with secrets, encrypted
 * with AES-256-GCM and bound to the run and the event's number. A replay takes the events from there.
 */

import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { type Digest, digestOf } from "../json/canonical.ts";
import { readObjectText } from "../json/parse.ts";
import { isObject, type JsonObject, own } from "../json/value.ts";
import type { SecretsFile } from "../ports.ts";
import { lineBytes, withLineBytes } from "../trace/chain.ts";
import { holdsSuppressed, type Payloads, type TraceEvent } from "../trace/event.ts";
import { ResumeFault } from "./resume-errors.ts";

/** 32 bytes. */
export type SecretsKey = Uint8Array;

const KEY_BYTES = 32;

/** A key of nobody: for what is kept no longer than this process. */
export const newSecretsKey = (): SecretsKey => randomBytes(KEY_BYTES);

/** The key that the text is in base64; undefined where it is none. */
export function parseSecretsKey(text: string): SecretsKey | undefined {
  const trimmed = text.trim();
  const key = Buffer.from(trimmed, "base64");
  return key.length === KEY_BYTES && key.toString("base64") === trimmed ? key : undefined;
}

/** What is kept of one run. */
export interface KeptSecrets {
  /** What digests of secrets are salted with. */
  readonly salt: string;
  /** By event number: the payload in the clear, and the digest of what the trace shows instead. */
  readonly payloads: ReadonlyMap<number, KeptPayload>;
}

interface KeptPayload {
  readonly payload: JsonObject;
  readonly shown: Digest;
}

/** The salt has the number before the first event's. */
const SALT = 0;

export class SecretsWriter {
  readonly #key: SecretsKey;
  readonly #executionId: string;
  readonly #file: SecretsFile;
  #hasSalt: boolean;

  /** `hasSalt`: the file was begun by an earlier session of the run. */
  constructor(key: SecretsKey, executionId: string, file: SecretsFile, hasSalt: boolean) {
    this.#key = key;
    this.#executionId = executionId;
    this.#file = file;
    this.#hasSalt = hasSalt;
  }

  /**
   * The payload of the event of this number, and what the trace will show instead. Its line is not in the trace yet: a
   * process that ends now leaves a payload that no event shows.
   */
  keep(sequence: number, payload: JsonObject, shown: JsonObject, salt: string): void {
    if (!this.#hasSalt) this.#append(SALT, { salt });
    this.#hasSalt = true;
    this.#append(sequence, { payload, shown: digestOf(shown) });
  }

  #append(sequence: number, content: JsonObject): void {
    const iv = randomBytes(12);
    const cipher = createCipheriv("aes-256-gcm", this.#key, iv);
    cipher.setAAD(boundTo(this.#executionId, sequence));
    const data = Buffer.concat([cipher.update(JSON.stringify(content)), cipher.final()]);
    const [of, ...rest] = [iv, data, cipher.getAuthTag()].map((part) => part.toString("base64"));
    this.#file.append(`${JSON.stringify({ sequence, iv: of, data: rest[0], tag: rest[1] })}\n`);
  }
}

const boundTo = (executionId: string, sequence: number) =>
  Buffer.from(`pgs.secrets/1:${executionId}:${sequence}`);

/** What the file keeps; null where it keeps nothing. An incomplete last line is passed over. @throws ResumeFault `SECRETS_KEY_WRONG` */
export function readSecrets(
  text: string,
  key: SecretsKey,
  executionId: string,
  trace: string,
): KeptSecrets | null {
  const payloads = new Map<number, KeptPayload>();
  let salt: string | null = null;
  for (const line of text.split("\n").slice(0, -1)) {
    const opened = opening(line, key, executionId);
    if (opened === null) throw new ResumeFault("SECRETS_KEY_WRONG", { trace });
    const { sequence, content } = opened;
    if (sequence === SALT) salt = String(own(content, "salt"));
    else payloads.set(sequence, content as unknown as KeptPayload);
  }
  return salt === null ? null : { salt, payloads };
}

/** Null where the key does not open it, or it belongs elsewhere. */
function opening(line: string, key: SecretsKey, executionId: string) {
  const read = readObjectText(line);
  if ("defect" in read) return null;
  const { sequence, iv, data, tag } = read.value;
  if (typeof sequence !== "number" || [iv, data, tag].some((part) => typeof part !== "string")) return null;
  try {
    const bytes = (part: unknown) => Buffer.from(String(part), "base64");
    const decipher = createDecipheriv("aes-256-gcm", key, bytes(iv), { authTagLength: 16 });
    decipher.setAAD(boundTo(executionId, sequence));
    decipher.setAuthTag(bytes(tag));
    const clear = Buffer.concat([decipher.update(bytes(data)), decipher.final()]).toString();
    const content: unknown = JSON.parse(clear);
    return isObject(content as JsonObject) ? { sequence, content: content as JsonObject } : null;
  } catch {
    return null;
  }
}

/** The events in the clear. @throws ResumeFault `SECRETS_MISSING` for one whose values are not kept */
export function* inTheClear(
  events: Iterable<TraceEvent>,
  kept: KeptSecrets | null,
  trace: string,
): Generator<TraceEvent> {
  for (const event of events) {
    const shown = event.payload as unknown as JsonObject;
    const clear = clearPayload(event.sequence, shown, kept);
    if (clear !== undefined)
      yield withLineBytes({ ...event, payload: clear } as unknown as TraceEvent, lineBytes(event));
    else if (holdsSuppressed(shown)) throw new ResumeFault("SECRETS_MISSING", { trace });
    else yield event;
  }
}

/** The payload of the first event in the clear; as it is shown, where nothing is kept of it. */
export function startIn(shown: Payloads["execution_start"], kept: KeptSecrets): Payloads["execution_start"] {
  const clear = clearPayload(1, shown as unknown as JsonObject, kept);
  return clear === undefined ? shown : (clear as unknown as Payloads["execution_start"]);
}

/** Undefined where nothing is kept for what the trace shows. */
function clearPayload(sequence: number, shown: JsonObject, kept: KeptSecrets | null): JsonObject | undefined {
  const known = kept?.payloads.get(sequence);
  return known !== undefined && known.shown === digestOf(shown) ? known.payload : undefined;
}
