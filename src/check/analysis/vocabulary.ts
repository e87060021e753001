/**
 * The fields that artifacts of each kind may have, as far as anything reads them. `*` stands for every member of an
 * object or list; what is not in the table may have any field.
 */

export interface Known {
  /** Fields, each with what stands below it; null where that is nobody's business here. */
  readonly [field: string]: Known | null;
}

const any = null;
const fields = (...names: readonly string[]): Known => Object.fromEntries(names.map((name) => [name, any]));

const RULES = fields(
  "type",
  "description",
  "required",
  "default",
  "enum",
  "minimum",
  "minItems",
  "format",
  "prefix",
  "nullable",
);
/** A declared value: nested in `fields`, `properties` and `items` are more of them. */
const SPEC: Known = { ...RULES, fields: { "*": any }, properties: { "*": any }, items: any };
const COMMON = fields(
  ...["version", "governed_by", "extensions", "status", "supersedes", "superseded_by", "artifact_kind"],
  ...["fqdn", "authority", "concern"],
);

/** By the first word of an artifact's code. */
export const VOCABULARY: ReadonlyMap<string, Known> = new Map<string, Known>([
  [
    "WF",
    {
      ...COMMON,
      ...fields("wf_code", "runtime_binding", "consults", "subdomain", "structure"),
      core: {
        ...fields("summary", "description", "start_node", "runtime_binding", "entry", "exit", "actor_context"),
        admission: fields("requires", "forbids", "bindings"),
        nodes: {
          "*": fields("type", "code", "fqdn_id", "next", "inputs", "reason", "emit", "payload_schema"),
        },
      },
    },
  ],
  [
    "CC",
    {
      ...COMMON,
      ...fields("cc_code", "subdomain"),
      core: {
        ...fields("summary", "description", "error_codes", "suppress_trace_fields"),
        inputs: { "*": SPEC },
        outputs: { "*": SPEC },
        result_status_contract: fields("allowed", "on_input_failure"),
        evaluation: { "*": fields("condition", "on_true", "on_false") },
        pipeline: {
          "*": {
            ...fields("step", "description", "transform", "side_effect", "op", "store"),
            ...fields("inputs", "outputs", "on_result", "result_surface"),
            on_ct_result: fields("on_success", "on_failure"),
          },
        },
      },
    },
  ],
  [
    "IN",
    {
      ...COMMON,
      in_code: any,
      core: {
        ...fields("summary", "description", "workflow", "admission", "additional"),
        inputs: { "*": SPEC },
        outcomes: fields("ACK", "NACK"),
      },
    },
  ],
  [
    "TI",
    {
      ...COMMON,
      ...fields("ti_code", "artifact_code", "artifact_type", "operation", "context_requirements"),
      input_contract: { "*": { ...SPEC, ...fields("min", "max") } },
      handler: fields("kind", "workflow", "operation", "implementation", "payload_template"),
      catalog: fields("category", "label", "summary"),
      core: {
        ...fields("summary", "description", "workflow"),
        route: fields("method", "path", "content_type"),
        admission_schema: { "*": { ...SPEC, pattern: any } },
        outcomes: fields("ACK", "NACK"),
      },
    },
  ],
  [
    "TE",
    {
      ...COMMON,
      ...fields("te_code", "operation", "result_classification", "default_result_class", "evidence_policy"),
      output_contract: { "*": fields("field", "from", "op") },
      core: fields("summary", "description"),
    },
  ],
  [
    "EV",
    {
      ...COMMON,
      ev_code: any,
      core: { ...fields("summary", "description", "subdomain"), schema: { "*": SPEC } },
    },
  ],
  [
    "RB",
    {
      ...COMMON,
      ...fields("rb_code", "parameters"),
      core: {
        ...fields("summary", "description", "storage_structure"),
        bindings: { "*": fields("policy", "config", "host", "operation", "type") },
      },
    },
  ],
  [
    "CT",
    {
      ...COMMON,
      ct_code: any,
      core: { ...fields("summary", "description", "refusal"), inputs: { "*": any }, outputs: { "*": any } },
      machine: { ...fields("ct_kind", "ct_purity", "operation"), implementation: fields("module", "callable") },
    },
  ],
  ["CS", { ...COMMON, cs_code: any, core: { "*": any }, implementation: fields("module", "callable") }],
]);
