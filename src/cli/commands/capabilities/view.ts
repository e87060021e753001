/** How capabilities and their lock are shown. */

import type { Operation } from "../../../capabilities/effect.ts";
import type { InputSchema } from "../../../capabilities/input-schema.ts";
import type { LoadedPackage } from "../../../capabilities/packages/load.ts";
import type { Capability } from "../../../capabilities/registry.ts";
import { counted } from "../../../errors/counted.ts";
import type { Paint } from "../../colour.ts";
import { plain } from "../../print.ts";
import type { ReportView } from "../../report-view.ts";

export const listView: ReportView<readonly Capability[]> = {
  toJson: (all) => ({ capabilities: all.map(capabilityJson) }),
  toText: (all, paint) => all.map((one) => capabilityText(one, paint)).join(""),
};

function capabilityJson(capability: Capability): unknown {
  const { kind, declared, origin } = capability;
  const { code, about } = declared;
  if (capability.kind === "transform") {
    const { input, result, violations, draws = null, examples } = capability.declared;
    const parts = { input: fieldsOf(input), result, violations, draws };
    return { code, kind, about, package: origin, ...parts, operations: null, examples: examples.length };
  }
  const operations = Object.entries<Operation>(capability.declared.operations).map(([name, operation]) => ({
    name,
    about: operation.about,
    reaches: operation.target,
    semantics: semanticsOf(operation),
    input: fieldsOf(operation.input),
    outcomes: operation.outcomes,
  }));
  const examples = "examples" in capability.declared ? capability.declared.examples.length : 0;
  const none = { input: null, result: null, violations: null, draws: null };
  return { code, kind, about, package: origin, ...none, operations, examples };
}

/** Null where the target has none: a mail is sent each time, a called workflow does what its effects do. */
export function semanticsOf(operation: Operation): string | null {
  return "semantics" in operation ? operation.semantics : null;
}

function fieldsOf(input: InputSchema): readonly unknown[] {
  return Object.entries(input).map(([field, { type, required }]) => ({ field, type, required }));
}

export function inputText(input: InputSchema): string {
  const fields = Object.entries(input).map(
    ([name, { type, required }]) => `${name}${required ? "" : "?"}: ${type}`,
  );
  return fields.length === 0 ? "{}" : `{ ${fields.join(", ")} }`;
}

function capabilityText(capability: Capability, paint: Paint): string {
  const { declared, origin } = capability;
  const from = origin === null ? "built-in" : `${origin.package} ${origin.version}`;
  const lines =
    capability.kind === "transform" ? transformLines(capability.declared) : effectLines(capability.declared);
  const details = lines.map((line) => `  ${paint("quiet", plain(line))}\n`).join("");
  return `${paint("strong", plain(declared.code))}  ${plain(from)}\n  ${plain(declared.about)}\n${details}`;
}

type Declared<K extends Capability["kind"]> = Extract<Capability, { readonly kind: K }>["declared"];

function transformLines({ input, result, violations, draws }: Declared<"transform">): readonly string[] {
  const drawn = draws === undefined ? "" : `, draws ${draws}`;
  const refuses = violations.length === 0 ? "" : ` or ${violations.join(", ")}`;
  return [`${inputText(input)} → ${result.join(", ")}${refuses}${drawn}`];
}

function effectLines({ operations }: Declared<"effect">): readonly string[] {
  return Object.entries<Operation>(operations).map(([name, operation]) => {
    const semantics = semanticsOf(operation) ?? operation.target;
    return `${name} ${inputText(operation.input)} → ${operation.outcomes.join(", ")} (${semantics})`;
  });
}

// ---- lock ----

export interface LockResult {
  /** As the reader would write it. */
  readonly file: string;
  readonly packages: readonly LoadedPackage[];
  readonly isChanged: boolean;
  /** Whether the snapshot has a seal, which is not that of the new lock. */
  readonly isSealStale: boolean;
}

export const lockView: ReportView<LockResult> = {
  toJson: ({ file, packages, isChanged, isSealStale }) => ({
    lock: file,
    packages: packages.map(({ pin, files }) => ({ ...pin, codes: [...files.keys()].sort() })),
    changed: isChanged,
    seal_stale: isSealStale,
  }),
  toText({ file, packages, isChanged, isSealStale }) {
    if (packages.length === 0) return 'no capability package is named in "capabilities" of pgs.json\n';
    const rows = packages.map(({ pin, files }) => {
      const name = `${pin.package} ${pin.version}`;
      return `${plain(name)}  ${pin.digest.slice(0, 12)}…  ${counted(files.size, "capability", "capabilities")}\n`;
    });
    const ends = isChanged ? `written to ${plain(file)}` : `${plain(file)} is as it should be`;
    const seal = isSealStale ? "the seal of the snapshot is stale: type pgs seal\n" : "";
    return `${rows.join("")}${ends}\n${seal}`;
  },
};
