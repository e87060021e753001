/** `pgs attest --verify`: is the trace what was signed, and is it signed by keys that are trusted here? */

import type { Fault } from "../../../errors/base.ts";
import type { JsonObject } from "../../../json/value.ts";
import type { Envelope } from "../../../sign/dsse.ts";
import { runStatement, subjectOfRun } from "../../../sign/subjects.ts";
import { type EvaluatedSignature, evaluateSignatures, signatureFaults } from "../../../sign/verify.ts";
import type { Context } from "../../context.ts";
import { UsageFault } from "../../errors.ts";
import { EXIT } from "../../exit-codes.ts";
import { faultHints } from "../../place-hints.ts";
import { plain, printError, printJson, printText, refusalText } from "../../print.ts";
import { faultJson } from "../../results.ts";
import { sealRequirements, signaturesJson, signaturesText } from "../../signatures.ts";
import type { Trust } from "../../trust.ts";
import { type Attestation, actorText, readEnvelope, readTrace } from "./attestation.ts";

export function verifyAttestation(attestation: Attestation, trust: Trust, context: Context): number {
  const needed = Math.max(trust.signatures, 1);
  const { keys } = sealRequirements({ ...trust, signatures: needed }, context);
  const trace = readTrace(attestation, context);
  const envelope = envelopeOrFault(attestation, context);
  const findings: Fault[] = trace.intact === null ? [trace.fault] : [];
  let judged: readonly EvaluatedSignature[] = [];
  if (envelope instanceof UsageFault) findings.push(envelope);
  else {
    judged = evaluateSignatures(envelope, keys, subjectOfRun(trace.bytes, trace.intact));
    for (const fault of signatureFaults(judged, attestation.file, needed)) findings.push(fault);
  }
  const predicate = trace.intact === null ? null : runStatement(trace.intact).predicate;
  report({ predicate, judged, findings }, attestation, context);
  return findings.length === 0 ? EXIT.SUCCESS : EXIT.FOUND;
}

/** That there is none, or something else, is found; that a file cannot be read is refused. */
function envelopeOrFault(attestation: Attestation, context: Context): Envelope | UsageFault {
  const { file, trace } = attestation;
  try {
    return readEnvelope(attestation, context) ?? new UsageFault("ATTESTATION_MISSING", { file, trace });
  } catch (error) {
    if (error instanceof UsageFault && error.code === "ATTESTATION_MALFORMED") return error;
    throw error;
  }
}

interface Checked {
  /** What must be signed of the run; null where the trace is not intact. */
  readonly predicate: JsonObject | null;
  readonly judged: readonly EvaluatedSignature[];
  readonly findings: readonly Fault[];
}

function report(
  { predicate, judged, findings }: Checked,
  { trace, file }: Attestation,
  context: Context,
): void {
  const { settings } = context;
  if (settings.json) {
    const ok = findings.length === 0;
    const signatures = signaturesJson(judged);
    printJson(context, {
      ok,
      trace,
      attestation: file,
      predicate,
      signatures,
      findings: findings.map((fault) => faultJson(fault, context)),
    });
    return;
  }
  const signed = signaturesText(judged);
  for (const finding of findings)
    printError(context, refusalText(finding, undefined, faultHints(finding, context)));
  if (findings.length > 0) printError(context, signed);
  else if (!settings.quiet) {
    printText(context, `${plain(trace)}: matches its attestation\n${actorText(predicate)}${signed}`);
  }
}
