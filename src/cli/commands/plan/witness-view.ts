/** How a plan and its projections are shown side by side: as text and as JSON. */

import { counted } from "../../../errors/counted.ts";
import { parsePointer } from "../../../json/pointer.ts";
import type { Plan } from "../../../plan/plan.ts";
import type { Witness, WitnessDifference, WitnessField } from "../../../plan/witness.ts";
import { type FindPlace, openPlaces } from "../../authored-places.ts";
import { type Paint, painter } from "../../colour.ts";
import type { Context } from "../../context.ts";
import { EXIT } from "../../exit-codes.ts";
import { plain, printJson, printText, table } from "../../print.ts";

/** The exit code says whether a projection differs. */
export async function printWitnesses(
  plan: Plan,
  witnesses: readonly Witness[],
  context: Context,
): Promise<number> {
  const isSame = witnesses.every(({ differences }) => differences.length === 0);
  const find = await openPlaces(context);
  if (context.settings.json) printJson(context, toJson(plan, witnesses, isSame, find));
  else printText(context, toText(plan, witnesses, find, await painter(context.settings)));
  return isSame ? EXIT.SUCCESS : EXIT.FOUND;
}

function toJson({ workflow, snapshot }: Plan, witnesses: readonly Witness[], ok: boolean, find: FindPlace) {
  return {
    ok,
    workflow: workflow.fqdn,
    snapshot,
    witnesses: witnesses.map(({ differences, ...witness }) => ({
      ...witness,
      differences: differences.map((one) => {
        const authored = authoredPlace(one, find);
        return { ...one, ...(authored === null ? {} : { authored }) };
      }),
    })),
  };
}

function authoredPlace({ file, pointer }: WitnessDifference, find: FindPlace) {
  return find(file, parsePointer(pointer).slice(1));
}

function toText(plan: Plan, witnesses: readonly Witness[], find: FindPlace, paint: Paint): string {
  const { workflow, snapshot } = plan;
  const head = `${paint("strong", workflow.fqdn)}  ${plain(workflow.summary)}\nsnapshot ${snapshot.seal} ${snapshot.root}\n`;
  return [head, ...witnesses.map((witness) => witnessText(witness, find, paint))].join("");
}

function witnessText({ projection, fields, differences }: Witness, find: FindPlace, paint: Paint): string {
  const rows = fields.map((field) => [field.field, ...countsOf(field), field.about]);
  const wrong = differences.length;
  const sum =
    wrong === 0
      ? paint("good", "nothing that it says differs from the plan")
      : paint("bad", `${counted(wrong, "place differs or is missing", "places differ or are missing")}`);
  return [
    `\n${plain(projection)}: ${sum}\n`,
    table([["field", "same", "differs", "missing", "not said", ""], ...rows]),
    ...differences.map((one) => differenceText(one, find, paint)),
  ].join("");
}

function countsOf({ same, differs, missing, silent }: WitnessField): readonly string[] {
  return [same, differs, missing, silent].map((count) => (count === 0 ? "" : String(count)));
}

function differenceText(one: WitnessDifference, find: FindPlace, paint: Paint): string {
  const { field, artifact, file, pointer, projection, at, declared, projected } = one;
  const authored = authoredPlace(one, find);
  const place = authored === null ? `${file} ${pointer}` : `${authored.file}:${authored.line}`;
  return [
    `\n${paint("bad", field)} ${plain(artifact)}\n`,
    `  artifact    ${plain(JSON.stringify(declared))}  (${plain(place)})\n`,
    `  projection  ${projected === null ? "says nothing" : plain(JSON.stringify(projected))}  (${plain(projection)} ${plain(at)})\n`,
  ].join("");
}
