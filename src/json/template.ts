/**
 * The canonical form of objects that are alike, such as the payloads of one step's events: what was the same in all of
 * them is flat text between the values that were not.
 */

import { canonical, escaped } from "./canonical.ts";
import { isObject, type Json, type JsonObject } from "./value.ts";

/** What is larger, longer or nested more deeply counts as a value that changes. */
const MOST_MEMBERS = 32;
const MOST_LENGTH = 128;
const MOST_LEVELS = 6;

/** So many objects with other members are written before a template is made of the next one. */
const MOST_OTHERS = 8;

interface Member {
  readonly name: string;
  /** The same in all objects, an object with the same members in all, a text, or anything else. */
  readonly kind: "constant" | "object" | "text" | "value";
  readonly constant: Json;
  readonly object: ObjectForm | null;
  /** Of a text or value: what is written between the one before it and this one. */
  before: string;
}

interface ObjectForm {
  /** In the order of the objects. */
  readonly names: readonly string[];
  /** In canonical order. */
  readonly members: readonly Member[];
}

/** Learns from what it writes. The first object is only written: most processes run a step once. */
export class Template {
  readonly #before: string;
  readonly #after: string;
  #form: ObjectForm | null = null;
  /** What follows the last value. */
  #end = "";
  #isUsed = false;
  #others = 0;

  /** `before` and `after` are written around each object. */
  constructor(before: string, after: string) {
    this.#before = before;
    this.#after = after;
  }

  /** The canonical form of the object between the two texts. @throws CanonicalError */
  write(object: JsonObject): string {
    const filled = this.#form === null ? null : fill(this.#form, object, "");
    if (filled !== null) return filled + this.#end;
    const text = this.#before + canonical(object) + this.#after;
    if (this.#isUsed) this.#learn(object);
    this.#isUsed = true;
    return text;
  }

  #learn(object: JsonObject): void {
    const form = this.#form === null ? formOf(object, MOST_LEVELS) : commonForm(this.#form, object);
    if (form !== null) {
      this.#form = form;
      this.#end = [...layOut(form, [this.#before]), this.#after].join("");
    } else if (++this.#others === MOST_OTHERS) {
      this.#form = null;
      this.#others = 0;
    }
  }
}

/** The text with the object's values added; null where the object is another. */
function fill({ names, members }: ObjectForm, object: JsonObject, before: string): string | null {
  let count = 0;
  for (const name in object) if (name !== names[count++]) return null;
  if (count !== names.length) return null;
  let text: string | null = before;
  for (let i = 0; i < members.length && text !== null; i++) {
    const member = members[i] as Member;
    text = add(member, object[member.name] as Json, text);
  }
  return text;
}

function add(member: Member, value: Json, text: string): string | null {
  switch (member.kind) {
    case "constant":
      return value === member.constant ? text : null;
    case "object":
      return isObject(value) ? fill(member.object as ObjectForm, value, text) : null;
    case "text":
      return typeof value === "string" ? text + member.before + escaped(value) : null;
    case "value":
      return text + member.before + canonical(value);
  }
}

function memberOf(
  name: string,
  kind: Member["kind"],
  constant: Json = null,
  object: ObjectForm | null = null,
): Member {
  return { name, kind, constant, object, before: "" };
}

/** Null where the object is too large. */
function formOf(object: JsonObject, levels: number): ObjectForm | null {
  const names = Object.keys(object);
  if (names.length > MOST_MEMBERS || levels === 0) return null;
  const members = [...names].sort().map((name) => firstForm(name, object[name] as Json, levels - 1));
  return { names, members };
}

function firstForm(name: string, value: Json, levels: number): Member {
  if (typeof value === "string" && value.length > MOST_LENGTH) return memberOf(name, "text");
  if (typeof value !== "object" || value === null) return memberOf(name, "constant", value);
  const object = isObject(value) ? formOf(value, levels) : null;
  return object === null ? memberOf(name, "value") : memberOf(name, "object", null, object);
}

/** The form of the objects so far and this one; null where its members are others. */
function commonForm({ names, members }: ObjectForm, object: JsonObject): ObjectForm | null {
  const found = Object.keys(object);
  if (found.length !== names.length || found.some((name, i) => name !== names[i])) return null;
  return { names, members: members.map((member) => commonMember(member, object[member.name] as Json)) };
}

function commonMember(member: Member, value: Json): Member {
  const { name, kind, constant, object } = member;
  const isText = typeof value === "string";
  if (kind === "constant" && value === constant) return member;
  if (kind === "text" ? isText : kind === "constant" && isText && typeof constant === "string")
    return memberOf(name, "text");
  const common = object !== null && isObject(value) ? commonForm(object, value) : null;
  return common === null ? memberOf(name, "value") : memberOf(name, "object", null, common);
}

/** Gives each text and value what is written before it; answers the pieces of what follows the last one. */
function layOut({ members }: ObjectForm, before: readonly string[]): string[] {
  let pieces = [...before, "{"];
  for (const [i, member] of members.entries()) {
    const { name, kind, constant, object } = member;
    pieces.push(i === 0 ? "" : ",", canonical(name), ":");
    if (object !== null) pieces = layOut(object, pieces);
    else if (kind === "constant") pieces.push(canonical(constant));
    else {
      const quote = kind === "text" ? '"' : "";
      member.before = [...pieces, quote].join("");
      pieces = [quote];
    }
  }
  return [...pieces, "}"];
}
