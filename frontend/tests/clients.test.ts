import { describe, expect, it } from "vitest";
import type { Credentials } from "../src/lib/api/shapes";
import { FAMILIES, snippets } from "../src/lib/page/clients";

const made: Credentials = {
  user: { name: "maria", id: "u1", password: null, role: "member" },
  native: { url: "http://yard:8080", token: "t'1" },
  clearml: { api_server: "http://yard:8080", web_server: "http://yard:8080", files_server: "http://yard:8080/files", access_key: "A", secret_key: "S" },
  cvat: { url: "http://yard:8080", username: "maria", password: null, access_token: "C" },
  alteryx: { base_url: "http://yard:8080/webapi/", client_id: "I", client_secret: "X", user_id: "u1" },
  modelarts: { endpoint: "http://yard:8080", iam_endpoint: "http://yard:8080", project_id: "p", access_key: "A", secret_key: "S", token: "M" },
};

describe("client settings", () => {
  it("are there for each family, each secret in them", () => {
    const secrets = { native: "t'", clearml: "S", cvat: "C", alteryx: "X", modelarts: "M" };
    for (const family of FAMILIES) expect(snippets(made, family).map((one) => one.code).join("\n")).toContain(secrets[family]);
  });

  it("are quoted for the shell and for Python", () => {
    const [shell, python] = snippets(made, "native");
    expect(shell?.code).toContain(`export JOBYARD_TOKEN='t'\\''1'`);
    expect(python?.code).toContain(`"t'1"`);
  });

  it("name addresses without doubled slashes", () => {
    expect(snippets(made, "alteryx")[1]?.code).toContain("http://yard:8080/webapi/oauth2/token");
  });
});
