/** `pgs attest`: signs what an intact trace says of its run; with `--verify`, checks who did. */

import { IoError } from "../../../ports.ts";
import { type Envelope, envelopeText } from "../../../sign/dsse.ts";
import type { SigningKey } from "../../../sign/keys.ts";
import type { Statement } from "../../../sign/statement.ts";
import { runStatement } from "../../../sign/subjects.ts";
import { signStatement, withoutSignaturesBy } from "../../../sign/verify.ts";
import type { Context } from "../../context.ts";
import { defineCommand } from "../../define-command.ts";
import { UsageFault } from "../../errors.ts";
import { EXIT } from "../../exit-codes.ts";
import { signingKeys } from "../../keys.ts";
import { file, flag, optionalCount, repeatable } from "../../option.ts";
import { checkOutputs } from "../../output-files.ts";
import { plain, printJson, printText } from "../../print.ts";
import { forEachTrace, refuseForSeveral } from "../../several-traces.ts";
import { LAST, TRACES_ARGUMENT } from "../../shared-options.ts";
import { ownTrace } from "../../trace-place.ts";
import { namedTraces } from "../../traces-at.ts";
import { trustOf } from "../../trust.ts";
import { type Attestation, actorText, attestationOf, readEnvelope, readTrace } from "./attestation.ts";
import { verifyAttestation } from "./verify.ts";

export const attest = defineCommand({
  details:
    "The statement names the workflow, the snapshot, how the run ended and the digest of the trace, which must be intact.",
  arguments: TRACES_ARGUMENT,
  options: {
    Attestation: {
      ...LAST,
      verify: flag("verify the attestation instead of signing it"),
      attestation: file("the attestation", { default: "<trace id>.intoto.json next to the trace" }),
    },
    Signature: {
      key: repeatable(
        file("private key (PEM) to sign with; with --verify, a trusted public key", {
          env: "$PGS_SIGNING_KEY, $PGS_TRUSTED_KEYS",
        }),
      ),
      "require-signature": optionalCount("with --verify: number of trusted signatures required"),
    },
  },
  shared: ["workspace", "traces", "json", "quiet", "debug"],
  examples: [
    ["pgs attest trace.jsonl --key private.pem", "sign trace.jsonl and write trace.intoto.json"],
    ["pgs attest trace.jsonl --verify --key public.pem", "verify that the holder of the key signed this run"],
  ],
  exitCodes: {
    SUCCESS: "signed; with --verify, signed as required",
    FOUND: "with --verify: the trace is damaged, or not signed as required",
  },
  async action({ traces, last, verify, attestation: named, key, requireSignature }, context) {
    const files = await namedTraces({ traces, last }, context);
    refuseForSeveral(files, "attestation", named);
    if (verify) {
      const trust = trustOf({ key, requireSignature }, context);
      return forEachTrace(files, context, async (trace, within) =>
        verifyAttestation(attestationOf(trace, named), trust, within),
      );
    }
    const outputs = files.map((trace) => attestationOf(trace, named).file);
    for (const attestation of outputs)
      await checkOutputs({ attestation }, { "the trace": files, "a key": key }, context);
    if (requireSignature !== undefined) {
      const message = "--require-signature checks existing signatures";
      throw new UsageFault("BAD_USAGE", { message, hint: "add --verify to check them" });
    }
    const keys = signingKeys(key, context);
    return forEachTrace(files, context, async (trace, within) =>
      sign(attestationOf(trace, named), named === undefined, keys, within),
    );
  },
});

async function sign(
  attestation: Attestation,
  isBeside: boolean,
  keys: readonly SigningKey[],
  context: Context,
): Promise<number> {
  if (keys.length === 0) throw new UsageFault("SIGNING_KEY_MISSING", {});
  const read = readTrace(attestation, context);
  if (read.intact === null) throw read.fault;
  const statement = runStatement(read.intact);
  const made = keys.map((key) => signStatement(statement, key));
  const before = readEnvelope(attestation, context);
  const kept = withoutSignaturesBy(keys, before === null ? [] : [before]);
  checkPayload(before, made[0] as Envelope, attestation);
  const envelope = joined([...kept, ...made]);
  const trace = isBeside ? await ownTrace(attestation.trace, context) : attestation.trace;
  writeAttestation(attestation, `${envelopeText(envelope)}\n`, context);
  report(statement, envelope, { ...attestation, trace }, context);
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
function writeAttestation({ file }: Attestation, text: string, { platform, path }: Context): void {
  try {
    platform.replaceFile(path(file), text);
  } catch (error) {
    if (!(error instanceof IoError)) throw error;
    throw new UsageFault("ATTESTATION_UNWRITABLE", { file, errno: error.errno }, { cause: error });
  }
}

function report(
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
