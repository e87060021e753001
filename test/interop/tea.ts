/** A small graph to hold foreign paths against. BREW and AGAIN run the same contract. */

import type { Graph } from "../../src/trace/declared-graph.ts";

export const tea: Graph = {
  workflow: "tea::WF_TEA_V0",
  start: "ASK",
  nodes: [
    { key: "ASK", type: "IN", label: "IN_ASK_V0" },
    { key: "BREW", type: "CC", label: "CC_BREW_V0" },
    { key: "AGAIN", type: "CC", label: "CC_BREW_V0" },
    { key: "POUR", type: "CC", label: "CC_POUR_V0" },
    { key: "SERVED", type: "EXIT", label: "COMPLETED" },
    { key: "SPILT", type: "EXIT", label: "EXITED" },
  ],
  edges: [
    { from: "ASK", to: "BREW", outcome: "ACK" },
    { from: "BREW", to: "POUR", outcome: "SUCCESS" },
    { from: "BREW", to: "AGAIN", outcome: "TOO_WEAK" },
    { from: "BREW", to: "SPILT", outcome: "default" },
    { from: "AGAIN", to: "POUR", outcome: "SUCCESS" },
    { from: "POUR", to: "SERVED", outcome: "SUCCESS" },
  ],
};
