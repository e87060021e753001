/** Reads `pgs.json`: where the parts of a workspace are. `schemas/pgs.schema.json` describes it. */

import schema from "../../schemas/pgs.schema.json" with { type: "json" };
import { SIZE } from "../json/limits.ts";
import { readObject } from "../json/parse.ts";
import { pointer } from "../json/pointer.ts";
import { repairOf } from "../json/repair.ts";
import { lineOf, utf8 } from "../json/text.ts";
import { isObject, type Json, type JsonObject, own } from "../json/value.ts";
import { type Files, IoError, TooLarge } from "../ports.ts";
import { WORKSPACE_FILE } from "../snapshot/find-snapshot.ts";
import { nearestName } from "../snapshot/nearest-name.ts";
import { defaultPaths, type WorkspacePaths } from "./default-paths.ts";
import { WorkspaceFault } from "./errors.ts";

/** The paths that the folder's `pgs.json` states; `shown` is its name for the reader. @throws WorkspaceFault */
export function readWorkspaceFile(folder: string, shown: string, files: Files): WorkspacePaths {
  const file = `${folder}/${WORKSPACE_FILE}`;
  const { value, text } = parse(readBytes(file, shown, files), shown);
  const document = { value, text, file: shown };
  for (const [name, member] of Object.entries(value)) checkMember(name, member, document);
  const usual = defaultPaths(folder, files);
  const path = (name: string) => {
    const written = own(value, name);
    return typeof written === "string" ? below(folder, written, [name], document) : undefined;
  };
  const check = own(value, "check");
  const paths: WorkspacePaths = {
    file,
    authored: path("authored") ?? (files.isFolder(`${folder}/protocol`) ? `${folder}/protocol` : null),
    onto: path("onto") ?? null,
    snapshot: path("snapshot") ?? usual.snapshot,
    dataRoot: path("data_root") ?? usual.dataRoot,
    traces: path("traces") ?? usual.traces,
    scenarios: path("scenarios") ?? usual.scenarios,
    vectors: path("vectors") ?? null,
    capabilities: capabilitiesOf(folder, document),
    check: isObject(check) ? { value: check, text } : null,
  };
  requireApart(paths, folder, document);
  return paths;
}

interface NamedFolder {
  readonly member: string;
  readonly where: Where;
  readonly folder: string;
}

/**
 * What is written must not be in what is read, nor the other way round: the snapshot is replaced as a whole, and a
 * package is pinned by all of its files. @throws WorkspaceFault `WORKSPACE_FOLDERS_OVERLAP`
 */
function requireApart(paths: WorkspacePaths, folder: string, document: Document): void {
  const named = (member: string, at: string | null): readonly NamedFolder[] =>
    at === null ? [] : [{ member, where: [member], folder: at }];
  const packages = paths.capabilities.flatMap((at, i): readonly NamedFolder[] =>
    at.startsWith("/") ? [{ member: "capabilities", where: ["capabilities", i], folder: at }] : [],
  );
  const authored = named("authored", paths.authored);
  const written = [...named("data_root", paths.dataRoot), ...named("traces", paths.traces)];
  const kept = [...named("scenarios", paths.scenarios), ...named("vectors", paths.vectors)];
  const [snapshot] = named("snapshot", paths.snapshot);
  if (snapshot !== undefined)
    for (const other of [...authored, ...packages, ...written, ...kept])
      requireTwo(snapshot, other, folder, document);
  for (const one of written)
    for (const source of [...authored, ...packages]) requireTwo(one, source, folder, document);
}

function requireTwo(one: NamedFolder, other: NamedFolder, folder: string, document: Document): void {
  const holds = (outer: NamedFolder, inner: NamedFolder) => `${inner.folder}/`.startsWith(`${outer.folder}/`);
  const pair = holds(other, one) ? [one, other] : holds(one, other) ? [other, one] : [];
  const [inner, outer] = pair;
  if (inner === undefined || outer === undefined) return;
  const shown = (at: string) => at.slice(folder.length + 1) || ".";
  const written = own(document.value, inner.member) === undefined ? outer : inner;
  throw new WorkspaceFault("WORKSPACE_FOLDERS_OVERLAP", {
    ...placeOf(own(document.value, written.member) === undefined ? [] : written.where, document),
    inner: inner.member,
    inner_folder: shown(inner.folder),
    outer: outer.member,
    outer_folder: shown(outer.folder),
  });
}

/** @throws WorkspaceFault for anything but a file in the folder itself */
function readBytes(file: string, shown: string, files: Files): Uint8Array {
  try {
    const folder = file.slice(0, -WORKSPACE_FILE.length - 1);
    const target = files.realPath(file);
    if (target !== null && target !== `${files.realPath(folder || "/")}/${WORKSPACE_FILE}`.replace("//", "/"))
      throw new WorkspaceFault("WORKSPACE_FILE_LINKED", { file: shown, target });
    if (files.isFolder(file)) throw new IoError("EISDIR", undefined);
    const bytes = files.read(file);
    if (bytes === null) throw new IoError("ENOENT", undefined);
    if (bytes.length > SIZE.workspaceFile) throw new TooLarge(bytes.length);
    return bytes;
  } catch (error) {
    if (error instanceof TooLarge)
      throw new WorkspaceFault("WORKSPACE_FILE_TOO_LARGE", { file: shown, limit: SIZE.workspaceFile });
    if (!(error instanceof IoError)) throw error;
    throw new WorkspaceFault("WORKSPACE_FILE_UNUSABLE", { file: shown, errno: error.errno }, { cause: error });
  }
}

function parse(bytes: Uint8Array, file: string): { readonly value: JsonObject; readonly text: string } {
  const read = readObject(bytes);
  const text = utf8(bytes);
  if ("value" in read) return { value: read.value, text };
  const { code: defect, line } = read.defect;
  const repair = repairOf(text, read.defect) ?? null;
  throw new WorkspaceFault("WORKSPACE_FILE_UNREADABLE", { file, line, defect, repair });
}

interface Document {
  readonly value: JsonObject;
  readonly text: string;
  /** As the reader would write it. */
  readonly file: string;
}

type Where = readonly (string | number)[];

function placeOf(where: Where, { text, file }: Document) {
  const at = pointer(where);
  return { file, line: lineOf(text, at) ?? 1, pointer: at };
}

const KNOWN = Object.keys(schema.properties);

/** The schema, without the cost of loading a validator at every start. @throws WorkspaceFault */
function checkMember(name: string, value: Json, document: Document): void {
  if (!KNOWN.includes(name)) {
    const suggestion = nearestName(name, KNOWN);
    const known = KNOWN.filter((one) => one !== "$schema").join(", ");
    const place = placeOf([name], document);
    throw new WorkspaceFault("WORKSPACE_MEMBER_UNKNOWN", { ...place, member: name, known, suggestion });
  }
  const [expected, ...where] = (FORMS[name] ?? folderForm)(value);
  if (expected === undefined) return;
  const place = placeOf([name, ...where], document);
  throw new WorkspaceFault("WORKSPACE_MEMBER_MALFORMED", { ...place, expected });
}

/** What should be there instead of a value, and where in it; nothing for a value of the right form. */
type Form = (value: Json) => readonly [] | readonly [expected: string, ...where: readonly number[]];

const folderForm: Form = (value) => (isText(value, PATH) ? [] : ["a folder below the workspace"]);

const FORMS: Readonly<Record<string, Form>> = {
  $schema: (value) => (typeof value === "string" ? [] : ["a text"]),
  vectors: (value) => (value === null || isText(value, PATH) ? [] : ["a folder below the workspace, or null"]),
  check: (value) => (isObject(value) ? [] : ['an object with "rules", "baseline" or "fail_on"']),
  capabilities(value) {
    if (!Array.isArray(value)) return ["a list of capability packages"];
    const wrong = value.findIndex((one) => !isText(one, PACKAGE));
    if (wrong !== -1) return ["./folder, or the name of an npm package", wrong];
    const again = value.findIndex((one, i) => value.indexOf(one) < i);
    return again === -1 ? [] : ["another package than those before it", again];
  },
};

/** An absolute path has the right form, too: it is refused because it leads out of the workspace. */
const PATH = new RegExp(schema.definitions.path.pattern.replace("[^/", "[^"));
const PACKAGE = new RegExp(`^\\.\\./|${schema.properties.capabilities.items.pattern}`);

function isText(value: Json | undefined, form: RegExp): boolean {
  return typeof value === "string" && form.test(value);
}

function capabilitiesOf(folder: string, document: Document): readonly string[] {
  const written = own(document.value, "capabilities");
  if (!Array.isArray(written)) return [];
  return written.flatMap((one, i) => {
    if (typeof one !== "string") return [];
    return one.startsWith(".") ? [below(folder, one, ["capabilities", i], document)] : [one];
  });
}

/** The absolute path. @throws WorkspaceFault `WORKSPACE_PATH_ESCAPES` */
function below(folder: string, path: string, where: Where, document: Document): string {
  const parts: string[] = [];
  for (const part of path.split("/")) {
    if (part === ".." && parts.pop() === undefined) throw escapeFault(path, where, document);
    if (part !== ".." && part !== "." && part !== "") parts.push(part);
  }
  if (path.startsWith("/")) throw escapeFault(path, where, document);
  return [folder, ...parts].join("/");
}

/** What names the same place for one command; a place that only `pgs.json` names has no option. */
const OPTIONS: Readonly<Record<string, string>> = {
  snapshot: "--snapshot DIR",
  data_root: "--data-root DIR",
  traces: "--traces DIR",
};

function escapeFault(path: string, where: Where, document: Document): WorkspaceFault {
  const [member = ""] = where;
  const option = OPTIONS[member];
  const hint =
    member === "capabilities"
      ? "install the package with npm, and write its name"
      : `name a folder below that of ${document.file}${option === undefined ? "" : `, or type ${option}`}`;
  return new WorkspaceFault("WORKSPACE_PATH_ESCAPES", { ...placeOf(where, document), path, hint });
}
