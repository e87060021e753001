/** A workspace whose snapshot has one workflow, of given nodes, which uses no package. */

import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import type { TestContext } from "node:test";
import type { Json } from "../../src/json/value.ts";
import { longWorkflow } from "../plan/long-workflow.ts";
import { asSnapshot } from "../plan/small-workflow.ts";
import { sealed } from "../snapshot/memory-files.ts";
import { type Workspace, workspace } from "./world.ts";

export const WF = "test::WF_X_V0";

export function workspaceWith(t: TestContext, nodes: { [key: string]: Json }, isSealed: boolean): Workspace {
  const place = workspace(t, { snapshot: null });
  const contents = asSnapshot(longWorkflow(nodes));
  for (const [path, bytes] of isSealed ? sealed(contents) : contents) {
    const file = place.path(`protocol_snapshot/${path}`);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, bytes);
  }
  writeFileSync(place.path("p.json"), '{"a": "x", "list": []}');
  return place;
}
