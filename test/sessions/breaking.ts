/** Something that succeeds, ways to break it, and the test that a hint mends what they broke. */

import assert from "node:assert/strict";
import { cpSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { isDeepStrictEqual } from "node:util";
import type { Json, JsonObject, MutableJson } from "../../src/json/value.ts";
import { nodeFiles } from "../../src/platform/node-ports.ts";
import { PLAYS_ALL } from "../support/portion.ts";
import { follow, hintsIn } from "./follow.ts";
import { artifactFile, edit, reauthor, unsealedCopy } from "./reauthor.ts";
import {
  document,
  FIXTURES,
  fixture,
  PROJECT,
  RELEASE,
  type Said,
  SNAPSHOT,
  type Workspace,
  workspace,
} from "./world.ts";

/** A workspace with a snapshot and a payload of its own, and a command line that succeeds as long as nobody breaks it. */
export interface Unbroken {
  readonly place: Workspace;
  readonly snapshot: string;
  readonly argv: string[];
}

export interface Case {
  /** What is broken. */
  readonly what: string;
  /** What the session says about it, as code or exit reason. */
  readonly says: string;
  readonly breaks: (whole: Unbroken) => void;
  readonly workflow?: string;
  readonly payload?: string;
  readonly data?: string;
  /** The command that prints the hint, given the trace of the broken run; the run itself unless it is named. */
  readonly prints?: (whole: Unbroken) => readonly string[];
  /** What only the author of protocol or payload can know. */
  readonly choice?: Json;
  /** Whether the snapshot is sealed: before it is broken, or as it is then. */
  readonly sealed?: "whole" | "broken";
}

/** In an artifact's Markdown, everything derived from it again: a sound artifact that declares something wrong. */
export const declared =
  (fqdn: string, from: string | RegExp, to: string) =>
  ({ snapshot }: Unbroken) =>
    reauthor(snapshot, fqdn, (markdown) => markdown.replace(from, to));

/** In an artifact's file alone. */
export const spoilt =
  (fqdn: string, change: (text: string) => string) =>
  ({ snapshot }: Unbroken) =>
    edit(artifactFile(snapshot, fqdn), change);

export const payloadText =
  (change: (text: string) => string) =>
  ({ place }: Unbroken) =>
    edit(place.path("payload.json"), change);

export const payload = (change: (payload: MutableJson) => void) =>
  payloadText((text) => {
    const value = JSON.parse(text) as MutableJson;
    change(value);
    return JSON.stringify(value, null, 2);
  });

export const inChange = (name: string, value: Json | undefined) =>
  payload((whole) => {
    const { [name]: _, ...rest } = whole["change"] as MutableJson;
    whole["change"] = value === undefined ? rest : { ...rest, [name]: value };
  });

export const setting = (members: MutableJson) => payload((whole) => void Object.assign(whole, members));

export const typed =
  (from: string, ...to: readonly string[]) =>
  ({ argv }: Unbroken) => {
    assert.ok(argv.includes(from), from);
    argv.splice(argv.indexOf(from), 1, ...to);
  };

export const more =
  (...words: readonly string[]) =>
  ({ argv }: Unbroken) =>
    void argv.push(...words);

export const examined = ({ place }: Unbroken) => ["examine", place.traces().at(-1) as string];
export const planned = ({ argv }: Unbroken) => ["plan", "--wf", argv[argv.indexOf("--wf") + 1] as string];
export const verified = () => ["verify"];

/** One line of a JSON text between the marks of a merge that was not finished. */
export const conflict = (text: string) =>
  text.replace(/^.*"(?:version|change_id)".*$/m, "<<<<<<< ours\n$&\n=======\noops\n>>>>>>> theirs");

/** Only what a case changes is a copy: the project's own snapshot is linked to. */
async function whole(place: Workspace, one: Case, isOwn: boolean): Promise<Unbroken> {
  const { workflow = RELEASE, payload: name = "wf-release-change/completed", sealed, data = "data" } = one;
  const snapshot = place.path("protocol_snapshot");
  if (isOwn) unsealedCopy(snapshot);
  else symlinkSync(SNAPSHOT, snapshot);
  cpSync(join(FIXTURES, data), place.path("data"), { recursive: true });
  cpSync(fixture(name), place.path("payload.json"));
  if (sealed === "whole") assert.equal((await place.session("seal")).code, 0);
  const given = ["run", "--wf", workflow, "--payload", "payload.json"];
  return { place, snapshot, argv: [...given, "--no-png", "--no-md", "--durability", "process"] };
}

const printed = ({ out, err }: Said) => `${out}${err}`;

/** Where the executed fields are not again those of before: no error is new, and every scenario ends as before. */
async function assertNothingElseChanged({ place, snapshot }: Unbroken, hints: string): Promise<void> {
  // The whole check and all scenarios after every hint take minutes.
  if (!PLAYS_ALL || isDeepStrictEqual(executedIn(snapshot), executedIn(SNAPSHOT))) return;
  const known = await errorsIn(place, place.path("broken"));
  const errors = (await errorsIn(place, snapshot)).filter((error) => !known.includes(error));
  assert.deepEqual(errors, [], hints);
  const tested = await place.session("test", join(PROJECT, "scenarios"));
  assert.equal(tested.code, 0, `${hints}\n${printed(tested)}`);
}

function executedIn(snapshot: string): readonly Json[] {
  const files = nodeFiles
    .list(join(snapshot, "artifacts"))
    .map(({ path }) => join(snapshot, "artifacts", path));
  return files.map((file) => (JSON.parse(readFileSync(file, "utf8")) as MutableJson)["frontmatter"] as Json);
}

async function errorsIn(place: Workspace, snapshot: string): Promise<readonly string[]> {
  const { findings } = document(await place.session("check", "--snapshot", snapshot, "--json"));
  const errors = (findings as JsonObject[]).filter(({ severity }) => severity === "error");
  return errors.map(({ rule, artifact, pointer }) => `${rule} ${artifact} ${pointer}`);
}

/** Breaks it, follows what is said about it, and runs again. */
export function check(one: Case, isOwn: boolean): void {
  const { what, says, breaks, prints, choice, sealed } = one;
  test(`after ${what}, the run succeeds as soon as the hint is followed`, async (t) => {
    const place = workspace(t, { snapshot: null });
    const broken = await whole(place, one, isOwn);
    breaks(broken);
    if (isOwn) cpSync(broken.snapshot, place.path("broken"), { recursive: true });
    if (sealed === "broken") assert.equal((await place.session("seal")).code, 0);

    const failed = await place.session(...broken.argv);
    assert.notEqual(failed.code, 0, printed(failed));
    assert.ok(printed(failed).includes(says), printed(failed));
    const told = prints === undefined ? failed.err : printed(await place.session(...prints(broken)));
    const hints = hintsIn(told);
    assert.ok(hints.length > 0, `no hint: ${told}`);
    for (const hint of hints) await follow(hint, { place, argv: broken.argv, choice });

    const mended = await place.session(...broken.argv);
    assert.equal(mended.code, 0, `${hints.join("\n")}\n${printed(mended)}`);
    assert.match(mended.out, /^SUCCESS /);
    if (isOwn) await assertNothingElseChanged(broken, hints.join("\n"));
  });
}
