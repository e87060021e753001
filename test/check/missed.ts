/** The mutations that no rule reports, each with the reason why none can. */

const EVENT = "an event asks for less than the record has, which is no contradiction";
const RECORD = "an event says nothing of this field, and a record may have others than the event asks for";
const TEXT = "a text stands where a text is asked for";
const OPTIONAL = "the operation does without it";
const WAY = "a protocol may go this way: every outcome is routed, and everything that is read is there";

export const MISSED: Readonly<Record<string, string>> = {
  'change action: release_governance::CC_CHECK_FREEZE_WINDOW_V0 core/pipeline/0/on_result/SUCCESS: "continue"':
    "the step that follows is the one that it named",
  'change condition: agent_governance::CC_CHECK_PARAMETERS_V0 core/evaluation/judge_valid/on_false: "SUCCESS"':
    "the contract allows both outcomes, and what a false condition means is its author's to say",
  "change record: release_governance::CC_RECORD_ESCALATION_V0 core/pipeline/0/inputs/record/event_code: renamed event_code_":
    "no EXIT announces the event, and no admission asks for it",
  "change record: release_governance::CC_RECORD_RELEASE_DENIAL_V0 core/pipeline/1/inputs/record/detail: renamed detail_":
    RECORD,
  "change record: release_governance::CC_RECORD_ROLLBACK_V0 core/pipeline/1/inputs/record/artifact_digest: renamed artifact_digest_":
    RECORD,
  "remove declared field: agent_governance::EV_TOOL_GRANTED_V0 core/schema/tier: removed": EVENT,
  "remove declared field: release_governance::EV_RELEASE_APPROVED_V0 core/schema/change_id: removed": EVENT,
  "remove declared field: release_governance::EV_RELEASE_DENIED_V0 core/schema/change_id: removed": EVENT,
  "remove declared field: release_governance::EV_RELEASE_DENIED_V0 core/schema/reason: removed": EVENT,
  "remove declared field: release_governance::EV_RELEASE_DENIED_V0 core/schema/timestamp: removed": EVENT,
  "remove step binding: agent_governance::CC_RECORD_GRANT_V0 core/pipeline/0/inputs/actor_id: removed":
    OPTIONAL,
  'retarget edge: agent_governance::WF_GRANT_TOOL_V0 core/nodes/DENY_TOOL/next/BACKEND_ERROR: "DENY_PARAMETERS"':
    WAY,
  'retarget node path: agent_governance::WF_GRANT_TOOL_V0 core/nodes/CHECK_TOOL_SURFACE/inputs/tier: "$.payload.tool"':
    TEXT,
  'retarget node path: agent_governance::WF_GRANT_TOOL_V0 core/nodes/RECORD_GRANT/inputs/tier: "$.payload.agent_id"':
    TEXT,
};
