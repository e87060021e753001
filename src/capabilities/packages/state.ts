/**
 * What a module would keep from one call to the next in its variables: found in its text. What it keeps in objects is
 * frozen once it has been evaluated (`prelude.ts`).
 */

import type { AnyNode, Function as FunctionNode, Program } from "acorn";
import { childrenOf, declaredNames, declaringStatement, patternNames } from "./syntax.ts";

export interface Flaw {
  readonly node: { readonly start: number };
  readonly construct: string;
  readonly meant: string;
}

/** The names of a function that is called later, and of those around it. */
interface Scope {
  readonly names: ReadonlySet<string>;
  readonly outer: Scope | null;
}

/** A part of the module; without a scope it is evaluated with the module, once. */
interface Part {
  readonly node: AnyNode;
  readonly scope: Scope | null;
}

/** Goes through the tree without recursion: it may be as deep as the parser's stack. */
export function stateFlaws(program: Program): readonly Flaw[] {
  const flaws = program.body.flatMap((statement) => variables(declaringStatement(statement)));
  const kept = new Set<string>();
  const written: { readonly node: AnyNode; readonly name: string }[] = [];
  const waiting: Part[] = [{ node: program, scope: null }];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { node, scope } = next;
    const children = childrenOf(node);
    if (scope !== null) {
      for (const name of targets(node)) if (!isDeclared(name, scope)) written.push({ node, name });
    } else {
      for (const child of children) for (const name of namesAt(child)) kept.add(name);
      for (const one of privateStatics(node)) flaws.push(one);
    }
    // A function that is called where it is written belongs to what is around it.
    const called = scope === null && node.type === "CallExpression" ? node.callee : null;
    for (const child of children)
      waiting.push({ node: child, scope: child === called ? scope : scopeOf(child, scope) });
  }
  const assigned = written.filter(({ name }) => kept.has(name));
  return [...flaws, ...assigned.map(({ node, name }) => flaw(node, `an assignment to ${name} of the module`))];
}

const flaw = (node: AnyNode, construct: string): Flaw => ({
  node,
  construct,
  meant: "keep it in the function that changes it: nothing may be left for the next call",
});

/** Variables of the module itself. */
function variables(statement: AnyNode | null): readonly Flaw[] {
  if (statement?.type !== "VariableDeclaration" || statement.kind === "const") return [];
  const names = declaredNames(statement).join(", ");
  const meant = `write const, or declare ${names} in the function that changes it`;
  return [{ node: statement, construct: `${statement.kind} ${names} outside a function`, meant }];
}

/** Nothing can freeze a private field. */
function privateStatics(node: AnyNode): readonly Flaw[] {
  const isPrivate = node.type === "PropertyDefinition" && node.static && node.key.type === "PrivateIdentifier";
  return isPrivate && node.key.type === "PrivateIdentifier" ? [flaw(node, `static #${node.key.name}`)] : [];
}

function isDeclared(name: string, scope: Scope): boolean {
  for (let at: Scope | null = scope; at !== null; at = at.outer) if (at.names.has(name)) return true;
  return false;
}

/** The variables that the node assigns to. */
function targets(node: AnyNode): readonly string[] {
  if (node.type === "UpdateExpression") return node.argument.type === "Identifier" ? [node.argument.name] : [];
  if (node.type === "AssignmentExpression") return patternNames(node.left);
  const isLoop = node.type === "ForInStatement" || node.type === "ForOfStatement";
  return isLoop && node.left.type !== "VariableDeclaration" ? patternNames(node.left) : [];
}

function scopeOf(node: AnyNode, outer: Scope | null): Scope | null {
  return isFunction(node) ? { names: namesWithin(node), outer } : outer;
}

/** Every name that is declared in the function, in whatever block, but for those of functions in it. */
function namesWithin(called: FunctionNode): ReadonlySet<string> {
  const names = new Set(called.type === "FunctionExpression" && called.id ? [called.id.name] : []);
  for (const name of called.params.flatMap(patternNames)) names.add(name);
  const waiting: AnyNode[] = [called.body];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    for (const name of namesAt(next)) names.add(name);
    if (!isFunction(next)) for (const child of childrenOf(next)) waiting.push(child);
  }
  return names;
}

/** The names that the node itself declares around it. */
function namesAt(node: AnyNode): readonly string[] {
  if (node.type === "CatchClause") return node.param ? patternNames(node.param) : [];
  return declaredNames(node);
}

function isFunction(node: AnyNode): node is AnyNode & FunctionNode {
  return (
    node.type === "FunctionDeclaration" ||
    node.type === "FunctionExpression" ||
    node.type === "ArrowFunctionExpression"
  );
}
