/** Everything this build can do. Written by `npm run registry`; its diff is the audit. */

import type { Effect } from "./effect.ts";
import { csAppendonlyJsonl } from "./effects/cs-appendonly-jsonl.ts";
import { csAwait } from "./effects/cs-await.ts";
import { csClock } from "./effects/cs-clock.ts";
import { csConcurrentWorkflows } from "./effects/cs-concurrent-workflows.ts";
import { csMutableJson } from "./effects/cs-mutable-json.ts";
import { csNameRegistry } from "./effects/cs-name-registry.ts";
import { csRegistry } from "./effects/cs-registry.ts";
import { csRegistryNamed } from "./effects/cs-registry-named.ts";
import { csSendEmail } from "./effects/cs-send-email.ts";
import { csSnapshotQuery } from "./effects/cs-snapshot-query.ts";
import { csTextArtifact } from "./effects/cs-text-artifact.ts";
import { csWorkflowGateway } from "./effects/cs-workflow-gateway.ts";
import { csWorkflowLoop } from "./effects/cs-workflow-loop.ts";
import type { Transform } from "./transform.ts";
import { ctAssembleRecord } from "./transforms/ct-assemble-record.ts";
import { ctBuildEthTransaction } from "./transforms/ct-build-eth-transaction.ts";
import { ctCheckQuotaAvailable } from "./transforms/ct-check-quota-available.ts";
import { ctCheckTrainingStatus } from "./transforms/ct-check-training-status.ts";
import { ctCollatzStep } from "./transforms/ct-collatz-step.ts";
import { ctCompareEqual } from "./transforms/ct-compare-equal.ts";
import { ctDeriveBalances } from "./transforms/ct-derive-balances.ts";
import { ctDeriveChildKey } from "./transforms/ct-derive-child-key.ts";
import { ctDeriveMasterKey } from "./transforms/ct-derive-master-key.ts";
import { ctDeriveSlotEpoch } from "./transforms/ct-derive-slot-epoch.ts";
import { ctDeriveWalletAddress } from "./transforms/ct-derive-wallet-address.ts";
import { ctDeriveWalletKeypairs } from "./transforms/ct-derive-wallet-keypairs.ts";
import { ctEcdsaSign } from "./transforms/ct-ecdsa-sign.ts";
import { ctEntropyToMnemonic } from "./transforms/ct-entropy-to-mnemonic.ts";
import { ctEvaluateInactivity } from "./transforms/ct-evaluate-inactivity.ts";
import { ctExecEmit } from "./transforms/ct-exec-emit.ts";
import { ctExtract } from "./transforms/ct-extract.ts";
import { ctExtractPlain } from "./transforms/ct-extract-plain.ts";
import { ctExtractPredecessorHash } from "./transforms/ct-extract-predecessor-hash.ts";
import { ctExtractWalletTxFields } from "./transforms/ct-extract-wallet-tx-fields.ts";
import { ctFilterRecords } from "./transforms/ct-filter-records.ts";
import { ctFormBookIdentityKey } from "./transforms/ct-form-book-identity-key.ts";
import { ctFormWorkIdentityKey } from "./transforms/ct-form-work-identity-key.ts";
import { ctGenerateEntropy } from "./transforms/ct-generate-entropy.ts";
import { ctGenerateId } from "./transforms/ct-generate-id.ts";
import { ctGroupRecords } from "./transforms/ct-group-records.ts";
import { ctHashBlock } from "./transforms/ct-hash-block.ts";
import { ctIncrementWalletNonce } from "./transforms/ct-increment-wallet-nonce.ts";
import { ctKeccak256Hash } from "./transforms/ct-keccak256-hash.ts";
import { ctLookup } from "./transforms/ct-lookup.ts";
import { ctMapResultToHttp } from "./transforms/ct-map-result-to-http.ts";
import { ctMnemonicToSeed } from "./transforms/ct-mnemonic-to-seed.ts";
import { ctPassthrough } from "./transforms/ct-passthrough.ts";
import { ctPrivateKeyToPublic } from "./transforms/ct-private-key-to-public.ts";
import { ctPubkeyToEthAddress } from "./transforms/ct-pubkey-to-eth-address.ts";
import { ctSelectProposer } from "./transforms/ct-select-proposer.ts";
import { ctSelectRecords } from "./transforms/ct-select-records.ts";
import { ctTerminationCheck } from "./transforms/ct-termination-check.ts";
import { ctValidateParameterRules } from "./transforms/ct-validate-parameter-rules.ts";
import { ctValidateRecordStructure } from "./transforms/ct-validate-record-structure.ts";
import { ctValidateSetMembership } from "./transforms/ct-validate-set-membership.ts";

export const BUILT_IN_TRANSFORMS: readonly Transform[] = [
  ctAssembleRecord,
  ctBuildEthTransaction,
  ctCheckQuotaAvailable,
  ctCheckTrainingStatus,
  ctCollatzStep,
  ctCompareEqual,
  ctDeriveBalances,
  ctDeriveChildKey,
  ctDeriveMasterKey,
  ctDeriveSlotEpoch,
  ctDeriveWalletAddress,
  ctDeriveWalletKeypairs,
  ctEcdsaSign,
  ctEntropyToMnemonic,
  ctEvaluateInactivity,
  ctExecEmit,
  ctExtract,
  ctExtractPlain,
  ctExtractPredecessorHash,
  ctExtractWalletTxFields,
  ctFilterRecords,
  ctFormBookIdentityKey,
  ctFormWorkIdentityKey,
  ctGenerateEntropy,
  ctGenerateId,
  ctGroupRecords,
  ctHashBlock,
  ctIncrementWalletNonce,
  ctKeccak256Hash,
  ctLookup,
  ctMapResultToHttp,
  ctMnemonicToSeed,
  ctPassthrough,
  ctPrivateKeyToPublic,
  ctPubkeyToEthAddress,
  ctSelectProposer,
  ctSelectRecords,
  ctTerminationCheck,
  ctValidateParameterRules,
  ctValidateRecordStructure,
  ctValidateSetMembership,
];
export const BUILT_IN_EFFECTS: readonly Effect[] = [
  csAppendonlyJsonl,
  csAwait,
  csClock,
  csConcurrentWorkflows,
  csMutableJson,
  csNameRegistry,
  csRegistry,
  csRegistryNamed,
  csSendEmail,
  csSnapshotQuery,
  csTextArtifact,
  csWorkflowGateway,
  csWorkflowLoop,
];
