import { createPrivateKey } from "node:crypto";
import { readFileSync } from "node:fs";
import { z } from "zod";
import type { CloudConfig } from "../firestore/store-config.js";
import { isProblem, type Problem } from "./problem.js";

type Account = Pick<CloudConfig, "projectId" | "serviceAccount">;

/**
 * Whom the cloud is reached as: GOOGLE_APPLICATION_CREDENTIALS as JSON or as a file's path, else application-default
 * credentials, which need a named project
 * (https://docs.cloud.google.com/docs/authentication/application-default-credentials).
 */
export function cloudAccount(
  credentials: string | undefined,
  named: string | undefined,
): (Account & { projectId: string }) | Problem {
  const account = credentials === undefined ? {} : isJson(credentials) ? inlineKey(credentials) : keyFile(credentials);
  if (isProblem(account)) return account;
  const projectId = named ?? account.projectId;
  if (projectId !== undefined) return { ...account, projectId };
  return credentials === undefined
    ? {
        problem: "Cloud Firestore is chosen, but neither credentials nor a project are given.",
        repair:
          "Set GOOGLE_APPLICATION_CREDENTIALS to a service account key, or FIREBOARD_PROJECT_ID with application-default credentials.",
      }
    : { problem: "The credentials name no Google Cloud project.", repair: "Set FIREBOARD_PROJECT_ID." };
}

/** Whether GOOGLE_APPLICATION_CREDENTIALS holds a key itself. */
export function isJson(credentials: string): boolean {
  return credentials.trimStart().startsWith("{");
}

const ServiceAccountKey = z.object({
  project_id: z.string().min(1),
  client_email: z.string().min(1),
  private_key: z.string(),
});

function inlineKey(credentials: string): Account | Problem {
  const parsed = ServiceAccountKey.safeParse(jsonOrNull(credentials) ?? jsonOrNull(escapedLineEnds(credentials)));
  return (
    (parsed.success && accountOf(parsed.data)) || {
      problem: "GOOGLE_APPLICATION_CREDENTIALS holds JSON that is not a service account key.",
      repair: "Paste the whole key file as it was downloaded, or give its path.",
    }
  );
}

/** The account of a key; null when its private key is none. */
function accountOf(key: z.output<typeof ServiceAccountKey>): Account | null {
  const { project_id: projectId, client_email: clientEmail } = key;
  // Environment files often keep the escapes of the line ends.
  const privateKey = key.private_key.replaceAll("\\n", "\n");
  return isPrivateKey(privateKey) ? { projectId, serviceAccount: { projectId, clientEmail, privateKey } } : null;
}

/** Other environment files put line ends in the place of these escapes, which JSON does not allow in its texts. */
function escapedLineEnds(json: string): string {
  return json.replaceAll(/"(?:[^"\\]|\\.)*"/gs, (text) => text.replaceAll(/\r?\n/g, "\\n"));
}

/** A service account key, or credentials of another type, which may name no project. */
const CredentialFile = z.union([
  ServiceAccountKey,
  z.object({
    type: z
      .string()
      .min(1)
      .regex(/^(?!service_account$)/),
    project_id: z.string().min(1).optional(),
  }),
]);

const NO_CREDENTIALS: Problem = {
  problem: "GOOGLE_APPLICATION_CREDENTIALS names a file that holds no credentials.",
  repair: "Download the key file again, or give the path of another one.",
};

/**
 * Looks whether the file is usable, and for its project: the Google libraries read it. A service account key that they
 * would not understand (a byte order mark, UTF-16, escapes of line ends) is read here.
 */
function keyFile(path: string): Account | Problem {
  const bytes = bytesOrNull(path);
  if (bytes === null)
    return {
      problem: "GOOGLE_APPLICATION_CREDENTIALS names a file that cannot be read.",
      repair: "Give the absolute path of a key file that the server may read.",
    };
  const encoding = encodingByMark(bytes);
  const json = jsonOrNull(new TextDecoder(encoding ?? "utf-8").decode(bytes));
  const key = ServiceAccountKey.safeParse(json);
  if (key.success && (encoding !== null || key.data.private_key.includes("\\n")))
    return accountOf(key.data) ?? NO_CREDENTIALS;
  const parsed = CredentialFile.safeParse(json);
  if (!parsed.success) return NO_CREDENTIALS;
  if (encoding !== null)
    return {
      problem: "GOOGLE_APPLICATION_CREDENTIALS names a file that begins with a byte order mark.",
      repair: "Save it as UTF-8 without a byte order mark.",
    };
  const { project_id: projectId } = parsed.data;
  return projectId === undefined ? {} : { projectId };
}

/** The encoding that a byte order mark tells of, as Windows PowerShell and its editors write them; null without one. */
function encodingByMark([first, second, third]: Buffer): "utf-8" | "utf-16le" | "utf-16be" | null {
  if (first === 0xff && second === 0xfe) return "utf-16le";
  if (first === 0xfe && second === 0xff) return "utf-16be";
  return first === 0xef && second === 0xbb && third === 0xbf ? "utf-8" : null;
}

// The causes would quote the secret or its path, so these three only say that they failed.

function isPrivateKey(key: string): boolean {
  try {
    return createPrivateKey(key).type === "private";
  } catch {
    return false;
  }
}

function bytesOrNull(path: string): Buffer | null {
  try {
    return readFileSync(path);
  } catch {
    return null;
  }
}

function jsonOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
