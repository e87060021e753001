/** What is wrong with authored Markdown, each problem with its place, its code and the change to make. */

import { pointer } from "../../json/pointer.ts";
import type { Path } from "../hint.ts";

/** From 1, as editors count; a column is a UTF-16 unit. */
export interface Spot {
  readonly line: number;
  readonly column: number;
}

/** An error keeps the files from becoming a snapshot, a warning does not. */
export interface Problem extends Spot {
  /** Below the authored folder; `.` for the folder itself. */
  readonly file: string;
  readonly code: string;
  readonly severity: "error" | "warning";
  readonly message: string;
  readonly hint: string;
  /** The authored files that message and hint name, as they do there: below the authored folder. */
  readonly names?: readonly string[];
  /** The field in the Machine block, where the problem has one. */
  readonly path?: Path;
}

/** The codes of what is found before any workflow is compiled, and what each requires. */
export const PROBLEMS = {
  NOT_UTF8: "Authored files are UTF-8 text.",
  BYTE_ORDER_MARK: "Authored files begin with their heading.",
  CARRIAGE_RETURN: "Lines of authored files end with a line feed alone.",
  CONFLICT_MARKERS: "Authored files contain no merge-conflict markers.",
  STRAY_FILE: "Every file below the authored folder is an artifact.",
  BAD_FILE_NAME: "The name of an authored file gives the full name of its artifact.",
  WRONG_FOLDER: "Each kind of artifact has its folder.",
  NO_NAMESPACE: "The STRUCTURE artifacts give every module path a namespace and a layer.",
  OTHER_FORM: "The Markdown and the snapshot that it is built upon make the same form of snapshot.",
  SECOND_DEFINITION: "An artifact is defined once.",
  HEADING: "The first line is the code of the artifact as a heading.",
  NO_MACHINE_BLOCK: "Below ## Machine there is a block of YAML.",
  YAML: "The Machine block is YAML 1.1 whose values JSON has, too.",
  TAB: "YAML is indented with spaces.",
  LONE_SURROGATE: "A string has no half of a surrogate pair.",
  INDENT: "The members of one mapping begin at the same column.",
  DUPLICATE_KEY: "A mapping has each key once.",
  UNKNOWN_KEY: "The Machine block has the members that its kind knows.",
  MISSING_KEY: "The Machine block has the members that its kind requires.",
  WRONG_TYPE: "Each member has the type that its kind gives it.",
  WRONG_VALUE: "Each member has one of the values that its kind allows.",
  CODE_DIFFERS: "The code in the Machine block is that of the file name.",
  UNKNOWN_NAME: "Every full name is that of an artifact or of a capability.",
  CYCLE: "No edge leads back to a node that led to it.",
  CONFORMANCE_CASE: "A conformance case has a name, inputs, an outcome and expected results.",
  MORE_PROBLEMS: "The list of a file's problems is whole.",
  DECLARATION_DIFFERS: "The artifact of a capability says what the capability declares.",
} as const;

export type ProblemCode = keyof typeof PROBLEMS;

/** The problem with each file that it names as the reader would write it. */
export function withPaths<P extends Problem>(problem: P, shown: (file: string) => string): P {
  const { file, names = [], message, hint } = problem;
  const told = (text: string) =>
    text.replace(/[^\s,]+/g, (word) => (names.includes(word) ? shown(word) : word));
  return { ...problem, file: shown(file), message: told(message), hint: told(hint) };
}

/** Without what is said of a field of which something was said before. */
export function onePerField(problems: readonly Problem[]): readonly Problem[] {
  const said = new Set<string>();
  return problems.filter(({ file, path }) => {
    const field = path === undefined ? null : `${file}\0${pointer(path)}`;
    if (field === null) return true;
    const isFirst = !said.has(field);
    said.add(field);
    return isFirst;
  });
}

export function inOrder(problems: readonly Problem[]): readonly Problem[] {
  const key = ({ file, line, column, code, message }: Problem) =>
    [file, String(line).padStart(9, "0"), String(column).padStart(9, "0"), code, message].join("\0");
  const byKey = new Map(problems.map((problem) => [key(problem), problem]));
  return [...byKey].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, problem]) => problem);
}
