/** The head of a page. */

import { STYLE } from "./style.ts";
import { Html, html } from "./text.ts";

/** The page loads and runs nothing: if a text ever became markup, it could do nothing. */
const POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'";

export function headOf(title: string, moreStyle = ""): Html {
  return html`<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${new Html(POLICY)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${new Html(STYLE + moreStyle)}</style>
</head>`;
}
