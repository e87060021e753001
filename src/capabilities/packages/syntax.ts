/** Parts of the syntax tree of a module. */

import type { AnyNode, Pattern } from "acorn";

/** Every run of a workflow with a package waits for this, for every node: it makes no more objects than it has to. */
export function childrenOf(node: AnyNode): readonly AnyNode[] {
  const children: AnyNode[] = [];
  const members: readonly unknown[] = Object.values(node);
  for (const member of members) {
    if (typeof member !== "object" || member === null) continue;
    if (isNode(member)) children.push(member);
    else if (Array.isArray(member)) for (const one of member) if (isNode(one)) children.push(one);
  }
  return children;
}

function isNode(value: unknown): value is AnyNode {
  return typeof value === "object" && value !== null && "type" in value && "start" in value;
}

/** A statement at the top of a module without the word `export` before it; null where it declares nothing. */
export function declaringStatement(statement: AnyNode): AnyNode | null {
  const isExport = statement.type === "ExportNamedDeclaration" || statement.type === "ExportDefaultDeclaration";
  return isExport ? (statement.declaration ?? null) : statement;
}

/** The names that a declaration declares; none of any other node. */
export function declaredNames(node: AnyNode): readonly string[] {
  if (node.type === "VariableDeclaration") return node.declarations.flatMap(({ id }) => patternNames(id));
  const isNamed = node.type === "FunctionDeclaration" || node.type === "ClassDeclaration";
  return isNamed && node.id !== null ? [node.id.name] : [];
}

/** The variables in a pattern. */
export function patternNames(pattern: Pattern): readonly string[] {
  switch (pattern.type) {
    case "Identifier":
      return [pattern.name];
    case "ObjectPattern":
      return pattern.properties.flatMap((one) =>
        one.type === "RestElement" ? patternNames(one.argument) : patternNames(one.value),
      );
    case "ArrayPattern":
      return pattern.elements.flatMap((one) => (one === null ? [] : patternNames(one)));
    case "RestElement":
      return patternNames(pattern.argument);
    case "AssignmentPattern":
      return patternNames(pattern.left);
    default:
      return [];
  }
}
