/**
 * The Markdown of a capability's artifact, made from the capability's own declaration: what an author would have to
 * write, for a capability that nobody authored.
 */

import type { TreeForm } from "../snapshot/build/identity.ts";
import { codeOf, type Fqdn } from "../snapshot/fqdn.ts";
import type { Effect, Operation } from "./effect.ts";
import type { InputSchema } from "./input-schema.ts";
import type { Capability } from "./registry.ts";
import type { Transform } from "./transform.ts";

/** The same capability always has the same text; `fqdn` is the name that a tree of that form gives it. */
export function capabilityMarkdown(capability: Capability, fqdn: Fqdn, form: TreeForm): string {
  const { about } = capability.declared;
  const name = codeOf(fqdn);
  const provider = capability.origin?.package ?? "pgs-runner";
  const block = {
    ...head(fqdn, capability.kind, form),
    ...(capability.kind === "transform"
      ? transformBlock(provider, capability.declared)
      : effectBlock(provider, capability.declared)),
  };
  return `# ${name}\n\n${about}\n\n## Machine\n\n\`\`\`yaml\n${yaml(block).join("\n")}\n\`\`\`\n`;
}

/** A mapping, or a scalar, or a list of scalars. */
type Yaml = string | boolean | readonly string[] | Mapping;

type Mapping = { readonly [key: string]: Yaml };

function head(fqdn: Fqdn, kind: Capability["kind"], form: TreeForm): Mapping {
  const name = codeOf(fqdn);
  const version = versionOf(name);
  if (form !== "assembled") return { [kind === "transform" ? "ct_code" : "cs_code"]: name, version };
  const artifactKind = kind === "transform" ? "CAPABILITY_TRANSFORM" : "CAPABILITY_SIDE_EFFECT";
  return { fqdn, artifact_kind: artifactKind, version };
}

function transformBlock(provider: string, { code, about, input, result, draws }: Transform): Mapping {
  return {
    core: {
      summary: about,
      inputs: inputsOf(input),
      outputs: Object.fromEntries(result.map((field) => [field, { type: "any", required: true }])),
    },
    machine: {
      ct_kind: "atom",
      ct_purity: draws === undefined ? "ct_pure" : "ct_observing",
      implementation: { module: provider, callable: code },
    },
  };
}

function inputsOf(input: InputSchema): Yaml {
  return Object.fromEntries(
    Object.entries(input).map(([name, { type, required }]) => [name, { type, required }]),
  );
}

function effectBlock(provider: string, { code, about, operations }: Effect): Mapping {
  return {
    core: {
      summary: about,
      policy: { operations: Object.keys(operations) },
      operations: Object.fromEntries(Object.entries(operations).map(([op, one]) => [op, operationBlock(one)])),
    },
    implementation: { module: provider, callable: code },
  };
}

function operationBlock({ about, input, outcomes }: Operation): Yaml {
  return {
    summary: about,
    input: Object.keys(input),
    result_status_values: outcomes,
  };
}

function versionOf(name: string): string {
  return `v${/_V(\d+)$/.exec(name)?.[1] ?? "0"}`;
}

function yaml(value: Yaml, indent = ""): readonly string[] {
  return Object.entries(value).flatMap(([key, member]: [string, Yaml]) => {
    const head = `${indent}${scalar(key)}:`;
    if (typeof member === "boolean") return [`${head} ${member}`];
    if (typeof member === "string") return [`${head} ${scalar(member)}`];
    if (Array.isArray(member)) return [`${head} [${member.map(scalar).join(", ")}]`];
    const lines = yaml(member, `${indent}  `);
    return lines.length === 0 ? [`${head} {}`] : [head, ...lines];
  });
}

/** Quoted where YAML 1.1 could read something else than this text. */
function scalar(text: string): string {
  const isPlain = /^[A-Za-z_][\w .()/-]*$/.test(text) && !text.endsWith(" ");
  return isPlain && !/^(?:y|n|yes|no|on|off|true|false|null)$/i.test(text) ? text : JSON.stringify(text);
}
