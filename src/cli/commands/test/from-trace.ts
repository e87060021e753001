/** `pgs test --from-trace`: makes a scenario of a recorded run, and plays it before it is written. */

import { catalogue } from "../../../scenarios/catalogue.ts";
import { ScenarioFault } from "../../../scenarios/errors.ts";
import { reasonAgainst, scenarioOf } from "../../../scenarios/format/from-trace.ts";
import { readSource } from "../../../scenarios/format/source.ts";
import { storesOf } from "../../../scenarios/format/stores.ts";
import { type Tested, testScenario } from "../../../scenarios/test-file.ts";
import type { TestResult } from "../../../scenarios/test-scenarios.ts";
import type { Snapshot } from "../../../snapshot/snapshot.ts";
import { eventsOf } from "../../../trace/event.ts";
import { addEvent, createSummary } from "../../../trace/summary.ts";
import { type Context, shortPath } from "../../context.ts";
import { scenarioEnvironment } from "../../environment.ts";
import { open } from "../../load.ts";
import { readIntactTrace } from "../../read-trace.ts";
import type { Trust } from "../../trust.ts";
import { writeFileArgument } from "../../write-file.ts";

interface TestFromTrace {
  readonly snapshot: Snapshot;
  /** Of the scenario that was made, which passed. */
  readonly result: TestResult;
  /** The scenario's file, as the reader would write it. */
  readonly file: string;
}

/** The scenario, made and run. @throws UsageFault `SCENARIO_NOT_MADE` when the trace does not say enough */
export async function testFromTrace(
  trace: string,
  trust: Trust,
  context: Context,
  given: string | undefined,
): Promise<TestFromTrace> {
  const { platform, settings } = context;
  const { events } = readIntactTrace(trace, context);
  const summary = createSummary();
  for (const event of events) addEvent(summary, event);
  const [start] = eventsOf(events, "execution_start");
  const { path, shown } = placeOf(given ?? `${settings.scenarios}/${start?.execution_id}.scenario.yaml`);
  const refuse = (why: string, hint: string | null = null) =>
    new ScenarioFault("SCENARIO_NOT_MADE", { file: trace, why, hint });
  const why = reasonAgainst(summary, events);
  if (why !== undefined) throw refuse(why);
  if (platform.files.realPath(path) !== null)
    throw refuse(`${shown} already exists`, `name another file: pgs test --from-trace ${trace} FILE`);

  const snapshot = await open(context, trust);
  const [workflows, stores] = [catalogue(snapshot, await context.registry()), storesOf(snapshot)];
  const domain = start?.payload.workflow_code.split("::")[0];
  const nameOfStore = (store: string) => ((stores.get(store)?.size ?? 0) > 1 ? `${domain}::${store}` : store);
  const testing = {
    workflows,
    stores,
    workspace: settings.workspace,
    around: scenarioEnvironment(platform),
    isRecorded: false,
  };
  const { yamlText } = await import("../../../json/yaml-text.ts");
  let tested: Tested | undefined;
  for (const answers of [false, true]) {
    const text = yamlText(scenarioOf(events, summary, nameOfStore, answers));
    tested = await testScenario({ path, source: readSource(shown, Buffer.from(text)) }, testing);
    if (tested.steps.some(({ differences }) => differences.length > 0)) continue;
    writeFileArgument(
      path,
      text,
      context,
      ({ errno }) => new ScenarioFault("SCENARIO_UNWRITABLE", { file: shown, errno }),
    );
    return { snapshot, result: { scenarios: [tested], coverage: null, updated: 0 }, file: shown };
  }
  throw refuse(`run again on the recorded data, the result differs at ${tested?.steps[0]?.differences[0]?.at}`);

  function placeOf(file: string) {
    const at = context.path(file);
    return { path: at, shown: shortPath(at, platform.cwd) };
  }
}
