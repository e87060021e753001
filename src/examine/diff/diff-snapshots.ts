/** What two snapshots execute differently, place by place; and whether those who rely on it are broken by it. */

import { pointer } from "../../json/pointer.ts";
import { type Json, jsonEqual } from "../../json/value.ts";
import { firstWordOf } from "../../snapshot/fqdn.ts";
import { classify, type DifferenceKind } from "./artifact-kinds.ts";
import type { Executed, ExecutedSnapshot } from "./executed.ts";
import { jsonDifferences } from "./json-differences.ts";

export interface SnapshotDifference {
  readonly kind: DifferenceKind;
  /** Full name of the artifact. */
  readonly artifact: string;
  readonly name: string;
  /** Path below the snapshot. */
  readonly file: string;
  /** JSON Pointer into the file. */
  readonly at: string;
  readonly change: "added" | "removed" | "changed";
  readonly breaking: boolean;
  readonly a?: Json;
  readonly b?: Json;
}

/** Empty only when no executed field of any artifact differs. An artifact that only one of them has is one difference. */
export function diffSnapshots(a: ExecutedSnapshot, b: ExecutedSnapshot): readonly SnapshotDifference[] {
  const names = [...new Set([...a.artifacts.keys(), ...b.artifacts.keys()])].sort();
  return [
    ...ofCompilations(a, b),
    ...names.flatMap((name) => ofArtifacts(a.artifacts.get(name), b.artifacts.get(name))),
  ];
}

function ofCompilations(a: ExecutedSnapshot, b: ExecutedSnapshot): readonly SnapshotDifference[] {
  return [...a.compilations].flatMap(([artifact, { value: before }]) => {
    const now = b.compilations.get(artifact);
    if (now === undefined || jsonEqual(before, now.value)) return [];
    const place = { kind: "compilation", artifact, name: "", file: now.file, at: "" } as const;
    return [{ ...place, change: "changed", breaking: before === "compiles", a: before, b: now.value } as const];
  });
}

function ofArtifacts(a: Executed | undefined, b: Executed | undefined): readonly SnapshotDifference[] {
  if (a !== undefined && b !== undefined) return diffArtifacts(a, b);
  const one = a ?? b;
  const called = one === undefined ? undefined : CALLED[wordOf(one)];
  if (one === undefined || called === undefined) return [];
  const place = { kind: "artifact", artifact: one.fqdn, name: "", file: one.file, at: "" } as const;
  return a === undefined
    ? // Nobody relies yet on one that is new.
      [{ ...place, change: "added", breaking: false, b: called }]
    : [{ ...place, change: "removed", breaking: true, a: called }];
}

/** Every place at which the executed fields of one artifact differ. */
export function diffArtifacts(a: Executed, b: Executed): readonly SnapshotDifference[] {
  const word = wordOf(b);
  const found = [...jsonDifferences(a.fields, b.fields)].flatMap((one) => [...classify(word, one)]);
  return found.map(({ change, path, names: _, ...rest }) => {
    const { file } = change === "removed" ? a : b;
    return { ...rest, artifact: b.fqdn, file, at: pointer(path), change };
  });
}

const wordOf = ({ fqdn }: Executed) => firstWordOf(fqdn.slice(fqdn.indexOf("::") + 2));

/** What the kinds that a workflow names are called; of any other, no run misses one. */
const CALLED: Readonly<Record<string, string>> = {
  WF: "workflow",
  IN: "intent",
  CC: "contract",
  CT: "transform",
  CS: "side effect",
  RB: "runtime binding",
  STRUCTURE: "structure",
  EV: "event",
};
