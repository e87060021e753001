/** Mail over SMTP, for `ports.ts`. */

import type { Mail, MailAccount, MailMessage, MailRefusal, MailSettings } from "../ports.ts";

type Environment = Readonly<Record<string, string | undefined>>;

const PATIENCE_MS = 10_000;
const IMPLICIT_TLS_PORT = 465;
const LOOPBACK = /^(?:localhost|127(?:\.\d+){3}|::1)$/;

/** The mail that `SMTP_HOST`, `SMTP_PORT`, `SMTP_USER`, `SMTP_PASS` and `SMTP_SENDER` describe. */
export function openMail(env: Environment): Mail {
  return { environment: accountIn(env), send };
}

function accountIn(env: Environment): MailSettings {
  const names = ["host", "port", "user", "pass", "sender"] as const;
  const set = names.flatMap((name) => {
    const value = env[`SMTP_${name.toUpperCase()}`];
    return value === undefined || value === "" ? [] : [[name, value]];
  });
  return Object.fromEntries(set) as MailSettings;
}

/** An invalid port number is treated like a port on which no server listens. */
async function send(letter: MailMessage, account: MailAccount): Promise<MailRefusal | undefined> {
  const { host, port, login, sender } = account;
  const { createTransport } = await import("nodemailer");
  const transport = createTransport({
    host,
    port,
    secure: port === IMPLICIT_TLS_PORT,
    // A password must not cross a network in clear text.
    requireTLS: login !== undefined && !LOOPBACK.test(host),
    ...(login === undefined ? {} : { auth: login }),
    connectionTimeout: PATIENCE_MS,
    greetingTimeout: PATIENCE_MS,
    socketTimeout: PATIENCE_MS,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  try {
    const { recipient, subject, body } = letter;
    await transport.sendMail({ from: sender, to: { name: "", address: recipient }, subject, text: body });
    return undefined;
  } catch (error) {
    return refusalIn(error);
  } finally {
    transport.close();
  }
}

function refusalIn(error: unknown): MailRefusal {
  const { code, responseCode } = error as { code?: unknown; responseCode?: unknown };
  const name = typeof code === "string" && /^E[A-Z]+$/.test(code) ? code : "EUNKNOWN";
  return { code: `SMTP_${name}`, ...(typeof responseCode === "number" ? { reply: responseCode } : {}) };
}
