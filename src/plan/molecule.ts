/**
 * A transform that its artifact composes of others: the atoms of its `atom_stream` in order, a molecule within it, or
 * either of them once for each member of a list. A molecule is as deterministic as its atoms: what they read of clock
 * and entropy is recorded in order with the step.
 */

import type { Answer, Transform } from "../capabilities/transform.ts";
import { isObject, type Json, type JsonObject, type MutableJson, own, setOwn } from "../json/value.ts";
import type { Sources } from "../ports.ts";
import { moduleOf, moduleOfAtom } from "../snapshot/artifact.ts";
import type { Path } from "../snapshot/hint.ts";
import {
  type Expression,
  ExpressionError,
  evaluate,
  parseExpression,
  pathsIn,
  type Scope,
} from "./expression.ts";

export interface Composition {
  /** What runs the transform; absent where there are problems. */
  readonly transform?: Transform;
  /** Codes of the transforms that it is composed of, each once. */
  readonly atoms: readonly string[];
  readonly problems: readonly Problem[];
}

export type Problem =
  | { readonly code: "NO_IMPLEMENTATION"; readonly atom: string }
  /** At a path below `ct_ir`. */
  | { readonly code: "MALFORMED"; readonly path: Path; readonly what: string };

/** The transform of a name, and of the module that is named with it. */
type FindTransform = (atom: string, module?: string) => Transform | undefined;

/** What runs a transform as its artifact declares it: the implementation of its own name, or those of its atoms. */
export function implementationOf(code: string, ir: JsonObject | null, find: FindTransform): Composition {
  const composition = compose(code, ir, find);
  if (composition !== null) return composition;
  const transform = find(code, moduleOf(ir));
  const problems = transform === undefined ? [{ code: "NO_IMPLEMENTATION", atom: code } as const] : [];
  return { ...(transform && { transform }), atoms: [code], problems };
}

/** Null where the artifact names itself as its only atom, or none: then it is no composition. */
export function compose(code: string, ir: JsonObject | null, find: FindTransform): Composition | null {
  const stream = own(ir ?? {}, "atom_stream");
  if (ir === null || !Array.isArray(stream) || isAtom(code, stream)) return null;
  const composer = new Composer(find);
  const body = composer.body(ir, []);
  const { atoms, problems } = composer;
  const composed = { atoms: [...atoms.keys()], problems };
  if (problems.length > 0) return composed;
  const found = [...atoms.values()].filter((atom) => atom !== undefined);
  return { ...composed, transform: toTransform(code, body, found) };
}

function isAtom(code: string, [only, second]: readonly Json[]): boolean {
  if (!isObject(only) || second !== undefined) return only === undefined;
  return own(only, "atom") === code && own(only, "loop") === undefined && own(only, "molecule") === undefined;
}

interface Body {
  readonly members: readonly Member[];
  /** By output, the member that it is taken from. */
  readonly outputs: readonly (readonly [name: string, from: string])[];
}

interface Member {
  /** The name under which later members read its result. */
  readonly out: string;
  readonly of: Transform | Body;
  readonly inputs: readonly Input[];
  readonly loop: Loop | null;
}

type Input = readonly [name: string, source: Expression];

interface Loop {
  readonly over: Expression;
  readonly accumulator: readonly Input[];
  /** By member of the accumulator, what of the round's result it becomes. */
  readonly update: readonly Input[];
}

/** Reads a composition, with everything that is wrong with it. */
class Composer {
  /** Those without an implementation, too. */
  readonly atoms = new Map<string, Transform | undefined>();
  readonly problems: Problem[] = [];
  readonly #find: FindTransform;

  constructor(find: FindTransform) {
    this.#find = find;
  }

  body(ir: JsonObject, path: Path): Body {
    const stream = own(ir, "atom_stream");
    const items = Array.isArray(stream) ? stream : [];
    if (items.length === 0) this.#malformed([...path, "atom_stream"], "a list of one atom or more");
    const known = new Set<string>();
    const members = items.flatMap((item: Json, i) => {
      const at = [...path, "atom_stream", i];
      if (!isObject(item)) return this.#malformed(at, "an object");
      const member = this.#member(item, at, known);
      known.add(String(own(item, "out")));
      return member;
    });
    const outputs = Object.entries(this.#object(ir, "outputs", path)).map(([name, output]) => {
      const from = isObject(output) ? own(output, "from") : undefined;
      if (!known.has(String(from)))
        this.#malformed([...path, "outputs", name, "from"], "the out of a member of atom_stream");
      return [name, String(from)] as const;
    });
    return { members, outputs };
  }

  #member(item: JsonObject, path: Path, known: ReadonlySet<string>): readonly Member[] {
    const out = own(item, "out");
    if (typeof out !== "string") return this.#malformed([...path, "out"], "a string");
    const declared = own(item, "loop");
    const results = [...known, "results"];
    const inputsAt = declared === undefined ? [...path, "args"] : [...path, "loop", "inputs"];
    const loop = declared === undefined ? null : this.#loop(declared, [...path, "loop"], results);
    const roots = loop === null ? results : [...results, "accumulator", "iterator"];
    const holder = isObject(declared) ? declared : item;
    const member = isObject(declared) ? "inputs" : "args";
    const inputs = this.#inputs(this.#object(holder, member, inputsAt.slice(0, -1)), inputsAt, roots);
    const of = this.#part(item, path);
    return of === undefined || loop === undefined ? [] : [{ out, of, inputs, loop }];
  }

  /** A molecule is written out where it is used; an atom is found by its code. */
  #part(item: JsonObject, path: Path): Transform | Body | undefined {
    const molecule = own(item, "molecule");
    if (isObject(molecule)) return this.body(molecule, [...path, "molecule"]);
    const atom = own(item, "atom");
    if (typeof atom !== "string") {
      this.#malformed([...path, "atom"], "the full name of a transform");
      return undefined;
    }
    const transform = this.#find(atom, moduleOfAtom(item));
    if (transform === undefined && !this.atoms.has(atom))
      this.problems.push({ code: "NO_IMPLEMENTATION", atom });
    if (transform !== undefined && isSecret(transform))
      this.#malformed([...path, "atom"], "an atom that handles no key material");
    this.atoms.set(atom, transform);
    return transform;
  }

  #loop(declared: Json, path: Path, roots: readonly string[]): Loop | undefined {
    if (!isObject(declared)) {
      this.#malformed(path, "an object");
      return undefined;
    }
    const over = this.#expression(own(declared, "over") ?? null, [...path, "over"], roots);
    const within = (name: string, names: readonly string[]) =>
      this.#inputs(this.#object(declared, name, path), [...path, name], names);
    const accumulator = within("accumulator", roots);
    return { over, accumulator, update: within("update_accumulator", ["results"]) };
  }

  #inputs(declared: JsonObject, path: Path, roots: readonly string[]): readonly Input[] {
    return Object.entries(declared).map(([name, value]) => [
      name,
      this.#expression(value, [...path, name], roots),
    ]);
  }

  #expression(value: Json, path: Path, roots: readonly string[]): Expression {
    try {
      const source = parseExpression(value);
      const unknown = pathsIn(source).find(({ root }) => root !== "inputs" && !roots.includes(root));
      if (unknown !== undefined) this.#malformed(path, `a path to one of ${["inputs", ...roots].join(", ")}`);
      return source;
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error;
      this.#malformed(path, "a value, or a path to one");
      return { kind: "literal", value: null };
    }
  }

  #object(of: JsonObject, key: string, path: Path): JsonObject {
    const found = own(of, key) ?? {};
    if (isObject(found)) return found;
    this.#malformed([...path, key], "an object");
    return {};
  }

  #malformed(path: Path, what: string): readonly [] {
    this.problems.push({ code: "MALFORMED", path, what });
    return [];
  }
}

/** Where key material goes within a molecule is not followed, so nothing would keep it out of the trace. */
function isSecret({ draws, secrets }: Transform): boolean {
  return draws === "secret" || secrets.length > 0;
}

function toTransform(code: string, body: Body, atoms: readonly Transform[]): Transform {
  const draws = atoms.map((atom) => atom.draws).find((one) => one !== undefined);
  return {
    code,
    about: `A composition of ${atoms.map((atom) => atom.code).join(", ")}.`,
    input: {},
    result: body.outputs.map(([name]) => name),
    violations: [...new Set(atoms.flatMap(({ violations }) => violations))],
    ...(draws === undefined ? {} : { draws }),
    secrets: [],
    examples: [],
    async prepare() {
      for (const atom of atoms) await atom.prepare?.();
    },
    answer: (input, sources) => runBody(body, input, sources),
  };
}

/** The outputs; a member that answers a violation ends it with that violation. */
function runBody({ members, outputs }: Body, inputs: JsonObject, sources: Sources): Answer {
  const results: MutableJson = {};
  for (const member of members) {
    const scope = { ...results, results, inputs };
    const answer =
      member.loop === null ? runOnce(member, scope, sources) : runLoop(member, member.loop, scope, sources);
    if ("violation" in answer) return answer;
    if (answer.value !== undefined) setOwn(results, member.out, answer.value);
  }
  const result: MutableJson = {};
  for (const [name, from] of outputs) {
    const found = own(results, from);
    if (found !== undefined) setOwn(result, name, outputOf(name, found));
  }
  return { result };
}

type Violation = Extract<Answer, { violation: string }>;

/** What a member gives; undefined for a loop over an empty list. */
type Given = Violation | { readonly value: Json | undefined };

function runOnce({ of, inputs }: Member, scope: Scope, sources: Sources): Given {
  const input = bind(inputs, scope);
  if (!("answer" in of)) {
    const answer = runBody(of, input, sources);
    return "violation" in answer ? answer : { value: soleValue(answer.result) };
  }
  const answer = of.answer(input, sources);
  if (!("violation" in answer)) return { value: answer.result };
  return { violation: answer.violation, facts: { ...answer.facts, atom: of.code } };
}

/** Each round reads what the one before left in the accumulator; the last one's result is the loop's. */
function runLoop(member: Member, { over, accumulator, update }: Loop, scope: Scope, sources: Sources): Given {
  const list = evaluate(over, scope);
  if (list === undefined) return { violation: "INPUT_MISSING", facts: { member: member.out } };
  if (!Array.isArray(list)) return { violation: "INPUT_TYPE", facts: { member: member.out } };
  const kept = bind(accumulator, scope);
  let value: Json | undefined;
  for (const iterator of list as readonly Json[]) {
    const round = runOnce(member, { ...scope, accumulator: { ...kept }, iterator }, sources);
    if ("violation" in round) return round;
    value = round.value;
    Object.assign(kept, bind(update, { results: value }));
  }
  return { value };
}

function bind(inputs: readonly Input[], scope: Scope): MutableJson {
  const bound: MutableJson = {};
  for (const [name, source] of inputs) {
    const value = evaluate(source, scope);
    if (value !== undefined) setOwn(bound, name, value);
  }
  return bound;
}

/** A molecule with one output is read as the value of that output. */
function soleValue(result: JsonObject): Json {
  const [only, second] = Object.values(result);
  return only !== undefined && second === undefined ? only : result;
}

/** The field of the output's name, else the only field, else the value itself. */
function outputOf(name: string, found: Json): Json {
  return isObject(found) ? (own(found, name) ?? soleValue(found)) : found;
}
