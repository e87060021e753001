/** A small domain in the successor's form: a workflow in force and the one before it, stores that are consulted, two events at one end. */

const files = new Map<string, string>();

/** Text by path below the authored folder. */
export const LENDING: ReadonlyMap<string, string> = files;

function add(folder: string, namespace: string, code: string, kind: string, block: string): void {
  const machine = `fqdn: ${namespace}::${code}\nartifact_kind: ${kind}\nversion: v${code.at(-1)}\n${block.trim()}\n`;
  files.set(
    `${folder}/${code}.md`,
    `# ${code}\n\n## 1. Intent\n\nFor tests.\n\n---\n\n## Machine\n\n\`\`\`yaml\n${machine}\`\`\`\n`,
  );
}

const lending = (folder: string, code: string, kind: string, block: string) =>
  add(`lending/registry${folder === "" ? "" : `/${folder}`}`, "lending", code, kind, block);

lending(
  "",
  "STRUCTURE_BUILD_LENDING_CONFIG_V0",
  "STRUCTURE",
  `
structure_scope: lending
layer_definitions:
  LENDING:
    registry_module: lending.registry
identity_rules:
- match: lending.registry
  namespace: lending
artifact_discovery:
  import_surface:
    domain: platform
`,
);

lending(
  "desk",
  "AC_CLERK_V0",
  "ACTOR",
  `
core:
  summary: Who stands at the desk
  type: person
  attributes:
    role: { type: string, required: true, value: clerk }
`,
);

for (const [code, summary] of [
  ["EV_ITEM_LENT_V0", "An item was lent"],
  ["EV_SHELF_EMPTY_V0", "Nothing of it is left"],
] as const)
  lending(
    "desk",
    code,
    "EVENT",
    `
core:
  summary: ${summary}
  schema:
    item: { type: string, required: true }
`,
  );

for (const version of [0, 1])
  lending(
    "desk",
    `IN_LEND_ITEM_V${version}`,
    "INTENT",
    `
${version === 0 ? "superseded_by: [lending::IN_LEND_ITEM_V1]" : "supersedes: lending::IN_LEND_ITEM_V0"}
core:
  summary: What lending an item asks for
  workflow: WF_LEND_ITEM_V${version}
  inputs:
    item: { type: string, required: true }
    reader: { type: string, required: true }
  outcomes:
    ACK: { description: It may be lent }
    NACK: { description: It is not asked for rightly }
`,
  );

lending(
  "desk",
  "CC_FIND_READER_V0",
  "CAPABILITY_CONTRACT",
  `
core:
  summary: Finds the reader among the members
  inputs:
    reader: { type: string, required: true }
  outputs:
    member: { type: object }
  result_status_contract:
    allowed: [SUCCESS, NOT_FOUND, VIOLATION, BACKEND_ERROR]
    on_input_failure: VIOLATION
  pipeline:
  - step: read_member
    side_effect: capability_side_effects::CS_MUTABLE_JSON_V0
    op: READ
    store: MEMBERS
    inputs:
      key: $.inputs.reader
    outputs:
      member: $.capability_result.value
    result_surface: [SUCCESS, NOT_FOUND, VIOLATION, BACKEND_ERROR]
    on_result:
      SUCCESS: exit
      NOT_FOUND: exit
      VIOLATION: exit
      BACKEND_ERROR: exit
`,
);

lending(
  "desk",
  "CC_RECORD_LOAN_V0",
  "CAPABILITY_CONTRACT",
  `
core:
  summary: Records who has the item
  inputs:
    item: { type: string, required: true }
    reader: { type: string, required: true }
  outputs:
    result_status: { type: string }
  result_status_contract:
    allowed: [SUCCESS, VIOLATION, BACKEND_ERROR]
    on_input_failure: VIOLATION
  pipeline:
  - step: assemble_loan
    transform: capability_transforms::CT_PURE_ASSEMBLE_RECORD_V0
    inputs:
      fields:
        item: $.inputs.item
        reader: $.inputs.reader
    outputs:
      loan: $.capability_result.record
    result_surface: [SUCCESS, VIOLATION]
    on_result:
      SUCCESS: continue
      VIOLATION: exit
  - step: write_loan
    side_effect: capability_side_effects::CS_MUTABLE_JSON_V0
    op: WRITE
    store: LOANS
    inputs:
      key: $.inputs.item
      value: $.results.assemble_loan.loan
    outputs:
      result_status: $.result_status
    result_surface: [SUCCESS, VIOLATION, BACKEND_ERROR]
    on_result:
      SUCCESS: exit
      VIOLATION: exit
      BACKEND_ERROR: exit
`,
);

for (const [name, store] of [
  ["DESK", "LOANS"],
  ["MEMBERSHIP", "MEMBERS"],
] as const) {
  lending(
    "desk",
    `STRUCTURE_${name}_STORAGE_V0`,
    "STRUCTURE",
    `
core:
  summary: What the ${name.toLowerCase()} keeps
  entity_stores:
    ${store}:
      path: lending/${store.toLowerCase()}.json
`,
  );
  lending(
    "desk",
    `RB_${name}_V0`,
    "RUNTIME_BINDING",
    `
core:
  summary: What the ${name.toLowerCase()} is given
  storage_structure: lending::STRUCTURE_${name}_STORAGE_V0
  bindings:
    capability_side_effects::CS_MUTABLE_JSON_V0:
      policy: {}
`,
  );
}

for (const version of [0, 1])
  lending(
    "desk",
    `WF_LEND_ITEM_V${version}`,
    "WORKFLOW",
    `
subdomain: desk
runtime_binding: lending::RB_DESK_V0
consults: [lending::RB_MEMBERSHIP_V0]
${version === 0 ? "superseded_by: [lending::WF_LEND_ITEM_V1]" : "supersedes: lending::WF_LEND_ITEM_V0"}
core:
  summary: Lends an item to a reader
  actor_context: lending::AC_CLERK_V0
  start_node: IN_LEND
  nodes:
    IN_LEND:
      type: IN
      code: IN_LEND_ITEM_V${version}
      next:
        ACK: CC_FIND_READER
        NACK: EXIT_REJECTED
    CC_FIND_READER:
      type: CC
      code: CC_FIND_READER_V0
      inputs:
        reader: $.payload.reader
      next:
        SUCCESS: CC_RECORD_LOAN
        NOT_FOUND: EXIT_REJECTED
        VIOLATION: EXIT_REJECTED
        BACKEND_ERROR: EXIT_ERROR
    CC_RECORD_LOAN:
      type: CC
      code: CC_RECORD_LOAN_V0
      inputs:
        item: $.payload.item
        reader: $.payload.reader
      next:
        SUCCESS: EXIT_LENT
        VIOLATION: EXIT_REJECTED
        BACKEND_ERROR: EXIT_ERROR
    EXIT_LENT:
      type: EXIT
      reason: COMPLETED
      emit:
      - lending::EV_ITEM_LENT_V0
      - lending::EV_SHELF_EMPTY_V0
    EXIT_REJECTED:
      type: EXIT
    EXIT_ERROR:
      type: EXIT
      reason: FAILED
`,
  );
