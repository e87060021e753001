/** `pgs examine` on a trace that another runtime wrote: what it says, and what it cannot. Nothing is replayed. */

import { Fault } from "../../../errors/base.ts";
import { finding, type TraceFinding } from "../../../examine/finding.ts";
import { planRefusal } from "../../../examine/plan-refusal.ts";
import { checkPath } from "../../../interop/allowed.ts";
import { classifyExternal } from "../../../interop/class.ts";
import { readExternal } from "../../../interop/read.ts";
import type { ExternalFormat } from "../../../interop/record.ts";
import { toGraph } from "../../../plan/graph.ts";
import { bareCode, type Graph } from "../../../trace/declared-graph.ts";
import type { Context } from "../../context.ts";
import { toJson, toText } from "../../interop-view.ts";
import type { Protocols } from "../../protocols.ts";
import { say } from "../../report-view.ts";
import { besideRecord } from "../../resolve-snapshot.ts";
import { type Verdict, verdictOf } from "./verdict.ts";

export async function examineExternal(
  format: ExternalFormat,
  bytes: Uint8Array,
  protocols: Protocols,
  context: Context,
  file: string,
): Promise<Verdict> {
  const record = readExternal(format, bytes);
  const graph = await graphOf(record.workflow, protocols, context, file);
  const isGraph = "nodes" in graph;
  const held = isGraph ? checkPath(graph, record) : [graph];
  const isAllowed = isGraph ? held.length === 0 : null;
  const findings = [...record.findings, ...held];
  const classification = classifyExternal(record, isGraph ? graph : null);
  const isSound = findings.length === 0 && classification.isStructural !== true;
  const examination = { file, record, isAllowed, findings, classification, isSound };
  await say(examination, { toJson, toText }, context);
  return verdictOf(isSound, findings);
}

/** The graph of the one workflow of that name; a bare code is taken when a single domain has it. */
async function graphOf(
  workflow: string | null,
  protocols: Protocols,
  context: Context,
  file: string,
): Promise<Graph | TraceFinding> {
  if (workflow === null) return finding("NO_WORKFLOW");
  const beside = await besideRecord(file, context);
  if (!context.platform.files.isFolder(beside.settings.snapshot)) return finding("NO_SNAPSHOT");
  try {
    const opened = await protocols.snapshot(beside);
    const [name, ...others] = opened
      .names("WF")
      .filter((one) => one === workflow || bareCode(one) === workflow);
    if (name === undefined || others.length > 0) return finding("UNKNOWN_WORKFLOW", undefined, { workflow });
    return toGraph(await protocols.plan(name, beside));
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return planRefusal(error);
  }
}
