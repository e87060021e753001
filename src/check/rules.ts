/** Every rule there is, by id. */

import type { Rule } from "./rule.ts";
import { admissionFieldUndeclared } from "./rules/admission-field-undeclared.ts";
import { admissionNeverMatches } from "./rules/admission-never-matches.ts";
import { artifactUnused } from "./rules/artifact-unused.ts";
import { callRecurses } from "./rules/call-recurses.ts";
import { capabilityUnbound } from "./rules/capability-unbound.ts";
import { codeMismatch } from "./rules/code-mismatch.ts";
import { conditionConstant } from "./rules/condition-constant.ts";
import { conformanceDiffers } from "./rules/conformance-differs.ts";
import { corruptFile } from "./rules/corrupt-file.ts";
import { eventNotRecorded } from "./rules/event-not-recorded.ts";
import { eventRecordDiffers } from "./rules/event-record-differs.ts";
import { eventUndeclared } from "./rules/event-undeclared.ts";
import { failureCompletes } from "./rules/failure-completes.ts";
import { fieldUnknown } from "./rules/field-unknown.ts";
import { graphBroken } from "./rules/graph-broken.ts";
import { graphDiffers } from "./rules/graph-differs.ts";
import { graphUnbounded } from "./rules/graph-unbounded.ts";
import { implementationUndeclared } from "./rules/implementation-undeclared.ts";
import { indexDiffers } from "./rules/index-differs.ts";
import { inputNeverRead } from "./rules/input-never-read.ts";
import { inputUndeclared } from "./rules/input-undeclared.ts";
import { inputUnused } from "./rules/input-unused.ts";
import { intentDiffers } from "./rules/intent-differs.ts";
import { listDiffers } from "./rules/list-differs.ts";
import { malformed } from "./rules/malformed.ts";
import { nodeUnreachable } from "./rules/node-unreachable.ts";
import { outcomeNeverAnswered } from "./rules/outcome-never-answered.ts";
import { outcomeNeverReturned } from "./rules/outcome-never-returned.ts";
import { outcomeNotAllowed } from "./rules/outcome-not-allowed.ts";
import { outcomeNotHandled } from "./rules/outcome-not-handled.ts";
import { outcomeNotRouted } from "./rules/outcome-not-routed.ts";
import { outputNeverSet } from "./rules/output-never-set.ts";
import { outputUndeclared } from "./rules/output-undeclared.ts";
import { outputUnused } from "./rules/output-unused.ts";
import { pathUnresolved } from "./rules/path-unresolved.ts";
import { pathWithoutExit } from "./rules/path-without-exit.ts";
import { policyIncomplete } from "./rules/policy-incomplete.ts";
import { referenceUnresolved } from "./rules/reference-unresolved.ts";
import { requiredInputUnbound } from "./rules/required-input-unbound.ts";
import { retiredUsed } from "./rules/retired-used.ts";
import { routeNeverTaken } from "./rules/route-never-taken.ts";
import { secretLeaks } from "./rules/secret-leaks.ts";
import { shadowedInputName } from "./rules/shadowed-input-name.ts";
import { sourceOptional } from "./rules/source-optional.ts";
import { stepTargetUnknown } from "./rules/step-target-unknown.ts";
import { stepUnreachable } from "./rules/step-unreachable.ts";
import { storeShared } from "./rules/store-shared.ts";
import { storeUndeclared } from "./rules/store-undeclared.ts";
import { surfaceDiffers } from "./rules/surface-differs.ts";
import { swappedOutput } from "./rules/swapped-output.ts";
import { tokenizedDiffers } from "./rules/tokenized-differs.ts";
import { transformUntested } from "./rules/transform-untested.ts";
import { typeDiffers } from "./rules/type-differs.ts";
import { unavailableResult } from "./rules/unavailable-result.ts";
import { unusedBooleanResult } from "./rules/unused-boolean-result.ts";

export const RULES: readonly Rule[] = [
  admissionFieldUndeclared,
  admissionNeverMatches,
  artifactUnused,
  callRecurses,
  capabilityUnbound,
  codeMismatch,
  conditionConstant,
  conformanceDiffers,
  corruptFile,
  eventNotRecorded,
  eventRecordDiffers,
  eventUndeclared,
  failureCompletes,
  fieldUnknown,
  graphBroken,
  graphDiffers,
  graphUnbounded,
  implementationUndeclared,
  indexDiffers,
  inputNeverRead,
  inputUndeclared,
  inputUnused,
  intentDiffers,
  listDiffers,
  malformed,
  nodeUnreachable,
  outcomeNeverAnswered,
  outcomeNeverReturned,
  outcomeNotAllowed,
  outcomeNotHandled,
  outcomeNotRouted,
  outputNeverSet,
  outputUndeclared,
  outputUnused,
  pathUnresolved,
  pathWithoutExit,
  policyIncomplete,
  referenceUnresolved,
  requiredInputUnbound,
  retiredUsed,
  routeNeverTaken,
  secretLeaks,
  shadowedInputName,
  sourceOptional,
  stepTargetUnknown,
  stepUnreachable,
  storeShared,
  storeUndeclared,
  surfaceDiffers,
  swappedOutput,
  tokenizedDiffers,
  transformUntested,
  typeDiffers,
  unavailableResult,
  unusedBooleanResult,
];
