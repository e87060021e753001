import { type JsonObject, own } from "../../json.ts";
import type { Mail, MailAccount } from "../../ports.ts";
import { effect, mailing, type Performed } from "../effect.ts";
import { anything, optional, string } from "../shape.ts";
import { absent, unclear } from "../shown.ts";

/** Something, `@`, something, a dot, two letters or more: no white space, so nothing can end the header early. */
const ADDRESS = /^[^@\s]+@[^@\s]+\.[a-zA-Z]{2,}$/;
const SUBMISSION_PORT = 587;
const NOBODY = "noreply@pgs.local";

const SEND = mailing({
  about: "Hands a plain-text letter to the configured mail server; without one it is skipped, and says so.",
  input: {
    recipient: optional(string),
    to: optional(string),
    subject: optional(string),
    body: optional(string),
    body_template: optional(string),
    template_vars: optional(anything),
  },
  outcomes: ["SUCCESS", "VIOLATION", "BACKEND_ERROR"],
  async run({ recipient, to, subject = "", body, body_template }, mail, policy) {
    const address = recipient ?? to;
    if (address === undefined || !ADDRESS.test(address)) return violation("RECIPIENT_INVALID");
    // A snapshot declares no templates, so a letter that names one has no text.
    if (body === undefined && body_template !== undefined) return violation("TEMPLATE_UNKNOWN");
    if (own(policy, "enabled") === false) return skipped("DISABLED");
    const account = accountOf(policy, mail.environment);
    if (account === null) return skipped("SMTP_NOT_CONFIGURED");
    const refusal = await mail.send({ recipient: address, subject, body: body ?? "" }, account);
    if (refusal === undefined) return { outcome: "SUCCESS", result: { delivery_status: "sent" } };
    return { outcome: "BACKEND_ERROR", reason: { ...refusal } };
  },
  shows({ recipient, to, subject = "" }, { since }) {
    const address = recipient ?? to;
    if (address === undefined || !ADDRESS.test(address)) return absent();
    return unclear("NOT_STORED", { recipient: address, subject, since });
  },
});

function violation(code: string): Performed<"VIOLATION"> {
  return { outcome: "VIOLATION", reason: { code } };
}

function skipped(code: string): Performed<"SUCCESS"> {
  return { outcome: "SUCCESS", result: { delivery_status: "skipped" }, reason: { code } };
}

/** The policy's account, what it leaves open filled in from the environment; null where no host is named. */
function accountOf(policy: JsonObject, environment: Mail["environment"]): MailAccount | null {
  const text = (field: string) => {
    const value = own(policy, field);
    return typeof value === "string" && value !== "" ? value : undefined;
  };
  const host = text("smtp_host") ?? environment.host;
  if (host === undefined) return null;
  const user = text("smtp_user") ?? environment.user;
  const pass = text("smtp_pass") ?? environment.pass ?? "";
  const port = Number(own(policy, "smtp_port") ?? environment.port ?? SUBMISSION_PORT);
  const sender = text("sender") ?? environment.sender ?? NOBODY;
  return { host, port, sender, ...(user === undefined ? {} : { login: { user, pass } }) };
}

export const csSendEmail = effect({
  code: "capability_side_effects::CS_SEND_EMAIL_V0",
  about: "Notifications by mail, best effort: nothing is stored, nothing is sent again.",
  operations: { SEND },
});
