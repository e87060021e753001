/** What is wrong in the capability packages of a workspace, beside what is wrong in its Markdown. */

import type { PackageMistake } from "../../capabilities/packages/load.ts";
import { lineOf, utf8 } from "../../json/text.ts";
import { own } from "../../json/value.ts";
import type { Files } from "../../ports.ts";
import type { Problem } from "../../snapshot/build/problem.ts";

interface PackagePlaces {
  /** The folder of authored Markdown. */
  readonly authored: string;
  /** The `pgs.json`, and the packages that it names, in order. */
  readonly workspaceFile: string;
  readonly named: readonly string[];
  readonly files: Files;
}

/** A problem of a package as a whole is placed where the package is named. */
export function packageProblems(
  mistakes: readonly PackageMistake[],
  { authored, workspaceFile, named, files }: PackagePlaces,
): readonly Problem[] {
  const text = utf8(files.read(workspaceFile) ?? new Uint8Array());
  return mistakes.map(({ package: { name, folder }, fault }) => {
    const { code, facts, wording } = fault;
    const [file, line, column] = [own(facts, "file"), own(facts, "line"), own(facts, "column")];
    const isOfFile = typeof file === "string";
    const namedAt = lineOf(text, `/capabilities/${named.indexOf(name)}`);
    return {
      file: relativeTo(authored, isOfFile ? `${folder}/${file}` : workspaceFile),
      line: Number(isOfFile ? (line ?? 1) : (namedAt ?? 1)),
      column: Number(isOfFile ? (column ?? 1) : 1),
      code,
      severity: "error",
      message: wording.what,
      hint: wording.hint ?? "",
    };
  });
}

/** Both are absolute. */
function relativeTo(folder: string, file: string): string {
  const [from, to] = [folder.split("/"), file.split("/")];
  const differs = from.findIndex((part, i) => part !== to[i]);
  const shared = differs === -1 ? from.length : differs;
  return [...from.slice(shared).map(() => ".."), ...to.slice(shared)].join("/");
}
