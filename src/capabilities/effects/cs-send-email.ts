import { type JsonObject, own } from "../../json/value.ts";
import type { MailAccount, MailSettings } from "../../ports.ts";
import { isEMailAddress } from "../e-mail-address.ts";
import { absent, unclear } from "../evidence.ts";
import { anything, optional, string } from "../input-schema.ts";
import type { Performed } from "../target.ts";
import { type MailEffect, mailing } from "../targets/mail.ts";

const SUBMISSION_PORT = 587;
const NOBODY = "noreply@pgs.local";
const SENT = { delivery_status: "sent" };

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
    if (address === undefined || !isEMailAddress(address)) return violation("RECIPIENT_INVALID");
    // A snapshot declares no templates, so a letter that names one has no text.
    if (body === undefined && body_template !== undefined) return violation("TEMPLATE_UNKNOWN");
    if (own(policy, "enabled") === false) return skipped("DISABLED");
    const account = accountOf(settingsOf(policy), mail.environment);
    if (account === null) return skipped("SMTP_NOT_CONFIGURED");
    if (typeof account === "string") return { outcome: "BACKEND_ERROR", reason: { code: account } };
    const refusal = await mail.send({ recipient: address, subject, body: body ?? "" }, account);
    if (refusal === undefined) return { outcome: "SUCCESS", result: SENT };
    return { outcome: "BACKEND_ERROR", reason: { ...refusal } };
  },
  async probe({ recipient, to, subject = "" }, { since }) {
    const address = recipient ?? to;
    if (address === undefined || !isEMailAddress(address)) return absent();
    return unclear("NOT_STORED", { recipient: address, subject, since }, { result: SENT });
  },
});

function violation(code: string): Performed<"VIOLATION"> {
  return { outcome: "VIOLATION", reason: { code } };
}

function skipped(code: string): Performed<"SUCCESS"> {
  return { outcome: "SUCCESS", result: { delivery_status: "skipped" }, reason: { code } };
}

/** Where letters go, or why they cannot: null where no host is named, a code where a login is named in half. */
function accountOf(policy: MailSettings, environment: MailSettings): MailAccount | string | null {
  const source = policy.host === undefined ? environment : policy;
  const { host, port = SUBMISSION_PORT, user, pass } = source;
  if (host === undefined) return null;
  const server = { host, port: Number(port), sender: policy.sender ?? environment.sender ?? NOBODY };
  if (user === undefined && pass === undefined) return server;
  return user === undefined || pass === undefined
    ? "SMTP_LOGIN_INCOMPLETE"
    : { ...server, login: { user, pass } };
}

function settingsOf(policy: JsonObject): MailSettings {
  const fields = {
    host: "smtp_host",
    port: "smtp_port",
    user: "smtp_user",
    pass: "smtp_pass",
    sender: "sender",
  };
  const set = Object.entries(fields).flatMap(([setting, field]) => {
    const value = own(policy, field);
    return (typeof value === "string" && value !== "") || typeof value === "number"
      ? [[setting, String(value)]]
      : [];
  });
  return Object.fromEntries(set) as MailSettings;
}

export const csSendEmail = {
  code: "capability_side_effects::CS_SEND_EMAIL_V0",
  about: "Notifications by mail, best effort: nothing is stored, nothing is sent again.",
  operations: { SEND },
} satisfies MailEffect;
