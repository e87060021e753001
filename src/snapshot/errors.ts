/** Refusals of a snapshot: its files, its seal, and names that it does not have. */

import {
  type FactsOf,
  Fault,
  type FaultDetail,
  fileLine,
  type WordingTable,
  wordingFrom,
} from "../errors/base.ts";
import { counted } from "../errors/counted.ts";
import { DEPTH } from "../json/limits.ts";
import type { OtherForm } from "./form.ts";

type Place = { file: string; line: number };
const place = (f: Place) => fileLine(f.file, f.line);

/** A file of the snapshot that cannot be parsed. */
type Unread = Place & {
  readonly pointer: string;
  /** The repair, if one is known. */
  readonly repair: string | null;
};
const unread = (f: Unread) => ({
  where: place(f),
  ...(f.repair === null ? {} : { hint: `in ${f.file}, ${f.repair}` }),
});

const OTHER_FORMS: Readonly<Record<OtherForm, string>> = {
  tokenized:
    "this is a tokenized projection without the artifacts it was made of: it does not say everything that a run needs",
  manifest: "this folder has a manifest.json, but neither artifacts/ nor canonical/: it is no snapshot",
  mixed:
    "this folder has artifacts/, and canonical/ with a manifest.json: nothing says which of them is the snapshot",
};

/** What no right of access would change. */
const UNREADABLE: Readonly<Record<string, string>> = {
  EFBIG: "the file is larger than one of its kind may be",
  EISDIR: "a folder is in the place of the file",
  ENXIO: "the file is no regular file",
};

const NOT_ASSEMBLED = {
  seal: {
    what: "its seal is manifest.json, which what assembles it writes",
    hint: "type pgs verify, which checks that seal",
  },
  lock: {
    what: "no lock can be added to it, so it runs without capability packages",
    hint: "use a build that has the capabilities, or a snapshot with the folder artifacts/",
  },
} as const;

export const snapshotTable = {
  NOT_A_SNAPSHOT: (f: { folder: string }) => ({
    what: "this is not a snapshot: it has neither a folder artifacts/ nor manifest.json and canonical/",
    where: f.folder,
    hint: "name the folder that contains artifacts/, or manifest.json and canonical/; for a trace, name its .jsonl file",
  }),
  /** `workspace` is its folder, where that is not there. */
  SNAPSHOT_MISSING: (f: {
    snapshot: string;
    options: string | null;
    isCompiled?: boolean;
    workspace?: string;
  }) => ({
    what:
      f.workspace === undefined
        ? "there is no protocol snapshot"
        : "there is no protocol snapshot: the folder of the workspace does not exist",
    where: f.snapshot,
    hint: f.isCompiled
      ? "type pgs compile: it was ended before it put the new snapshot in its place"
      : f.options === null
        ? "name the folder that contains protocol_snapshot/ and data/ with --workspace DIR, or a snapshot in another place with --snapshot DIR"
        : `type ${f.options}`,
  }),
  SNAPSHOT_FORM_UNSUPPORTED: (f: { snapshot: string; form: OtherForm; options: string | null }) => ({
    what: OTHER_FORMS[f.form],
    where: f.snapshot,
    hint:
      f.form === "mixed"
        ? "move one of them to a folder of its own: artifacts/ with what belongs to it, or canonical/ and manifest.json with what they list"
        : f.options === null
          ? "name a snapshot that contains the folder artifacts/, or canonical/ with its manifest.json, with --snapshot DIR"
          : `type ${f.options}`,
  }),
  WITNESS_MISSING: (f: { snapshot: string; workflow: string }) => ({
    what: `no tokenized projection has ${f.workflow}`,
    where: f.snapshot,
    hint: "put tokenized_snapshot/ and vocabulary_snapshot/ of the same release beside the snapshot, or leave out --witness",
  }),
  ASSEMBLED_SNAPSHOT: (f: { snapshot: string; wanted: "seal" | "lock" }) => ({
    what: `this is an assembled snapshot: ${NOT_ASSEMBLED[f.wanted].what}`,
    where: f.snapshot,
    hint: NOT_ASSEMBLED[f.wanted].hint,
  }),
  ARTIFACT_UNREADABLE: (f: { file: string; errno: string }) => ({
    what: UNREADABLE[f.errno] ?? `the file cannot be read: ${f.errno}`,
    where: f.file,
    hint: Object.hasOwn(UNREADABLE, f.errno)
      ? `restore ${f.file} from where the snapshot was published`
      : `give yourself read access to ${f.file} in the snapshot, or restore it`,
  }),
  NOT_UTF8: (f: Unread) => ({ what: "the file is not UTF-8 text", ...unread(f) }),
  NOT_JSON: (f: Unread) => ({ what: "the file is not JSON", ...unread(f) }),
  BYTE_ORDER_MARK: (f: Unread) => ({ what: "the file begins with a byte order mark", ...unread(f) }),
  CONFLICT_MARKERS: (f: Unread) => ({ what: "the file contains merge-conflict markers", ...unread(f) }),
  DUPLICATE_KEY: (f: Unread) => ({ what: `the key ${f.pointer} occurs twice`, ...unread(f) }),
  TOO_DEEP: (f: Unread) => ({
    what: `the file nests deeper than ${counted(DEPTH.snapshot, "level")}`,
    ...unread(f),
  }),
  NUMBER_NOT_HELD: (f: Unread) => ({
    what: `the number at ${f.pointer} does not fit a double`,
    ...unread(f),
  }),
  LONE_SURROGATE: (f: Unread) => ({ what: "a string contains half of a surrogate pair", ...unread(f) }),
  NOT_AN_OBJECT: (f: Unread) => ({ what: "the file is not a JSON object", ...unread(f) }),
  FQDN_MISMATCH: (f: Place & { expected: string; found: string; change: string | null }) => ({
    what: `the artifact declares the name ${f.found}, but its file is named ${f.expected}`,
    where: place(f),
    hint: f.change === null ? "rename the file" : `in ${f.file}, ${f.change}, or rename the file`,
  }),
  LINK_ESCAPES: (f: { file: string }) => ({
    what: "a symbolic link points outside the snapshot",
    where: f.file,
    hint: `replace the link ${f.file} with the file itself`,
  }),
  LINK_TO_FOLDER: (f: { file: string }) => ({
    what: "a symbolic link points to a folder",
    where: f.file,
    hint: `replace the link ${f.file} with a file or with the folder itself`,
  }),
  NAME_NOT_UTF8: (f: { file: string }) => ({
    what: "the name of a file is not UTF-8 text",
    where: f.file,
    hint: "rename the file",
  }),
  MALFORMED_ARTIFACT: (f: Place & { pointer: string; expected: string }) => ({
    what: `${f.pointer || "the artifact"} should be ${f.expected}`,
    where: place(f),
    hint: `in ${f.file}, change ${f.pointer || "it"} to ${f.expected}`,
  }),
  NO_CONFORMANCE_CASES: (f: { folder: string }) => ({
    what: "the snapshot has no conformance case",
    where: f.folder,
    hint:
      f.folder === "transform_conformance"
        ? "use an assembled snapshot with transform_conformance/, or pgs certify with vectors"
        : "write cases under ## Conformance in the Markdown of a transform, and build the snapshot again",
  }),
} satisfies WordingTable;

export class SnapshotFault<C extends keyof typeof snapshotTable = keyof typeof snapshotTable> extends Fault {
  constructor(code: C, facts: FactsOf<typeof snapshotTable, C>, detail: FaultDetail = {}) {
    super("load", code, facts, wordingFrom(snapshotTable, code, facts), detail);
  }
}

/** What a new seal does not take over from one that cannot be read. */
const LOST =
  "; signatures that cannot be read in it, or that sign something else, are lost: have it signed again";

export const sealTable = {
  SEAL_MALFORMED: (f: Place & { reason: string }) => ({
    what: `seal.json does not have the format that pgs seal writes: ${f.reason}`,
    where: place(f),
    hint: `restore seal.json, or type pgs seal if the snapshot is correct${LOST}`,
  }),
  SEAL_ROOT_MISMATCH: (f: Place & { stated: string; computed: string }) => ({
    what: `the seal's root does not match its list (stated ${f.stated.slice(0, 12)}…, computed ${f.computed.slice(0, 12)}…)`,
    where: place(f),
    hint: `restore seal.json, or type pgs seal if the snapshot is correct${LOST}`,
  }),
  SEAL_UNEXPECTED_ROOT: (f: { file: string; expected: string; found: string }) => ({
    what: `the seal's root is ${f.found}, expected ${f.expected}`,
    where: f.file,
    hint: `use the approved snapshot; if this is the approved one, expect ${f.found} with --expect-seal or in $PGS_EXPECT_SEAL`,
  }),
  SEAL_ABSENT: (f: { file: string }) => ({
    what: "a sealed snapshot is expected, but there is no seal.json",
    where: f.file,
    hint: "type pgs seal",
  }),
  SEALED_FILE_CHANGED: (f: { file: string; line: number | null; sealed: string; found: string }) => ({
    what: `the file differs from its sealed content (sealed ${f.sealed.slice(0, 12)}…, found ${f.found.slice(0, 12)}…)`,
    where: fileLine(f.file, f.line ?? undefined),
    hint: "restore the file, or type pgs seal if the change is intended",
  }),
  FILE_NOT_SEALED: (f: { file: string }) => ({
    what: "the file is not in the seal",
    where: f.file,
    hint: "type pgs seal if the file belongs to the snapshot, otherwise remove it",
  }),
  SEALED_FILE_MISSING: (f: { file: string }) => ({
    what: "the file is sealed but missing",
    where: f.file,
    hint: "restore the file, or type pgs seal if the removal is intended",
  }),
  CONTENT_HASH_MISMATCH: (f: Place & { stated: string; computed: string }) => ({
    what: `content_hash is not the SHA-256 of content (stated ${f.stated.slice(0, 12)}…, computed ${f.computed.slice(0, 12)}…)`,
    where: place(f),
    hint: `restore the file, or in ${f.file}, change /content_hash to "${f.computed}" if the change of its Markdown is intended`,
  }),
  EXECUTED_FIELD_DIFFERS: (f: Place & { pointer: string; content_line: number | null; change: string }) => ({
    what: `${f.pointer} differs from the sealed Markdown in content`,
    where: place(f),
    hint: `in ${f.file}, ${f.change}`,
  }),
  CONTENT_UNREADABLE: (f: Place & { reason: string; content_line: number }) => ({
    what: `the Markdown in content has no readable Machine block: ${f.reason}`,
    where: place(f),
    hint: `in ${f.file}, correct line ${f.content_line} of its Markdown`,
  }),
  SEAL_UNWRITABLE: (f: { file: string; errno: string }) => ({
    what: `the seal cannot be written: ${f.errno}`,
    where: f.file,
    hint:
      f.errno === "ELOOP"
        ? `remove the link ${f.file}: the seal must be a file in its snapshot`
        : "allow writing into its folder, or copy the snapshot to a folder that you may write into and type pgs seal --snapshot DIR",
  }),
} satisfies WordingTable;

export class SealFault<C extends keyof typeof sealTable = keyof typeof sealTable> extends Fault {
  constructor(code: C, facts: FactsOf<typeof sealTable, C>, detail: FaultDetail = {}) {
    super("seal", code, facts, wordingFrom(sealTable, code, facts), detail);
  }
}

/** The hint for an unknown name: the nearest known name, else the list. */
function nameHint(given: string, suggestion: string | null, wanted: "artifact" | "workflow"): string {
  if (suggestion !== null) return `type ${suggestion} instead of ${given}`;
  return wanted === "workflow"
    ? "type pgs list, which prints every workflow of the snapshot"
    : "type pgs query names, which prints the name of every artifact";
}

const nameTable = {
  NOT_AN_FQDN: (f: { given: string; wanted: "artifact" | "workflow"; suggestion: string | null }) => ({
    what: `"${f.given}" is not a full name <domain>::<CODE>`,
    hint: nameHint(f.given, f.suggestion, f.wanted),
  }),
  UNKNOWN_WORKFLOW: (f: {
    workflow: string;
    snapshot: string;
    suggestion: string | null;
    /** Whether it is the name of another artifact. */
    isOther: boolean;
  }) => ({
    what: `the snapshot has no workflow ${f.workflow}`,
    where: f.snapshot,
    hint: f.isOther
      ? `type pgs query impact ${f.workflow}, which prints the workflows that execute it`
      : nameHint(f.workflow, f.suggestion, "workflow"),
  }),
  WORKFLOW_SUPERSEDED: (f: { workflow: string; superseded_by: readonly string[] }) => ({
    what: `the workflow ${f.workflow} is superseded, so it is not in force`,
    hint: `type ${f.superseded_by.join(" or ")} instead of ${f.workflow}`,
  }),
  UNKNOWN_ARTIFACT: (f: { fqdn: string; snapshot: string; suggestion: string | null }) => ({
    what: `the snapshot has no artifact ${f.fqdn}`,
    where: f.snapshot,
    hint: nameHint(f.fqdn, f.suggestion, "artifact"),
  }),
} satisfies WordingTable;

export class NameFault<C extends keyof typeof nameTable = keyof typeof nameTable> extends Fault {
  constructor(code: C, facts: FactsOf<typeof nameTable, C>, detail: FaultDetail = {}) {
    super("usage", code, facts, wordingFrom(nameTable, code, facts), detail);
  }
}
