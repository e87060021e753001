/** `pgs attest`: signs what an intact trace says of its run; with `--verify`, checks who did. */

import { IoError } from "../../../ports.ts";
import { type Envelope, envelopeText } from "../../../sign/dsse.ts";
import type { SigningKey } from "../../../sign/keys.ts";
import type { Statement } from "../../../sign/statement.ts";
import { runStatement } from "../../../sign/subjects.ts";
import { signStatement, withoutSignaturesBy } from "../../../sign/verify.ts";
import type { CommonOptions, Context } from "../../context.ts";
import { UsageFault } from "../../errors.ts";
import { EXIT } from "../../exit-codes.ts";
import { signingKeys } from "../../keys.ts";
import { plain, printJson, printText } from "../../print.ts";
import {
  type Attestation,
  type AttestOptions,
  actorText,
  attestationOf,
  readEnvelope,
  readTrace,
} from "./attestation.ts";
import { verifyAttestation } from "./verify.ts";

export async function attestCommand(
  options: AttestOptions & CommonOptions,
  context: Context,
  trace: string,
): Promise<number> {
  const attestation = attestationOf(trace, options);
  if (options.verify) return verifyAttestation(attestation, options, context);
  if (options.requireSignature !== undefined) {
    const message = "--require-signature checks existing signatures";
    throw new UsageFault("BAD_USAGE", { message, hint: "add --verify to check them" });
  }
  return attest(attestation, signingKeys(options.key ?? [], context), context);
}

function attest(attestation: Attestation, keys: readonly SigningKey[], context: Context): number {
  if (keys.length === 0) throw new UsageFault("SIGNING_KEY_MISSING", {});
  const read = readTrace(attestation, context);
  if (read.intact === null) throw read.fault;
  const statement = runStatement(read.intact);
  const made = keys.map((key) => signStatement(statement, key));
  const before = readEnvelope(attestation, context);
  const kept = withoutSignaturesBy(keys, before === null ? [] : [before]);
  checkPayload(before, made[0] as Envelope, attestation);
  const envelope = joined([...kept, ...made]);
  leave(attestation, `${envelopeText(envelope)}\n`, context);
  say(statement, envelope, attestation, context);
  return EXIT.SUCCESS;
}

/** @throws UsageFault where the attestation that is there says something else */
function checkPayload(
  before: Envelope | null,
  { payloadType, payload }: Envelope,
  { file }: Attestation,
): void {
  if (before === null) return;
  if (payloadType !== before.payloadType || !Buffer.from(payload).equals(before.payload))
    throw new UsageFault("ATTESTATION_DIFFERS", { file });
}

/** One envelope with the signatures of all, sorted by key. */
function joined(envelopes: readonly Envelope[]): Envelope {
  const [first] = envelopes as readonly [Envelope];
  const signatures = envelopes.flatMap((envelope) => envelope.signatures);
  return { ...first, signatures: signatures.sort((a, b) => (a.keyid < b.keyid ? -1 : 1)) };
}

/** @throws UsageFault */
function leave({ file }: Attestation, text: string, { platform, path }: Context): void {
  try {
    platform.replaceFile(path(file), text);
  } catch (error) {
    if (!(error instanceof IoError)) throw error;
    throw new UsageFault("ATTESTATION_UNWRITABLE", { file, errno: error.errno }, { cause: error });
  }
}

function say(
  { subject: { sha256 }, predicate }: Statement,
  envelope: Envelope,
  { trace, file }: Attestation,
  context: Context,
): void {
  const { settings } = context;
  const signatures = envelope.signatures.map(({ keyid }) => keyid);
  if (settings.json) printJson(context, { trace, attestation: file, sha256, predicate, signatures });
  else if (!settings.quiet) {
    const signed = signatures.map((keyid) => `signed by ${plain(keyid)}\n`).join("");
    printText(
      context,
      `attested ${plain(trace)}\nsha256 ${sha256}\n${actorText(predicate)}${signed}attestation ${plain(file)}\n`,
    );
  }
}
