// Ready-to-paste settings for the clients of each family, made from fresh credentials.
import type { Credentials } from "../api/shapes";
import { quoted } from "../jobs/script";

export type Family = "native" | "clearml" | "cvat" | "alteryx" | "modelarts";
export const FAMILIES: readonly Family[] = ["native", "clearml", "cvat", "alteryx", "modelarts"];

export interface Snippet {
  /** Where it goes: a file's name, or what kind of text it is. */
  where: string;
  code: string;
}

const shell = (variables: Record<string, string>): string =>
  Object.entries(variables)
    .map(([name, value]) => `export ${name}=${quoted(value)}`)
    .join("\n");

const text = (value: string): string => JSON.stringify(value);

/** The settings of one family, the usual way first. */
export function snippets(made: Credentials, family: Family): Snippet[] {
  switch (family) {
    case "native":
      return native(made);
    case "clearml":
      return clearml(made);
    case "cvat":
      return cvat(made);
    case "alteryx":
      return alteryx(made);
    case "modelarts":
      return modelarts(made);
  }
}

function native({ native: own }: Credentials): Snippet[] {
  return [
    { where: "shell", code: shell({ JOBYARD_URL: own.url, JOBYARD_TOKEN: own.token }) },
    {
      where: "Python",
      code: `from jobyard.client import Jobyard\n\nwith Jobyard(${text(own.url)}, ${text(own.token)}) as yard:\n    print(yard.counts())`,
    },
  ];
}

function clearml({ clearml: own }: Credentials): Snippet[] {
  const hosts = [
    ["api_server", own.api_server],
    ["web_server", own.web_server],
    ["files_server", own.files_server],
  ];
  const lines = hosts.map(([name, url]) => `  ${name}: ${text(url ?? "")}`).join("\n");
  const keys = `  credentials {\n    "access_key" = ${text(own.access_key)}\n    "secret_key" = ${text(own.secret_key)}\n  }`;
  return [
    { where: "~/clearml.conf", code: `api {\n${lines}\n${keys}\n}` },
    {
      where: "shell",
      code: shell({
        CLEARML_API_HOST: own.api_server,
        CLEARML_WEB_HOST: own.web_server,
        CLEARML_FILES_HOST: own.files_server,
        CLEARML_API_ACCESS_KEY: own.access_key,
        CLEARML_API_SECRET_KEY: own.secret_key,
      }),
    },
  ];
}

function cvat({ cvat: own }: Credentials): Snippet[] {
  return [
    {
      where: "shell",
      code: `${shell({ CVAT_ACCESS_TOKEN: own.access_token })}\ncvat-cli --server-host ${quoted(own.url)} task ls`,
    },
    {
      where: "Python",
      code: `from cvat_sdk import make_client\n\nwith make_client(${text(own.url)}, access_token=${text(own.access_token)}) as client:\n    print(client.tasks.list())`,
    },
  ];
}

function alteryx({ alteryx: own }: Credentials): Snippet[] {
  const get = `curl -fsS -X POST ${quoted(`${own.base_url.replace(/\/$/, "")}/oauth2/token`)}`;
  return [
    {
      where: "settings",
      code: `base_url      = ${own.base_url}\nclient_id     = ${own.client_id}\nclient_secret = ${own.client_secret}\nuser_id       = ${own.user_id}`,
    },
    {
      where: "shell",
      code: `${get} \\\n  -d grant_type=client_credentials \\\n  -d client_id=${quoted(own.client_id)} \\\n  -d client_secret=${quoted(own.client_secret)}`,
    },
  ];
}

function modelarts({ modelarts: own }: Credentials): Snippet[] {
  const datasets = `${own.endpoint.replace(/\/$/, "")}/v2/${own.project_id}`;
  return [
    {
      where: "shell",
      code: `${shell({ OS_AUTH_TYPE: "admin_token", OS_ENDPOINT: datasets, OS_TOKEN: own.token })}\nopenstack ma dataset list`,
    },
    {
      where: "SDK",
      code: shell({
        HUAWEICLOUD_SDK_AK: own.access_key,
        HUAWEICLOUD_SDK_SK: own.secret_key,
        HUAWEICLOUD_SDK_PROJECT_ID: own.project_id,
        MODELARTS_ENDPOINT: own.endpoint,
        MODELARTS_IAM_ENDPOINT: own.iam_endpoint,
      }),
    },
    {
      where: "curl",
      code: `curl -fsS -H ${quoted(`X-Auth-Token: ${own.token}`)} ${quoted(`${datasets}/datasets`)}`,
    },
  ];
}
