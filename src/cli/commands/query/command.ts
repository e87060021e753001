/** `pgs query`: asks a snapshot questions about itself. */

import { joined } from "../../../errors/joined.ts";
import { type Answer, answer, parseQuestion } from "../../../query/ask.ts";
import { KINDS, openQueryModel } from "../../../query/model.ts";
import type { Kind } from "../../../snapshot/fqdn.ts";
import type { Context } from "../../context.ts";
import { defineCommand } from "../../define-command.ts";
import { UsageFault } from "../../errors.ts";
import { EXIT } from "../../exit-codes.ts";
import { open } from "../../load.ts";
import { argumentChoice, flag, optionalArgumentList } from "../../option.ts";
import { printJson, printText } from "../../print.ts";
import { say } from "../../report-view.ts";
import { SEAL } from "../../shared-options.ts";
import { trustOf } from "../../trust.ts";
import { placed } from "./placed.ts";
import { answerView } from "./view.ts";

/** What follows each question: its members in order, those that may be left out in brackets. */
const FORMS = {
  refs: ["artifact"],
  deps: ["artifact"],
  impact: ["artifact"],
  path: ["from", "to"],
  stores: ["[store]"],
  events: ["[event]"],
  outcomes: ["workflow"],
  actors: [],
  search: ["text"],
  explain: ["workflow"],
  names: ["[kind]"],
} as const satisfies Readonly<Record<Answer["query"] | "names", readonly string[]>>;

type Form = keyof typeof FORMS;

export const query = defineCommand({
  details:
    "refs: who mentions an artifact. deps: what it mentions. impact: which workflows, endings, stores and events a change of it can reach. path: how one artifact leads to another. stores, events: who writes and reads, who announces and requires. outcomes: every ending of a workflow, with the ways to it. actors, search: who is known, and where a text is. explain: a workflow in sentences. names: the full names, one a line, all or of one kind. A name is full, or a code that only one artifact has. Every answer names the artifact, the field, and the line of the authored Markdown.",
  arguments: {
    question: argumentChoice(Object.keys(FORMS) as [Form, ...Form[]], "what is asked"),
    names: optionalArgumentList(
      "what it is asked of: an artifact, two for path, a workflow, a store, an event, a text",
      {
        completes: "code",
      },
    ),
  },
  options: {
    Query: { transitive: flag("with deps: also what is mentioned through others") },
    Seal: SEAL,
  },
  shared: ["workspace", "snapshot", "json", "quiet", "debug", "no-color"],
  examples: [
    ["pgs query impact CC_RECORD_RELEASE_V0", "print what a change of a contract can reach"],
    ["pgs query explain WF_RELEASE_CHANGE_V0", "print a workflow in plain sentences"],
  ],
  exitCodes: { SUCCESS: "answered, also where nothing was found", SNAPSHOT: true },
  async action({ question: form, names, transitive, ...request }, context) {
    const given = givenFor(form, names, transitive);
    const snapshot = await open(context, trustOf(request, context), undefined, form === "names");
    if (form === "names") {
      printNames(
        kindsFor(given["kind"])
          .flatMap((kind) => snapshot.names(kind))
          .sort(),
        context,
      );
      return EXIT.SUCCESS;
    }
    const question = parseQuestion({ query: form, ...given });
    const answered = await answer(question, await openQueryModel(snapshot, await context.registry()));
    await say(await placed(answered, context), answerView, context);
    return EXIT.SUCCESS;
  },
});

/** The members of the question. @throws UsageFault for too many names, or too few */
function givenFor(
  form: Form,
  names: readonly string[],
  isTransitive: boolean,
): Readonly<Record<string, string | boolean>> {
  const members: readonly string[] = FORMS[form];
  // A text needs no quotes.
  const words = form === "search" && names.length > 0 ? [names.join(" ")] : names;
  const needed = members.filter((member) => !member.startsWith("["));
  if (words.length < needed.length || words.length > members.length) throw badLine(form, words.length);
  if (isTransitive && form !== "deps") {
    throw new UsageFault("BAD_USAGE", {
      message: "--transitive belongs to pgs query deps",
      hint: "omit --transitive",
    });
  }
  const named = words.map((word, i) => [String(members[i]).replace(/[[\]]/g, ""), word] as const);
  return { ...Object.fromEntries(named), ...(isTransitive ? { transitive: true } : {}) };
}

function badLine(form: Form, given: number): UsageFault {
  const line = ["pgs query", form, ...FORMS[form].map((member) => member.toUpperCase())].join(" ");
  const message = `${form} takes ${given > FORMS[form].length ? "fewer" : "more"} names`;
  return new UsageFault("BAD_USAGE", { message, hint: `type ${line}` });
}

/** All of them where none is given. @throws UsageFault for a word that is none */
function kindsFor(given: string | boolean | undefined): readonly Kind[] {
  const kinds = KINDS.filter((kind) => given === undefined || kind === given);
  if (kinds.length > 0) return kinds;
  throw new UsageFault("BAD_USAGE", {
    message: `${given} is no kind of artifact`,
    hint: `type pgs query names ${joined(KINDS, "or")}`,
  });
}

function printNames(names: readonly string[], context: Context): void {
  if (context.settings.json) printJson(context, { query: "names", names });
  else printText(context, names.map((name) => `${name}\n`).join(""));
}
