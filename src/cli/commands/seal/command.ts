/** `pgs seal`: after a full verification, writes `seal.json`, and signs it. */

import type { Fault } from "../../../errors/base.ts";
import { counted } from "../../../errors/counted.ts";
import { readObject } from "../../../json/parse.ts";
import { utf8 } from "../../../json/text.ts";
import { IoError } from "../../../ports.ts";
import { type Envelope, toEnvelope } from "../../../sign/dsse.ts";
import type { SigningKey } from "../../../sign/keys.ts";
import { sealStatement, subjectOfSeal } from "../../../sign/subjects.ts";
import { evaluateSignatures, signStatement, withoutSignaturesBy } from "../../../sign/verify.ts";
import { SealFault } from "../../../snapshot/errors.ts";
import { requireFolder } from "../../../snapshot/load.ts";
import { parseSeal, rootOf, SEAL_FILE, sealText } from "../../../snapshot/seal.ts";
import { readAll, type SnapshotFile, verifyFile } from "../../../snapshot/verify.ts";
import { type Context, shortPath } from "../../context.ts";
import { defineCommand } from "../../define-command.ts";
import { EXIT } from "../../exit-codes.ts";
import { signingKeys } from "../../keys.ts";
import { file, repeatable } from "../../option.ts";
import { plain, printError, printJson, printText } from "../../print.ts";
import { printVerified } from "../../views/verify.ts";

export const seal = defineCommand({
  details: "Valid signatures that the seal already has stay. Nothing is written unless every file is valid.",
  arguments: {},
  options: {
    Signature: {
      key: repeatable(file("private key (PEM) to sign with", { env: "$PGS_SIGNING_KEY" })),
    },
  },
  shared: ["workspace", "snapshot", "json", "quiet", "debug"],
  examples: [
    ["pgs seal", "seal the snapshot in the current folder"],
    [
      "pgs seal --key private.pem --snapshot build/protocol_snapshot",
      "seal another snapshot and sign the seal",
    ],
  ],
  exitCodes: {
    SUCCESS: "sealed",
    SNAPSHOT: "the snapshot is missing or invalid, or the seal could not be written",
  },
  async action({ key }, context) {
    const { platform, settings } = context;
    requireFolder(settings.snapshot, platform.files, settings);
    const keys = signingKeys(key, context);
    const findings: Fault[] = [];
    const all = readAll(settings.snapshot, platform.files, findings);
    for (const fault of all.flatMap(verifyFile)) findings.push(fault);
    if (findings.length > 0) {
      printVerified({ findings, sealed: false, root: null, signatures: [], files: all.length }, context);
      return EXIT.SNAPSHOT;
    }
    const signed = signaturesOf(all, keys, context);
    const { root, text } = sealText(all, platform.tool, signed.envelopes);
    const file = writeSeal(text, context);
    const { dropped, wasBroken } = signed;
    const signatures = signed.envelopes.map(keyOf);
    if (settings.json)
      printJson(context, {
        root,
        files: all.length,
        seal: file,
        signatures,
        dropped,
        seal_was_broken: wasBroken,
      });
    else if (!settings.quiet) {
      const rows = signatures.map((keyid) => `signed by ${plain(keyid)}\n`).join("");
      printText(
        context,
        `sealed ${counted(all.length, "file")}\nroot ${root}\n${rows}seal ${plain(shortPath(file, platform.cwd))}\n`,
      );
    }
    if (settings.json || settings.quiet) return EXIT.SUCCESS;
    if (wasBroken)
      printError(
        context,
        `the previous seal cannot be read: ${signed.kept} of its signatures are kept, any others are lost\n`,
      );
    else if (dropped > 0)
      printError(context, `signatures removed because they belong to another root: ${dropped}\n`);
    return EXIT.SUCCESS;
  },
});

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
