/**
 * Reads one authored file. What is wrong with it is reported, and where a repair is certain the reading goes on with the
 * repaired text: so the problems behind the first one are reported, too.
 */

import { counted } from "../../errors/counted.ts";
import { DEPTH, LIST, REPAIR_UNITS } from "../../json/limits.ts";
import { loneSurrogate } from "../../json/parse.ts";
import { lineAt } from "../../json/text.ts";
import { TextMemory } from "../../json/text-memory.ts";
import { deepFreeze, isObject, type Json, type JsonObject, own } from "../../json/value.ts";
import { examineYaml, keysWithoutText, type YamlError, YamlFlaw, type YamlKey } from "../../json/yaml-text.ts";
import { machineText } from "../derive.ts";
import { type Path, quote, sentence } from "../hint.ts";
import { AuthoredText } from "./authored-text.ts";
import { inOrder, type Problem, type ProblemCode, type Spot } from "./problem.ts";
import { type Repair, repairIndent, repairLine, type Score } from "./repair.ts";
import { type Expected, isMember, type ShapeError, shapeErrors } from "./shape.ts";

export interface Reading {
  /** As it is, or as it would be after the repairs. */
  readonly text: AuthoredText;
  /** Null where the Machine block cannot be read. */
  readonly block: JsonObject | null;
  readonly problems: readonly Problem[];
}

/** A text is read once, however often it is asked for: `compile --watch` compiles all files where one was changed. */
export function readMarkdown(file: string, given: string, expected: Expected): Reading {
  const { kind, code, fqdn, form } = expected;
  const key = [file, kind, code, fqdn, form, given].join("\0");
  const read = known.recall(key, () => new Reader(file, expected).read(given));
  return { ...read, text: new AuthoredText(read.text), problems: firstOf(read.problems) };
}

/** A text by itself: where fields were looked for in it, there is more to remember. */
type ReadText = Omit<Reading, "text"> & { readonly text: string };

const known = new TextMemory<ReadText>();

function firstOf(problems: readonly Problem[]): readonly Problem[] {
  const listed = problems.slice(0, LIST.problems);
  const next = problems[LIST.problems];
  if (next === undefined) return problems;
  const message = `the file has ${counted(problems.length - listed.length, "more problem")}`;
  const hint = "correct those before this one, and compile again";
  const { file, line, column } = next;
  return [...listed, { file, line, column, code: "MORE_PROBLEMS", severity: "error", message, hint }];
}

class Reader {
  readonly #file: string;
  readonly #expected: Expected;
  readonly #problems: Problem[] = [];
  /** How much was read to find repairs. */
  #units = 0;

  constructor(file: string, expected: Expected) {
    this.#file = file;
    this.#expected = expected;
  }

  read(given: string): ReadText {
    const { code, form } = this.#expected;
    const text = this.#plainText(given);
    if (text === null) return { text: given, block: null, problems: this.#problems };
    if (form !== "modules" && !text.startsWith(`# ${code}\n`)) {
      const message = `the first line is not "# ${code}"`;
      const hint = /^# *\w/.test(text) ? `write # ${code} on line 1` : `add a first line: # ${code}`;
      this.#report("HEADING", { line: 1, column: 1 }, message, hint);
    }
    const found = machineText(text);
    if (found === null) {
      this.#reportNoBlock(text);
      return { text, block: null, problems: this.#problems };
    }
    const first = lineAt(text, found.start);
    const whole = (block: string) =>
      `${text.slice(0, found.start)}${block}${text.slice(found.start + found.text.length)}`;
    const { block, value } = this.#readBlock(
      found.text,
      first,
      (one) => new AuthoredText(whole(one)),
      found.start,
    );
    const read = new AuthoredText(whole(block));
    if (value !== null) this.#reportCode(value, read);
    const isWhole = value !== null && !this.#reportSurrogate(value, read);
    return { text: read.text, block: isWhole ? deepFreeze(value) : null, problems: inOrder(this.#problems) };
  }

  #report(code: ProblemCode, spot: Spot, message: string, hint: string, more: Partial<Problem> = {}): void {
    this.#problems.push({ file: this.#file, ...spot, code, severity: "error", message, hint, ...more });
  }

  /** Without byte order mark and carriage returns; null for two texts in one. */
  #plainText(given: string): string | null {
    const start = { line: 1, column: 1 };
    const unmarked = given.replace(/^\ufeff/, "");
    if (unmarked !== given)
      this.#report(
        "BYTE_ORDER_MARK",
        start,
        "the file begins with a byte order mark",
        "save it as UTF-8 without one",
      );
    const text = unmarked.replaceAll("\r\n", "\n");
    if (text !== unmarked) {
      const at = new AuthoredText(unmarked).spot(unmarked.indexOf("\r\n"));
      const hint = "save the file with line feeds (LF) as line ends";
      this.#report("CARRIAGE_RETURN", at, "lines end with a carriage return and a line feed (CRLF)", hint);
    }
    const conflict = /^(?:<{7} |={7}$|>{7} )/m.exec(text);
    if (conflict !== null) {
      const at = new AuthoredText(text).spot(conflict.index);
      const hint = "keep one side of the merge, and remove the lines with the markers";
      this.#report("CONFLICT_MARKERS", at, "the file contains merge-conflict markers", hint);
      return null;
    }
    return text;
  }

  #reportNoBlock(text: string): void {
    const lines = text.split("\n");
    const heading = lines.findIndex((line) => /^#+\s*machine\s*$/i.test(line));
    const at = { line: heading === -1 ? 1 : heading + 1, column: 1 };
    const message = "there is no block of YAML below ## Machine";
    this.#report("NO_MACHINE_BLOCK", at, message, blockHint(lines, heading));
  }

  #readBlock(
    given: string,
    first: number,
    whole: (block: string) => AuthoredText,
    start: number,
  ): { readonly block: string; readonly value: JsonObject | null } {
    const score = (text: string) => this.#score(text);
    let block = given;
    for (let round = 0; round < MOST_REPAIRS; round++) {
      const examined = examine(block);
      const { errors, value, document } = examined;
      const [error] = errors.filter(({ code }) => code !== "DUPLICATE_KEY");
      const quoted = document === null ? [] : keysWithoutText(document).filter((key) => !isOnOfRetry(key));
      if (error === undefined && quoted.length > 0) {
        this.#reportKeys(quoted, whole(block), start);
        block = withQuotes(block, quoted);
        continue;
      }
      if (error === undefined) {
        if (isObject(value))
          return { block, value: this.#reportShape(block, examined, value, first, whole, start) };
        const message = "the Machine block is not a mapping";
        const { member, value: name } = this.#stated();
        const hint = `begin it with ${member}: ${name}`;
        if (document !== null) this.#report("YAML", whole(block).spot(start), message, hint);
        return { block, value: null };
      }
      const line = lineAt(block, error.offset);
      const isTried = this.#units < REPAIR_UNITS && countTabs(errors) <= MOST_TABS;
      const repair = isTried ? repairLine(block, line, score) : null;
      const text = whole(block);
      if (repair === null) {
        this.#reportDuplicates(errors, block, text, start);
        for (const { code, what, offset } of errors.filter((one) => one.code !== "DUPLICATE_KEY")) {
          const hint = HINTS[code] ?? DEFAULT_HINT;
          this.#report(code === "TAB_AS_INDENT" ? "TAB" : "YAML", text.spot(start + offset), what, hint);
        }
        return { block, value: null };
      }
      this.#reportRepair(error, repair, text.spot(start + error.offset), first);
      block = repair.text;
    }
    return { block, value: null };
  }

  #reportRepair(error: { code: string; what: string }, repair: Repair, spot: Spot, first: number): void {
    const isTab = error.code === "TAB_AS_INDENT";
    const code = isTab ? "TAB" : repair.isIndent ? "INDENT" : "YAML";
    const line = first + repair.line - 1;
    const at = line === spot.line ? spot : { line, column: 1 };
    const what =
      code === "TAB" ? error.what : code === "INDENT" ? "the line is indented wrongly" : "the line is not YAML";
    this.#report(code, at, what, repair.hint(first));
  }

  #reportDuplicates(errors: readonly YamlError[], block: string, text: AuthoredText, start: number): void {
    for (const { offset } of duplicatesIn(errors)) {
      const key = /^[^\s:]+/.exec(block.slice(offset))?.[0] ?? "the key";
      const spot = text.spot(start + offset);
      const last = spot.line + lengthOf(block, offset) - 1;
      const lines = last === spot.line ? `line ${spot.line}` : `lines ${spot.line} to ${last}`;
      const hint = `remove ${lines}, or rename ${key} there`;
      this.#report("DUPLICATE_KEY", spot, `${key} occurs twice in one mapping`, hint);
    }
  }

  /** Names that YAML 1.1 reads as a truth value or as nothing. */
  #reportKeys(keys: readonly YamlKey[], text: AuthoredText, start: number): void {
    for (const { source, value, offset } of keys) {
      const spot = text.spot(start + offset);
      const message = `YAML reads the name ${source} as ${value}`;
      this.#report("WRONG_TYPE", spot, message, `put the name on line ${spot.line} in double quotes`);
    }
  }

  /** The block as it would be with the right indentation. */
  #reportShape(
    given: string,
    examined: Examined,
    value: JsonObject,
    first: number,
    whole: (block: string) => AuthoredText,
    start: number,
  ): JsonObject {
    const text = whole(given);
    const errors = shapeErrors(this.#expected, value, (path) => text.wordAt(path));
    const duplicates = duplicatesIn(examined.errors).map(({ offset }) => lineAt(given, offset));
    const moved = this.#moved(errors, duplicates, given, first, text);
    if (moved === null) {
      this.#reportDuplicates(examined.errors, given, text, start);
      for (const error of errors) this.#reportShapeError(error, text);
      return withRenamed(value, errors);
    }
    const message = "the line is indented wrongly";
    const line = first + moved.line - 1;
    const column = (/^\s*/.exec(given.split("\n")[moved.line - 1] ?? "")?.[0].length ?? 0) + 1;
    this.#report("INDENT", { line, column }, message, moved.hint(first));
    const again = examine(moved.text);
    return isObject(again.value)
      ? this.#reportShape(moved.text, again, again.value, first, whole, start)
      : value;
  }

  /** The move of a member that belongs elsewhere, after which there are fewer errors, and none that was not there. */
  #moved(
    errors: readonly ShapeError[],
    duplicates: readonly number[],
    block: string,
    first: number,
    text: AuthoredText,
  ): Repair | null {
    const { kind, form } = this.#expected;
    const misplaced = errors.filter(isOfStructure);
    const lines = new Set<number>(duplicates);
    for (const { path } of misplaced) {
      for (let length = path.length; length > 0; length--) {
        if (isMember(kind, form, String(path[length - 1])))
          lines.add(text.at(path.slice(0, length)).line - first + 1);
      }
    }
    if (this.#units >= REPAIR_UNITS) return null;
    // The first line has nothing above it to belong to. A line further down has fewer lines below it.
    const starts = [...lines].filter((line) => line > 1).sort((a, b) => b - a);
    const known = countsOf(misplaced);
    return repairIndent(block, starts, (one) => {
      const { yaml, value, shape, rest } = this.#examined(one);
      const found = shape.filter(isOfStructure);
      const isNew = [...countsOf(found)].some(([name, count]) => count > (known.get(name) ?? 0));
      return { yaml: isNew || value === null ? Math.max(yaml, 1) : yaml, shape: found.length + rest };
    });
  }

  #reportShapeError({ code, path, part, message, hint }: ShapeError, text: AuthoredText): void {
    this.#report(code, text.at(path, part), message, hint, { path });
  }

  #score(block: string): Score {
    const { yaml, value, shape, rest } = this.#examined(block);
    return value === null
      ? { yaml: Math.max(yaml, 1), shape: Number.POSITIVE_INFINITY }
      : { yaml, shape: shape.length + rest };
  }

  /** `rest` counts what is wrong besides the shape: keys that occur twice, another code. */
  #examined(block: string) {
    this.#units += block.length;
    const { errors, value } = examine(block);
    const duplicates = duplicatesIn(errors).length;
    const yaml = errors.length - duplicates;
    if (!isObject(value)) return { yaml, value: null, shape: [], rest: duplicates };
    const { member, value: name } = this.#stated();
    const stated = own(value, member);
    const isOther = stated !== undefined && name !== null && stated !== name;
    return {
      yaml,
      value,
      shape: shapeErrors(this.#expected, value),
      rest: duplicates + (isOther ? 1 : 0),
    };
  }

  /** Whether the block has one. */
  #reportSurrogate(block: JsonObject, text: AuthoredText): boolean {
    const path = loneSurrogate(block, []);
    if (path === undefined) return false;
    const message = "a string contains half of a surrogate pair";
    const hint = "write the whole character instead of its half, or remove it";
    this.#report("LONE_SURROGATE", text.at(path, "value"), message, hint, { path });
    return true;
  }

  /** The member that states what the artifact is called, and what it must be; null where that is not known. */
  #stated(): { readonly member: string; readonly value: string | null } {
    const { kind, code, fqdn, form } = this.#expected;
    return form === "assembled"
      ? { member: "fqdn", value: fqdn }
      : { member: `${kind.toLowerCase()}_code`, value: code };
  }

  #reportCode(block: JsonObject, text: AuthoredText): void {
    const { member, value } = this.#stated();
    const path = [member];
    const stated = own(block, member);
    if (value === null || stated === value) return;
    const known = this.#problems.some((one) => one.path?.length === 1 && one.code.endsWith("_KEY"));
    if (stated === undefined) {
      if (this.#expected.form === "modules" || known) return;
      const hint = sentence(`/${member}`, { do: "add", as: quote(value) });
      this.#report("MISSING_KEY", text.at([]), `the Machine block has no ${member}`, hint, { path });
      return;
    }
    const hint = sentence(`/${member}`, { do: "change", to: quote(value) });
    const [what, named] = member === "fqdn" ? ["name", "its place makes it"] : ["code", "the file is named"];
    const message = `the Machine block declares the ${what} ${quote(stated)}, but ${named} ${value}`;
    this.#report("CODE_DIFFERS", text.at(path, "value"), message, hint, { path });
  }
}

/** The block with the names that its members were meant to have, so that nothing else is reported for want of them. */
function withRenamed(block: JsonObject, errors: readonly ShapeError[]): JsonObject {
  let value = block;
  for (const { path, meant } of errors) if (meant !== undefined) value = renamedAt(value, path, meant);
  return value;
}

function renamedAt(value: JsonObject, [first, ...rest]: Path, name: string): JsonObject {
  const entries = Object.entries(value).map(([key, member]): readonly [string, Json] => {
    if (key !== String(first)) return [key, member];
    return rest.length === 0 ? [name, member] : [key, renamedIn(member, rest, name)];
  });
  return Object.fromEntries(entries);
}

function renamedIn(value: Json, path: Path, name: string): Json {
  if (isObject(value)) return renamedAt(value, path, name);
  if (!Array.isArray(value)) return value;
  const [first, ...rest] = path;
  return (value as readonly Json[]).map((item, i) =>
    i === Number(first) ? renamedIn(item, rest, name) : item,
  );
}

/** The one member that is meant to have such a name: its reader knows it as it is read. */
function isOnOfRetry({ source, value, within }: YamlKey): boolean {
  return within === "retry" && value === true && source.toLowerCase() === "on";
}

function withQuotes(block: string, keys: readonly YamlKey[]): string {
  let text = block;
  for (const { source, offset } of [...keys].sort((a, b) => b.offset - a.offset))
    text = `${text.slice(0, offset)}"${source}"${text.slice(offset + source.length)}`;
  return text;
}

/** A wrong value says nothing about where its member belongs. */
function isOfStructure({ code }: ShapeError): boolean {
  return code !== "WRONG_VALUE";
}

/** How often each error occurs, wherever its member is. */
function countsOf(errors: readonly ShapeError[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { code, path } of errors) {
    const name = `${code} ${path.at(-1)}`;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return counts;
}

function duplicatesIn(errors: readonly YamlError[]): readonly YamlError[] {
  return errors.filter(({ code }) => code === "DUPLICATE_KEY");
}

/** A block with more errors of syntax is not repaired to its end. */
const MOST_REPAIRS = 20;

/** With more lines that begin with tabs, each is reported, and none is tried with spaces. */
const MOST_TABS = 5;

function countTabs(errors: readonly { readonly code: string }[]): number {
  return errors.filter(({ code }) => code === "TAB_AS_INDENT").length;
}

const DEFAULT_HINT = "correct the YAML at this place";

const HINTS: Readonly<Record<string, string>> = {
  TAB_AS_INDENT: "indent the line with spaces instead of tabs",
  BAD_INDENT: "give the line the indentation of the line that it belongs to",
  MISSING_CHAR: "close the bracket or the quotes",
  MULTIPLE_DOCS: "remove the line ---, and everything after it",
  TAG_RESOLVE_FAILED: "put the value in quotes",
  VALUE: "write a value that JSON has, or put it in quotes",
};

type Examined = ReturnType<typeof examine>;

function examine(block: string) {
  try {
    return examineYaml(block, "1.1", DEPTH.snapshot - 1);
  } catch (error) {
    if (!(error instanceof YamlFlaw)) throw error;
    return { errors: [{ code: "VALUE", what: error.message, offset: 0 }], value: null, document: null };
  }
}

/** How many lines the member at an offset has. */
function lengthOf(block: string, offset: number): number {
  const start = block.lastIndexOf("\n", offset - 1) + 1;
  const [, ...after] = block.slice(start).split("\n");
  const end = after.findIndex(
    (line) => line.trim() !== "" && (/^ */.exec(line)?.[0].length ?? 0) <= offset - start,
  );
  return (end === -1 ? after.length : end) + 1;
}

/** What to write so that a block is found. */
function blockHint(lines: readonly string[], heading: number): string {
  if (heading === -1) return "add the lines ## Machine and ```yaml, the YAML, and a line ```";
  if (!/^## Machine\s*$/.test(lines[heading] ?? "")) return `write ## Machine on line ${heading + 1}`;
  const next = lines.findIndex((line, i) => i > heading && line.trim() !== "");
  const fence = lines[next] ?? "";
  if (/^```ya?ml\s*$/i.test(fence.trim()) && fence !== "```yaml") return `write \`\`\`yaml on line ${next + 1}`;
  if (fence === "```yaml") return "add a line ``` at the end of the YAML";
  if (fence.startsWith("```")) return `write \`\`\`yaml on line ${next + 1}`;
  return "add a line ```yaml before the YAML, and a line ``` after it";
}
