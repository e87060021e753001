/** An artifact with its Markdown, rendered in the terminal. */

import assert from "node:assert/strict";
import { cpSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { edit } from "./reauthor.ts";
import { fine, ownSnapshot } from "./signed.ts";
import { at, document, PROJECT, RELEASE, workspace } from "./world.ts";

const FILE = "protocol/workflows/release_governance__WF_RELEASE_CHANGE_V0.md";

test("--authored renders the Markdown of the workspace, as wide as the terminal", async (t) => {
  const place = workspace(t);
  cpSync(join(PROJECT, "protocol"), place.path("protocol"), { recursive: true });
  const show = ["show", RELEASE, "--authored"];
  const piped = fine(await place.session(...show));
  assert.equal(piped.err, "");
  assert.ok(
    piped.out.startsWith(`${RELEASE}  ${FILE}\n\nWF_RELEASE_CHANGE_V0\n════════════════════\n\nA change asks`),
  );
  assert.match(piped.out, /^ends in +reason +how a run ends there\n──/m);
  assert.match(piped.out, /^ {4}wf_code: WF_RELEASE_CHANGE_V0$/m);
  const narrow = fine(await place.sessionIn({ columns: 40, isTty: true }, ...show)).out;
  const ESCAPE = String.fromCharCode(27);
  assert.ok(narrow.includes(`${ESCAPE}[1mWF_RELEASE_CHANGE_V0${ESCAPE}[22m`));
  const uncoloured = fine(await place.sessionIn({ columns: 40, isTty: true }, ...show, "--no-color")).out;
  assert.ok(!uncoloured.includes(ESCAPE));
  const prose = uncoloured.split("\n").filter((line) => !line.startsWith("    "));
  assert.deepEqual(
    prose.slice(1).filter((line) => line.length > 40),
    [],
  );

  edit(place.path(FILE), (text) => text.replace("A change asks", "A new change asks"));
  const newer = fine(await place.session(...show));
  assert.match(newer.err, new RegExp(`^notice: ${FILE} differs from the snapshot; pgs compile makes .*\n$`));
  assert.match(newer.out, /^A new change asks/m);
  const { authored, content } = document(await place.session(...show, "--json"));
  assert.deepEqual([at(authored, "file"), at(authored, "differs")], [place.path(FILE), true]);
  assert.match(String(content), /^A change asks/m);
});

test("without authored Markdown, --authored renders that of the artifact", async (t) => {
  const place = ownSnapshot(t);
  const { out } = fine(await place.session("show", RELEASE, "--authored"));
  const file = "protocol_snapshot/artifacts/workflows/release_governance__WF_RELEASE_CHANGE_V0.json";
  assert.ok(out.startsWith(`${RELEASE}  ${file}\n\nWF_RELEASE_CHANGE_V0\n═`));
});
