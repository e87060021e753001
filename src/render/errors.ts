/** Refusals of a rendering. */

import { type FactsOf, Fault, type FaultDetail, type WordingTable, wordingFrom } from "../errors/base.ts";
import { counted } from "../errors/counted.ts";

export const renderTable = {
  PICTURE_TOO_LARGE: (f: { nodes: number; edges: number }) => ({
    what: `the picture was not drawn: the graph has ${counted(f.nodes, "node")} and ${counted(f.edges, "edge")}`,
    hint: "omit the picture; an HTML page shows every step without it",
  }),
  RENDERING_FAILED: (f: { file: string }) => ({
    what: "the rendering failed",
    where: f.file,
    hint: "add --debug to see the cause; the trace itself is complete",
  }),
  FONT_MISSING: (f: { file: string }) => ({ what: "the shipped font is missing", where: f.file }),
} satisfies WordingTable;

export class RenderFault<C extends keyof typeof renderTable = keyof typeof renderTable> extends Fault {
  constructor(code: C, facts: FactsOf<typeof renderTable, C>, detail: FaultDetail = {}) {
    super("trace", code, facts, wordingFrom(renderTable, code, facts), detail);
  }
}
