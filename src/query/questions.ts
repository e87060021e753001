/** The questions that a snapshot can be asked: what each is called, and what belongs to it. */

/** Names are full, or codes that only one artifact has. */
export type Question =
  | { readonly query: "refs"; readonly artifact: string }
  | { readonly query: "deps"; readonly artifact: string; readonly transitive?: boolean | undefined }
  | { readonly query: "impact"; readonly artifact: string }
  | { readonly query: "path"; readonly from: string; readonly to: string }
  | { readonly query: "stores"; readonly store?: string | undefined }
  | { readonly query: "events"; readonly event?: string | undefined }
  | { readonly query: "outcomes"; readonly workflow: string }
  | { readonly query: "actors" }
  | { readonly query: "search"; readonly text: string }
  | { readonly query: "explain"; readonly workflow: string };

/** The members of each question, and whether it needs them. */
export const MEMBERS = {
  refs: { artifact: "required" },
  deps: { artifact: "required", transitive: "flag" },
  impact: { artifact: "required" },
  path: { from: "required", to: "required" },
  stores: { store: "optional" },
  events: { event: "optional" },
  outcomes: { workflow: "required" },
  actors: {},
  search: { text: "required" },
  explain: { workflow: "required" },
} as const satisfies Readonly<
  Record<Question["query"], Readonly<Record<string, "required" | "optional" | "flag">>>
>;

export const QUERIES = Object.keys(MEMBERS) as readonly Question["query"][];
