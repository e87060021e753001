/** Refusals of authored Markdown. */

import {
  type FactsOf,
  Fault,
  type FaultDetail,
  fileLine,
  type WordingTable,
  wordingFrom,
} from "../../errors/base.ts";
import { counted } from "../../errors/counted.ts";

export const authoredTable = {
  AUTHORED_MISSING: (f: { folder: string }) => ({
    what: "there is no folder of authored Markdown",
    where: f.folder,
    hint: 'name it with --authored DIR, or as "authored" in pgs.json',
  }),
  AUTHORED_NOT_NAMED: (_: Record<never, never>) => ({
    what: "no folder of authored Markdown is named",
    hint: 'name it with --authored DIR, or write { "authored": "protocol" } into pgs.json; pgs init makes a whole workspace',
  }),
  AUTHORED_EMPTY: (f: { folder: string }) => ({
    what: "the folder of authored Markdown has no artifact",
    where: f.folder,
    hint: "write one: docs/authoring.md shows every kind",
  }),
  AUTHORED_INVALID: (f: { folder: string; errors: number }) => ({
    what: `the authored Markdown has ${counted(f.errors, "error")}`,
    where: f.folder,
    hint: "pgs compile lists every error with its place and what to do",
  }),
  SNAPSHOT_HOLDS_SOURCES: (f: { snapshot: string; holds: string }) => ({
    what: `the snapshot would be a folder that holds ${f.holds}`,
    where: f.snapshot,
    hint: "name a folder that holds nothing else with --snapshot DIR",
  }),
  SNAPSHOT_UNWRITABLE: (f: { folder: string; errno: string }) => ({
    what: `the snapshot cannot be written: ${f.errno}`,
    where: f.folder,
    hint: "give yourself write access to the folder and to the one that it is in",
  }),
  SNAPSHOT_BUSY: (f: { folder: string; lock: string; pid: number | null }) => ({
    what: `another process is writing the snapshot${f.pid === null ? "" : `, number ${f.pid}`}`,
    where: f.folder,
    hint: `type the command again when that process has ended; where there is no such process, remove ${f.lock}`,
  }),
  AUTHORED_DIFFERS: (f: {
    file: string;
    what: string;
    /** The authored file that says something else, and where. */
    source: { file: string; line: number } | null;
  }) => ({
    what: f.what,
    where: f.source === null ? f.file : fileLine(f.source.file, f.source.line),
    hint: "pgs compile makes the snapshot from the Markdown again",
  }),
} satisfies WordingTable;

/** The folder of authored Markdown is not there, or what it makes is not what the snapshot is. */
export class AuthoredFault<C extends keyof typeof authoredTable = keyof typeof authoredTable> extends Fault {
  constructor(code: C, facts: FactsOf<typeof authoredTable, C>, detail: FaultDetail = {}) {
    super("load", code, facts, wordingFrom(authoredTable, code, facts), detail);
  }
}
