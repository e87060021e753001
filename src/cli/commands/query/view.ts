/** The answers of `pgs query`, as text and as JSON. */

import { counted } from "../../../errors/counted.ts";
import { joined } from "../../../errors/joined.ts";
import type { ActorsAnswer } from "../../../query/actors.ts";
import type { Answer } from "../../../query/ask.ts";
import type { EventsAnswer, EventUse } from "../../../query/events.ts";
import type { ExplainAnswer, Topic } from "../../../query/explain.ts";
import type { ImpactAnswer, WorkflowImpact } from "../../../query/impact.ts";
import type { Ending, Hop, OutcomesAnswer } from "../../../query/outcomes.ts";
import type { Place } from "../../../query/place.ts";
import type { Mention } from "../../../query/references.ts";
import type { DepsAnswer, PathAnswer, RefsAnswer } from "../../../query/refs.ts";
import type { SearchAnswer } from "../../../query/search.ts";
import type { StoresAnswer, StoreUse } from "../../../query/stores.ts";
import type { AuthoredPlace } from "../../../snapshot/hint.ts";
import type { Paint } from "../../colour.ts";
import { plain, table } from "../../print.ts";
import type { ReportView } from "../../report-view.ts";

export const answerView: ReportView<Answer> = { toJson: (answer) => answer, toText };

function toText(answer: Answer, paint: Paint): string {
  switch (answer.query) {
    case "refs":
      return refsText(answer, paint);
    case "deps":
      return depsText(answer, paint);
    case "path":
      return pathText(answer);
    case "impact":
      return impactText(answer, paint);
    case "stores":
      return storesText(answer, paint);
    case "events":
      return eventsText(answer, paint);
    case "outcomes":
      return outcomesText(answer, paint);
    case "actors":
      return actorsText(answer, paint);
    case "search":
      return searchText(answer, paint);
    case "explain":
      return explainText(answer, paint);
    default:
      return answer satisfies never;
  }
}

type Shown = Omit<Place, "artifact"> & { readonly authored?: AuthoredPlace };

/** The line to edit: that of the workspace's Markdown, else of the artifact's own; else the field. */
function placeText({ file, pointer, line, authored }: Shown): string {
  if (authored !== undefined) return plain(`${authored.file}:${authored.line}`);
  if (pointer === "") return plain(file);
  return plain(line === null ? `${file} ${pointer}` : `${file}, line ${line} of its Markdown`);
}

const fieldText = ({ pointer }: Pick<Place, "pointer">) => plain(pointer.replace(/^\/frontmatter/, ""));

const mentionRow = (name: string, one: Mention) => [plain(name), fieldText(one), placeText(one)];

// ---- references ----

function refsText({ artifact, known, mentions }: RefsAnswer, paint: Paint): string {
  const missing = known ? "" : ", which the snapshot does not have";
  const head = `${paint("strong", artifact)}${missing}: ${counted(mentions.length, "mention")}\n`;
  return head + table(mentions.map((one) => mentionRow(one.from, one)));
}

function depsText({ artifact, transitive, mentions }: DepsAnswer, paint: Paint): string {
  const how = transitive
    ? `mentions ${counted(mentions.length, "artifact")}, directly or through others`
    : `has ${counted(mentions.length, "mention")}`;
  const rows = mentions.map((one) => {
    const [name = "", ...place] = mentionRow(one.known ? one.to : `${one.to} (not in the snapshot)`, one);
    return transitive ? [name, `by ${plain(one.from)}`, ...place] : [name, ...place];
  });
  return `${paint("strong", artifact)} ${how}\n${table(rows)}`;
}

function pathText({ from, to, found, reverse, steps }: PathAnswer): string {
  if (from === to) return `${plain(from)} is named twice\n`;
  if (!found) {
    const other = reverse ? `; mentions lead the other way: pgs query path ${to} ${from}` : "";
    return plain(`no mentions lead from ${from} to ${to}${other}`).concat("\n");
  }
  return `${plain(from)}\n${table(steps.map((one) => mentionRow(`-> ${one.to}`, one)))}`;
}

// ---- impact ----

function impactText({ artifact, workflows, readers }: ImpactAnswer, paint: Paint): string {
  const executed = workflows.filter((one) => one.executed).length;
  const rest = workflows.length - executed;
  const mentioning = counted(rest, "workflow only mentions it", "workflows only mention it");
  const other = rest === 0 ? "" : `; ${mentioning}`;
  return [
    `${paint("strong", artifact)}: a change can reach ${counted(executed, "workflow")}${other}\n`,
    ...workflows.map((one) => `\n${workflowText(one, paint)}`),
    readers.length === 0
      ? ""
      : `\nother workflows that read what these write\n${table(readers.map((one) => [plain(one.workflow), `${one.because} ${plain(one.of)}`, placeText(one)]))}`,
  ].join("");
}

function workflowText(one: WorkflowImpact, paint: Paint): string {
  const { workflow, executed, compiles, steps, nodes, outcomes, stores, events } = one;
  const note = !executed
    ? "  no run executes it"
    : compiles
      ? ""
      : "  does not compile: what it writes is not known";
  const rows = [
    ["at", nodes],
    ["endings", outcomes],
    ["writes", stores],
    ["events", events],
  ] as const;
  return [
    `${paint(executed ? "strong" : "quiet", workflow)}${note}\n`,
    table(steps.map((step) => mentionRow(`-> ${step.to}`, step))),
    table(rows.flatMap(([word, names]) => (names.length === 0 ? [] : [[word, plain(names.join(", "))]]))),
  ].join("");
}

// ---- stores, events, actors ----

function storesText({ stores, uncompiled }: StoresAnswer, paint: Paint): string {
  if (stores.length === 0) return `the snapshot declares no store\n${uncompiledText(uncompiled)}`;
  const texts = stores.map(({ store, path, semantics, declared, reads, writes }) => {
    const isUsed = reads.length + writes.length > 0;
    const promises = isUsed ? semantics.join(", ") : "no workflow uses it";
    const [first] = declared;
    const about =
      first === undefined
        ? ""
        : `  ${plain(first.description)}${first.description === "" ? "" : "  "}${paint("quiet", placeText(first))}\n`;
    const rows = [...reads.map((one) => useRow("reads", one)), ...writes.map((one) => useRow("writes", one))];
    return `${paint("strong", store)}  ${plain(path)}  ${promises}\n${about}${table(rows)}`;
  });
  return texts.join("\n") + uncompiledText(uncompiled);
}

/** What the answer may lack. */
function uncompiledText(workflows: readonly string[]): string {
  if (workflows.length === 0) return "";
  return `\nworkflows that do not compile: what they read and write is not known\n${table(workflows.map((one) => [plain(one)]))}`;
}

const useRow = (verb: string, one: StoreUse) => [
  verb,
  plain(one.workflow),
  plain(`${one.node}.${one.step}`),
  plain(one.op),
  placeText(one),
];

const ROLES = ["announced", "recorded", "required", "forbidden"] as const;

function eventsText({ events, uncompiled }: EventsAnswer, paint: Paint): string {
  if (events.length === 0) return `the snapshot names no event\n${uncompiledText(uncompiled)}`;
  const texts = events.map((event) => {
    const place = event.declared === null ? "no artifact declares it" : placeText(event.declared);
    const rows = ROLES.flatMap((role) => event[role].map((one) => eventRow(role, one)));
    return `${paint("strong", event.event)}  ${plain(event.summary)}\n  ${paint("quiet", place)}\n${table(rows)}`;
  });
  return texts.join("\n") + uncompiledText(uncompiled);
}

const eventRow = (role: string, one: EventUse) => [
  `${role} by`,
  plain(one.workflow ?? `${one.artifact}, which no workflow runs`),
  plain(one.node ?? "admission"),
  placeText(one),
];

function actorsText({ actors }: ActorsAnswer, paint: Paint): string {
  if (actors.length === 0) return "the snapshot declares no actor\n";
  const texts = actors.map((one) => {
    const type = one.type === null ? "" : `  ${plain(one.type)}`;
    const known = one.attributes.length === 0 ? "" : `  known of each: ${plain(joined(one.attributes))}\n`;
    const mentions =
      one.mentions.length === 0
        ? "  no artifact mentions it\n"
        : table(one.mentions.map((each) => mentionRow(each.from, each)));
    return `${paint("strong", one.actor)}${type}  ${plain(one.summary)}\n  ${paint("quiet", placeText(one))}\n${known}${mentions}`;
  });
  return texts.join("\n");
}

// ---- outcomes ----

function outcomesText(
  { workflow, compiles, denied, endings, unrouted, other_edges: others }: OutcomesAnswer,
  paint: Paint,
): string {
  const denial = denied ? "\nadmission can deny a request before the first node\n" : "";
  const refusals = table(unrouted.map((one) => [`${one.node} ${one.outcome}`, placeText(one)]));
  const edges = table(others.map(({ from, outcome, to }) => [plain(`${from} ${outcome}`), `-> ${plain(to)}`]));
  return [
    `${paint("strong", workflow)}: ${counted(endings.length, "ending")}\n`,
    compiles ? "" : "\nthe workflow does not compile: outcomes without a route are not known\n",
    denial,
    ...endings.map((one) => `\n${endingOf(one, paint)}`),
    unrouted.length === 0 ? "" : `\nno route: a run that comes here is refused\n${refusals}`,
    others.length === 0 ? "" : `\nedges on none of these ways\n${edges}`,
  ].join("");
}

function endingOf(ending: Ending, paint: Paint): string {
  const { node, emits, arrivals, ways, complete, count } = ending;
  const codes = [...new Set(arrivals.map((one) => one.exit_reason_code))];
  const isGood = arrivals.some(({ status }) => status === "SUCCESS");
  const emitted = emits.length === 0 ? "" : `  announces ${plain(emits.join(", "))}`;
  const total = count === null ? "" : ` of ${count}`;
  const bound = complete ? "" : `  … the first ${ways.length}${total}\n`;
  const none = ways.length === 0 && complete ? "  no way leads there\n" : "";
  return [
    `${paint(isGood ? "good" : "strong", node)}  ${codes.join(", ")}${emitted}  ${paint("quiet", placeText(ending))}\n`,
    ...ways.map((way) => `  ${plain(wayText(way))}\n`),
    bound,
    none,
  ].join("");
}

function wayText(way: readonly Hop[]): string {
  return way.map(({ node, outcomes }) => `${node} ${outcomes.join("|")}`).join(" -> ");
}

// ---- search, explain ----

function searchText({ text, hits, count }: SearchAnswer, paint: Paint): string {
  if (count === 0) return `no artifact has ${plain(JSON.stringify(text))}\n`;
  const rows = hits.map((one) => [paint("strong", one.artifact), plain(one.excerpt), placeText(one)]);
  const rest = count > hits.length ? `… and ${counted(count - hits.length, "hit")} more\n` : "";
  return `${table(rows, "")}${rest}`;
}

const HEADINGS: Readonly<Record<Topic, string>> = {
  who: "Who may ask",
  asked: "What is asked",
  done: "What is done",
  written: "What is read and written",
  endings: "How it can end",
};

function explainText({ workflow, summary, parts }: ExplainAnswer, paint: Paint): string {
  const texts = parts.map(({ topic, sentences }) => {
    const lines = sentences.map((one) => `  - ${plain(one.text)} ${paint("quiet", `(${placeText(one)})`)}\n`);
    return `\n${paint("strong", HEADINGS[topic])}\n${lines.join("")}`;
  });
  return `${paint("strong", workflow)}  ${plain(summary)}\n${texts.join("")}`;
}
