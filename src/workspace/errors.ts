/** Refusals of `pgs.json`, the file that makes a folder a workspace, and of what the library is asked for. */

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

type MemberPlace = { file: string; line: number; pointer: string };
const memberPlace = (f: MemberPlace) => `${fileLine(f.file, f.line)} at ${f.pointer}`;

export const workspaceTable = {
  WORKSPACE_FILE_UNREADABLE: (f: UnreadableText) => ({
    what: `the workspace file cannot be read as JSON: ${f.defect}`,
    ...unreadableText(f),
  }),
  WORKSPACE_FILE_UNUSABLE: (f: { file: string; errno: string }) => ({
    what: `the workspace file cannot be read: ${f.errno}`,
    where: f.file,
    hint:
      f.errno === "EISDIR"
        ? "rename this folder: pgs.json has to be a file"
        : "make it a file that you may read",
  }),
  WORKSPACE_NOT_OWNED: (f: { file: string; path: string; folder: string }) => ({
    what: `the workspace file was found, not named, and ${f.path === f.file ? "it" : "its folder"} belongs to another user, whose code it could run`,
    where: f.file,
    hint: `type --workspace ${f.folder} if you trust that user, else name another folder with it`,
  }),
  WORKSPACE_FILE_LINKED: (f: { file: string; target: string }) => ({
    what: `the workspace file is a link to ${f.target}, so the folder of its paths is not clear`,
    where: f.file,
    hint: "put a copy of the file there, or name the folder of the other file with --workspace DIR",
  }),
  WORKSPACE_FILE_TOO_LARGE: (f: { file: string; limit: number }) => ({
    what: `the workspace file has more than ${counted(f.limit, "byte")}`,
    where: f.file,
    hint: "remove what is not one of its members; schemas/pgs.schema.json describes them",
  }),
  WORKSPACE_MEMBER_UNKNOWN: (
    f: MemberPlace & { member: string; known: string; suggestion: string | null },
  ) => ({
    what: `a workspace file has no member ${f.member}`,
    where: memberPlace(f),
    hint: f.suggestion
      ? `write ${f.suggestion} instead of ${f.member}`
      : `remove it; the members are ${f.known}`,
  }),
  WORKSPACE_MEMBER_MALFORMED: (f: MemberPlace & { expected: string }) => ({
    what: `${f.pointer} should be ${f.expected}`,
    where: memberPlace(f),
    hint: `in ${f.file}, write ${f.expected} there, or remove the member`,
  }),
  WORKSPACE_PATH_ESCAPES: (f: MemberPlace & { path: string; hint: string }) => ({
    what: `the path ${f.path} leads out of the workspace`,
    where: memberPlace(f),
    hint: f.hint,
  }),
  WORKSPACE_FOLDERS_OVERLAP: (
    f: MemberPlace & { inner: string; inner_folder: string; outer: string; outer_folder: string },
  ) => ({
    what: `the folder of ${f.inner}, ${f.inner_folder}, is ${f.inner_folder === f.outer_folder ? "also that" : "in the folder"} of ${f.outer}${f.inner_folder === f.outer_folder ? "" : `, ${f.outer_folder}`}`,
    where: memberPlace(f),
    hint: `in ${f.file}, name another folder for ${f.inner} or for ${f.outer}: one that holds nothing else`,
  }),
  WORKSPACE_MISSING: (f: { folder: string }) => ({
    what: "there is no such folder",
    where: f.folder,
    hint: "pass the folder of a workspace; a relative path starts at the current folder",
  }),
  WORKSPACE_CLOSED: (f: { folder: string }) => ({
    what: "the workspace was closed: it begins no run, and goes on with none",
    where: f.folder,
    hint: "open the workspace again, or close it after its last run",
  }),
  BAD_ARGUMENT: (f: { call: string; expected: string }) => ({
    what: `${f.call} takes ${f.expected}`,
    hint: `pass ${f.expected}`,
  }),
  BAD_OPTION: (f: { call: string; option: string; known: string; suggestion: string | null }) => ({
    what: `${f.call} has no option ${f.option}`,
    hint: f.suggestion
      ? `write ${f.suggestion} instead of ${f.option}`
      : `remove it; the options are ${f.known}`,
  }),
  LISTENER_FAILED: (f: { trace_id: string; status: string; exit_reason_code: string | null }) => ({
    what: `onEvent threw; the run went on all the same: ${f.status} ${f.exit_reason_code ?? ""}`.trimEnd(),
    where: f.trace_id,
    hint: "correct onEvent: the cause of this error is what it threw; the trace holds the whole run",
  }),
  ANSWER_UNUSED: (f: { key: string }) => ({
    what: `the run did not wait for ${f.key}, or not once more: its answer was not used`,
    hint: "give one answer for each wait of the run, with the key of its event",
  }),
  ACTOR_NOT_AN_FQDN: (f: { actor: string }) => ({
    what: `the actor ${f.actor} is not a full name <domain>::<CODE>`,
    hint: "pass DOMAIN::AC_NAME_V0, or another full name",
  }),
  ACTOR_DIFFERS: (f: { actor: string; workflow: string; declared: string }) => ({
    what: `${f.workflow} is declared to run under ${f.declared}; the run records ${f.actor}`,
    hint: `state ${f.declared} as the actor, or none`,
  }),
} satisfies WordingTable;

export class WorkspaceFault<C extends keyof typeof workspaceTable = keyof typeof workspaceTable> extends Fault {
  constructor(code: C, facts: FactsOf<typeof workspaceTable, C>, detail: FaultDetail = {}) {
    super("usage", code, facts, wordingFrom(workspaceTable, code, facts), detail);
  }
}
