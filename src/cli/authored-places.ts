/** Where the workspace's Markdown says what an artifact says: a finding and a hint name that place, for it is what is edited. */

import type { CheckFinding } from "../check/check.ts";
import { parsePointer } from "../json/pointer.ts";
import { CompileFault, type CompileReason } from "../plan/errors.ts";
import type { ScenarioHint } from "../scenarios/hints.ts";
import type { TestResult } from "../scenarios/test-scenarios.ts";
import { contentLines, type FindLine, lineAround } from "../snapshot/derive.ts";
import { fqdnOfFile } from "../snapshot/fqdn.ts";
import {
  type AuthoredPlace,
  authoredChange,
  changeText,
  inArtifact,
  inAuthored,
  type Path,
} from "../snapshot/hint.ts";
import { markdownLine } from "../snapshot/markdown-line.ts";
import type { Reason } from "../snapshot/parse.ts";
import type { Snapshot } from "../snapshot/snapshot.ts";
import { readSources } from "./authored-markdown.ts";
import { sourceFoldersOf } from "./authored-sources.ts";
import { type Context, shortPath } from "./context.ts";

/** By the file of an artifact and a path below its `frontmatter`; null for what no authored file makes. */
export type FindPlace = (file: string, path: Path) => AuthoredPlace | null;

export async function openPlaces(context: Context): Promise<FindPlace> {
  const { platform } = context;
  const sources = await readSources(sourceFoldersOf(context), platform.files);
  const finders = new Map<string, FindLine>();
  return (file, path) => {
    const source = sources.get(fqdnOfFile(file) ?? "");
    if (source === undefined) return null;
    const find = finders.get(source.file) ?? contentLines(source.text);
    finders.set(source.file, find);
    return { file: shortPath(source.file, platform.cwd), line: lineAround(find, path) ?? 1 };
  };
}

/** A change of a field of an artifact, with its place: in the Markdown where that is in the workspace. */
export async function placedHint(
  { file, path, hint }: { readonly file: string; readonly path: Path; readonly hint: string },
  find: FindPlace,
  snapshot: Pick<Snapshot, "artifact">,
): Promise<string> {
  const place = find(file, path);
  if (place !== null) return inAuthored(place, hint);
  const name = fqdnOfFile(file);
  const artifact = name === undefined ? undefined : snapshot.artifact(name);
  return inArtifact(file, artifact === undefined ? null : await markdownLine(artifact, path), hint);
}

/** The findings, each with the place in the Markdown of what its artifact says. */
export async function placeFindings<R extends { readonly findings: readonly CheckFinding[] }>(
  result: R,
  context: Context,
): Promise<R> {
  if (result.findings.length === 0) return result;
  const find = await openPlaces(context);
  const findings = result.findings.map((finding) => {
    if (finding.authored !== undefined) return finding;
    const [whole = "frontmatter", ...path] = parsePointer(finding.pointer);
    const authored = whole === "frontmatter" ? find(finding.file, path) : null;
    return authored === null ? finding : { ...finding, authored, hint: authoredChange(finding.hint) };
  });
  return { ...result, findings };
}

/** The same for what to do about steps that differ. */
export async function placeHints(result: TestResult, context: Context): Promise<TestResult> {
  if (result.scenarios.every(({ steps }) => steps.every(({ hints }) => hints.length === 0))) return result;
  const find = await openPlaces(context);
  const placed = (hint: ScenarioHint): ScenarioHint => {
    const authored = hint.edit && find(hint.edit.file, hint.edit.path);
    return hint.edit === null || authored === null ? hint : { ...hint, edit: { ...hint.edit, authored } };
  };
  const scenarios = result.scenarios.map((one) => {
    return { ...one, steps: one.steps.map((step) => ({ ...step, hints: step.hints.map(placed) })) };
  });
  return { ...result, scenarios };
}

/** The refusal with the place of each reason. */
export async function placeReasons(
  fault: CompileFault,
  snapshot: Snapshot,
  context: Context,
): Promise<CompileFault> {
  const find = await openPlaces(context);
  const reasons = fault.reasons.map((reason, i) => placed(reason, fault.causes[i], find, snapshot));
  return new CompileFault(String(fault.facts["workflow"]), reasons, fault.causes);
}

function placed(
  reason: CompileReason,
  cause: Reason | undefined,
  find: FindPlace,
  { state }: Snapshot,
): CompileReason {
  if (cause === undefined) return reason;
  const { artifact, path, hint } = cause;
  const authored = find(artifact.file, path);
  const said = authored === null ? reason : { ...reason, authored };
  if (hint === undefined || typeof hint === "string") return said;
  const at = hint.at ?? path;
  const edited = find((hint.artifact ?? artifact).file, at);
  return edited === null
    ? said
    : {
        ...said,
        hint: inAuthored(
          edited,
          changeText(at, hint, state === "sealed" ? (hint.artifact ?? artifact).file : null),
        ),
      };
}
