/**
 * One ES module of a package: what it imports and exports, and its text as the body of a function. Every statement stays
 * on its line. Imports become constants at the top: files never import each other in a circle, so whatever is imported
 * is there before the file is evaluated.
 */

import {
  type AnyNode,
  type CallExpression,
  type ExportDefaultDeclaration,
  type Expression,
  type Identifier,
  type ImportDeclaration,
  type Literal,
  type ModuleDeclaration,
  type Program,
  type Property,
  parse,
  type SpreadElement,
  type Statement,
  type Token,
  tokTypes,
} from "acorn";
import { CapabilityFault, type InLine } from "./errors.ts";
import { type Flaw, stateFlaws } from "./state.ts";
import { childrenOf, declaredNames, declaringStatement } from "./syntax.ts";

/** The module that everything is declared with. */
export const DECLARATIONS = "pgs-runner/capability";

export interface Position {
  readonly line: number;
  /** Counts from 1. */
  readonly column: number;
}

/** One name taken from another module, and where that is named; `*` is all of its exports as an object. */
export interface Import extends Position {
  readonly specifier: string;
  readonly name: string;
  readonly nameAt: Position;
  readonly isJson: boolean;
}

/** An export that comes from another module; without a name, all of that module's but its default. */
export interface Reexport extends Import {
  readonly exported: string | null;
}

export interface Module {
  readonly file: string;
  /** In the order in which the function takes their values. */
  readonly imports: readonly Import[];
  /** Modules of which nothing is imported but that they are evaluated. */
  readonly evaluated: readonly Import[];
  /** The names that the module itself exports. */
  readonly exports: readonly string[];
  readonly reexports: readonly Reexport[];
  /** What the default export is a call of; null where it is none of an imported declaration function. */
  readonly declared: Declared | null;
  /** What no capability can use. */
  readonly flaws: readonly CapabilityFault[];
  /** What would leave something from one call to the next. */
  readonly state: readonly CapabilityFault[];
  /** Where the default export is, else the first line. */
  readonly defaultAt: Position;
  /** Where a member of the declaration is; where it is not there, what it should be in. */
  placeOf(path: readonly (string | number)[]): Position;
  /** A function of the imported values that returns the exports. */
  readonly text: string;
  /** How many characters stand before the file's own text. */
  readonly prefix: number;
}

export interface Declared {
  readonly by: "transform" | "storeEffect" | "effect";
  /** Of an `effect`: what it reaches; null where the declaration does not say so literally. */
  readonly reaches: string | null;
}

/** @throws CapabilityFault `CAPABILITY_SYNTAX` */
export function parseModule(packageName: string, file: string, text: string): Module {
  const at = (node: { readonly start: number }): InLine => ({
    ...{ package: packageName, file, ...positionOf(text, node.start) },
  });
  const commentStarts: number[] = [];
  const program = parseText(text, at, commentStarts);
  const toFault = ({ node, construct, meant }: Flaw) =>
    new CapabilityFault("CAPABILITY_LANGUAGE", { ...at(node), construct, meant });
  const writer = new ModuleWriter(file, text, program);
  const comments = commentStarts.map((start) => ({ node: { start }, ...COMMENT }));
  const flaws = [...comments, ...constructFlaws(program), ...writer.variableFlaws()].map(toFault);
  return { ...writer.module(), flaws, state: stateFlaws(program).map(toFault) };
}

/** A script, which the function is evaluated in, begins a comment where a module has three operators. */
const COMMENT = { construct: "<!--", meant: "write a space behind the <" };

function parseText(
  text: string,
  at: (node: { readonly start: number }) => InLine,
  commentStarts: number[],
): Program {
  const onToken = ({ type, start }: Token) => {
    if (type === tokTypes.relational && text.startsWith("<!--", start)) commentStarts.push(start);
  };
  try {
    return parse(text, { ecmaVersion: 2026, sourceType: "module", ...STRICT, onToken });
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    const start = "pos" in error && typeof error.pos === "number" ? error.pos : 0;
    const defect = error.message.replace(/ \(\d+:\d+\)$/, "");
    throw new CapabilityFault("CAPABILITY_SYNTAX", { ...at({ start }), defect }, { cause: error });
  }
}

const STRICT = { allowAwaitOutsideFunction: false, allowHashBang: false } as const;

function positionOf(text: string, offset: number): Position {
  const before = text.slice(0, offset).split(/\r\n|[\n\r\u2028\u2029]/);
  return { line: before.length, column: (before.at(-1) ?? "").length + 1 };
}

// ---- what a capability cannot use ----

/** Goes through the tree without recursion: it may be as deep as the parser's stack. */
function constructFlaws(program: Program): readonly Flaw[] {
  const flaws: Flaw[] = [];
  const waiting: { readonly node: AnyNode; readonly isInFunction: boolean }[] = [
    { node: program, isInFunction: false },
  ];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { node } = next;
    const construct = forbidden(node, next.isInFunction);
    if (construct !== null) flaws.push({ node, ...construct });
    const isInFunction = next.isInFunction || node.type.includes("Function");
    for (const child of childrenOf(node)) waiting.push({ node: child, isInFunction });
  }
  return flaws;
}

function forbidden(
  node: AnyNode,
  isInFunction: boolean,
): { readonly construct: string; readonly meant: string } | null {
  if (node.type === "ImportExpression")
    return { construct: "import()", meant: 'write import … from "…" at the top of the file' };
  if (node.type === "MetaProperty" && node.meta.name === "import")
    return { construct: "import.meta", meant: "remove it; a capability has no address" };
  const isAwait = node.type === "AwaitExpression" || (node.type === "ForOfStatement" && node.await);
  if (isAwait && !isInFunction)
    return { construct: "await outside a function", meant: "move it into an async function of an effect" };
  return null;
}

// ---- the text ----

type TopLevel = Statement | ModuleDeclaration;

class ModuleWriter {
  readonly #file: string;
  readonly #text: string;
  readonly #program: Program;
  /** The text with other text of equal length in places. */
  #body: string;
  readonly #locals: string[] = [];
  readonly #imports: Import[] = [];
  readonly #evaluated: Import[] = [];
  /** By exported name: the local one. */
  readonly #exports = new Map<string, string>();
  readonly #reexports: Reexport[] = [];
  #declared: Declared | null = null;
  #declaration: Expression | SpreadElement | null = null;
  #defaultAt: Position = { line: 1, column: 1 };

  constructor(file: string, text: string, program: Program) {
    this.#file = file;
    this.#text = text;
    this.#program = program;
    this.#body = text;
    for (const node of program.body) if (node.type === "ImportDeclaration") this.#import(node);
    for (const node of program.body) this.#take(node);
  }

  module(): Omit<Module, "flaws" | "state"> {
    const kept = this.#program.body.flatMap((node) => declaredNames(declaringStatement(node) ?? node));
    const prefix = `(function($pgs){"use strict";const [${this.#locals.join(",")}]=$pgs.imports;`;
    const exported = [...this.#exports].map(([name, local]) => `${JSON.stringify(name)}:${local}`);
    return {
      file: this.#file,
      imports: this.#imports,
      evaluated: this.#evaluated,
      exports: [...this.#exports.keys()],
      reexports: this.#reexports,
      declared: this.#declared,
      defaultAt: this.#defaultAt,
      placeOf: (path) => this.#placeOf(path),
      text: `${prefix}${this.#body}\n$pgs.keep([${[...kept, "$pgs.x"].join(",")}]);return {__proto__:null,${exported.join(",")}};})`,
      prefix: prefix.length,
    };
  }

  /** Puts a text and spaces in place of a part, which is no shorter; line breaks behind the text stay. */
  #replace(start: number, end: number, text = ";"): void {
    const rest = this.#text.slice(start + text.length, end).replace(/[^\n\r\u2028\u2029]/g, " ");
    this.#body = this.#body.slice(0, start) + text + rest + this.#body.slice(end);
  }

  #import(node: ImportDeclaration): void {
    const from = this.#from(node);
    this.#replace(node.start, node.end);
    if (node.specifiers.length === 0) this.#evaluated.push({ ...from, name: "*" });
    for (const specifier of node.specifiers) {
      this.#locals.push(specifier.local.name);
      this.#imports.push({
        ...from,
        name: importedName(specifier),
        nameAt: positionOf(this.#text, specifier.start),
      });
    }
  }

  #from(node: Pick<ImportDeclaration, "source" | "attributes">): Omit<Import, "name"> {
    const type = node.attributes.find(({ key }) => nameOf(key) === "type")?.value.value;
    const at = positionOf(this.#text, node.source.start);
    return { ...at, nameAt: at, specifier: String(node.source.value), isJson: type === "json" };
  }

  #take(node: TopLevel): void {
    switch (node.type) {
      case "ExportAllDeclaration":
        this.#replace(node.start, node.end);
        this.#reexports.push({
          ...this.#from({ source: node.source, attributes: node.attributes }),
          name: "*",
          exported: node.exported === null || node.exported === undefined ? null : nameOf(node.exported),
        });
        break;
      case "ExportNamedDeclaration":
        if (node.declaration === null || node.declaration === undefined) {
          this.#replace(node.start, node.end);
          for (const { local, exported } of node.specifiers) {
            if (node.source === null || node.source === undefined)
              this.#exports.set(nameOf(exported), nameOf(local));
            else
              this.#reexports.push({
                ...this.#from({ source: node.source, attributes: node.attributes }),
                name: nameOf(local),
                exported: nameOf(exported),
              });
          }
        } else {
          this.#replace(node.start, node.declaration.start);
          for (const name of declaredNames(node.declaration)) this.#exports.set(name, name);
        }
        break;
      case "ExportDefaultDeclaration":
        this.#takeDefault(node);
        break;
    }
  }

  #takeDefault(node: ExportDefaultDeclaration): void {
    const { declaration } = node;
    this.#defaultAt = positionOf(this.#text, declaration.start);
    const isNamed = declaration.type === "FunctionDeclaration" || declaration.type === "ClassDeclaration";
    const [keywords = ""] = EXPORT_DEFAULT.exec(this.#text.slice(node.start)) ?? [];
    const end = node.start + keywords.length;
    if (isNamed && declaration.id !== null) {
      this.#replace(node.start, end);
      this.#exports.set("default", declaration.id.name);
    } else {
      this.#replace(node.start, node.start + "export".length, "$pgs.x");
      this.#replace(end - "default".length, end, "=");
      this.#exports.set("default", "$pgs.x");
    }
    if (declaration.type !== "CallExpression") return;
    this.#declared = this.#declaredBy(declaration);
    this.#declaration = declaration.arguments[0] ?? null;
  }

  #declaredBy({ callee, arguments: [argument] }: CallExpression): Declared | null {
    if (callee.type !== "Identifier") return null;
    const imported = this.#imports[this.#locals.indexOf(callee.name)];
    if (imported?.specifier !== DECLARATIONS) return null;
    const by = imported.name;
    if (by !== "transform" && by !== "storeEffect" && by !== "effect") return null;
    const members = argument?.type === "ObjectExpression" ? argument.properties : [];
    const reaches = members.flatMap((member) =>
      member.type === "Property" && !member.computed && nameOf(member.key) === "reaches" ? [member.value] : [],
    );
    const [value] = reaches;
    const isText = value?.type === "Literal" && typeof value.value === "string";
    return { by, reaches: isText ? String(value.value) : null };
  }

  #placeOf(path: readonly (string | number)[]): Position {
    if (this.#declaration === null) return this.#defaultAt;
    let [node, at]: [AnyNode, number] = [this.#declaration, this.#declaration.start];
    for (const part of path) {
      const next = memberOf(node, part);
      if (next === null) break;
      at = next.start;
      node = next.type === "Property" ? next.value : next;
    }
    return positionOf(this.#text, at);
  }

  /** What is exported is copied where it is imported: it must not change later. */
  variableFlaws(): readonly Flaw[] {
    const locals = new Set(this.#exports.values());
    return this.#program.body.flatMap((statement) => {
      const node = declaringStatement(statement);
      if (node?.type !== "VariableDeclaration" || node.kind === "const") return [];
      const name = declaredNames(node).find((one) => locals.has(one));
      if (name === undefined) return [];
      const meant = `declare ${name} with const, or export a function that returns it`;
      return [{ node, construct: `export of ${node.kind} ${name}`, meant }];
    });
  }
}

/** Comments may stand between the two words. */
const EXPORT_DEFAULT = /^export(?:\s|\/\*[\s\S]*?\*\/|\/\/.*)*default/;

function importedName(specifier: ImportDeclaration["specifiers"][number]): string {
  if (specifier.type === "ImportSpecifier") return nameOf(specifier.imported);
  return specifier.type === "ImportDefaultSpecifier" ? "default" : "*";
}

/** The part of an object or a list that is written so; null where none is. */
function memberOf(node: AnyNode, part: string | number): AnyNode | null {
  if (node.type === "ArrayExpression") return typeof part === "number" ? (node.elements[part] ?? null) : null;
  if (node.type !== "ObjectExpression") return null;
  const isPart = (one: Property | SpreadElement) =>
    one.type === "Property" && !one.computed && nameOf(one.key) === part;
  return node.properties.find(isPart) ?? null;
}

function nameOf(node: AnyNode | Identifier | Literal): string {
  if (node.type === "Identifier") return node.name;
  return node.type === "Literal" ? String(node.value) : "";
}
