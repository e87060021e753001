/** The mutations that no rule reports, each with the reason why none can. */

const EVENT = "an event asks for less than the record has, which is no contradiction";
const RECORD = "an event says nothing of this field, and a record may have others than the event asks for";
const OPTIONAL = "the operation does without it";
const WAY = "a protocol may go this way: every outcome is routed, and everything that is read is there";

export const MISSED: Readonly<Record<string, string>> = {
  'change condition: agent_governance::CC_RECORD_TOOL_DENIAL_V0 core/evaluation/judge_recorded/on_false: "BACKEND_ERROR"':
    "the contract allows both outcomes, and what a false condition means is its author's to say",
  "change record: agent_governance::CC_RECORD_TOOL_DENIAL_V0 core/pipeline/1/inputs/record/tier: renamed tier_":
    RECORD,
  "change record: release_governance::CC_RECORD_RELEASE_V0 core/pipeline/0/inputs/record/incident: renamed incident_":
    RECORD,
  "change record: release_governance::CC_RECORD_RELEASE_V0 core/pipeline/0/inputs/record/rollout_percent: renamed rollout_percent_":
    RECORD,
  "remove declared field: agent_governance::EV_TOOL_DENIED_V0 core/schema/denial_id: removed": EVENT,
  "remove declared field: agent_governance::EV_TOOL_GRANTED_V0 core/schema/agent_id: removed": EVENT,
  "remove declared field: agent_governance::EV_TOOL_REVOKED_V0 core/schema/timestamp: removed": EVENT,
  "remove declared field: release_governance::EV_RELEASE_ROLLED_BACK_V0 core/schema/change_id: removed": EVENT,
  "remove declared field: release_governance::EV_RELEASE_ROLLED_BACK_V0 core/schema/confirmation_fingerprint: removed":
    EVENT,
  "remove step binding: agent_governance::CC_REGISTER_GRANT_V0 core/pipeline/1/inputs/target_ref: removed":
    OPTIONAL,
  "remove step binding: release_governance::CC_RECORD_RELEASE_DENIAL_V0 core/pipeline/1/inputs/stream_id: removed":
    OPTIONAL,
  'retarget edge: agent_governance::WF_GRANT_TOOL_V0 core/nodes/DENY_SUSPENDED/next/DENIED: "REGISTER_GRANT"':
    WAY,
  'retarget edge: release_governance::WF_ROLLBACK_RELEASE_V0 core/nodes/RECORD_ROLLBACK/next/VIOLATION: "FINISH_ROLLBACK"':
    WAY,
  'retarget edge: release_governance::WF_ROLLBACK_RELEASE_V0 core/nodes/WITHDRAW_RELEASE/next/VIOLATION: "FINISH_ROLLBACK"':
    WAY,
};
