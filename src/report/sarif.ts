/** A verdict as SARIF 2.1.0: one run, every rule that was held, a result for each notice. The same verdict, the same text. */

import { gzipSync } from "node:zlib";
import { counted } from "../errors/counted.ts";
import { jsonText } from "../errors/printable.ts";
import { sha256 } from "../json/canonical.ts";
import { type Notice, noticesIn, type Part, type Rule, type Verdict, worstFirst } from "./result.ts";

interface Tool {
  readonly name: string;
  readonly version: string;
}

/** What a code host takes in one upload: results, and bytes when they are compressed. */
const UPLOAD = { results: 25_000, compressed: 10_000_000 };

/**
 * The whole document; `root` is the file that a notice without one is about. Of more results than `limit` allows, the
 * worst are told.
 */
export function sarifText(verdict: Verdict, tool: Tool, root: string, limit = UPLOAD): string {
  const notices = noticesIn(verdict);
  for (let most = limit.results; ; most = Math.floor(Math.min(most, notices.length) / 2)) {
    const told = notices.length > most ? worstFirst(verdict).slice(0, most) : notices;
    const text = documentText(verdict, told, notices.length - told.length, tool, root);
    const isSmall = text.length < limit.compressed || gzipSync(text).length <= limit.compressed;
    if (isSmall || most === 0) return text;
  }
}

function documentText(
  verdict: Verdict,
  notices: readonly Notice[],
  left: number,
  { name, version }: Tool,
  root: string,
): string {
  const rules = rulesOf(verdict.parts);
  const driver = { name, version, semanticVersion: version, rules: rules.map(ruleJson) };
  const note = {
    level: "warning",
    message: {
      text: `${counted(left, "more result is", "more results are")} left out: the file would be too large.`,
    },
  };
  const run = {
    tool: { driver },
    automationDetails: { id: `${verdict.command.replaceAll(" ", "/")}/` },
    invocations: [{ executionSuccessful: true, ...(left === 0 ? {} : { toolExecutionNotifications: [note] }) }],
    columnKind: "utf16CodeUnits",
    results: resultsOf(notices, rules, root),
    properties: { parts: verdict.parts.map(({ name: part, state, counted }) => ({ part, state, counted })) },
  };
  return jsonText({ $schema: SCHEMA, version: "2.1.0", runs: [run] });
}

const SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json";

/** Each id once, in the order of the parts. */
function rulesOf(parts: readonly Part[]): readonly Rule[] {
  const byId = new Map<string, Rule>();
  for (const rule of parts.flatMap(({ rules }) => rules)) if (!byId.has(rule.id)) byId.set(rule.id, rule);
  return [...byId.values()];
}

function ruleJson({ id, about, level, hint = about }: Rule): object {
  const name = nameOf(id);
  return {
    id,
    // A name that is the id in other letters says nothing more.
    ...(name.toLowerCase() === id.toLowerCase() ? {} : { name }),
    shortDescription: { text: about },
    fullDescription: { text: about },
    help: { text: hint },
    defaultConfiguration: { level },
  };
}

/** `edge-lost` and `EDGE_LOST` as `EdgeLost`. */
function nameOf(id: string): string {
  const words = id.split(/[^A-Za-z0-9]+/).filter((word) => word !== "");
  return words.map((word) => `${word.charAt(0).toUpperCase()}${word.slice(1).toLowerCase()}`).join("");
}

function resultsOf(notices: readonly Notice[], rules: readonly Rule[], root: string): readonly object[] {
  const indexes = new Map(rules.map(({ id }, index) => [id, index]));
  return notices.map((notice) => ({
    ruleId: notice.rule,
    ruleIndex: indexes.get(notice.rule) ?? -1,
    level: notice.level,
    message: { text: textOf(notice) },
    locations: [location(notice, root)],
    partialFingerprints: { "pgsNotice/v1": sha256(`${notice.rule}\0${notice.fingerprint}`) },
  }));
}

function textOf({ message, hint }: Notice): string {
  return hint === undefined ? message : `${message}\nHint: ${hint}`;
}

/** Code hosts refuse a result without a file and a line. */
function location({ file, line, column, pointer, artifact }: Notice, root: string): object {
  const logical = [
    ...(artifact === undefined ? [] : [{ fullyQualifiedName: artifact, kind: "module" }]),
    ...(pointer === undefined || pointer === "" ? [] : [{ fullyQualifiedName: pointer, kind: "member" }]),
  ];
  return {
    physicalLocation: file === undefined ? physical(root, 1) : physical(file, line ?? 1, column),
    ...(logical.length === 0 ? {} : { logicalLocations: logical }),
  };
}

function physical(file: string, startLine: number, startColumn?: number): object {
  const artifactLocation = file.startsWith("/")
    ? { uri: `file://${uriPath(file)}` }
    : { uri: uriPath(file), uriBaseId: "%SRCROOT%" };
  const region = { startLine, ...(startColumn === undefined ? {} : { startColumn }) };
  return { artifactLocation, region };
}

function uriPath(file: string): string {
  return file.toWellFormed().split("/").map(encodeURIComponent).join("/");
}
