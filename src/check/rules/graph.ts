/** The graph of a workflow, and workflows that call workflows. */

import { targetOf } from "../../capabilities/effect.ts";
import { pointer } from "../../json/pointer.ts";
import { isObject, type Json, type JsonObject, own } from "../../json/value.ts";
import type { AnalysedContract, Use } from "../../plan/analysis/compiled-snapshot.ts";
import { FAILURES } from "../../plan/routes.ts";
import { isFqdn } from "../../snapshot/fqdn.ts";
import type { Path } from "../../snapshot/hint.ts";
import { findingsOf, reasonsOf } from "../analysis/compile-findings.ts";
import { circlesOf, leadingTo } from "../analysis/graph.ts";
import { type Found, foundIn, rule } from "../rule.ts";

export const callRecurses = rule({
  id: "call-recurses",
  about:
    "Disallow workflows that call themselves, directly or through others; only a limit would end such a run",
  severity: "error",
  invariants: ["fb.topology::INVARIANT_TOPOLOGY_ACYCLIC_V0"],
  hint: "call another workflow, or remove the step",
  *check({ contracts }) {
    const found = contracts.flatMap((one) => one.uses.flatMap((use) => [...callsFrom(one, use)]));
    // A workflow may run the contract at several nodes.
    const calls = [...new Map(found.map((call) => [JSON.stringify(call), call])).values()];
    const called = new Map<string, Set<string>>();
    for (const { from, to } of calls) called.set(from, (called.get(from) ?? new Set()).add(to));
    for (const { from, to, ...place } of calls) {
      const reached = new Set([to]);
      for (const one of reached) for (const next of called.get(one) ?? []) reached.add(next);
      if (!reached.has(from)) continue;
      const message = to === from ? `${from} calls itself` : `${from} calls ${to}, which calls it again`;
      yield { ...place, facts: { from, to }, message };
    }
  },
});

interface Call extends Pick<Found, "file" | "pointer"> {
  readonly from: string;
  readonly to: string;
}

/** The workflows that the contract's steps name, or that the node gives to one of them. */
function* callsFrom({ artifact, contract, table }: AnalysedContract, use: Use): Generator<Call> {
  const from = use.workflow.artifact.fqdn;
  const node = use.workflow.table.nodes.find(({ key }) => key === use.node.key);
  for (const step of contract?.steps ?? []) {
    if (step.kind !== "effect" || !targetOf(step.operation).callsWorkflows) continue;
    const inputs = table.steps[step.index]?.inputs ?? {};
    const path = ["frontmatter", "core", "pipeline", String(step.index), "inputs"];
    for (const { text, at } of texts(inputs, path)) {
      if (isFqdn(text)) yield { from, to: text, file: artifact.file, pointer: pointer(at) };
      const given = node === undefined ? undefined : givenBy(node.inputs ?? {}, text);
      if (node === undefined || given === undefined) continue;
      const { file } = use.workflow.artifact;
      for (const one of texts(given.value, ["frontmatter", ...node.path, "inputs", given.name]))
        if (isFqdn(one.text)) yield { from, to: one.text, file, pointer: pointer(one.at) };
    }
  }
}

/** What the node binds to the input that an expression of a contract reads. */
function givenBy(inputs: JsonObject, expression: string): { name: string; value: Json } | undefined {
  const name = /^\$\.(?:inputs|payload)\.(\w+)/.exec(expression)?.[1];
  const value = name === undefined ? undefined : own(inputs, name);
  return name === undefined || value === undefined ? undefined : { name, value };
}

/** Every text in the value. */
function* texts(value: Json, at: Path): Generator<{ text: string; at: Path }> {
  if (typeof value === "string") yield { text: value, at };
  else if (Array.isArray(value))
    for (const [i, item] of value.entries()) yield* texts(item, [...at, String(i)]);
  else if (isObject(value)) for (const [key, item] of Object.entries(value)) yield* texts(item, [...at, key]);
}

export const failureCompletes = rule({
  id: "failure-completes",
  about: "Disallow routes from a failure to an EXIT that reports success; the caller would not see the failure",
  severity: "warning",
  hint: "route the outcome to an EXIT with reason FAILED or EXITED, or to a node that records it",
  *check({ workflows }) {
    for (const { artifact, table } of workflows) {
      const completing = table.nodes.filter(({ type, reason }) => type === "EXIT" && reason === "COMPLETED");
      const ends = leadingTo(
        completing.map(({ key }) => key),
        table,
      );
      for (const { key, path, next } of table.nodes) {
        for (const [outcome, to] of next) {
          // What storage failed to do is not made good by going on; a violation may be, by recording it.
          const end = ends.get(to);
          if (end === undefined || !(outcome === "BACKEND_ERROR" || (FAILURES.has(outcome) && end === to)))
            continue;
          const message = `${key} leads ${outcome} ${to === end ? "" : "on "}to ${end}, which ends every run with COMPLETED`;
          yield foundIn(artifact, [...path, "next", outcome], { node: key, outcome }, message);
        }
      }
    }
  },
});

export const graphBroken = rule({
  id: "graph-broken",
  about:
    "Require that a workflow starts at its only intent and routes only to its own nodes; otherwise it cannot run",
  severity: "error",
  invariants: [
    "fb.topology::INVARIANT_WF_ENTRY_INTENT_V0",
    "fb.topology::INVARIANT_WF_CC_ONLY_NODES_V0",
    "fb.topology::INVARIANT_WF_EXECUTION_PATH_VALID_V0",
  ],
  hint: "name a node that the workflow declares",
  check: (subject) => reasonsOf(subject, "graph-broken"),
});

export const graphUnbounded = rule({
  id: "graph-unbounded",
  about: "Disallow routes back to an earlier node; only the hop limit would end such a run",
  severity: "error",
  invariants: [
    "fb.topology::INVARIANT_TOPOLOGY_ACYCLIC_V0",
    "fb.topology::INVARIANT_WF_EXECUTION_PATH_VALID_V0",
  ],
  hint: "route the outcome to an EXIT, or to a node of its own",
  *check({ workflows }) {
    for (const { artifact, table } of workflows) {
      const circles = circlesOf(table);
      for (const { key, type, next, path } of table.nodes) {
        for (const [outcome, to] of next) {
          const isBack = to === key || (type !== "EXIT" && circles.get(to) === circles.get(key));
          if (!isBack) continue;
          const message = `${key} routes ${outcome} to ${to}, from where a path leads back to ${key}`;
          yield foundIn(artifact, [...path, "next", outcome], { node: key, outcome, to }, message);
        }
      }
    }
  },
});

export const nodeUnreachable = rule({
  id: "node-unreachable",
  about: "Disallow nodes that no route leads to; they never run",
  severity: "warning",
  invariants: ["fb.topology::INVARIANT_WF_EXECUTION_PATH_VALID_V0"],
  hint: "route an outcome to it, or remove the node",
  check: (subject) => findingsOf(subject, "NODE_UNREACHABLE"),
});

export const pathWithoutExit = rule({
  id: "path-without-exit",
  about:
    "Require a path from every node to an EXIT, and no route out of an EXIT; a run that cannot end is refused",
  severity: "error",
  invariants: ["fb.topology::INVARIANT_WF_EXECUTION_PATH_VALID_V0"],
  hint: "route an outcome towards an EXIT; an EXIT has no next",
  *check({ workflows }) {
    for (const { artifact, table } of workflows) {
      const exits = table.nodes.filter(({ type }) => type === "EXIT").map(({ key }) => key);
      const ending = leadingTo(exits, table);
      for (const { key, type, next, path } of table.nodes) {
        if (type === "EXIT" && next.size > 0) {
          yield foundIn(artifact, [...path, "next"], { node: key }, `${key} is an EXIT and has routes`);
        }
        if (!ending.has(key))
          yield foundIn(artifact, path, { node: key }, `no path leads from ${key} to an EXIT`);
      }
    }
  },
});

export const routeNeverTaken = rule({
  id: "route-never-taken",
  about: "Disallow routes for outcomes with which the node cannot end",
  severity: "warning",
  invariants: ["fb.topology::INVARIANT_WF_EXECUTION_PATH_VALID_V0"],
  hint: "remove the route, or add the outcome to the contract's allowed outcomes",
  check: (subject) => findingsOf(subject, "ROUTE_NEVER_TAKEN"),
});
