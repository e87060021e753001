/** Refusals of scenario files. */

import {
  type FactsOf,
  Fault,
  type FaultDetail,
  fileLine,
  type UnreadableText,
  unreadableText,
  type WordingTable,
  wordingFrom,
} from "../errors/base.ts";
import { counted } from "../errors/counted.ts";

export const scenarioTable = {
  SCENARIOS_MISSING: (f: { path: string }) => ({
    what: "there is no such file or folder of scenarios",
    where: f.path,
    hint: "name a file or a folder of scenarios that exists: pgs test PLACE, or pgs gate --scenarios PLACE",
  }),
  NO_SCENARIOS: (f: { folder: string }) => ({
    what: "the folder contains no scenario",
    where: f.folder,
    hint: "name a scenario file <name>.scenario.yaml (or .yml, .json)",
  }),
  NO_SUCH_SCENARIO: (f: { text: string; scenarios: number }) => ({
    what: `no scenario has "${f.text}" in its name or file (${counted(f.scenarios, "scenario")} read)`,
    where: "--filter",
    hint: "type pgs test --json without --filter, which lists the name and the file of every scenario",
  }),
  SCENARIO_UNREADABLE: (f: UnreadableText) => ({
    what: `the file cannot be read as a scenario: ${f.defect}`,
    ...unreadableText(f),
  }),
  SCENARIO_MALFORMED: (f: {
    file: string;
    line: number;
    pointer: string;
    expected: string;
    hint: string | null;
  }) => ({
    what: `${f.pointer || "the scenario"} should be ${f.expected}`,
    where: fileLine(f.file, f.line),
    ...(f.hint === null ? {} : { hint: f.hint }),
  }),
  SCENARIO_NOT_MADE: (f: { file: string; why: string; hint: string | null }) => ({
    what: `the run cannot become a scenario: ${f.why}`,
    where: f.file,
    hint: f.hint ?? "write the scenario without expectations; pgs test --update records them",
  }),
  SCENARIO_NOT_UPDATED: (f: { file: string }) => ({
    what: "the actual values cannot be written into the scenario because of its layout",
    where: f.file,
    hint: "replace the aliases and merges of its expectations with their values, then update again",
  }),
  SCENARIO_UNWRITABLE: (f: { file: string; errno: string }) => ({
    what: `the scenario cannot be written: ${f.errno}`,
    where: f.file,
    hint: "name a file in a writable folder",
  }),
  REFERENCE_UNRESOLVED: (f: { file: string; line: number; pointer: string; reference: string }) => ({
    what: `${f.reference} refers to nothing that the step produced`,
    where: fileLine(f.file, f.line),
  }),
  VECTORS_MISSING: (f: { folder: string }) => ({
    what: "there is no such folder of scenario vectors",
    where: f.folder,
  }),
  NO_VECTORS: (f: { folder: string; others: number }) => ({
    what: `the folder contains no scenario vector (other JSON files: ${f.others})`,
    where: f.folder,
    hint: "name a folder of *.json files that have scenario, data_before and steps",
  }),
  VECTOR_UNREADABLE: (f: UnreadableText) => ({
    what: `the file cannot be read as a scenario vector: ${f.defect}`,
    ...unreadableText(f),
  }),
  VECTOR_MALFORMED: (f: { file: string; line: number; pointer: string; expected: string }) => ({
    what: `${f.pointer || "the vector"} should be ${f.expected}`,
    where: fileLine(f.file, f.line),
  }),
  VECTOR_UNPLAYABLE: (f: { file: string; step: string | null; path: string; errno: string }) => ({
    what: `${f.step === null ? "the data before the first step" : `the data of step ${f.step}`} cannot be prepared: ${f.path}: ${f.errno}`,
    where: f.file,
    hint: "use files and folders that can be read as data; a pipe, a socket or a device cannot be",
  }),
  SCENARIO_DATA_LIMIT: (f: { file: string; folder: string; files: number; bytes: number }) => ({
    what: `the data folder ${f.folder} has more than ${counted(f.files, "entry", "entries")}, or more than ${counted(f.bytes, "byte")}`,
    where: f.file,
    hint: "name a folder that contains nothing but the data of the scenario",
  }),
  NO_SUCH_CASE: (f: { text: string; cases: number }) => ({
    what: `no conformance case has "${f.text}" in its name (${counted(f.cases, "case")} in the snapshot)`,
    where: "--case",
    hint: "pgs conformance --json lists the name of every case",
  }),
  TRACE_FOREIGN: (f: { file: string; why: string }) => ({
    what: `the trace cannot be counted: ${f.why}`,
    where: f.file,
    hint: "run the workflow with pgs run, and name the trace that it writes",
  }),
  /** An acceptance document that cannot be updated. */
  BAD_USAGE: (f: { message: string; hint: string }) => ({ what: f.message, hint: f.hint }),
} satisfies WordingTable;

export class ScenarioFault<C extends keyof typeof scenarioTable = keyof typeof scenarioTable> extends Fault {
  constructor(code: C, facts: FactsOf<typeof scenarioTable, C>, detail: FaultDetail = {}) {
    super("usage", code, facts, wordingFrom(scenarioTable, code, facts), detail);
  }
}
