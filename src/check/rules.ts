/** Every rule there is, in the order in which a reader would look: from single files to what workflows decide. */

import type { Rule } from "./rule.ts";
import { nodeUnreachable } from "./rules/node-unreachable.ts";
import { outcomeNotRouted } from "./rules/outcome-not-routed.ts";
import { referenceUnresolved } from "./rules/reference-unresolved.ts";

export const RULES: readonly Rule[] = [referenceUnresolved, nodeUnreachable, outcomeNotRouted];
