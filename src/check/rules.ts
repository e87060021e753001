/** Every rule there is, by id. */

import type { Rule } from "./rule.ts";
import { admissionFieldUndeclared, admissionNeverMatches } from "./rules/admission.ts";
import {
  artifactUnused,
  codeMismatch,
  corruptFile,
  fieldUnknown,
  malformed,
  referenceUnresolved,
  retiredUsed,
} from "./rules/artifacts.ts";
import { authoredDiffers } from "./rules/authored.ts";
import {
  capabilityUnbound,
  implementationUndeclared,
  policyIncomplete,
  policyInvalid,
  transformUntested,
} from "./rules/capabilities.ts";
import {
  conformanceDiffers,
  graphDiffers,
  indexDiffers,
  intentDiffers,
  listDiffers,
  surfaceDiffers,
  typeDiffers,
} from "./rules/derived.ts";
import { eventNotRecorded, eventRecordDiffers, eventUndeclared } from "./rules/events.ts";
import {
  callRecurses,
  failureCompletes,
  graphBroken,
  graphUnbounded,
  nodeUnreachable,
  pathWithoutExit,
  routeNeverTaken,
} from "./rules/graph.ts";
import {
  inputNeverRead,
  inputUndeclared,
  inputUnused,
  requiredInputUnbound,
  shadowedInputName,
  sourceOptional,
} from "./rules/inputs.ts";
import {
  outcomeNeverAnswered,
  outcomeNeverReturned,
  outcomeNotAllowed,
  outcomeNotHandled,
  outcomeNotRouted,
} from "./rules/outcomes.ts";
import {
  outputNeverSet,
  outputUndeclared,
  outputUnused,
  swappedOutput,
  unavailableResult,
} from "./rules/outputs.ts";
import { pathUnresolved, secretLeaks } from "./rules/paths.ts";
import { tokenizedDiffers } from "./rules/projections.ts";
import { retryMalformed, retryNeverTaken, retryOutcomeUndeclared, verifyNotVisible } from "./rules/retries.ts";
import { conditionConstant, stepTargetUnknown, stepUnreachable, unusedBooleanResult } from "./rules/steps.ts";
import { consultedStoreWritten, storeShared, storeUndeclared } from "./rules/stores.ts";
import { waitAnswerMalformed, waitKeyMissing, waitMomentMalformed, waitPromptMissing } from "./rules/waits.ts";

export const RULES: readonly Rule[] = [
  admissionFieldUndeclared,
  admissionNeverMatches,
  artifactUnused,
  authoredDiffers,
  callRecurses,
  capabilityUnbound,
  codeMismatch,
  conditionConstant,
  conformanceDiffers,
  consultedStoreWritten,
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
  policyInvalid,
  referenceUnresolved,
  requiredInputUnbound,
  retiredUsed,
  retryMalformed,
  retryNeverTaken,
  retryOutcomeUndeclared,
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
  verifyNotVisible,
  waitAnswerMalformed,
  waitKeyMissing,
  waitMomentMalformed,
  waitPromptMissing,
];
