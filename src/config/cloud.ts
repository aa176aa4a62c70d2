import { createPrivateKey } from "node:crypto";
import { readFileSync } from "node:fs";
import { z } from "zod";
import type { CloudConfig } from "../firestore/store-config.js";
import { isProblem, type Problem } from "./problem.js";

type Account = Pick<CloudConfig, "projectId" | "serviceAccount">;

/**
 * Whom the cloud is reached as: GOOGLE_APPLICATION_CREDENTIALS as JSON or as a file's path, else application-default
 * credentials, which need a named project (https://docs.cloud.google.com/docs/authentication/application-default-credentials).
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
  // Environment files often keep the escapes of the line ends.
  private_key: z.string().transform((key) => key.replaceAll("\\n", "\n")),
});

function inlineKey(credentials: string): Account | Problem {
  const parsed = ServiceAccountKey.safeParse(jsonOrNull(credentials));
  if (!parsed.success || !isPrivateKey(parsed.data.private_key))
    return {
      problem: "GOOGLE_APPLICATION_CREDENTIALS holds JSON that is not a service account key.",
      repair: "Paste the whole key file as it was downloaded, or give its path.",
    };
  const { project_id: projectId, client_email: clientEmail, private_key: privateKey } = parsed.data;
  return { projectId, serviceAccount: { projectId, clientEmail, privateKey } };
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

/** Only looks whether the file is usable, and for its project: the Google libraries read it. */
function keyFile(path: string): Account | Problem {
  const text = textOrNull(path);
  if (text === null)
    return {
      problem: "GOOGLE_APPLICATION_CREDENTIALS names a file that cannot be read.",
      repair: "Give the absolute path of a key file that the server may read.",
    };
  const parsed = CredentialFile.safeParse(jsonOrNull(text));
  if (!parsed.success)
    return {
      problem: "GOOGLE_APPLICATION_CREDENTIALS names a file that holds no credentials.",
      repair: "Download the key file again, or give the path of another one.",
    };
  const { project_id: projectId } = parsed.data;
  return projectId === undefined ? {} : { projectId };
}

// The causes would quote the secret or its path, so these three only say that they failed.

function isPrivateKey(key: string): boolean {
  try {
    return createPrivateKey(key).type === "private";
  } catch {
    return false;
  }
}

function textOrNull(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
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
