import { instantOf, momentOf } from "../../json/date-time.ts";
import { anything, array, object, optional, string } from "../input-schema.ts";
import { isoDuration } from "../iso-8601.ts";
import type { Performed } from "../target.ts";
import { areChoices, isDue, type WaitEffect, waiting } from "../targets/wait.ts";

const EVENT = waiting({
  about:
    "Waits until an event with the key is delivered, or until the deadline; asks a person where it has a prompt.",
  input: {
    key: string,
    timeout: optional(string),
    prompt: optional(string),
    choices: optional(array),
    fields: optional(object),
    details: optional(anything),
  },
  outcomes: ["SUCCESS", "TIMED_OUT", "VIOLATION", "BACKEND_ERROR"],
  begin({ key, timeout, prompt, choices, fields }, moment) {
    if (key === "") return violation("KEY_EMPTY", "key");
    if (choices !== undefined && !areChoices(choices)) return violation("CHOICES_MALFORMED", "choices");
    const due = timeout === undefined ? undefined : dueAt(timeout, moment);
    if (due === null) return violation("NO_MOMENT", "timeout");
    if (isDue({ due }, moment)) return { outcome: "TIMED_OUT", result: {} };
    return {
      kind: "EVENT",
      key,
      ...(due === undefined ? {} : { due }),
      ...(prompt === undefined ? {} : { prompt }),
      ...(choices === undefined ? {} : { choices }),
      ...(fields === undefined ? {} : { fields }),
    };
  },
  end(_, { at, answer }) {
    if (answer === null) return { outcome: "TIMED_OUT", result: {} };
    return { outcome: "SUCCESS", result: { answer: answer.value, actor: answer.actor, received_at: at } };
  },
});

const TIME = waiting({
  about: "Waits until a moment, or for a duration from the moment at which it begins.",
  input: { until: optional(string), after: optional(string) },
  outcomes: ["SUCCESS", "VIOLATION", "BACKEND_ERROR"],
  begin({ until, after }, moment) {
    if ((until === undefined) === (after === undefined)) return violation("ONE_OF_UNTIL_AND_AFTER", "until");
    const due = until === undefined ? after && laterBy(after, moment) : momentIn(until);
    if (due === undefined) return violation("NO_MOMENT", until === undefined ? "after" : "until");
    return isDue({ due }, moment) ? woken(due, moment) : { kind: "TIME", due };
  },
  end: (wait, { at }) => woken(wait.due ?? at, at),
});

function woken(due: string, at: string): Performed<"SUCCESS"> {
  return { outcome: "SUCCESS", result: { due, woken_at: at } };
}

function violation(code: string, field: string): Performed<"VIOLATION"> {
  return { outcome: "VIOLATION", reason: { code, field } };
}

/** A duration from the moment on, or a moment of its own; null for any other text. */
function dueAt(timeout: string, moment: string): string | null {
  return momentIn(timeout) ?? laterBy(timeout, moment) ?? null;
}

function momentIn(text: string): string | undefined {
  const moment = momentOf(text);
  return moment === undefined ? undefined : instantOf(moment);
}

function laterBy(duration: string, moment: string): string | undefined {
  const milliseconds = isoDuration(duration);
  return milliseconds === undefined ? undefined : instantOf(Date.parse(moment) + milliseconds);
}

const MOMENT = "2026-03-01T09:00:00.000Z";
const LATER = "2026-03-01T10:00:00.000Z";
const asked = { key: "release-1", prompt: "Release it?", choices: ["yes", "no"] };
const answer = { value: "yes", actor: "parcels::AC_CLERK_V0" };

export const csAwait = {
  code: "capability_side_effects::CS_AWAIT_V0",
  about: "Suspends the run until an event is delivered or a moment has come.",
  operations: { EVENT, TIME },
  examples: [
    {
      about: "a person is asked, and answers",
      op: "EVENT",
      input: { ...asked, details: { parcel: "P-1" } },
      moment: MOMENT,
      wait: { kind: "EVENT", ...asked },
      ends: [
        {
          end: { at: LATER, answer },
          outcome: "SUCCESS",
          result: { answer: "yes", actor: "parcels::AC_CLERK_V0", received_at: LATER },
        },
      ],
    },
    {
      about: "a deadline is counted from the beginning of the step",
      op: "EVENT",
      input: { key: "parcel-arrived", timeout: "PT1H" },
      moment: MOMENT,
      wait: { kind: "EVENT", key: "parcel-arrived", due: LATER },
      ends: [
        { end: { at: LATER, answer: null }, outcome: "TIMED_OUT", result: {} },
        {
          end: { at: MOMENT, answer: { value: { grams: 5 }, actor: null } },
          outcome: "SUCCESS",
          result: { answer: { grams: 5 }, actor: null, received_at: MOMENT },
        },
      ],
    },
    {
      about: "a deadline that has passed is not waited for",
      op: "EVENT",
      input: { key: "parcel-arrived", timeout: "2026-02-28T00:00:00Z" },
      moment: MOMENT,
      wait: null,
      ends: [{ outcome: "TIMED_OUT", result: {} }],
    },
    {
      about: "what is neither a duration nor a moment is none",
      op: "EVENT",
      input: { key: "parcel-arrived", timeout: "soon" },
      moment: MOMENT,
      wait: null,
      ends: [{ outcome: "VIOLATION" }],
    },
    {
      about: "choices are different texts",
      op: "EVENT",
      input: { ...asked, choices: ["yes", "yes"] },
      moment: MOMENT,
      wait: null,
      ends: [{ outcome: "VIOLATION" }],
    },
    {
      about: "a pause",
      op: "TIME",
      input: { after: "PT1H" },
      moment: MOMENT,
      wait: { kind: "TIME", due: LATER },
      ends: [{ end: { at: LATER, answer: null }, outcome: "SUCCESS", result: { due: LATER, woken_at: LATER } }],
    },
    {
      about: "a moment that has passed is not waited for",
      op: "TIME",
      input: { until: "2026-03-01T10:00:00+01:00" },
      moment: MOMENT,
      wait: null,
      ends: [{ outcome: "SUCCESS", result: { due: MOMENT, woken_at: MOMENT } }],
    },
    {
      about: "one of the two, not both",
      op: "TIME",
      input: { until: LATER, after: "PT1H" },
      moment: MOMENT,
      wait: null,
      ends: [{ outcome: "VIOLATION" }],
    },
  ],
} satisfies WaitEffect;
