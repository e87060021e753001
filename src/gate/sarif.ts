/** A verdict as SARIF 2.1.0: one run, every rule that was held, a result for each notice. The same verdict, the same text. */

import { sha256 } from "../trace/canonical.ts";
import { type Notice, noticesIn, type Part, type Rule, type Verdict } from "./verdict.ts";

interface Tool {
  readonly name: string;
  readonly version: string;
}

/** The whole document. */
export function sarifText(verdict: Verdict, { name, version }: Tool): string {
  const rules = rulesOf(verdict.parts);
  const driver = { name, version, semanticVersion: version, rules: rules.map(ruleJson) };
  const run = {
    tool: { driver },
    automationDetails: { id: `${verdict.command.replaceAll(" ", "/")}/` },
    invocations: [{ executionSuccessful: true }],
    columnKind: "utf16CodeUnits",
    results: resultsOf(verdict, rules),
    properties: { parts: verdict.parts.map(({ name: part, state, counted }) => ({ part, state, counted })) },
  };
  return `${JSON.stringify({ $schema: SCHEMA, version: "2.1.0", runs: [run] }, null, 2)}\n`;
}

const SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json";

/** Each id once, in the order of the parts. */
function rulesOf(parts: readonly Part[]): readonly Rule[] {
  const byId = new Map<string, Rule>();
  for (const rule of parts.flatMap(({ rules }) => rules)) if (!byId.has(rule.id)) byId.set(rule.id, rule);
  return [...byId.values()];
}

function ruleJson({ id, about, level, hint }: Rule): object {
  return {
    id,
    shortDescription: { text: about },
    ...(hint === undefined ? {} : { help: { text: hint } }),
    defaultConfiguration: { level },
  };
}

function resultsOf(verdict: Verdict, rules: readonly Rule[]): readonly object[] {
  const indexes = new Map(rules.map(({ id }, index) => [id, index]));
  return noticesIn(verdict).map((notice) => ({
    ruleId: notice.rule,
    ruleIndex: indexes.get(notice.rule) ?? -1,
    level: notice.level,
    message: { text: textOf(notice) },
    ...locations(notice),
    partialFingerprints: { "pgsNotice/v1": sha256(`${notice.rule}\0${notice.fingerprint}`) },
  }));
}

function textOf({ message, hint }: Notice): string {
  return hint === undefined ? message : `${message}\nHint: ${hint}`;
}

function locations({ file, line, pointer, artifact }: Notice): object {
  const logical = [
    ...(artifact === undefined ? [] : [{ fullyQualifiedName: artifact, kind: "module" }]),
    ...(pointer === undefined || pointer === "" ? [] : [{ fullyQualifiedName: pointer, kind: "member" }]),
  ];
  const location = {
    ...(file === undefined ? {} : { physicalLocation: physical(file, line) }),
    ...(logical.length === 0 ? {} : { logicalLocations: logical }),
  };
  return Object.keys(location).length === 0 ? {} : { locations: [location] };
}

function physical(file: string, line: number | undefined): object {
  const artifactLocation = file.startsWith("/")
    ? { uri: `file://${uriPath(file)}` }
    : { uri: uriPath(file), uriBaseId: "%SRCROOT%" };
  return { artifactLocation, ...(line === undefined ? {} : { region: { startLine: line } }) };
}

function uriPath(file: string): string {
  return file.toWellFormed().split("/").map(encodeURIComponent).join("/");
}
