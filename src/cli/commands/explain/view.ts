/** An explanation as text and as JSON. */

import type { Explanation } from "../../../render/explanation/explain.ts";
import type { Paragraph } from "../../../render/explanation/paragraph.ts";
import type { Paint } from "../../colour.ts";
import { plain, shownOf } from "../../print.ts";

export function toJson({ trace, workflow, head, paragraphs }: Explanation): unknown {
  return { trace, workflow, head, paragraphs };
}

export function toText({ trace, head, paragraphs }: Explanation, paint: Paint): string {
  const { shown, rest } = shownOf(paragraphs);
  const from = `This was made from the trace ${plain(trace)}, whose last event has the hash ${head}.\n`;
  return [...shown.map(paragraphText), rest, paint("quiet", from)].filter((text) => text !== "").join("\n");
}

function paragraphText({ sentences, items }: Paragraph): string {
  const list = items.map((item) => `  - ${plain(item)}\n`);
  return `${plain(sentences.join(" "))}\n${list.join("")}`;
}
