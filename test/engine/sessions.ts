/** Runs over several sessions, one of each kind. */

import { fixedClock } from "../../src/platform/node-ports.ts";
import { asking, concurrent, type Made, nested, runSessions, type SessionOptions, twice } from "./waiting.ts";

const asked = { key: "release-1", timeout: "PT1H", prompt: "Release it?", choices: ["yes", "no"] };
const ANN = "trial::AC_ANN_V0";

/** `HH:MM` of the day of the first session, which begins at 09:00. */
const at = (time: string) => ({ clock: fixedClock(Date.parse(`2026-01-31T${time}:00.000Z`)) });

const answered = (time: string, key: string): SessionOptions => ({
  ...at(time),
  actor: ANN,
  delivery: { key, answer: "yes", id: `${key}-answer` },
});

type Make = () => Promise<Made>;

/** How an effect ended whose end nobody saw. */
const done = (settled: "shown" | "assumed") => ({ outcome: "SUCCESS", result: {}, observed: [], settled });

export const MADE = {
  "it waits": () => runSessions(asking(asked), []),
  "it was answered": () => runSessions(asking(asked), [answered("09:30", "release-1")]),
  "its deadline passed": () => runSessions(asking(asked), [at("11:00")]),
  "it paused": () => runSessions(asking({ after: "PT1H" }, "TIME"), [at("10:30")]),
  "it waited twice, and was answered twice": () =>
    runSessions(twice("first", "second"), [answered("09:30", "first"), answered("09:40", "second")]),
  "it was cancelled while it waited": () =>
    runSessions(asking(asked), [{ ...at("09:30"), actor: ANN, cancellation: { reason: "not needed" } }]),
  "its nested run waits": () => runSessions(nested("release-1"), []),
  "its nested run was answered": () => runSessions(nested("release-1"), [answered("09:30", "release-1")]),
  "it was cancelled while its nested run waited": () =>
    runSessions(nested("release-1"), [{ ...at("09:30"), cancellation: {} }]),
  "of three runs beside each other, all wait": () => runSessions(concurrent("a", "b", "c"), []),
  "of three runs beside each other, the second was answered": () =>
    runSessions(concurrent("a", "b", "c"), [answered("09:30", "b")]),
  "of three runs beside each other, two were answered, the last not in time": () =>
    runSessions(concurrent("a", "b", "c"), [answered("09:30", "b"), answered("09:40", "a"), at("11:00")]),
  "it was cancelled while two of three runs beside each other waited": () =>
    runSessions(concurrent("a", "b", "c"), [answered("09:30", "b"), { ...at("09:40"), cancellation: {} }]),
  "it was cut off in an effect that its store showed": () =>
    runSessions(asking(asked), [
      answered("09:30", "release-1"),
      { ...at("09:40"), cutAfter: "side_effect_start", settled: done("shown") },
    ]),
  "it was cut off in an effect that somebody said was done": () =>
    runSessions(asking(asked), [
      answered("09:30", "release-1"),
      {
        ...at("09:40"),
        cutAfter: "side_effect_start",
        actor: ANN,
        settled: { ...done("assumed"), actor: ANN },
      },
    ]),
  "it was cut off between two nodes": () =>
    runSessions(asking({ after: "PT1H" }, "TIME"), [
      { ...at("09:20"), cutAfter: "node_end" },
      { ...at("10:30"), actor: ANN },
    ]),
} satisfies Record<string, Make>;
