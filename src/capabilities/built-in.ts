/** Everything this build can do, by its names. Written by `npm run registry`; its diff is the audit. */

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

export const builtInTransforms = (): readonly Transform[] => [
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

export const builtInEffects = (): readonly Effect[] => [
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

export function builtInTransform(name: string): Transform | undefined {
  switch (name) {
    case "capability_transforms::CT_PURE_ASSEMBLE_RECORD_V0":
      return ctAssembleRecord;
    case "blockchain::CT_PURE_BUILD_ETH_TRANSACTION_V0":
      return ctBuildEthTransaction;
    case "capability_transforms::CT_PURE_CHECK_QUOTA_AVAILABLE_V0":
      return ctCheckQuotaAvailable;
    case "capability_transforms::CT_PURE_CHECK_TRAINING_STATUS_V0":
      return ctCheckTrainingStatus;
    case "ai_governance::CT_PURE_COLLATZ_STEP_V0":
    case "workload::CT_PURE_COLLATZ_STEP_V0":
      return ctCollatzStep;
    case "capability_transforms::CT_PURE_COMPARE_EQUAL_V0":
      return ctCompareEqual;
    case "blockchain::CT_PURE_DERIVE_BALANCES_V0":
      return ctDeriveBalances;
    case "capability_transforms::CT_PURE_DERIVE_CHILD_KEY_V0":
      return ctDeriveChildKey;
    case "capability_transforms::CT_PURE_DERIVE_MASTER_KEY_V0":
      return ctDeriveMasterKey;
    case "blockchain::CT_PURE_DERIVE_SLOT_EPOCH_V0":
      return ctDeriveSlotEpoch;
    case "blockchain::CT_PURE_DERIVE_WALLET_ADDRESS_V0":
      return ctDeriveWalletAddress;
    case "blockchain::CT_PURE_DERIVE_WALLET_KEYPAIRS_V0":
      return ctDeriveWalletKeypairs;
    case "capability_transforms::CT_PURE_ECDSA_SIGN_V0":
      return ctEcdsaSign;
    case "capability_transforms::CT_PURE_ENTROPY_TO_MNEMONIC_V0":
      return ctEntropyToMnemonic;
    case "capability_transforms::CT_PURE_EVALUATE_INACTIVITY_V0":
      return ctEvaluateInactivity;
    case "capability_transforms::CT_EXEC_EMIT_V0":
      return ctExecEmit;
    case "capability_transforms::CT_PURE_EXTRACT_V0":
      return ctExtract;
    case "capability_transforms::CT_PURE_EXTRACT_V0 in capability_transforms.implementation.ct_pure_extract_v0":
      return ctExtractPlain;
    case "blockchain::CT_PURE_EXTRACT_PREDECESSOR_HASH_V0":
      return ctExtractPredecessorHash;
    case "blockchain::CT_PURE_EXTRACT_WALLET_TX_FIELDS_V0":
      return ctExtractWalletTxFields;
    case "capability_transforms::CT_PURE_FILTER_RECORDS_V0":
      return ctFilterRecords;
    case "book_library_mgmt::CT_PURE_FORM_BOOK_IDENTITY_KEY_V0":
      return ctFormBookIdentityKey;
    case "book_library_mgmt::CT_PURE_FORM_WORK_IDENTITY_KEY_V0":
      return ctFormWorkIdentityKey;
    case "capability_transforms::CT_PURE_GENERATE_ENTROPY_V0":
      return ctGenerateEntropy;
    case "capability_transforms::CT_PURE_GENERATE_ID_V0":
      return ctGenerateId;
    case "book_library_mgmt::CT_PURE_GROUP_RECORDS_V0":
      return ctGroupRecords;
    case "blockchain::CT_PURE_HASH_BLOCK_V0":
      return ctHashBlock;
    case "blockchain::CT_PURE_INCREMENT_WALLET_NONCE_V0":
      return ctIncrementWalletNonce;
    case "capability_transforms::CT_PURE_KECCAK256_HASH_V0":
      return ctKeccak256Hash;
    case "capability_transforms::CT_PURE_LOOKUP_V0":
      return ctLookup;
    case "capability_transforms::CT_PURE_MAP_RESULT_TO_HTTP_V0":
      return ctMapResultToHttp;
    case "capability_transforms::CT_PURE_MNEMONIC_TO_SEED_V0":
      return ctMnemonicToSeed;
    case "capability_transforms::CT_PURE_PASSTHROUGH_V0":
      return ctPassthrough;
    case "capability_transforms::CT_PURE_PRIVATE_KEY_TO_PUBLIC_V0":
      return ctPrivateKeyToPublic;
    case "capability_transforms::CT_PURE_PUBKEY_TO_ETH_ADDRESS_V0":
      return ctPubkeyToEthAddress;
    case "blockchain::CT_PURE_SELECT_PROPOSER_V0":
      return ctSelectProposer;
    case "book_library_mgmt::CT_PURE_SELECT_RECORDS_V0":
      return ctSelectRecords;
    case "ai_governance::CT_PURE_TERMINATION_CHECK_V0":
    case "workload::CT_PURE_TERMINATION_CHECK_V0":
      return ctTerminationCheck;
    case "capability_transforms::CT_PURE_VALIDATE_PARAMETER_RULES_V0":
      return ctValidateParameterRules;
    case "capability_transforms::CT_PURE_VALIDATE_RECORD_STRUCTURE_V0":
      return ctValidateRecordStructure;
    case "capability_transforms::CT_PURE_VALIDATE_SET_MEMBERSHIP_V0":
      return ctValidateSetMembership;
    default:
      return undefined;
  }
}

export function builtInEffect(name: string): Effect | undefined {
  switch (name) {
    case "capability_side_effects::CS_APPENDONLY_JSONL_V0":
      return csAppendonlyJsonl;
    case "capability_side_effects::CS_AWAIT_V0":
      return csAwait;
    case "capability_side_effects::CS_CLOCK_V0":
      return csClock;
    case "capability_side_effects::CS_CONCURRENT_WORKFLOWS_V0":
      return csConcurrentWorkflows;
    case "capability_side_effects::CS_MUTABLE_JSON_V0":
      return csMutableJson;
    case "pgs_capabilities.registry.name_service.capability_side_effects::CS_NAME_REGISTRY_V0":
      return csNameRegistry;
    case "capability_side_effects::CS_REGISTRY_V0":
      return csRegistry;
    case "capability_side_effects::CS_REGISTRY_V0 in capability_side_effects.implementation.CS_REGISTRY_V0.runtime":
      return csRegistryNamed;
    case "capability_side_effects::CS_SEND_EMAIL_V0":
      return csSendEmail;
    case "capability_side_effects::CS_SNAPSHOT_QUERY_V0":
      return csSnapshotQuery;
    case "capability_side_effects::CS_TEXT_ARTIFACT_V0":
      return csTextArtifact;
    case "capability_side_effects::CS_WORKFLOW_GATEWAY_V0":
      return csWorkflowGateway;
    case "capability_side_effects::CS_WORKFLOW_LOOP_V0":
      return csWorkflowLoop;
    default:
      return undefined;
  }
}
