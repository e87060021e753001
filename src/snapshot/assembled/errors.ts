/** Refusals of an assembled snapshot: its manifest, its identity and its projections. */

import {
  type FactsOf,
  Fault,
  type FaultDetail,
  fileLine,
  type WordingTable,
  wordingFrom,
} from "../../errors/base.ts";

type Place = { file: string; line: number };
const place = (f: Place) => fileLine(f.file, f.line);
const short = (digest: string) => `${digest.slice(0, 12)}…`;

/** An assembled snapshot is sealed by what assembles it, so nothing that is typed here can make a change right. */
const restore = (file: string) =>
  `restore ${file} from where the snapshot was published, or have it assembled again`;

export const assembledTable = {
  MANIFEST_MALFORMED: (f: Place & { pointer: string; expected: string }) => ({
    what: `${f.pointer || "the manifest"} should be ${f.expected}`,
    where: place(f),
    hint: restore(f.file),
  }),
  IDENTITY_MEMBER_UNKNOWN: (f: Place & { member: string }) => ({
    what: `the identity covers ${JSON.stringify(f.member)}, which this build does not know: it cannot be recomputed`,
    where: place(f),
    hint: "use a newer version that knows this form, or a snapshot whose identity covers domains, constituents, profile and profile_sha256",
  }),
  IDENTITY_MEMBER_MISSING: (f: Place & { member: string }) => ({
    what: `the identity does not cover ${f.member}, so nothing proves it`,
    where: place(f),
    hint: restore(f.file),
  }),
  IDENTITY_MISMATCH: (f: Place & { pointer: string; stated: string; computed: string }) => ({
    what: `${f.pointer} is not the identity of the manifest (stated ${short(f.stated)}, computed ${short(f.computed)})`,
    where: place(f),
    hint: restore(f.file),
  }),
  CONSTITUENT_CHANGED: (f: { file: string; listed: string; found: string }) => ({
    what: `the file differs from the one that manifest.json lists (listed ${short(f.listed)}, found ${short(f.found)})`,
    where: f.file,
    hint: restore(f.file),
  }),
  CONSTITUENT_MISSING: (f: { file: string }) => ({
    what: "manifest.json lists the file, but it is missing",
    where: f.file,
    hint: restore(f.file),
  }),
  FILE_NOT_LISTED: (f: { file: string }) => ({
    what: "manifest.json does not list the file",
    where: f.file,
    hint: `remove ${f.file}, or have the snapshot assembled again with it`,
  }),
  PROJECTION_HASH_MISMATCH: (f: Place & { pointer: string; of: string; stated: string; computed: string }) => ({
    what: `${f.pointer} is not the hash of ${f.of} (stated ${short(f.stated)}, computed ${short(f.computed)})`,
    where: place(f),
    hint: `restore ${f.of} and ${f.file} from where the snapshot was published`,
  }),
  PROJECTION_FACT_DIFFERS: (f: Place & { pointer: string; found: string; expected: string; by: string }) => ({
    what: `${f.pointer} is ${f.found}, but ${f.by} says ${f.expected}`,
    where: place(f),
    hint: `restore ${f.file} from where the snapshot was published`,
  }),
  PROJECTION_MISSING: (f: { file: string; domain: string }) => ({
    what: `manifest.json has the domain ${f.domain}, but this file of it is missing`,
    where: f.file,
    hint: restore(f.file),
  }),
  DOMAIN_UNKNOWN: (f: { file: string; domain: string }) => ({
    what: `manifest.json has no domain ${f.domain}`,
    where: f.file,
    hint: `remove ${f.file}, or have the snapshot assembled again with its domain`,
  }),
  ARTIFACT_TWICE: (f: { file: string; other: string; fqdn: string }) => ({
    what: `${f.fqdn} is in two files of one domain`,
    where: f.file,
    hint: `remove the one of ${f.other} and ${f.file} that was added`,
  }),
  COPIES_DISAGREE: (f: Place & { pointer: string; other: string; fqdn: string }) => ({
    what: `${f.pointer} of ${f.fqdn} differs from ${f.other}`,
    where: place(f),
    hint: `restore ${f.file} and ${f.other} from where the snapshot was published`,
  }),
  ARTIFACT_HASH_MISMATCH: (f: Place & { of: string; stated: string; computed: string }) => ({
    what: `content_hash is not the hash of ${f.of} (stated ${short(f.stated)}, computed ${short(f.computed)})`,
    where: place(f),
    hint: restore(f.file),
  }),
  MARKDOWN_UNREADABLE: (f: Place & { reason: string; content_line: number }) => ({
    what: `the Markdown in content has no readable Machine block: ${f.reason} (its line ${f.content_line})`,
    where: place(f),
    hint: restore(f.file),
  }),
  COMPILED_FIELD_DIFFERS: (f: Place & { pointer: string; from: string }) => ({
    what: `${f.pointer} is not what ${f.from} makes it`,
    where: place(f),
    hint: restore(f.file),
  }),
} satisfies WordingTable;

export class AssembledFault<C extends keyof typeof assembledTable = keyof typeof assembledTable> extends Fault {
  constructor(code: C, facts: FactsOf<typeof assembledTable, C>, detail: FaultDetail = {}) {
    super("seal", code, facts, wordingFrom(assembledTable, code, facts), detail);
  }
}
