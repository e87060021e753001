/** Every rule there is, by id. */

import type { Rule } from "./rule.ts";
import { capabilityUnbound } from "./rules/capability-unbound.ts";
import { graphBroken } from "./rules/graph-broken.ts";
import { graphUnbounded } from "./rules/graph-unbounded.ts";
import { inputNeverRead } from "./rules/input-never-read.ts";
import { inputUndeclared } from "./rules/input-undeclared.ts";
import { malformed } from "./rules/malformed.ts";
import { nodeUnreachable } from "./rules/node-unreachable.ts";
import { outcomeNeverAnswered } from "./rules/outcome-never-answered.ts";
import { outcomeNeverReturned } from "./rules/outcome-never-returned.ts";
import { outcomeNotAllowed } from "./rules/outcome-not-allowed.ts";
import { outcomeNotHandled } from "./rules/outcome-not-handled.ts";
import { outcomeNotRouted } from "./rules/outcome-not-routed.ts";
import { outputCrossed } from "./rules/output-crossed.ts";
import { outputNeverSet } from "./rules/output-never-set.ts";
import { outputUndeclared } from "./rules/output-undeclared.ts";
import { pathUnresolved } from "./rules/path-unresolved.ts";
import { pathWithoutExit } from "./rules/path-without-exit.ts";
import { referenceUnresolved } from "./rules/reference-unresolved.ts";
import { requiredInputUnbound } from "./rules/required-input-unbound.ts";
import { resultNotThere } from "./rules/result-not-there.ts";
import { routeNeverTaken } from "./rules/route-never-taken.ts";
import { stepTargetUnknown } from "./rules/step-target-unknown.ts";
import { stepUnreachable } from "./rules/step-unreachable.ts";
import { typeDiffers } from "./rules/type-differs.ts";
import { verdictUnread } from "./rules/verdict-unread.ts";

export const RULES: readonly Rule[] = [
  capabilityUnbound,
  graphBroken,
  graphUnbounded,
  inputNeverRead,
  inputUndeclared,
  malformed,
  nodeUnreachable,
  outcomeNeverAnswered,
  outcomeNeverReturned,
  outcomeNotAllowed,
  outcomeNotHandled,
  outcomeNotRouted,
  outputCrossed,
  outputNeverSet,
  outputUndeclared,
  pathUnresolved,
  pathWithoutExit,
  referenceUnresolved,
  requiredInputUnbound,
  resultNotThere,
  routeNeverTaken,
  stepTargetUnknown,
  stepUnreachable,
  typeDiffers,
  verdictUnread,
];
