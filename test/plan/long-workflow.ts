/** Workflows of any length, for what must not grow faster than they do. */

import type { Json } from "../../src/json/value.ts";
import { type Block, smallWorkflow } from "./small-workflow.ts";

type Nodes = { [key: string]: Json };

/** `count` contract nodes one behind the other, each with one more route to the same EXIT. */
export function chain(count: number): Nodes {
  const nodes: Nodes = {};
  for (let i = 0; i < count; i++) nodes[`N${i}`] = contract({ SUCCESS: behind(i, count), default: "OUT" });
  return nodes;
}

/** `count` questions one behind the other, each with two ways to the next: 2^count ways through. */
export function diamonds(count: number): Nodes {
  const nodes: Nodes = {};
  for (let i = 0; i < count; i++) {
    nodes[`N${i}`] = contract({ SUCCESS: behind(i, count), default: `S${i}` });
    nodes[`S${i}`] = contract({ default: behind(i, count) });
  }
  return nodes;
}

const contract = (next: Block): Json => ({ type: "CC", code: "CC_X_V0", next });
const behind = (i: number, count: number) => (i + 1 < count ? `N${i + 1}` : "END");

/** The small workflow with these nodes between its start and its EXITs. */
export function longWorkflow(nodes: Nodes): { [name: string]: Block } {
  const blocks: { [name: string]: Block } = smallWorkflow();
  const core = blocks["test::WF_X_V0"]?.["core"] as Block;
  const { ASK, END, OUT } = core["nodes"] as { [key: string]: Block };
  const asking = { ...ASK, next: { ACK: "N0", NACK: "OUT" } };
  core["nodes"] = { ASK: asking, ...nodes, END: END as Json, OUT: OUT as Json };
  return blocks;
}
