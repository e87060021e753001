/** Which outputs are there when a contract has ended in some outcome, and which when a node is entered. */

import { pathsIn, type Segment } from "../expression.ts";
import type { Contract, NodeKey, Plan, PlanNode, Step } from "../plan.ts";
import { targetsOf } from "../routes.ts";
import { outcomesOf } from "./exits.ts";
import { memoize } from "./memoize.ts";

/** By outcome: the outputs that may be published, and those that are, whichever way the contract took. */
export interface ReachingOutputs {
  readonly may: ReadonlyMap<string, ReadonlySet<string>>;
  readonly must: ReadonlyMap<string, ReadonlySet<string>>;
}

interface Names {
  readonly may: ReadonlySet<string>;
  readonly must: ReadonlySet<string>;
}

const NONE: Names = { may: new Set(), must: new Set() };

/** By outcome, and by step the outputs of earlier steps that may be, and those that are there when it is run. */
interface Progress extends ReachingOutputs {
  readonly before: readonly (Names | undefined)[];
}

/** Actions lead forwards only, so one pass over the steps sees every way to each. */
export const outputsSetBy = memoize((contract: Contract): Progress => {
  const before: (Names | undefined)[] = [NONE];
  const ends = new Map<string, Names>();
  const end = (outcome: string, names: Names) => ends.set(outcome, joined(ends.get(outcome), names));
  if (contract.inputs.length > 0) end(contract.onInputFailure, NONE);
  for (const [i, step] of contract.steps.entries()) {
    const entered = before[i];
    if (entered === undefined) continue;
    for (const [outcome, action] of step.onResult) {
      if (outcomesOf(step)?.has(outcome) === false) continue;
      const after = withOutputs(entered, step, outcome);
      const next =
        action.do === "step" ? action.index : action.do === "continue" ? i + 1 : contract.steps.length;
      if (action.do === "evaluate") {
        end(action.evaluation.onTrue, after);
        end(action.evaluation.onFalse, after);
      } else if (next < contract.steps.length) before[next] = joined(before[next], after);
      else end(outcome, after);
    }
  }
  const side = (of: keyof Names) =>
    new Map([...ends].map(([outcome, names]) => [outcome, withoutSteps(names[of])]));
  return { may: side("may"), must: side("must"), before };
});

/** What a contract publishes goes out under its name, whichever step it is from. */
function withoutSteps(names: ReadonlySet<string>): ReadonlySet<string> {
  return new Set([...names].map((name) => name.slice(name.indexOf("\0") + 1)));
}

function joined(a: Names | undefined, b: Names): Names {
  if (a === undefined) return b;
  return {
    may: new Set([...a.may, ...b.may]),
    must: new Set([...a.must].filter((name) => b.must.has(name))),
  };
}

/** What an effect answers when it has nothing to give. */
const EMPTY: ReadonlySet<string> = new Set(["VIOLATION", "NOT_FOUND", "BACKEND_ERROR"]);

/** A transform that fails has no result; an effect that fails may have one. */
function withOutputs({ may, must }: Names, step: Step, outcome: string): Names {
  const failed = step.kind === "transform" ? outcome !== step.onSuccess : EMPTY.has(outcome);
  const free = step.outputs.filter(
    ({ source }) => !pathsIn(source).some(({ root }) => root.startsWith("capability_")),
  );
  const possible = failed && step.kind === "transform" ? free : step.outputs;
  const names = (outputs: Step["outputs"]) =>
    outputs
      .flatMap(({ name, crossed }) => [name, ...(crossed ? [crossed] : [])])
      .map((one) => outputOf(step.name, one));
  return {
    may: new Set([...may, ...names(possible)]),
    must: new Set([...must, ...names(failed ? free : step.outputs)]),
  };
}

/** An output of a node, or of a step, as one word. */
export function outputOf(of: NodeKey, output: string): string {
  return `${of}\0${output}`;
}

/** A payload path, as one word. */
export function payloadPath(segments: readonly Segment[]): string {
  return outputOf("", segments.join("."));
}

/** The payload paths that are there because a node required them, and did not end for lack of them. */
function checkedBy(node: PlanNode, outcome: string): readonly string[] {
  if (node.type !== "CC" || outcome === node.contract.onInputFailure) return [];
  const required = new Set(node.contract.inputs.flatMap(({ name, required }) => (required ? [name] : [])));
  return node.inputs.flatMap(({ name, source }) =>
    required.has(name) && source.kind === "path" && source.root === "payload"
      ? [payloadPath(source.segments)]
      : [],
  );
}

/** By node: the outputs that may be there when it is entered, and those that are, whichever way led to it. */
export const atEntry = memoize((plan: Plan) => ({ may: entering(plan, "may"), must: entering(plan, "must") }));

export interface Outputs {
  has(output: string): boolean;
}

/** One bit for each output: a long workflow has as many sets as nodes, and they only grow. */
function entering(plan: Plan, side: keyof Names): ReadonlyMap<NodeKey, Outputs> {
  const bits = new Map<string, number>();
  const bitOf = (name: string) => bits.get(name) ?? bits.set(name, bits.size).size - 1;
  const order = outwards(plan);
  const ways = order.map((key) =>
    waysFrom(key, plan, side).map(({ to, outputs }) => ({ to, bits: outputs.map(bitOf) })),
  );
  const words = Math.ceil(bits.size / 32);
  const entered = new Map([[plan.start, new Uint32Array(words)]]);
  for (let isSettled = false; !isSettled; ) {
    isSettled = true;
    for (const [i, key] of order.entries()) {
      for (const way of ways[i] ?? []) {
        const leaving = withBits(entered.get(key) ?? new Uint32Array(words), way.bits);
        if (joinInto(entered, way.to, leaving, side)) isSettled = false;
      }
    }
  }
  const has = (set: Uint32Array, bit: number | undefined) =>
    bit !== undefined && ((set[bit >>> 5] ?? 0) & (1 << (bit & 31))) !== 0;
  return new Map([...entered].map(([key, set]) => [key, { has: (output) => has(set, bits.get(output)) }]));
}

function withBits(set: Uint32Array, bits: readonly number[]): Uint32Array {
  const copy = set.slice();
  for (const bit of bits) copy[bit >>> 5] = (copy[bit >>> 5] ?? 0) | (1 << (bit & 31));
  return copy;
}

/** Whether that changed what is known of the node. */
function joinInto(
  entered: Map<NodeKey, Uint32Array>,
  to: NodeKey,
  more: Uint32Array,
  side: keyof Names,
): boolean {
  const known = entered.get(to);
  if (known === undefined) {
    entered.set(to, more);
    return true;
  }
  let isChanged = false;
  for (let i = 0; i < known.length; i++) {
    const [before, added] = [known[i] ?? 0, more[i] ?? 0];
    known[i] = side === "may" ? before | added : before & added;
    isChanged ||= known[i] !== before;
  }
  return isChanged;
}

/** Where a node's outcomes lead, and what is there then that was not when it was entered. */
function waysFrom(key: NodeKey, { nodes }: Plan, side: keyof Names) {
  const node = nodes.get(key);
  if (node === undefined || node.type === "EXIT") return [];
  const published = node.type === "CC" ? outputsSetBy(node.contract) : undefined;
  const { byOutcome, otherwise } = node.next;
  const routes = otherwise === undefined ? [...byOutcome] : [...byOutcome, ["default", otherwise] as const];
  return routes.map(([outcome, to]) => {
    const outputs = [...(published?.[side].get(outcome) ?? [])].map((name) => outputOf(key, name));
    return { to, outputs: [...outputs, ...checkedBy(node, outcome)] };
  });
}

/** The nodes that the start leads to, each in front of all that only it leads to: reverse postorder, as a loop. */
function outwards({ nodes, start }: Plan): readonly NodeKey[] {
  const left: NodeKey[] = [];
  const entered = new Set<NodeKey>();
  const waiting = [{ key: start, isDone: false }];
  for (let one = waiting.pop(); one !== undefined; one = waiting.pop()) {
    const node = nodes.get(one.key);
    if (one.isDone) left.push(one.key);
    else if (!entered.has(one.key) && node !== undefined) {
      entered.add(one.key);
      waiting.push({ key: one.key, isDone: true });
      for (const key of node.type === "EXIT" ? [] : targetsOf(node.next)) waiting.push({ key, isDone: false });
    }
  }
  return left.reverse();
}
