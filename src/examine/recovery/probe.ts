/** Which effect began and is not known to have ended, what is found of it, and what is safe to do (SPEC 6.5). */

import { targetOf } from "../../capabilities/effect.ts";
import { absent, type Evidence } from "../../capabilities/evidence.ts";
import type { Probe, ProbePorts } from "../../capabilities/target.ts";
import { RunFault } from "../../errors/base.ts";
import { StoreFault } from "../../errors/ports.ts";
import { isObject, type Json, type JsonObject } from "../../json/value.ts";
import { spaces } from "../../plan/secrets.ts";
import { holdsSuppressed } from "../../trace/event.ts";
import type { BegunEffect } from "./open-effects.ts";
import { mayWrite } from "./remaining.ts";
import { type Declared, type DeclaredStep, type FindStep, isStep } from "./steps.ts";

/** What is found where the effect would have left something; `unseen` where nothing could be looked at. */
export type ProbeResult =
  | Evidence
  | { readonly state: "unseen"; readonly because: ProbeFailure; readonly evidence: JsonObject };

interface Words {
  readonly what: string;
  readonly hint?: string;
}

/** Why nothing was looked at. */
const hindranceTable = {
  NO_PLAN: {
    what: "the plan of its run is not available",
    hint: "name the snapshot of the run with --snapshot DIR; the findings show what is wrong with this one or with the trace",
  },
  NOT_DECLARED: {
    what: "this snapshot declares no such step",
    hint: "name the snapshot of the run with --snapshot DIR",
  },
  NO_DATA_ROOT: { what: "there is no data root", hint: "name it with --data-root DIR" },
  SUPPRESSED: {
    what: "the trace suppresses values that this check needs",
    hint: "if you know the values, check whether the store has the record that the line describes",
  },
  UNREADABLE: { what: "the store cannot be read", hint: "make it readable, then examine again" },
  CORRUPT: {
    what: "the store is corrupt",
    hint: "repair or remove what the evidence names, then examine again; until then no run can use the store",
  },
  ESCAPES: { what: "the path of the store leads out of the data root" },
  NOT_ASKED: {
    what: "pgs examine reaches no server and runs no code of the host, unless it is told to",
    hint: "type pgs examine TRACE --probe, which asks the capability whether the effect took place",
  },
  PROBE_FAILED: {
    what: "the capability's probe got no answer",
    hint: "make what it reaches available, as the evidence says, then examine again with --probe",
  },
  NESTED: { what: "the effect called other workflows, and one of their runs was interrupted" },
} satisfies Record<string, Words>;

export type ProbeFailure = keyof typeof hindranceTable;

export function wordsOfProbeFailure(because: ProbeFailure): Words {
  return hindranceTable[because];
}

export const safeTable = {
  DO_AGAIN: "it has no result yet: performing it now does not repeat it",
  COUNT_AS_DONE: "its result exists: treat it as done",
  LOOK_FIRST: "check the evidence before you act",
  CHANGES_NOTHING: "it only reads: it can be repeated at any time",
  SEE_NESTED: "see the effects of the nested run",
  WAIT: "a process that may be alive holds the lock of its store or of the trace: if it executes this run, the run continues",
} as const;

export type Safe = keyof typeof safeTable;

export interface OpenEffect extends Omit<BegunEffect, "inputs" | "last">, Omit<Probe, "found"> {
  readonly found: ProbeResult;
  readonly safe: Safe;
}

/** Looks at stores; changes none and takes no lock. */
export async function probeOpenEffect(
  open: readonly BegunEffect[],
  findStep: FindStep,
  ports: ProbePorts,
): Promise<readonly OpenEffect[]> {
  const probed: OpenEffect[] = [];
  for (const begun of open) {
    const { inputs: _, last: __, ...effect } = begun;
    const declared = await findStep(effect);
    const look = await probeEffect(begun, declared, ports);
    probed.push({ ...effect, ...look, safe: safeAfter(look, declared) });
  }
  return probed;
}

type Look = Pick<OpenEffect, "looked" | "found" | "lock">;

/** Looks at the store of one effect; changes none and takes no lock. */
export async function probeEffect(effect: BegunEffect, declared: Declared, ports: ProbePorts): Promise<Look> {
  if (effect.isCaller) return elsewhere(unseen("NESTED"));
  if (declared === null) return elsewhere(unseen("NO_PLAN"));
  if (declared === "undeclared") return elsewhere(unseen("NOT_DECLARED"));
  const { operation, path, reach, policy } = declared.step;
  const { inputs } = effect;
  const target = targetOf(operation);
  if (target.answers !== "recorded" || target.isReading(operation)) return elsewhere(absent());
  if (isHidden(inputs)) return elsewhere(unseen("SUPPRESSED"));
  try {
    const call = { inputs, path, reach, policy, effectKey: effect.effectKey };
    const probe = await target.probe(operation, call, effect, ports);
    if ("because" in probe) return elsewhere(unseen(probe.because, probe.evidence));
    return { ...probe, found: withoutSecrets(probe.found, declared) };
  } catch (error) {
    return elsewhere(probeFailure(error));
  }
}

/** What is known without looking at a store. */
function elsewhere(found: ProbeResult): Look {
  return { looked: null, found, lock: null };
}

function unseen(because: ProbeFailure, evidence: JsonObject = {}): ProbeResult {
  return { state: "unseen", because, evidence };
}

function safeAfter({ found: { state, ...found }, lock }: Look, declared: Declared): Safe {
  if ("because" in found && found.because === "NESTED") return "SEE_NESTED";
  if (lock !== null && lock.state !== "dead") return "WAIT";
  if (state === "done") return "COUNT_AS_DONE";
  if (state !== "absent") return "LOOK_FIRST";
  return isStep(declared) && !mayWrite(declared.step) ? "CHANGES_NOTHING" : "DO_AGAIN";
}

function probeFailure(error: unknown): ProbeResult {
  if (error instanceof RunFault) return unseen("ESCAPES", error.facts);
  if (!(error instanceof StoreFault)) throw error;
  return unseen(error.reason === "CORRUPT" ? "CORRUPT" : "UNREADABLE", error.facts);
}

/** Also where a key was: of those, the digest alone is shown. */
export function isHidden(value: Json): boolean {
  if (holdsSuppressed(value)) return true;
  if (Array.isArray(value)) return value.some(isHidden);
  return isObject(value) && Object.entries(value).some(([key, item]) => DIGEST.test(key) || isHidden(item));
}

const DIGEST = /^sha256:[0-9a-f]{64}$/;

/** What is kept out of the trace is not told of the store either. */
function withoutSecrets(shown: Evidence, declared: DeclaredStep): Evidence {
  return { ...shown, evidence: withoutSecretMembers(shown.evidence, declared) };
}

/** Evidence or a result, without the members that the contract keeps out of the trace. */
export function withoutSecretMembers(
  members: JsonObject,
  { plan, node, contract, step }: DeclaredStep,
): JsonObject {
  const followed = plan.secrets?.paths.get(spaces.raw(node, step.name)) ?? [];
  const names = new Set([...contract.suppressed, ...followed.map(([first]) => first)]);
  return Object.fromEntries(Object.entries(members).filter(([name]) => !names.has(name)));
}
