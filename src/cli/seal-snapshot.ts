/** Sealing a snapshot: after every file was verified, a new `seal.json`, with the signatures that stay and the new ones. */

import type { Fault } from "../errors/base.ts";
import { readObject } from "../json/parse.ts";
import { utf8 } from "../json/text.ts";
import { IoError } from "../ports.ts";
import { type Envelope, toEnvelope } from "../sign/dsse.ts";
import type { SigningKey } from "../sign/keys.ts";
import { sealStatement, subjectOfSeal } from "../sign/subjects.ts";
import { evaluateSignatures, signStatement, withoutSignaturesBy } from "../sign/verify.ts";
import { SealFault } from "../snapshot/errors.ts";
import { readAll, type SnapshotFile } from "../snapshot/read-all.ts";
import { parseSeal, rootOf, SEAL_FILE, sealText } from "../snapshot/seal.ts";
import { verifyFile } from "../snapshot/verify.ts";
import type { Context } from "./context.ts";

export interface SealedSnapshot {
  readonly root: string;
  readonly files: number;
  /** The file of the seal. */
  readonly seal: string;
  /** The ids of the keys that have signed it. */
  readonly signatures: readonly string[];
  /** How many signatures of the seal before are over something else, or cannot be read. */
  readonly dropped: number;
  /** How many of them are in the new one. */
  readonly kept: number;
  /** Whether it did not hold together, so that there may have been others. */
  readonly wasBroken: boolean;
}

/** Nothing is written unless every file is valid, and nothing else was found. @throws SealFault where the seal cannot be written */
export function sealSnapshot(
  keys: readonly SigningKey[],
  found: readonly Fault[],
  context: Context,
): SealedSnapshot | { readonly findings: readonly Fault[]; readonly files: number } {
  const { platform, settings } = context;
  const findings: Fault[] = [...found];
  const all = readAll(settings.snapshot, platform.files, findings);
  for (const fault of all.flatMap(verifyFile)) findings.push(fault);
  if (findings.length > 0) return { findings, files: all.length };
  const { envelopes, ...before } = signaturesOf(all, keys, context);
  const { root, text } = sealText(all, platform.tool, envelopes);
  const seal = writeSeal(text, context);
  return { root, files: all.length, seal, signatures: envelopes.map(keyOf), ...before };
}

interface Signed {
  readonly envelopes: readonly Envelope[];
  /** How many signatures of the seal before are over something else, or cannot be read. */
  readonly dropped: number;
  /** How many of them are in the new one. */
  readonly kept: number;
  /** Whether it did not hold together, so that there may have been others. */
  readonly wasBroken: boolean;
}

/** What was signed over this root before, and what these keys sign now, sorted by key. */
function signaturesOf(all: readonly SnapshotFile[], keys: readonly SigningKey[], context: Context): Signed {
  const root = rootOf(all);
  const { envelopes, count, isBroken = false } = signedBefore(context);
  const standing = envelopes.filter((envelope) =>
    evaluateSignatures(envelope, [], subjectOfSeal(root)).every(({ verdict }) => verdict === "unknown_key"),
  );
  const made = keys.map((one) => signStatement(sealStatement(root, context.platform.tool, all.length), one));
  const others = withoutSignaturesBy(keys, standing);
  const sorted = [...others, ...made].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  return { envelopes: sorted, dropped: count - standing.length, kept: others.length, wasBroken: isBroken };
}

interface SignedBefore {
  readonly envelopes: readonly Envelope[];
  readonly count: number;
  readonly isBroken?: true;
}

/** The signatures of the seal that is there, also where it does not hold together; what cannot be read is counted. */
function signedBefore(context: Context): SignedBefore {
  const bytes = readSeal(context);
  const parsed = bytes === null ? null : parseSeal(bytes);
  if (bytes === null || parsed === null) return { envelopes: [], count: 0 };
  if ("fault" in parsed) {
    const lines = utf8(bytes)
      .split("\n")
      .filter((line) => line.startsWith('{"payload":'));
    const read = lines.map((line) => readObject(Buffer.from(line.replace(/,?\r?$/, ""))));
    const envelopes = read.flatMap((one) => ("value" in one ? (toEnvelope(one.value) ?? []) : []));
    return {
      envelopes: envelopes.flatMap(apart),
      count: Math.max(lines.length, envelopes.length),
      isBroken: true,
    };
  }
  const envelopes = parsed.seal.signatures.map(({ envelope }) => envelope);
  return { envelopes, count: envelopes.length };
}

/** Each signature in an envelope of its own, as a seal holds them. */
function apart({ signatures, ...signed }: Envelope): readonly Envelope[] {
  return signatures.map((one) => ({ ...signed, signatures: [one] }));
}

/** What cannot be read cannot be written either, which is refused then. */
function readSeal({ platform, settings }: Context): Uint8Array | null {
  try {
    return platform.files.read(`${settings.snapshot}/${SEAL_FILE}`);
  } catch (error) {
    if (error instanceof IoError) return null;
    throw error;
  }
}

function keyOf({ signatures }: Envelope): string {
  return signatures[0]?.keyid ?? "";
}

/** @throws SealFault */
function writeSeal(text: string, { platform, settings }: Context): string {
  const file = `${settings.snapshot}/${SEAL_FILE}`;
  try {
    platform.replaceFile(file, text);
    return file;
  } catch (error) {
    const errno = error instanceof IoError ? error.errno : "EUNKNOWN";
    throw new SealFault("SEAL_UNWRITABLE", { file, errno }, { cause: error });
  }
}
